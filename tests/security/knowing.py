"""Where memory takes secrets in: a model that embeds, one that learns, a service outside."""

from tests.security.scene import Scene


def know(scene: Scene) -> None:
    """Give every key and address of memory, to somebody who accepts it and to some who do not."""
    new, echo = scene.canaries.new, scene.echo
    for mood in ("refuse", "garbled", "embed"):
        echo.mood = mood
        model = {"provider": "endpoint", "base_url": f"{echo.url}/v1", "model": "m"}
        body = {**model, "key": new(f"embedding {mood}")}
        scene.ask("post", "/memory/embedding", body, at="/api/v1/memory/embedding")
    learning = {"base_url": f"{echo.url}/v1", "model": "m", "key": new("learning")}
    scene.ask("post", "/memory/learning", learning, at="/api/v1/memory/learning")
    service = {
        "name": "Brain",
        "address": new("memory service", echo.url + "/in/{}"),
        "key": new("memory service key"),
    }
    made = scene.ask("post", "/memory/services", service, at="/api/v1/memory/services")
    assert made.status_code == 201, made.content
    changed = {
        "address": new("memory service moved", echo.url + "/in/{}"),
        "key": new("memory service key anew"),
    }
    here = f"/memory/services/{made.json()['data']['id']}"
    scene.ask("patch", here, changed, at="/api/v1/memory/services/{id}")
    scene.ask("post", "/context", {"content": "Prefers tea."})
    echo.mood = "refuse"
    scene.ask("post", f"{here}/reconcile", {})

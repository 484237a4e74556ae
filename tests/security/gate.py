"""People who come in by every gate, with passwords that must not show."""

from typing import Any

from accounts.models import User
from tests.accounts.people import enrol, last_link, post_out
from tests.cast import Api
from tests.security.scene import Scene

NEWCOMER, GUEST = "newcomer@elsewhere.example", "guest@elsewhere.example"
ROOT = "/api/v1"


def come_and_go(scene: Scene) -> None:
    """Register, join, sign in, change and reset a password, and name a provider of sign-ins."""
    new = scene.canaries.new
    registered, joined = new("registered"), new("joined")
    _say(scene, "register", {"email": NEWCOMER, "password": registered})
    confirmed = {"token": _letter(scene, "confirm-account"), "password": registered}
    _say(scene, "register/confirm", confirmed)
    scene.ask("post", "/invitations", {"email": GUEST, "role": "viewer"})
    accepted = {"token": _letter(scene, "join"), "password": joined, "name": "Guest"}
    _say(scene, "invitations/accept", accepted)
    program, scene.api = scene.api, Api(_sign_in(scene, joined))
    changed = {"current_password": joined, "new_password": new("changed")}
    _say(scene, "confirm", {"password": joined})
    _, codes = enrol(User.objects.get(email=GUEST))
    _say(scene, "mfa/disable", {"password": joined, "code": codes[0]})
    _say(scene, "password", changed)
    scene.api = program
    _say(scene, "password/reset", {"email": GUEST})
    _say(scene, "password/reset/confirm", {"token": _letter(scene, "new-password")} | _reset(scene))
    _provide(scene)


def _reset(scene: Scene) -> dict[str, str]:
    return {"password": scene.canaries.new("reset")}


def _say(scene: Scene, gate: str, body: dict[str, str]) -> Any:
    answer = scene.ask("post", f"/auth/{gate}", body, at=f"{ROOT}/auth/{gate}")
    assert answer.status_code < 300, (gate, answer.content)
    return answer


def _letter(scene: Scene, name: str) -> str:
    post_out(scene.house)
    return last_link(name)


def _sign_in(scene: Scene, password: str) -> str:
    answer = _say(scene, "login", {"email": GUEST, "password": password})
    return str(answer.json()["data"]["access_token"])


def _provide(scene: Scene) -> None:
    given = {
        "name": "Ours",
        "issuer": "https://login.acme.example",
        "client_id": "arm",
        "client_secret": scene.canaries.new("provider"),
    }
    at = f"{ROOT}/identity-providers"
    made = scene.ask("post", "/identity-providers", given, at=at)
    assert made.status_code == 201, made.content
    changed = {"client_secret": scene.canaries.new("provider anew")}
    pk = made.json()["data"]["id"]
    scene.ask("patch", f"/identity-providers/{pk}", changed, at=f"{at}/{{id}}")

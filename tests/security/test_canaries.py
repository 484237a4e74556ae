"""No secret that goes in comes out again, by any way, in any spelling."""

import io
import json
import logging
import zipfile
from collections.abc import Iterator

import httpx2
import psycopg
import pytest
from celery import current_app
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import connection, connections
from django.http import FileResponse

from armproject.lib.reporting import BareReporter
from armproject.lib.secret import Secret
from jobs.actions.enqueue import enqueue
from jobs.actions.relay_jobs import relay_jobs
from tests import database
from tests.cast import make_house
from tests.security.canary import Canaries, spellings
from tests.security.gate import come_and_go
from tests.security.knowing import know
from tests.security.scene import Scene, text_of, write_only
from tests.security.sinks import SINKS, everything_logged

pytestmark = pytest.mark.slow


@pytest.fixture
def scene(committed: None) -> Iterator[Scene]:
    scene = Scene(make_house("Acme"))
    yield scene
    scene.close()
    connections.close_all()


def test_no_secret_comes_out_anywhere(scene: Scene) -> None:
    with everything_logged() as log:
        scene.connect()
        scene.channels()
        scene.subscriptions()
        know(scene)
        come_and_go(scene)
        scene.malform()
        scene.knock()
        scene.fill_in_forms()
        relay_jobs()
        scene.give_up()
        found = {
            name: leaks
            for name, sink in SINKS.items()
            if (leaks := scene.canaries.found_in(sink(scene)))
        }
    found |= {"log": leaks} if (leaks := scene.canaries.found_in(log.getvalue())) else {}
    assert found == {}
    assert len(scene.canaries.planted) > 40
    assert log.getvalue()
    missed = {
        (method, path, name)
        for (method, path), names in write_only().items()
        for name in names
        if (method, path, name) not in scene.reached
    }
    assert missed == set(), "These inputs are secret, and nothing drives them to success."


# --- each of these could have failed


def leak_into_database(scene: Scene, secret: str) -> None:
    with scene.house.inside():
        enqueue("governance.reseal", {"secret": secret})


def leak_into_pages(scene: Scene, secret: str) -> None:
    scene.api.patch(f"/organizations/{scene.house.organization.pk}", {"name": secret})


def leak_into_postgres_log(scene: Scene, secret: str) -> None:
    name = connection.settings_dict["NAME"]
    with psycopg.connect(**{**database.superuser(), "dbname": name}) as server:
        server.execute(f"DO $$ BEGIN RAISE LOG '%', '{secret}'; END $$")  # type: ignore[call-overload]


LEAKS = {
    "database": leak_into_database,
    "pages": leak_into_pages,
    "browsable API": leak_into_pages,
    "answers": lambda scene, secret: scene.ask("post", "/api-keys", {"scopes": [secret]}),
    "mails": lambda scene, secret: send_mail("x", secret, None, ["a@acme.example"]),
    "messages": lambda scene, secret: current_app.send_task("jobs.run", kwargs={"key": secret}),
    "cache": lambda scene, secret: cache.set("secret", secret),
    "reprs": leak_into_database,
    "PostgreSQL's log": leak_into_postgres_log,
}


@pytest.mark.parametrize("sink", SINKS)
def test_a_secret_that_does_come_out_is_found(scene: Scene, sink: str) -> None:
    LEAKS[sink](scene, scene.canaries.new("planted"))
    assert scene.canaries.found_in(SINKS[sink](scene))


def test_a_secret_in_a_log_line_is_found() -> None:
    canaries = Canaries()
    with everything_logged() as log:
        logging.getLogger("any").debug("It is %s.", canaries.new("planted"))
    assert canaries.found_in(log.getvalue())


def test_a_secret_in_a_packed_export_is_found() -> None:
    canaries, file = Canaries(), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("events.jsonl", "x" * 1_000 + canaries.new("planted"))
    file.seek(0)
    assert canaries.found_in(text_of(FileResponse(file)))


@pytest.mark.parametrize("spelling", [name for name, _ in spellings("x" * 36)])
def test_every_spelling_is_read(spelling: str) -> None:
    canaries = Canaries()
    secret = canaries.new("planted")
    needle = dict(spellings(secret))[spelling]
    assert canaries.found_in(f"around {needle} it")


# --- what prints


def test_objects_of_ours_and_of_the_client_do_not_print_secrets() -> None:
    canaries = Canaries()
    secret = Secret(canaries.new("a key"))
    request = httpx2.Request("GET", "https://x.example", headers={"Authorization": secret.reveal()})
    response = httpx2.Response(401, request=request, text=secret.reveal())
    told = f"{secret} {secret!r} {request!r} {response!r} {[secret]} { ({'k': secret}) }"
    with pytest.raises(TypeError):
        json.dumps({"key": secret})
    assert canaries.found_in(told) == []


def test_pages_and_mails_about_an_error_do_not_tell_what_was_held(rf: object) -> None:
    canaries = Canaries()
    mark = canaries.new("held")
    request = rf.post(  # type: ignore[attr-defined]
        "/x?key=" + canaries.new("query"),
        {"password": canaries.new("posted")},
        headers={"Authorization": canaries.new("header"), "Cookie": canaries.new("cookie")},
    )
    error = ValueError(f"api_key={mark}")
    reporter = BareReporter(request, type(error), error, error.__traceback__)
    told = reporter.get_traceback_html() + reporter.get_traceback_text()
    assert "ValueError" in told
    assert canaries.found_in(told) == []

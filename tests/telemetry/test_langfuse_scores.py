"""Scores that the Langfuse SDK sends are feedback on the runs they are about."""

import json
from base64 import b64encode
from typing import Any
from uuid import uuid4

from django.test import Client

from telemetry.models import Feedback, Run
from tests.cast import Api, House
from tests.telemetry.senders import work

PATH = "/api/public/scores"


def post(key: str, body: Any, kind: str = "application/json") -> Any:
    name = b64encode(f"pk-lf-any:{key}".encode()).decode()
    sent = body if isinstance(body, str) else json.dumps(body)
    return Client().post(PATH, sent, content_type=kind, headers={"authorization": f"Basic {name}"})


def score(trace: str, **changes: Any) -> dict[str, Any]:
    """Return a score as version 5 of the SDK sends it."""
    told = {
        "id": uuid4().hex,
        "traceId": trace,
        "name": "accuracy",
        "value": 0.9,
        "environment": "production",
        "dataType": "NUMERIC",
        "timestamp": "2026-11-28T10:00:00+00:00",
        "metadata": {"by": "judge"},
    }
    return {**told, **changes}


def test_scores_are_feedback_on_their_run_and_kept_once(house: House, api: Api) -> None:
    trace = work("porter")
    name = trace.trace_id.hex()
    trace.send(api)
    sent = [
        score(name, comment="Mail bob@acme.example."),
        score(name, name="tone", value="kind", dataType="CATEGORICAL"),
        score(name, name="passed", value=1.0, dataType="BOOLEAN", observationId="00f067aa0ba902b7"),
        score(name, name="note", value="Too long.", dataType="TEXT"),
    ]
    key = house.key()
    for _ in range(2):
        answer = post(key, sent)
        assert (answer.status_code, answer.json()) == (202, {"message": "Accepted"})
    with house.inside():
        run = Run.objects.get()
        assert Feedback.objects.of_run(run.pk).count() == 4
    told = {row["tag"]: row for row in api.get("/feedback", run_id=run.pk).json()["data"]}
    assert (told["accuracy"]["score"], told["accuracy"]["comment"]) == (0.9, "Mail [email].")
    assert (told["tone"]["score"], told["tone"]["label"]) == (None, "kind")
    assert (told["passed"]["score"], told["passed"]["span_id"]) == (1.0, "00f067aa0ba902b7")
    assert (told["note"]["label"], told["note"]["comment"]) == ("", "Too long.")


def test_what_cannot_be_kept_is_refused_by_itself_in_the_sdks_words(house: House) -> None:
    good = score(uuid4().hex)
    session = {**score(""), "sessionId": "s-1"}
    answer = post(house.key(), [good, session, {"name": "x"}, 7])
    told = answer.json()
    assert (answer.status_code, told["accepted"], told["rejected"]) == (207, 1, 3)
    assert "traceId" in told["errors"][0]["message"]
    with house.inside():
        assert Feedback.objects.count() == 1


def test_older_sdks_send_one_alone(house: House) -> None:
    sent = score(uuid4().hex)
    answer = post(house.key(), sent)
    assert (answer.status_code, answer.json()) == (200, {"id": sent["id"]})
    assert post(house.key(), score("")).status_code == 400


def test_keys_that_may_not_and_bodies_that_are_none_are_refused(
    house: House, neighbours: House
) -> None:
    sent = [score(uuid4().hex)]
    assert post("arm_sk_live_wrong", sent).status_code == 401
    assert post(house.key(scopes=["telemetry.write"]), sent).status_code == 403
    assert post(house.key(), "[").status_code == 400
    assert post(house.key(), '[{"name": "a\\u0000"}]').status_code == 400
    assert post(house.key(), sent, "text/plain").status_code == 415
    assert Client().get(PATH).status_code == 405
    assert post(neighbours.key(), sent).status_code == 202
    with house.inside():
        assert not Feedback.objects.exists()

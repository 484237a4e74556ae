"""What cannot be kept is put aside alone, sealed, and kept once it can be."""

import time
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from google.protobuf.json_format import MessageToJson

from armproject.lib.errors import Conflict
from governance.models import AuditEvent
from telemetry import identity, putaside
from telemetry.actions import quarantine_items as aside
from telemetry.actions.receive_safely import MOST_TRIES, UNDECIDED, receive_safely
from telemetry.actions.replay_quarantine import replay_quarantine
from telemetry.actions.replay_quarantined import replay_quarantined
from telemetry.holdings import quarantine_about_people
from telemetry.models import Quarantined, Rejection, Span
from telemetry.otlp import JSON, PROTOBUF
from telemetry.records import Rejected, SpanRecord
from tests.cast import Api, House
from tests.telemetry.making import Made, in_json, in_protobuf
from tests.telemetry.senders import Trace
from tests.telemetry.senders import send as exported


def event(**changes: Any) -> dict[str, Any]:
    return {
        "event_id": uuid4().hex,
        "event_type": "ToolCall",
        "timestamp": timezone.now().isoformat(),
        "payload": {"run_id": uuid4().hex, "tool_name": "lift"},
        **changes,
    }


def send(house: House, *events: dict[str, Any]) -> Any:
    return house.api("member").post("/telemetry/events", {"events": list(events)})


def step(**changes: Any) -> SpanRecord:
    told = {"started_ns": time.time_ns(), "name": "step", **changes}
    return SpanRecord(trace_id=uuid4().hex, span_id=uuid4().hex[:16], **told)


def test_what_a_door_refuses_is_put_aside_sealed(house: House, api: Api) -> None:
    secret = f"canary-{uuid4().hex}"
    bad = event(event_type="Nonsense", payload={"run_id": "1", "text": secret})
    answer = send(house, event(), bad).json()["data"]
    assert answer["accepted"] == 1
    (row,) = api.get("/telemetry/quarantine").json()["data"]
    assert (row["door"], row["item_id"]) == ("events", bad["event_id"])
    with house.inside():
        sealed = bytes(Quarantined.objects.get().body_sealed)
    assert secret.encode() not in sealed
    opened = api.post(f"/telemetry/quarantine/{row['id']}/open").json()["data"]["content"]
    assert opened["event"] == bad
    with house.inside():
        assert AuditEvent.objects.filter(action="quarantine.open").count() == 1


@pytest.mark.parametrize(("packed", "kind"), [(in_json, JSON), (in_protobuf, PROTOBUF)])
def test_a_span_put_aside_is_read_in_plain_words(api: Api, packed: Any, kind: str) -> None:
    ahead = time.time_ns() + 3600 * 10**9
    made = Made(name="chat", started_ns=ahead, ended_ns=ahead)
    assert exported(api, packed(made), kind=kind).status_code == 200
    (row,) = api.get("/telemetry/quarantine").json()["data"]
    told = api.post(f"/telemetry/quarantine/{row['id']}/open").json()["data"]["content"]["span"]
    assert (told["name"], told["trace_id"], told["span_id"]) == (
        "chat",
        made.trace_id,
        made.span_id,
    )


def test_in_the_studio_what_is_put_aside_is_opened_for_who_asks_and_may(
    house: House, api: Api
) -> None:
    send(house, event(event_type="Nonsense", instance_id="forklift"))
    (row,) = api.get("/telemetry/quarantine").json()["data"]
    page = f"/studio/telemetry/quarantined/{row['id']}/change/"
    assert "forklift" not in house.browser("admin").get(page).content.decode()
    assert "forklift" not in house.browser("developer").get(f"{page}?inside").content.decode()
    with house.inside():
        assert not AuditEvent.objects.filter(action="quarantine.open").exists()
    assert "forklift" in house.browser("admin").get(f"{page}?inside").content.decode()
    with house.inside():
        assert AuditEvent.objects.filter(action="quarantine.open").count() == 1


def test_items_are_found_by_how_their_reason_begins(house: House) -> None:
    send(house, event(event_type="Nonsense", event_id="e-77"))
    listed = "/studio/telemetry/quarantined/"
    for term, is_found in (("The event type", True), ("e-77", True), ("type", False)):
        page = house.browser("admin").get(listed, {"q": term}).content.decode()
        assert ("The event type is none of" in page) is is_found, term


def test_who_may_see_the_list_may_not_look_inside(house: House) -> None:
    send(house, event(event_type="Nonsense"))
    developer = house.api("developer")
    (row,) = developer.get("/telemetry/quarantine").json()["data"]
    for verb in ("open", "replay"):
        assert developer.post(f"/telemetry/quarantine/{row['id']}/{verb}").status_code == 403
    assert house.api("viewer").get("/telemetry/quarantine").status_code == 403


def test_a_poisonous_record_is_put_aside_alone_and_the_others_are_kept(
    house: House, api: Api
) -> None:
    sound = [step() for _ in range(20)]
    poison = step(input_tokens=2**70)
    with house.inside():
        received = receive_safely("traces", [*sound[:7], poison, *sound[7:]], [])
        assert received.kept == 20
        assert [each.index for each in received.rejected] == [7]
        assert Span.objects.count() == 20
        row = Quarantined.objects.get()
        assert row.item_id == poison.span_id
        assert Rejection.objects.get().items == 1
        with pytest.raises(Conflict):
            replay_quarantined(row)
        assert Quarantined.objects.count() == 1


def unindexable(**changes: Any) -> SpanRecord:
    """Return a step that only the database refuses: it names a vendor too long for an index."""
    vendor = "".join(uuid4().hex for _ in range(100))
    return step(kind="llm", vendor=vendor, model="m", **changes)


def test_a_large_batch_of_poison_costs_what_is_sound_in_it_nothing(house: House) -> None:
    batch = [step(input_tokens=2**70) if n % 20 else step() for n in range(2_000)]
    sound = {each.span_id for each in batch if each.input_tokens is None}
    with house.inside():
        received = receive_safely("traces", batch, [])
        assert (received.kept, len(received.rejected)) == (100, 1_900)
        assert {identity.unsigned(each.span_id) for each in Span.objects.all()} == sound
        assert sum(row.items for row in Rejection.objects.all()) == 1_900


def test_what_there_is_no_time_to_try_is_put_aside_whole_and_kept_by_replays(
    house: House,
) -> None:
    batch = [unindexable() if n % 20 else step() for n in range(MOST_TRIES)]
    sound = {each.span_id for each in batch if not each.vendor}
    with house.inside():
        received = receive_safely("traces", batch, [])
        assert received.kept + len(received.rejected) == len(batch)
        assert len({each.index for each in received.rejected}) == len(received.rejected)
        assert received.kept < len(sound)
        while Quarantined.objects.filter(reason=UNDECIDED).exists():
            replay_quarantine(UNDECIDED)
        assert {identity.unsigned(each.span_id) for each in Span.objects.all()} == sound
        aside = Quarantined.objects.values_list("item_id", flat=True)
        assert sorted(aside) == sorted(each.span_id for each in batch if each.vendor)


def test_places_of_what_cannot_be_stored_are_those_in_the_request(house: House) -> None:
    with house.inside():
        refused = [Rejected(0, "Bad.", "", b"{}")]
        received = receive_safely("traces", [step(), unindexable(), step()], refused)
    assert [each.index for each in received.rejected] == [0, 2]
    assert received.kept == 2


def test_a_record_that_cannot_even_be_written_down_is_refused_and_counted(house: House) -> None:
    with house.inside():
        received = receive_safely("traces", [step(name="\ud800", input_tokens=2**70), step()], [])
        assert (received.kept, [each.index for each in received.rejected]) == (1, [0])
        assert Rejection.objects.get().items == 1


def test_a_body_that_would_stop_the_statement_is_no_500(house: House, api: Api) -> None:
    bad = event(event_type="llm.complete", payload={"run_id": "1", "input_tokens": 2**53})
    many = [bad | {"event_id": str(n)} for n in range(2)]
    assert send(house, event(), *many).status_code == 200


def test_a_failure_that_is_not_of_the_data_is_raised(house: House) -> None:
    with house.inside(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 1")
        with pytest.raises(Exception, match="timeout"):
            receive_safely("traces", [step() for _ in range(2_000)], [])


def test_what_can_be_kept_now_is_kept_by_a_replay(house: House, api: Api) -> None:
    early = event(timestamp="2999-01-01T00:00:00Z")
    send(house, early)
    (row,) = api.get("/telemetry/quarantine").json()["data"]
    again = api.post(f"/telemetry/quarantine/{row['id']}/replay")
    assert again.status_code == 409
    assert "future" in again.json()["error"]["message"]
    with house.inside():
        item = Quarantined.objects.get()
        item.keep(item.open().replace("2999-01-01T00:00:00Z", event()["timestamp"]).encode())
        item.save()
    assert api.post(f"/telemetry/quarantine/{row['id']}/replay").json()["data"] == {"kept": 1}
    assert api.get("/telemetry/quarantine").json()["data"] == []


def test_everything_of_one_reason_is_tried_at_once(house: House, api: Api) -> None:
    for _ in range(3):
        send(house, event(event_type="Nonsense"))
    reason = api.get("/telemetry/quarantine").json()["data"][0]["reason"]
    tried = api.post("/telemetry/quarantine/replay", {"reason": reason}).json()["data"]
    assert tried == {"kept": 0, "refused": 3}


def test_what_is_discarded_is_gone_and_stays_counted(house: House, api: Api) -> None:
    send(house, event(event_type="Nonsense"))
    (row,) = api.get("/telemetry/quarantine").json()["data"]
    assert api.delete(f"/telemetry/quarantine/{row['id']}").status_code == 204
    with house.inside():
        assert not Quarantined.objects.exists()
        assert Rejection.objects.get().items == 1


def test_the_oldest_leave_for_newer_ones_and_that_is_counted(house: House) -> None:
    with house.inside():
        for _ in range(aside.MOST_ITEMS // aside.MOST_AT_ONCE):
            rejected = [Rejected(n, "Bad.", "", b"{}") for n in range(aside.MOST_AT_ONCE)]
            aside.quarantine_items("events", rejected)
        first = Quarantined.objects.order_by("id").first()
        assert aside.quarantine_items("events", [Rejected(0, "Bad.", "", b"{}")]) == (1, 1)
        assert Quarantined.objects.count() == aside.MOST_ITEMS
        assert not Quarantined.objects.filter(pk=first.pk).exists()


def test_items_that_name_a_person_are_found_and_erased(house: House) -> None:
    send(house, event(event_type="Nonsense", payload={"user_id": house.viewer.email}))
    send(house, event(event_type="Nonsense"))
    holding = quarantine_about_people()
    with house.inside():
        assert [row["rows"] for row in holding.report(house.viewer)] == [1]
        assert holding.erase is not None
        assert holding.erase(house.viewer) == 1
        assert Quarantined.objects.count() == 1


@pytest.mark.parametrize("kind", [PROTOBUF, "application/json"])
def test_who_is_named_in_a_refused_span_or_in_other_letters_is_found(
    house: House, kind: str
) -> None:
    address = house.viewer.email.upper()
    trace = Trace()
    trace.span("too early", user__id=address)
    trace.spans[0].start_time_unix_nano = 1
    body = trace.body()
    if kind != PROTOBUF:
        body = MessageToJson(trace.request).replace("@", "\\u0040").encode()
    assert exported(house.api(), body, kind=kind).status_code == 200
    send(house, event(event_type="Nonsense", payload={"user_id": address}))
    holding = quarantine_about_people()
    with house.inside():
        assert [row["rows"] for row in holding.report(house.viewer)] == [2]
        assert not list(holding.report(house.member))


def test_of_records_put_aside_together_only_those_that_name_a_person_are_erased(
    house: House,
) -> None:
    named, other = step(user_id=house.viewer.email.upper()), step()
    body = putaside.of_records([named, other])
    with house.inside():
        aside.quarantine_items("traces", [Rejected(0, UNDECIDED, "", body)])
        erase = quarantine_about_people().erase
        assert erase is not None
        assert erase(house.viewer) == 1
        assert erase(house.viewer) == 0
        (row,) = Quarantined.objects.all()
        assert named.span_id not in row.open()
        assert replay_quarantined(row) == 1
        assert identity.unsigned(Span.objects.get().span_id) == other.span_id


def test_a_stranger_sees_nothing_of_it(house: House, neighbours: House) -> None:
    send(house, event(event_type="Nonsense"))
    with house.inside():
        pk = Quarantined.objects.get().pk
    stranger = neighbours.api()
    assert stranger.get("/telemetry/quarantine").json()["data"] == []
    for verb in ("open", "replay"):
        assert stranger.post(f"/telemetry/quarantine/{pk}/{verb}").status_code == 404

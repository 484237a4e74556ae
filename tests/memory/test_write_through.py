"""What is remembered here stands in a memory service outside, too, whatever happens on the way."""

import random
import time
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from django.db.models.functions import Now

from accounts.fence import acting
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from armproject.lib.errors import Conflict, Forbidden, InvalidInput
from armproject.lib.secret import Secret
from governance.models import AuditEvent
from jobs.actions.create_subscription import create_subscription
from jobs.actions.deliver_events import deliver_events
from jobs.models import Delivery, DeliveryState, Job, OutboxEvent
from jobs.sinks import NotTaken
from memory.actions.add_external_store import add_external_store
from memory.actions.change_external_store import change_external_store
from memory.actions.erase_memories import erase_memories
from memory.actions.forget import forget
from memory.actions.reconcile_external import Compared, reconcile_external
from memory.actions.remember_many import remember_many
from memory.actions.remove_external_store import remove_external_store
from memory.actions.request_reconciliation import request_reconciliation
from memory.actions.restore_memory import restore_memory
from memory.actions.update_memory import update_memory
from memory.entries import Draft
from memory.models import ExternalCopy, ExternalStore, Memory, MemoryState
from memory.outside import KIND, digest_of
from tests.cast import House, make_house
from tests.memory.kept import TEA, USER, kept
from tests.memory.outside_service import KEY, Outside, outside_service


@pytest.fixture
def house(committed: None) -> House:
    return make_house("Acme")


@pytest.fixture
def outside(house: House) -> Iterator[Outside]:
    with outside_service() as service:
        house.open_hosts(service.host)
        yield service


@pytest.fixture
def store(house: House, outside: Outside) -> ExternalStore:
    with house.inside():
        return add_external_store("Brain", address=Secret(outside.url), key=Secret(KEY))


def turn(house: House, store: ExternalStore) -> int:
    """Send what is due, as a worker does."""
    with acting(system("subscriptions"), house.organization.pk, PERMISSIONS):
        return deliver_events(store.subscription_id)


def compare(house: House, store: ExternalStore) -> Compared:
    with acting(system("schedule"), house.organization.pk, PERMISSIONS):
        return reconcile_external(store.pk)


def skip_pause(house: House) -> None:
    with house.inside():
        Delivery.objects.unsent().update(next_try_at=Now())


def has_unsent(house: House) -> bool:
    with house.inside():
        subscription = ExternalStore.objects.get().subscription
        return subscription.has_more() or Delivery.objects.unsent().exists()


def here(house: House) -> set[str]:
    with house.inside():
        return {row.content for row in Memory.objects.filter(state=MemoryState.LIVE)}


def test_what_is_kept_changed_and_forgotten_follows_outside(
    house: House, store: ExternalStore, outside: Outside
) -> None:
    row = kept(house, label="Drinks", metadata={"cup": 1})
    turn(house, store)
    told = outside.memories[str(row.pk)]
    assert (told["content"], told["owner_id"], told["label"]) == (TEA, "u-1", "Drinks")
    assert told["digest"] == digest_of(told)
    with house.inside():
        update_memory(row, content="Prefers water.")
    turn(house, store)
    assert outside.texts == {"Prefers water."}
    with house.inside():
        forget(row)
    turn(house, store)
    assert outside.memories == {}
    with house.inside():
        assert ExternalCopy.objects.count() == 0
        restore_memory(row)
    turn(house, store)
    assert outside.texts == {"Prefers water."}
    with house.inside():
        erase_memories([row])
    turn(house, store)
    assert outside.memories == {}


def test_the_outbox_and_its_work_hold_ids_and_nothing_that_was_said(
    house: House, store: ExternalStore
) -> None:
    row = kept(house, label="Drinks")
    with house.inside():
        held = [vars(each) for each in (*OutboxEvent.objects.all(), *Job.objects.all())]
        assert OutboxEvent.objects.get().payload == {"memory_id": str(row.pk)}
        assert TEA not in str(held)
        assert "Drinks" not in str(held)


def test_while_the_service_is_down_everything_waits_and_then_arrives_once(
    house: House, store: ExternalStore, outside: Outside
) -> None:
    outside.answers = [503]
    for number in range(5):
        kept(house, f"Fact {number}")
    assert turn(house, store) == 0
    with house.inside():
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.response_code) == (DeliveryState.FAILED, 503)
    outside.answers = [500]
    skip_pause(house)
    assert turn(house, store) == 0
    skip_pause(house)
    assert turn(house, store) == 1
    assert outside.texts == {f"Fact {number}" for number in range(5)}
    done = [key for method, key in zip(outside.calls, outside.keys, strict=True) if method]
    assert len({key for key in done if key}) == 5


def test_what_went_out_before_the_service_failed_is_not_sent_again(
    house: House, store: ExternalStore, outside: Outside
) -> None:
    with house.inside():
        remember_many([Draft(f"Fact {number}", USER) for number in range(4)])
    outside.answers = [200, 200, 503]
    turn(house, store)
    with house.inside():
        assert ExternalCopy.objects.count() == 2
    skip_pause(house)
    turn(house, store)
    assert len(outside.written()) == 3 + 2


def test_an_answer_that_was_lost_is_made_up_for_by_the_same_key(
    house: House, store: ExternalStore, outside: Outside
) -> None:
    kept(house)
    outside.lost = 1
    assert turn(house, store) == 0
    skip_pause(house)
    assert turn(house, store) == 1
    assert len(outside.written()) == 2
    assert outside.keys[0] == outside.keys[1] != ""
    assert outside.texts == {TEA}


def test_one_that_is_refused_for_good_holds_nobody_up_and_is_shown(
    house: House, store: ExternalStore, outside: Outside
) -> None:
    outside.refused = frozenset({"Too odd"})
    kept(house, "Too odd")
    kept(house)
    assert turn(house, store) == 1
    assert outside.texts == {TEA}
    with house.inside():
        (copy,) = ExternalCopy.objects.refused()
        assert "422" in copy.problem


def test_a_late_older_version_does_not_win(
    house: House, store: ExternalStore, outside: Outside
) -> None:
    row = kept(house)
    with house.inside():
        update_memory(row, content="Prefers water.")
    outside.memories[str(row.pk)] = {"version": 9, "content": "Newer", "digest": "x"}
    assert turn(house, store) == 1
    assert outside.texts == {"Newer"}


def test_what_must_not_leave_does_not(house: House, store: ExternalStore, outside: Outside) -> None:
    rows = [kept(house, f"Fact {number}") for number in range(3)]
    with house.inside():
        Memory.objects.filter(pk=rows[0].pk).update(state=MemoryState.WITHHELD)
        Memory.objects.filter(pk=rows[1].pk).update(is_locked=True)
    turn(house, store)
    compare(house, store)
    assert outside.texts == {"Fact 2"}


@pytest.mark.parametrize("page", [1, 3, 500])
def test_a_comparison_repairs_what_was_lost_changed_or_kept_too_long(
    house: House, store: ExternalStore, outside: Outside, page: int
) -> None:
    with house.inside():
        kept_rows = remember_many([Draft(f"Fact {number}", USER) for number in range(8)])
    rows = [each.memory for each in kept_rows]
    turn(house, store)
    outside.page = page
    del outside.memories[str(rows[0].pk)]
    outside.memories[str(rows[3].pk)]["digest"] = "spoilt"
    with house.inside():
        Memory.objects.filter(pk=rows[5].pk).update(state=MemoryState.FORGOTTEN)
    stray = str(uuid4())
    outside.memories[stray] = {"id": stray, "content": "Not ours", "version": 1, "digest": "y"}
    found = compare(house, store)
    assert (found.missing, found.different, found.surplus, found.foreign) == (1, 1, 1, 1)
    assert outside.texts == (here(house) | {"Not ours"})
    assert compare(house, store).repaired == 0
    with house.inside():
        store.refresh_from_db()
        assert (store.compared, store.repaired) == (7, 0)


def test_what_was_there_before_follows_by_the_first_comparison(
    house: House, outside: Outside
) -> None:
    kept(house)
    with house.inside():
        added = add_external_store("Brain", address=Secret(outside.url), key=Secret(KEY))
        assert Job.objects.filter(kind="memory.reconcile").count() == 1
    compare(house, added)
    assert outside.texts == {TEA}


def test_a_drill_of_failures_and_changes_ends_with_both_the_same(
    house: House, store: ExternalStore, outside: Outside
) -> None:
    dice = random.Random(11)
    rows: list[Memory] = []
    for step in range(60):
        outside.answers = [dice.choice([500, 503])] if dice.random() < 0.3 else []
        outside.lost = 1 if dice.random() < 0.2 else 0
        match dice.randrange(4):
            case 0 | 1:
                rows.append(kept(house, f"Fact {step}"))
            case 2 if rows:
                with house.inside():
                    update_memory(dice.choice(rows), content=f"Changed {step}")
            case 3 if rows:
                with house.inside():
                    forget(rows.pop(dice.randrange(len(rows))))
        skip_pause(house)
        turn(house, store)
    outside.answers, outside.lost = [], 0
    deadline = time.monotonic() + 90
    while has_unsent(house) and time.monotonic() < deadline:
        skip_pause(house)
        turn(house, store)
        time.sleep(1)  # after so many failures the way there stays closed for a while
    assert outside.texts == here(house)
    assert compare(house, store).repaired == 0


def test_a_service_whose_list_is_odd_is_refused_and_nothing_taken_out(
    house: House, store: ExternalStore, outside: Outside
) -> None:
    kept(house)
    turn(house, store)
    outside.answers = [500]
    with pytest.raises(NotTaken):
        compare(house, store)
    assert outside.texts == {TEA}
    with house.inside():
        store.refresh_from_db()
        assert "500" in store.last_error


def test_switched_off_nothing_is_sent_and_switched_on_it_is_compared(
    house: House, store: ExternalStore, outside: Outside
) -> None:
    with house.inside():
        change_external_store(store, is_on=False)
        with pytest.raises(Conflict):
            request_reconciliation(store)
    kept(house)
    assert turn(house, store) == 0
    with house.inside():
        Job.objects.all().delete()
        change_external_store(store, is_on=True)
        assert Job.objects.filter(kind="memory.reconcile").exists()
    compare(house, store)
    assert outside.texts == {TEA}


def test_another_address_needs_the_key_again(
    house: House, store: ExternalStore, outside: Outside
) -> None:
    with house.inside():
        with pytest.raises(InvalidInput):
            change_external_store(store, address=Secret(f"{outside.url}/other"))
        changed = change_external_store(
            store, address=Secret(f"{outside.url}/other"), key=Secret(KEY)
        )
        assert len(changed.subscription.way.secrets) == 1


def test_a_service_that_was_removed_is_told_nothing_more(
    house: House, store: ExternalStore, outside: Outside
) -> None:
    kept(house)
    turn(house, store)
    with house.inside():
        remove_external_store(store)
        assert ExternalStore.objects.count() == ExternalCopy.objects.count() == 0
    assert outside.texts == {TEA}


def test_it_is_added_by_who_may_and_only_here(house: House, outside: Outside) -> None:
    address, key = Secret(outside.url), Secret(KEY)
    for role in ("developer", "member", "viewer", "auditor"):
        with house.inside(role), pytest.raises(Forbidden):
            add_external_store("Brain", address=address, key=key)
    with house.inside():
        with pytest.raises(InvalidInput, match="under Memory"):
            create_subscription("Other", address=address, topics=["memory.stored"], kind=KIND)
        with pytest.raises(InvalidInput):
            add_external_store("Brain", address=Secret("http://169.254.169.254/"), key=key)
        with pytest.raises(InvalidInput):
            add_external_store("Brain", address=address, key=Secret(""))


def test_the_log_tells_how_many_were_sent_and_never_the_key(
    house: House, store: ExternalStore
) -> None:
    kept(house)
    turn(house, store)
    with house.inside():
        event = AuditEvent.objects.get(action="memories.write_through")
        assert event.details == {"count": 1}
        assert KEY not in str([vars(each) for each in AuditEvent.objects.all()])
        assert UUID(str(event.resource_id)) == store.pk


def test_over_the_api_a_service_is_added_compared_and_removed(
    house: House, outside: Outside
) -> None:
    api = house.api("admin")
    body = {"name": "Brain", "address": outside.url, "key": KEY}
    made = api.post("/memory/services", body)
    assert made.status_code == 201, made.content
    assert KEY not in made.content.decode()
    place = f"/memory/services/{made.json()['data']['id']}"
    assert api.post(f"{place}/reconcile").status_code == 202
    changed = api.patch(place, {"is_on": False}).json()["data"]
    assert changed["is_on"] is False
    assert api.post(f"{place}/reconcile").status_code == 409
    assert api.delete(place).status_code == 204
    assert house.api("developer").get("/memory/services").status_code == 403

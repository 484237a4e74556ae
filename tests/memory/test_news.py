"""Others hear that something is remembered, changed or forgotten, and figures count it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from armproject.lib import context, spans
from armproject.lib.metrics import counted
from jobs.models import OutboxEvent, Subscription
from jobs.topics import TOPICS
from memory.actions.erase_memories import erase_memories
from memory.actions.forget import forget
from memory.actions.remember import remember
from memory.actions.restore_memory import restore_memory
from memory.actions.review_memories import review_memories
from memory.actions.update_memory import update_memory
from memory.entries import Draft
from tests.cast import House
from tests.lib.loopback import Listener
from tests.memory.kept import TEA, USER, kept
from tests.memory.test_review import withheld

NAMES = ["memory.forgotten", "memory.stored", "memory.updated"]


@pytest.fixture
def heard(house: House) -> House:
    with house.inside():
        Subscription.objects.create(name="All", kind="webhook", topics=NAMES)
    return house


def topics(house: House) -> list[str]:
    with house.inside():
        return list(OutboxEvent.objects.order_by("pk").values_list("topic", flat=True))


def test_there_are_topics_for_what_becomes_of_a_memory() -> None:
    assert sorted(name for name in TOPICS if name.startswith("memory.")) == NAMES


def test_each_change_is_told_by_id_alone(heard: House) -> None:
    memory = kept(heard, TEA, label="Drinks")
    with heard.inside():
        update_memory(memory, content="Prefers coffee by now.")
        forget(memory)
        restore_memory(memory)
        erase_memories([memory])
        told = list(OutboxEvent.objects.order_by("pk"))
    stored, updated, forgotten = "memory.stored", "memory.updated", "memory.forgotten"
    assert [each.topic for each in told] == [stored, updated, forgotten, stored, forgotten]
    assert all(each.payload == {"memory_id": str(memory.pk)} for each in told)


def test_what_is_withheld_is_told_once_it_is_approved(heard: House) -> None:
    memory = withheld(heard)
    assert topics(heard) == []
    with heard.inside():
        review_memories([memory], approve=True)
    assert topics(heard) == ["memory.stored"]


def operations() -> dict[str, float]:
    told: dict[str, float] = {}
    for metric in counted():
        for sample in metric.samples:
            if sample.name == "arm_memory_operations_total":
                told[sample.labels["operation"]] = sample.value
    return told


def test_operations_are_counted(house: House) -> None:
    before = operations()
    memory = kept(house, TEA)
    with house.inside():
        forget(memory)
    after = operations()
    for operation in ("store", "forget"):
        assert after[operation] == before.get(operation, 0) + 1


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """Name a collector that keeps what it is sent."""
    listener = Listener(lambda _request: b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{listener.authority}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    spans._processor.cache_clear()
    yield listener
    spans._processor().shutdown()
    spans._processor.cache_clear()
    listener.close()


def test_a_write_is_a_step_of_its_own_and_tells_nothing_of_it(
    house: House, collector: Listener
) -> None:
    step = context.RequestInfo(request_id="r", trace_id="c" * 32, span_id="d" * 16)
    with house.inside() as now, context.use(replace(now, request=step)):
        remember(Draft(TEA, USER, label="Drinks"))
    spans.flush()
    told = b"".join(collector.requests)
    assert b"memory.write" in told
    assert TEA.encode() not in told
    assert b"Drinks" not in told

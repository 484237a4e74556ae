"""What the audit log is asked for costs what the answer holds, not what the log holds."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from governance.models import AuditEvent
from tests.cast import House, make_house
from tests.governance.sealed import as_owner

EVENTS = 30_000
# Blocks of 8 kB that one question may touch; the whole log has far more.
MOST_BLOCKS = 250
FILL = """
INSERT INTO governance_auditevent (id, at, organization_id, actor_kind, actor_id, actor_label,
  action, resource_type, resource_id, resource_label, reason, before, after, details, request_id,
  trace_id, address, user_agent, payload, mac)
SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '7'
        || right('00' || to_hex(mod(turn, 4096)), 3) || '8' || right(md5(turn::text), 15))::uuid,
       moment, %(organization)s, 'member', 'p' || mod(turn, 100), 'Person ' || mod(turn, 100),
       'tests.n' || mod(turn, 10), 'tests.thing', 't' || mod(turn, 3000),
       'Thing ' || mod(turn, 3000), '', '{}', '{}', '{}', md5('r' || turn / 3),
       md5('t' || turn / 5), '10.0.0.1', 'curl',
       repeat('x', 200), ''
  FROM generate_series(1, %(events)s) turn,
       LATERAL (SELECT now() - interval '1 minute' * turn) made(moment)
"""


@pytest.fixture
def long_log(committed: None) -> House:
    """Return a house with a long log."""
    house = make_house("Acme")
    with as_owner() as owner:
        owner.execute(FILL, {"organization": house.organization.pk, "events": EVENTS})
        owner.execute("ANALYZE governance_auditevent")
    return house


def blocks(events: Any) -> int:
    """Return how many blocks the database touches to answer; none where it need not be asked."""
    said = events.explain(analyze=True, buffers=True, format="json")
    if not said:
        return 0
    plan = json.loads(said)[0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


ASKED: dict[str, Callable[[AuditEvent], Any]] = {
    "the newest": lambda _: AuditEvent.objects.all(),
    "by whom": lambda one: AuditEvent.objects.filter(actor_id=one.actor_id),
    "by nobody": lambda _: AuditEvent.objects.filter(actor_id="nobody"),
    "a rare kind of principal": lambda _: AuditEvent.objects.filter(actor_kind="agent"),
    "one action": lambda one: AuditEvent.objects.filter(action=one.action),
    "an action nobody did": lambda _: AuditEvent.objects.filter(action="tests.never"),
    "one thing": lambda one: AuditEvent.objects.filter(
        resource_type="tests.thing", resource_id=one.resource_id
    ),
    "one request": lambda one: AuditEvent.objects.filter(request_id=one.request_id),
    "no such request": lambda _: AuditEvent.objects.filter(request_id="none"),
    "one trace": lambda one: AuditEvent.objects.filter(trace_id=one.trace_id),
    "no such trace": lambda _: AuditEvent.objects.filter(trace_id="none"),
    "a day long ago": lambda one: AuditEvent.objects.since(one.at).until(
        one.at + timedelta(minutes=30)
    ),
    "the last hour": lambda _: AuditEvent.objects.since(timezone.now() - timedelta(hours=1)),
    "what begins so": lambda _: AuditEvent.objects.found("Person 7"),
    "a whole id": lambda one: AuditEvent.objects.found(one.request_id),
    "words nobody used": lambda _: AuditEvent.objects.found("zzzz"),
}


def test_a_page_touches_few_blocks(long_log: House) -> None:
    with long_log.inside():
        one = AuditEvent.objects.filter(action__startswith="tests.").order_by("pk")[EVENTS // 2]
        touched = {name: blocks(ask(one).order_by("-id")[:21]) for name, ask in ASKED.items()}
        all_of_it = blocks(AuditEvent.objects.filter(reason="nobody gave this reason"))
    assert {name: number for name, number in touched.items() if number > MOST_BLOCKS} == {}
    assert all_of_it > 4 * MOST_BLOCKS


def test_a_span_of_time_holds_exactly_what_happened_in_it(long_log: House) -> None:
    with long_log.inside():
        log = AuditEvent.objects.filter(action__startswith="tests.")
        start = log.order_by("pk")[1_000].at
        end = start + timedelta(hours=2)
        found = set(log.since(start).until(end).values_list("pk", flat=True))
        assert found == set(log.filter(at__gte=start, at__lt=end).values_list("pk", flat=True))
        assert len(found) == 120
        assert not AuditEvent.objects.until(start.replace(year=1)).exists()
        assert not AuditEvent.objects.since(start.replace(year=9999)).exists()

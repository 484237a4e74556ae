"""The audit log is appended to and never changed, by nobody, at times the database says."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from accounts.fence import acting, fenced
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from armproject.lib import audit
from governance.actions.ensure_audit_partitions import ensure_audit_partitions
from governance.models import AuditEvent
from jobs.actions.run_job import run_job
from jobs.actions.run_schedule import run_schedule
from jobs.models import Job
from jobs.registry import SCHEDULES
from tests.cast import House, make_house

TAMPER = [
    "UPDATE governance_auditevent SET action = 'nothing.happened'",
    "DELETE FROM governance_auditevent",
    "TRUNCATE governance_auditevent",
]


@pytest.mark.parametrize("statement", TAMPER)
def test_the_application_cannot_change_the_log(house: House, statement: str) -> None:
    with (
        house.inside(),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    with house.inside():
        assert AuditEvent.objects.exists()


@pytest.mark.parametrize("statement", TAMPER)
def test_the_owner_of_the_tables_cannot_change_it_either(committed: None, statement: str) -> None:
    house = make_house("Acme")
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('arm.organization', %s, false)", [str(house.organization.pk)]
        )
        with pytest.raises(DatabaseError, match="never changed"):
            cursor.execute(statement)
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE tablename LIKE 'governance_auditevent_%'"
            " AND tablename = 'governance_auditevent_' || to_char(now(), 'YYYY_MM')"
        )
        (partition,) = cursor.fetchone()
        with pytest.raises(DatabaseError, match="never changed"):
            cursor.execute(statement.replace("governance_auditevent", partition))
    owner.close()
    with house.inside():
        assert AuditEvent.objects.exists()
        assert not AuditEvent.objects.filter(action="nothing.happened").exists()


FORGE = (
    "INSERT INTO governance_auditevent (id, organization_id, at, payload, mac, before, after,"
    " details, actor_kind, actor_id, actor_label, action, resource_type, resource_id,"
    " resource_label, reason, request_id, trace_id, address, user_agent)"
    " SELECT gen_random_uuid(), organization_id, {at}, payload, mac, before, after, details,"
    " actor_kind, actor_id, actor_label, 'tests.forged', '', '', '', '', '', '', '', ''"
    " FROM governance_auditevent WHERE id = %s"
)


def test_the_clock_of_the_database_wins(house: House) -> None:
    with house.inside():
        audit.record("tests.happened")
        (event,) = AuditEvent.objects.filter(action="tests.happened")
        assert abs(timezone.now() - event.at) < timedelta(minutes=1)
        with connection.cursor() as cursor:
            cursor.execute(FORGE.format(at="date_trunc('month', now())"), [event.pk])
            (late,) = AuditEvent.objects.filter(action="tests.forged")
            assert late.at > event.at
            with pytest.raises(DatabaseError, match="partition"), transaction.atomic():
                cursor.execute(FORGE.format(at="now() - interval '1 month'"), [event.pk])


def test_nobody_reads_the_neighbours_log(house: House, neighbours: House) -> None:
    with neighbours.inside():
        audit.record("tests.secret")
    with house.inside(), connection.cursor() as cursor:
        assert not AuditEvent.objects.filter(action="tests.secret").exists()
        cursor.execute("SELECT count(*) FROM governance_auditevent WHERE action = 'tests.secret'")
        assert cursor.fetchone() == (0,)


def test_room_for_the_months_to_come_is_made_every_day(committed: None) -> None:
    house = make_house("Acme")
    assert SCHEDULES["governance.ensure_partitions"].every == timedelta(days=1)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT to_char(now() + interval '3 months', 'YYYY_MM')")
        (month,) = cursor.fetchone()
        cursor.execute(f"DROP TABLE IF EXISTS governance_auditevent_{month}")
    connections["owner"].close()
    assert run_schedule("governance.ensure_partitions") == 1
    with house.inside():
        job = Job.objects.get(kind="governance.ensure_partitions")
    assert run_job(job.pk, house.organization.pk)
    with acting(system("test"), house.organization.pk, PERMISSIONS):
        assert ensure_audit_partitions() == 0
        with fenced(), connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"governance_auditevent_{month}"])
            assert cursor.fetchone() == (True,)

"""Two requests that tell of the same new run at the same moment are both kept."""

import time
from threading import Thread

import psycopg
from django.db import connection

from accounts.fence import acting
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from telemetry.actions.receive_together import Reading, receive_together
from telemetry.actions.store_spans import store_spans
from telemetry.models import Run, Source
from tests import database
from tests.cast import House, make_house
from tests.telemetry.test_store_spans import record

WAITS = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"


def somebody_waits() -> None:
    """Return once another connection to this database waits for a lock."""
    for _ in range(2_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # what a transaction saw, it keeps
            cursor.execute(WAITS, [connection.settings_dict["NAME"]])
            if cursor.fetchone():
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_whoever_comes_second_finds_what_the_first_began(committed: None) -> None:
    house = make_house("Acme")
    kept: list[int] = []

    def second(house: House) -> None:
        try:
            with acting(system("test"), house.organization.pk, PERMISSIONS):
                (received,) = receive_together("events", [Reading([record(1), record(2)], [])])
            kept.append(received.kept)
        finally:
            connection.close()

    thread = Thread(target=second, args=[house])
    with house.inside():
        store_spans([record(0)])
        thread.start()
        somebody_waits()
    thread.join()
    assert kept == [2]
    with house.inside():
        assert Run.objects.get().spans == 3
        assert Source.objects.count() == 1


# Who writes a key at the very moment another does meets a conflict, not a row to wait for.
CROSSES = """
CREATE SEQUENCE crossed;
CREATE FUNCTION cross_over() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF nextval('crossed') < 3 THEN
    RAISE EXCEPTION 'crossed' USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER crosses BEFORE INSERT ON telemetry_run FOR EACH STATEMENT
  EXECUTE FUNCTION cross_over();
"""


def test_whoever_crosses_another_begins_again(committed: None) -> None:
    house, name = make_house("Acme"), connection.settings_dict["NAME"]
    with psycopg.connect(**{**database.superuser(), "dbname": name}, autocommit=True) as owner:
        owner.execute(CROSSES)
    with acting(system("test"), house.organization.pk, PERMISSIONS):
        (received,) = receive_together("events", [Reading([record(0)], [])])
    assert received.kept == 1
    with house.inside():
        assert Run.objects.get().spans == 1

"""The check of the second wall finds each weakness that is planted, and none in the product."""

import psycopg
import pytest
from django.db import connection

from accounts.wall import weaknesses
from tests import database

PLANTED = {
    "a table without a policy": (
        "CREATE TABLE leak (id uuid, organization_id uuid NOT NULL)",
        "no fence",
    ),
    "a policy switched off": ("ALTER TABLE jobs_job DISABLE ROW LEVEL SECURITY", "jobs_job"),
    "an owner let through": ("ALTER TABLE jobs_job NO FORCE ROW LEVEL SECURITY", "jobs_job"),
    "rows of nobody": (
        "ALTER TABLE jobs_job ALTER COLUMN organization_id DROP NOT NULL",
        "no organization",
    ),
    "a link across": (
        "ALTER TABLE agents_agent ADD FOREIGN KEY (connection_id)"
        " REFERENCES connectors_connection (id)",
        "point into another",
    ),
    "a telling unique": ("CREATE UNIQUE INDEX told ON connectors_connection (name)", "told"),
    "a view of the owner": ("CREATE VIEW peek AS SELECT * FROM jobs_job", "peek"),
    "a right on a partition": (
        "DO $$ DECLARE p text; BEGIN SELECT inhrelid::regclass::text INTO p FROM pg_inherits"
        " WHERE inhparent = 'governance_auditevent'::regclass LIMIT 1;"
        " EXECUTE 'GRANT SELECT ON ' || p || ' TO arm_app'; END $$",
        "governance_auditevent_",
    ),
    "a function that sees all": (
        "CREATE FUNCTION sees_all() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
        " AS 'SELECT count(*) FROM jobs_job'",
        "sees_all",
    ),
    "a tenant hidden from the planner": (
        "DROP POLICY tenant ON jobs_job; CREATE POLICY tenant ON jobs_job"
        " USING (organization_id = (SELECT arm_current_organization()))"
        " WITH CHECK (organization_id = arm_current_organization())",
        "planner",
    ),
    "a right to empty a table": ("GRANT TRUNCATE ON jobs_job TO arm_app", "TRUNCATE"),
    "a right of who copies": ("GRANT SELECT ON jobs_job TO arm_ingest", "holds SELECT on jobs_job"),
    "copies that go astray": ("DROP TRIGGER stays_inside ON telemetry_span", "inside its"),
    "a role to take on": ("GRANT arm_definer TO arm_app WITH INHERIT FALSE", "as arm_definer"),
    "a right to create": ("GRANT CREATE ON SCHEMA public TO arm_app", "create objects"),
}


def test_the_product_has_no_weakness(db: None) -> None:
    assert weaknesses() == []


@pytest.mark.parametrize("hole", PLANTED)
def test_a_planted_weakness_is_found(committed: None, hole: str) -> None:
    statement, mark = PLANTED[hole]
    name = connection.settings_dict["NAME"]
    with psycopg.connect(**{**database.superuser(), "dbname": name}, autocommit=True) as owner:
        owner.execute(statement)  # type: ignore[call-overload]
    assert any(mark in problem for problem in weaknesses()), weaknesses()

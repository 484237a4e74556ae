"""Two organizations with a row in every table, every text of theirs marked with its owner."""

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.db import connection, models
from django.utils import timezone

from accounts.models import Grant, Invitation, Organization, SealedField, User
from accounts.subject_keys import lock_away
from accounts.wall import tenant_models
from agents.models import Agent
from memory.models.half_vector import HalfVectorField
from telemetry.models import Objective
from tests import database
from tests.cast import House, make_house

# JSON that the product reads by a shape of its own, so that a mark does not fit in.
SHAPED = {
    "connectors.SyncRun.found",
    "governance.Erasure.erased",
    "jobs.Job.args",
    "jobs.Job.requested_by",
}
# As long as a sealed value is, and nothing opens it.
SEALED = b"\x01\x00\x01" + bytes(28)
# Made with the house, or with the first thing somebody does there.
SKIPPED = {"accounts.Membership", "accounts.OrganizationKey", "accounts.SubjectKey"}


class World:
    """Our organization, and the foreign one whose rows must never show."""

    def __init__(self) -> None:
        self.ours = make_house("Ours")
        self.rows = {"ours": fill(self.ours, "OURS")}

    def settle_foreign(self) -> None:
        """Let the foreign organization appear, with a row of every kind."""
        self.foreign = make_house("Foreign")
        self.rows["foreign"] = fill(self.foreign, "FOREIGN")
        self.before = self.digest()

    def foreign_id(self, model: Any) -> UUID | None:
        """Return the id of the foreign row of this kind, if there is such a kind."""
        row = self.rows["foreign"].get(model._meta.label)
        return row.pk if row is not None else None

    def our_id(self, model: Any) -> UUID | None:
        row = self.rows["ours"].get(model._meta.label)
        return row.pk if row is not None else None

    def foreign_ids(self) -> set[str]:
        return {str(row.pk) for row in self.rows["foreign"].values()}

    def digest(self) -> str:
        """Return a mark of every foreign row: it changes when anything of theirs does."""
        total = hashlib.sha256()
        name = connection.settings_dict["NAME"]
        with psycopg.connect(**{**database.superuser(), "dbname": name}) as owner:
            for model in tenant_models():
                table = model._meta.db_table
                query = f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"
                where = " WHERE organization_id = %s"
                found = owner.execute(
                    query + where,  # type: ignore[arg-type]
                    [self.foreign.organization.pk],
                ).fetchone()
                total.update(f"{table}{found}".encode())
        return total.hexdigest()


def fill(house: House, mark: str) -> dict[str, Any]:
    """Make one row of every kind for the house."""
    rows: dict[str, Any] = {}
    with house.inside():
        lock_away(house.owner.pk, uuid4(), "actor", {})
        for model in tenant_models():
            if model._meta.label not in SKIPPED and not model._meta.abstract:
                _row(model, house, mark, rows)
        for label in SKIPPED:
            model = next(m for m in tenant_models() if m._meta.label == label)
            rows[label] = model.objects.first()
    # Rows without an id of their own are asked for by nobody; the digest still covers them.
    return {label: row for label, row in rows.items() if not isinstance(row.pk, tuple)}


def _row(model: Any, house: House, mark: str, rows: dict[str, Any]) -> Any:
    if model._meta.label in rows:
        return rows[model._meta.label]
    if model is Grant:
        agent = _row(Agent, house, mark, rows)
        rows[model._meta.label] = Grant.objects.assign_perm("agents.pause", house.admin, agent)
        return rows[model._meta.label]
    row = model(**dict(_values(model, house, mark, rows)))
    if isinstance(row, Invitation):
        row.role = ""  # it is for a role of the organization's own
    if isinstance(row, Objective):
        row.success_percent = Decimal(99)  # one of the two things it may ask
    row.save(force_insert=True)
    rows[model._meta.label] = row
    return row


def _values(model: Any, house: House, mark: str, rows: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for field in model._meta.concrete_fields:
        if field.primary_key or field.name == "organization":
            continue
        if isinstance(field, models.ForeignKey):
            yield field.name, _linked(field, house, mark, rows)
        else:
            value = _value(field, f"CANARY-{mark}-{model._meta.model_name}-{field.name}")
            if value is not None:
                yield field.name, value


def _linked(field: Any, house: House, mark: str, rows: dict[str, Any]) -> Any:
    target = field.related_model
    if target is User:
        return house.admin
    if target is Organization:
        return house.organization
    if target is field.model:
        return None
    if target._meta.label in SKIPPED:
        return target.objects.first()
    return _row(target, house, mark, rows)


def _value(field: Any, text: str) -> Any:
    """Return a value that fits the field; texts carry the mark of their owner."""
    if field.choices:
        return next(value for value, _ in field.flatchoices if value != "")
    if isinstance(field, SealedField):
        return None if field.null else SEALED
    if isinstance(field, HalfVectorField):
        return "[1, 0, 0]"
    if isinstance(field, models.UUIDField):
        return uuid4()
    if isinstance(field, models.CharField | models.TextField):
        return text[: field.max_length] if field.max_length else text
    if isinstance(field, models.JSONField):
        shaped = f"{field.model._meta.label}.{field.name}" in SHAPED
        return {"canary": text} if field.get_default() == {} and not shaped else None
    if isinstance(field, models.BooleanField):
        return field.get_default()
    if isinstance(field, models.DateTimeField):
        return None if field.null else timezone.now()
    if isinstance(field, models.DateField):
        return None if field.null else timezone.now().date()
    if isinstance(field, models.DecimalField):
        return None if field.null else Decimal(1)
    if isinstance(field, models.IntegerField):
        return None if field.has_default() or field.null else 1
    return None

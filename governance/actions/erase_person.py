"""Erase a person."""

from django.db import connection, transaction

from accounts.actions.add_member import refuse_above_own
from accounts.actions.change_role import refuse_losing_last_owner
from accounts.freshness import require_fresh
from accounts.models import Membership, User, canonical_email
from accounts.registry import HOLDINGS
from accounts.roles import Role
from accounts.sealing import address_mark
from accounts.subject_keys import destroy_subject_key
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, InvalidInput, NotFound
from governance.actions.find_person import find_person
from governance.models import Erasure, LegalHold

ACCOUNT_NEEDED = "The account is needed in another organization and stays as it is there."
LOG = "Events stay in the audit log under a pseudonym; what named the person cannot be read."


@transaction.atomic
def erase_person(email: str, *, confirmed: str, reason: str = "") -> Erasure:
    """Erase what the organization holds about a person, and return the receipt.

    `confirmed` is the address, typed again. A person who was erased already gets the same receipt
    again and nothing else happens. Refused while a legal hold stands, and for the last owner.
    """
    require_fresh()
    mark = address_mark(canonical_email(email))
    try:
        user = find_person(email, permission="subjects.erase")
    except NotFound:
        if receipt := Erasure.objects.of(mark):
            return receipt
        raise
    if canonical_email(confirmed) != user.email:
        problem = "To confirm, repeat the address exactly."
        raise InvalidInput(problem, fields={"confirmed": [problem]})
    membership = Membership.objects.select_for_update(of=("self",)).filter(user=user).first()
    if membership is None and (receipt := Erasure.objects.of(mark)):
        return receipt
    _refuse(user, membership)
    return _erase(user, mark, reason)


def _refuse(user: User, membership: Membership | None) -> None:
    if hold := LegalHold.objects.standing(user):
        raise Conflict(
            f"A legal hold of {hold.created_at:%Y-%m-%d} keeps what is held about this person:"
            f" {hold.reason} Release it first.",
        )
    if membership is None:
        return
    principal = context.principal()
    if principal is None or principal.user_id != user.pk:
        refuse_above_own(membership.custom_role or membership.role)
    if membership.role == Role.OWNER:
        refuse_losing_last_owner(membership)


def _erase(user: User, mark: str, reason: str) -> Erasure:
    erased: dict[str, int] = {}
    for holding in reversed(HOLDINGS.values()):
        if holding.erase is not None:
            erased[holding.name] = holding.erase(user)
    erased["keys"] = destroy_subject_key(user.pk)
    erased["audit"] = _blank_log(user)
    kept = [f"{held.label}: {held.kept}" for held in HOLDINGS.values() if held.kept]
    principal = context.principal()
    receipt = Erasure(
        person_id=user.pk,
        address_mark=mark,
        reason=reason[:500],
        erased=erased,
        kept=[LOG, *([] if erased["account"] else [ACCOUNT_NEEDED]), *kept],
        requested_by_id=principal.user_id if principal else None,
    )
    receipt.save(force_insert=True)
    record("subjects.erase", receipt, after={"person_id": str(user.pk), "erased": erased})
    return receipt


def _blank_log(user: User) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT arm_forget_subject(%s)", [user.pk])
        return int(cursor.fetchone()[0])

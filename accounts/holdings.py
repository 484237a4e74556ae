"""What accounts hold about a person, and how it is erased."""

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.utils import timezone

from accounts.models import (
    ApiKey,
    Departure,
    Grant,
    Invitation,
    KnownDevice,
    Letter,
    Membership,
    SignInEvent,
    SubjectKey,
    User,
)
from accounts.recent_keys import recent_keys
from accounts.registry import Holding, Row, add_holding

# Where the name of somebody erased stood.
NOBODY = "erased person"


def belongs_elsewhere(user: User) -> bool:
    """Tell whether the person has a membership that is not of this organization."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT arm_belongs_elsewhere(%s)", [user.pk])
        return bool(cursor.fetchone()[0])


def _account(user: User) -> Iterable[Row]:
    yield {
        "id": str(user.pk),
        "email": user.email,
        "name": user.name,
        "is_active": user.is_active,
        "created_at": user.created_at,
        "last_login": user.last_login,
    }


def _erase_account(user: User) -> int:
    """Make the account nameless and close it, unless the person needs it elsewhere."""
    if belongs_elsewhere(user):
        return 0
    _end_sessions(user)
    user.email, user.name = f"{user.pk.hex}@erased.invalid", NOBODY
    user.is_active = user.is_operator = False
    user.last_login = None
    user.set_unusable_password()
    user.save()
    return 1


def _end_sessions(user: User) -> None:
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


def _ways_in(user: User) -> Iterable[Row]:
    for session in UserSession.objects.filter(user=user):
        yield {"what": "session", "from": session.ip, "since": session.created_at}
    for device in KnownDevice.objects.filter(user=user):
        yield {"what": "device known by a digest", "since": device.created_at}
    for factor in Authenticator.objects.filter(user=user):
        yield {"what": factor.get_type_display(), "since": factor.created_at}
    for identity in SocialAccount.objects.filter(user=user):
        yield {"what": f"identity at {identity.provider}", "since": identity.date_joined}


def _erase_ways_in(user: User) -> int:
    """Forget how the person signs in and what was mailed to them, unless it is needed elsewhere."""
    if belongs_elsewhere(user):
        return 0
    ways = (UserSession, KnownDevice, Authenticator, SocialAccount, EmailAddress)
    number = sum(int(way.objects.filter(user=user).delete()[0]) for way in ways)
    return number + int(Letter.objects.filter(email=user.email).delete()[0])


def _sign_ins(user: User) -> Iterable[Row]:
    for event in SignInEvent.objects.filter(user=user):
        yield {
            "at": event.created_at,
            "outcome": event.outcome,
            "from": event.address,
            "with": event.user_agent,
        }


def _erase_sign_ins(user: User) -> int:
    return int(SignInEvent.objects.filter(user=user).update(address="", user_agent=""))


def _invitations(user: User) -> Iterable[Row]:
    for invitation in Invitation.objects.filter(email=user.email):
        yield {"role": invitation.role_name, "sent_at": invitation.sent_at}


def _erase_invitations(user: User) -> int:
    mine, now = Invitation.objects.filter(email=user.email), timezone.now()
    mine.open().update(revoked_at=now)
    return int(mine.update(email=f"{user.pk.hex}@erased.invalid"))


def _memberships(user: User) -> Iterable[Row]:
    for row in Membership.objects.filter(user=user):
        yield {"role": row.role_name, "since": row.created_at}


def _erase_memberships(user: User) -> int:
    Grant.objects.filter(user=user).delete()
    there = Membership.objects.filter(user=user)
    if there.exists():
        Departure.objects.get_or_create(user=user)
    return int(there.delete()[0])


def _api_keys(user: User) -> Iterable[Row]:
    for key in ApiKey.objects.filter(user=user):
        yield {
            "name": key.name,
            "prefix": key.public_id,
            "created_at": key.created_at,
            "last_used_at": key.last_used_at,
            "revoked_at": key.revoked_at,
        }


def _erase_api_keys(user: User) -> int:
    keys = ApiKey.objects.filter(user=user)
    keys.filter(revoked_at=None).update(revoked_at=timezone.now())
    recent_keys.forget()
    return int(keys.update(name=NOBODY))


def _rows_that_point(user: User) -> Iterable[Row]:
    """Count the rows of every app that point at the person's account."""
    for model, field in _links():
        number = model._default_manager.filter(**{field.name: user}).count()
        if number:
            yield {"what": f"{model._meta.verbose_name}: {field.verbose_name}", "rows": number}


def _links() -> Iterable[tuple[Any, Any]]:
    own = {Membership, ApiKey, SubjectKey, SignInEvent}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            is_link = isinstance(field, models.ForeignKey) and field.related_model is User
            if is_link and hasattr(model, "organization") and model not in own:
                yield model, field


def named_in(name: str, label: str, model: Any, column: str) -> Holding:
    """Return the holding of rows that keep the name of who acted in a text column."""

    def rows(user: User) -> Any:
        return model._default_manager.filter(**{column: str(user)})

    def report(user: User) -> Iterable[Row]:
        if number := rows(user).count():
            yield {"what": f"{model._meta.verbose_name}: {column}", "rows": number}

    def erase(user: User) -> int:
        return int(rows(user).update(**{column: NOBODY}))

    return Holding(name, label, report, erase)


def hold_accounts() -> None:
    """Add what this app holds to the registry."""
    add_holding(Holding("account", "Account", _account, _erase_account))
    add_holding(Holding("ways_in", "Ways to sign in", _ways_in, _erase_ways_in))
    add_holding(Holding("sign_ins", "Sign-ins", _sign_ins, _erase_sign_ins))
    add_holding(Holding("invitations", "Invitations", _invitations, _erase_invitations))
    add_holding(Holding("memberships", "Membership", _memberships, _erase_memberships))
    add_holding(Holding("api_keys", "API keys", _api_keys, _erase_api_keys))
    add_holding(
        Holding(
            "links",
            "Rows that point at the account",
            _rows_that_point,
            kept="They point at an account without a name.",
        )
    )

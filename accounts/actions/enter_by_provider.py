"""Let in whom an identity provider vouches for."""

from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.http import HttpRequest

from accounts.actions.add_member import add_member
from accounts.actions.open_session import open_session
from accounts.fence import acting, fenced
from accounts.models import Departure, Membership, User, canonical_email
from accounts.permissions import system
from accounts.roles import Role, rights_of
from accounts.signin import second_factor, waiting
from accounts.signin.errors import CodeNeeded
from accounts.signin.facts import Facts
from accounts.signin.sso import Provider
from armproject.lib.errors import Forbidden


def enter_by_provider(
    request: HttpRequest, provider: Provider, claims: Mapping[str, Any], subject: str
) -> User:
    """Open a session in `request` for the person whom the provider's claims describe.

    An organization's provider vouches for people of its domains; they become members with its
    default role, and their session counts in that organization alone. The installation's own
    providers vouch for people who have an account, whose second factor is still asked for.
    Raises Forbidden or CodeNeeded.
    """
    email = canonical_email(str(claims.get("email", "")))
    _refuse_unvouched(provider, claims, email)
    user = _person(provider, email, str(claims.get("name", ""))[:150], subject)
    method = f"sso:{provider.name}"[:60]
    if provider.organization is not None:
        organization = str(provider.organization)
        open_session(request, user, Facts.proven(method, organization=organization))
        return user
    if second_factor.is_enrolled(user.pk):
        raise CodeNeeded(waiting.note_for(user, method))
    open_session(request, user, Facts.proven(method))
    return user


def _refuse_unvouched(provider: Provider, claims: Mapping[str, Any], email: str) -> None:
    if not _is_plain(str(claims.get("email", ""))):
        raise Forbidden("The provider spells your address in a way that may be somebody else's.")
    verified = claims.get("email_verified", not provider.must_verify)
    if not email or verified not in (True, "true"):
        raise Forbidden("The provider does not vouch for an e-mail address of yours.")
    if provider.organization is not None and email.rpartition("@")[2] not in provider.domains:
        raise Forbidden("This provider signs in people of its own domains only.")


def _is_plain(email: str) -> bool:
    """Tell whether an address is its one spelling but for the case of ASCII letters.

    The provider has verified what it spells. Folding it further may lead to the account of another
    mailbox: one sharp s becomes two of the usual kind, also in a domain.
    """
    return email.isascii() or email == canonical_email(email)


@transaction.atomic
def _person(provider: Provider, email: str, name: str, subject: str) -> User:
    """Return the person: the one this subject was before, else the one with the address."""
    known = SocialAccount.objects.filter(provider=provider.slug, uid=subject).first()
    user: User | None = known.user if known else User.objects.filter(email=email).first()
    if user is None and provider.organization is not None:
        user = User.objects.create_user(email, None, name=name)
    if user is None or not user.is_active:
        raise Forbidden("Nobody is known here under this address; ask for an invitation.")
    if known is None:
        SocialAccount.objects.create(provider=provider.slug, uid=subject, user=user)
    if provider.organization is not None:
        _join(provider, user)
    return user


def _join(provider: Provider, user: User) -> None:
    rights = rights_of(Role.OWNER)
    with acting(system("single sign-on"), provider.organization, rights), fenced():
        if Membership.objects.filter(user=user).exists():
            return
        if Departure.objects.filter(user=user).exists():
            raise Forbidden("You were taken out of this organization; ask for an invitation.")
        add_member(user, provider.default_role)

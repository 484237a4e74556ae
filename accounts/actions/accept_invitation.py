"""Join an organization by the link of an invitation."""

from django.db import transaction
from django.utils import timezone

from accounts.actions.add_member import add_member
from accounts.actions.read_invitation import read_invitation
from accounts.fence import acting, fenced
from accounts.models import Invitation, Membership, User
from accounts.permissions import system
from accounts.roles import Role, rights_of
from accounts.signin import passwords
from accounts.signin.errors import LinkSpent
from accounts.signin.places import in_each
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput


def accept_invitation(token: str, *, password: str = "", name: str = "") -> Membership:
    """Let who got the invitation join; it signs nobody in.

    An address without an account gets one, with this name and a strong password; somebody who has
    an account keeps theirs as it is. The link works once. Raises LinkSpent or InvalidInput.
    """
    invitation = read_invitation(token)
    user = User.objects.filter(email=invitation.email).first()
    if user is None:
        user = _newcomer(invitation.email, password, name)
    elif not user.is_active:
        raise LinkSpent
    with acting(system("invitation"), invitation.organization_id, rights_of(Role.OWNER)), fenced():
        return _join(invitation, user)


def _newcomer(email: str, password: str, name: str) -> User:
    user = User(email=email, name=name)
    if not password:
        raise InvalidInput(
            "Choose a password for your new account.", fields={"password": ["Choose a password."]}
        )
    passwords.refuse_weak(password, user)
    user.password = passwords.hashed(password)
    return user


@transaction.atomic
def _join(invitation: Invitation, user: User) -> Membership:
    taken = Invitation.objects.open().filter(pk=invitation.pk, edition=invitation.edition)
    if not taken.update(accepted_at=timezone.now()):
        raise LinkSpent
    if user._state.adding:
        user.save(force_insert=True)
    membership = Membership.objects.filter(user=user).first()
    if membership is None:
        membership = add_member(user, invitation.given)
    in_each(
        user,
        lambda: record(
            "members.accept_invitation", invitation, after={"role": membership.role_name}
        ),
        [invitation.organization.pk],
    )
    return membership

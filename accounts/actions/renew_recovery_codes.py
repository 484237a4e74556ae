"""Replace one's recovery codes."""

from accounts.actions.check_code import check_code
from accounts.models import User
from accounts.signin import second_factor
from accounts.signin.places import in_each
from armproject.lib.audit import record
from armproject.lib.errors import Conflict


def renew_recovery_codes(user: User, *, code: str) -> list[str]:
    """Return fresh recovery codes, this once, to who proves the second factor; old ones end."""
    if not second_factor.is_enrolled(user.pk):
        raise Conflict("Set up an authenticator first; recovery codes come with it.")
    check_code(user, code)
    codes = second_factor.renew_recovery_codes(user)
    in_each(user, lambda: record("people.renew_recovery_codes", user))
    return codes

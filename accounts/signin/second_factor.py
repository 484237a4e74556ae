"""The second factor: time-based codes (RFC 6238) and recovery codes, in allauth's rows.

The secret is sealed by the master key and bound to its owner; of recovery codes digests are kept.
allauth remembers used codes in the cache only and keeps recovery codes recoverable; here the last
step stands in the row, and what was used is gone from it.
"""

import base64
import secrets
import unicodedata
from io import BytesIO
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

import qrcode
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import signing
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from qrcode.image.svg import SvgPathImage

from accounts.data_keys import key_provider
from accounts.models import User
from armproject.lib.crypto import Undecryptable
from armproject.lib.keys import WrappedKey

SETUP_SALT: Final = "arm.second-factor-setup"
SETUP_SECONDS: Final = 15 * 60
RECOVERY_CODES: Final = 10
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # without what looks alike
TOTP = Authenticator.Type.TOTP
RECOVERY = Authenticator.Type.RECOVERY_CODES


def is_enrolled(user_id: UUID) -> bool:
    """Tell whether the person has a second factor."""
    found: bool = Authenticator.objects.filter(user_id=user_id, type=TOTP).exists()
    return found


def canonical_code(text: str) -> str:
    """Return the one spelling of a code: no spaces or hyphens, digits of other scripts as ours."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(str(unicodedata.digit(c, c)) for c in plain if c.isalnum())


def draw_secret(user: User) -> tuple[str, str]:
    """Return a fresh secret in base 32, and a sealed set-up token that carries it for a while."""
    secret = generate_totp_secret()
    return secret, signing.dumps(_sealed(secret, user.pk), salt=SETUP_SALT)


def opened_setup(token: str, user: User) -> str | None:
    """Return the secret of a set-up token, if it is this person's and still young."""
    try:
        kept = signing.loads(token, salt=SETUP_SALT, max_age=SETUP_SECONDS)
        return _opened(kept, user.pk)
    except (signing.BadSignature, Undecryptable):
        return None


def step_of(secret: str, code: str) -> int | None:
    """Return the step of 30 seconds the code belongs to, now or next to now, or None."""
    steps = [
        step
        for step in yield_hotp_counters_from_time()
        if constant_time_compare(format_hotp_value(hotp_value(secret, step)), code)
    ]
    return steps[0] if steps else None


@transaction.atomic
def enrol(user: User, secret: str, step: int) -> list[str]:
    """Keep the secret and return fresh recovery codes, this once."""
    Authenticator.objects.filter(user_id=user.pk).delete()
    data = {"sealed": _sealed(secret, user.pk), "last_step": step}
    Authenticator.objects.create(user=user, type=TOTP, data=data)
    return renew_recovery_codes(user)


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """Replace the person's recovery codes and return the new ones, this once."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    digests = [_digest(canonical_code(code), user.pk) for code in codes]
    Authenticator.objects.update_or_create(
        user=user, type=RECOVERY, defaults={"data": {"digests": digests}}
    )
    return codes


@transaction.atomic
def use(user: User, code: str) -> str:
    """Use a code up; return "totp", "recovery_code", or nothing where it does not fit.

    A step counts once, and none counts after a later one. The row's lock makes parallel uses of
    one code one use.
    """
    plain = canonical_code(code)
    rows = Authenticator.objects.select_for_update().filter(user_id=user.pk)
    held: dict[str, Any] = {row.type: row for row in rows}
    if TOTP in held and _use_step(held[TOTP], plain, user.pk):
        return "totp"
    if RECOVERY in held and _use_recovery(held[RECOVERY], plain, user.pk):
        return "recovery_code"
    return ""


def remaining_recovery_codes(user_id: UUID) -> int:
    """Return how many recovery codes the person has left."""
    row = Authenticator.objects.filter(user_id=user_id, type=RECOVERY).first()
    return len(row.data["digests"]) if row else 0


def forget(user: User) -> None:
    """Take the second factor away."""
    Authenticator.objects.filter(user_id=user.pk).delete()


@transaction.atomic
def rewrap(master_key: str) -> int:
    """Seal every secret anew under this master key, so that older ones may go; return how many."""
    rows = Authenticator.objects.select_for_update().filter(type=TOTP)
    stale = list(rows.exclude(data__sealed__key=master_key))
    for row in stale:
        secret = _opened(row.data["sealed"], row.user_id)
        row.data["sealed"] = _sealed(secret, row.user_id, master_key)
        row.save(update_fields=["data"])
    return len(stale)


def address_of(user: User, secret: str) -> str:
    """Return the otpauth:// address that authenticators read."""
    query = urlencode({"secret": secret, "issuer": "ARM"}, quote_via=quote)
    return f"otpauth://totp/{quote(f'ARM:{user.email}')}?{query}"


def picture_of(address: str) -> str:
    """Return the address as a QR code, a data: URL of an SVG picture."""
    page = BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, border=2).save(page)
    return f"data:image/svg+xml;base64,{base64.b64encode(page.getvalue()).decode()}"


def _use_step(row: Any, code: str, user_id: UUID) -> bool:
    step = step_of(_opened(row.data["sealed"], user_id), code)
    if step is None or step <= row.data["last_step"]:
        return False
    row.data["last_step"] = step
    row.record_usage()
    row.save(update_fields=["data"])
    return True


def _use_recovery(row: Any, code: str, user_id: UUID) -> bool:
    wanted = _digest(code, user_id)
    left = [kept for kept in row.data["digests"] if not constant_time_compare(kept, wanted)]
    if len(left) == len(row.data["digests"]):
        return False
    row.data["digests"] = left
    row.record_usage()
    row.save(update_fields=["data"])
    return True


def _recovery_code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _digest(code: str, user_id: UUID) -> str:
    return salted_hmac("arm.recovery-code", f"{user_id}|{code}", algorithm="sha256").hexdigest()


def _sealed(secret: str, user_id: UUID, master_key: str | None = None) -> dict[str, str]:
    wrapped = key_provider().wrap(secret.encode(), _bound_to(user_id), master_key)
    return {"key": wrapped.key_id, "box": base64.b64encode(wrapped.blob).decode()}


def _opened(kept: dict[str, str], user_id: UUID) -> str:
    wrapped = WrappedKey(kept["key"], base64.b64decode(kept["box"]))
    return key_provider().unwrap(wrapped, _bound_to(user_id)).decode()


def _bound_to(user_id: UUID) -> bytes:
    return f"arm-second-factor|{user_id}".encode()

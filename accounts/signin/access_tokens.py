"""Access tokens: short-lived JWTs that say who and where, never what one may do."""

import time
from dataclasses import asdict, dataclass
from typing import Any, Final

import jwt
from django.utils.crypto import salted_hmac

from armproject.lib.errors import Unauthenticated

ALGORITHM: Final = "HS256"
SECONDS: Final = 600
CLAIMS: Final = ("sub", "email", "tenant_id", "sid", "iat", "exp")
HEADER: Final = {"alg": ALGORITHM, "typ": "JWT"}


@dataclass(frozen=True, slots=True)
class Access:
    """`sub` is the person's id, `tenant_id` the organization's or empty, `sid` the session's."""

    sub: str
    email: str
    tenant_id: str
    sid: str


def write(access: Access) -> str:
    """Return the signed token, which lives ten minutes."""
    now = int(time.time())
    return jwt.encode({**asdict(access), "iat": now, "exp": now + SECONDS}, _key(), ALGORITHM)


def read(token: str) -> Access:
    """Return what a token of ours says; raises Unauthenticated for every other text.

    Only our one algorithm, our header and exactly our claims are taken, and no life beyond ours.
    """
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, _key(), [ALGORITHM], options={"require": list(CLAIMS)})
    except (jwt.PyJWTError, ValueError, TypeError):
        raise _refused() from None
    if header != HEADER or set(claims) != set(CLAIMS) or not _is_plain(claims):
        raise _refused()
    return Access(claims["sub"], claims["email"], claims["tenant_id"], claims["sid"])


def _is_plain(claims: dict[str, Any]) -> bool:
    texts = all(isinstance(claims[name], str) for name in CLAIMS[:4])
    return texts and 0 < claims["exp"] - claims["iat"] <= SECONDS


def _refused() -> Unauthenticated:
    return Unauthenticated("This access token is not valid any more; refresh it or sign in again.")


def _key() -> bytes:
    return salted_hmac("arm.access-token", "", algorithm="sha256").digest()

"""Text under a passphrase that is never kept: a key drawn out of it by scrypt, AES-256-GCM.

A box is `arm-box:1:` and, in URL-safe base64, salt (16 bytes), nonce (12), ciphertext and tag. It
is bound to the row it belongs to: moved elsewhere it does not open.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from armproject.lib.secret import Secret

BEGINS = "arm-box:1:"
SALT_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32
# 32 MiB and about 80 ms for each try: a guess costs that much, and so does each request.
COST, BLOCK, LANES = 2**15, 8, 1


class WrongPassphrase(Exception):
    """The passphrase does not open this, or it was changed or moved."""


def shut(text: str, passphrase: Secret, place: str) -> str:
    """Return the text in a box that only this passphrase opens, at this place."""
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    told = AESGCM(_key(passphrase, salt)).encrypt(nonce, text.encode(), place.encode())
    return BEGINS + urlsafe_b64encode(salt + nonce + told).decode()


def opened(box: str, passphrase: Secret, place: str) -> str:
    """Return the text in a box; raises WrongPassphrase."""
    try:
        packed = urlsafe_b64decode(box.removeprefix(BEGINS))
    except ValueError:
        raise WrongPassphrase from None
    if not is_box(box) or len(packed) < SALT_BYTES + NONCE_BYTES + TAG_BYTES:
        raise WrongPassphrase
    salt, rest = packed[:SALT_BYTES], packed[SALT_BYTES:]
    try:
        key = _key(passphrase, salt)
        return AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], place.encode()).decode()
    except InvalidTag:
        raise WrongPassphrase from None


def is_box(text: str) -> bool:
    return text.startswith(BEGINS)


def _key(passphrase: Secret, salt: bytes) -> bytes:
    kdf = Scrypt(salt=salt, length=KEY_BYTES, n=COST, r=BLOCK, p=LANES)
    return kdf.derive(passphrase.reveal().encode())

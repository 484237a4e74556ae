"""Identifiers that look opaque and can be read back, so that ten thousand agents need no table."""

from hashlib import blake2b

_WIDTH = 6
_CHECK = 8


def mint(prefix: str, seed: int, *numbers: int) -> str:
    body = "".join(f"{number:0{_WIDTH}x}" for number in numbers)
    return f"{prefix}{_check(prefix, seed, body)}{body}"


def read(prefix: str, seed: int, text: str) -> tuple[int, ...] | None:
    """Return the numbers inside an identifier, or None if this world never minted it."""
    check, body = text[len(prefix) :][:_CHECK], text[len(prefix) + _CHECK :]
    if not text.startswith(prefix) or not body or len(body) % _WIDTH:
        return None
    if check != _check(prefix, seed, body):
        return None
    return tuple(int(body[at : at + _WIDTH], 16) for at in range(0, len(body), _WIDTH))


def roll(seed: int, *parts: object) -> int:
    """Draw a number below 2³² that depends on nothing but the seed and the parts."""
    text = ":".join(str(part) for part in (seed, *parts))
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "big")


def _check(prefix: str, seed: int, body: str) -> str:
    return blake2b(f"{seed}:{prefix}:{body}".encode(), digest_size=_CHECK // 2).hexdigest()

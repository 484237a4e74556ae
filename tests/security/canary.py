"""A secret that nobody else has, in every spelling in which it could hide."""

import base64
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

SHORTEST = 10


@dataclass
class Canaries:
    """Every canary that was planted, by the place it went in."""

    planted: dict[str, str] = field(default_factory=dict)

    def new(self, place: str, shape: str = "{}") -> str:
        """Return a secret for this place; the shape puts something around it."""
        mark = self.planted.setdefault(place, f"cNry{secrets.token_hex(14)}/+Zq")
        return shape.format(mark)

    def found_in(self, text: str) -> list[str]:
        """Return the places whose secret can be read out of the text, and in which spelling."""
        return [
            f"{place} ({spelling})"
            for place, secret in self.planted.items()
            for spelling, needle in spellings(secret)
            if needle in text
        ]


def spellings(secret: str) -> Iterator[tuple[str, str]]:
    """Yield every text that gives the secret away."""
    raw, half = secret.encode(), len(secret) // 2
    yield "raw", secret
    yield "url", quote(secret, safe="")
    yield "hex", raw.hex()
    yield "HEX", raw.hex().upper()
    yield "json", json.dumps(secret)[1:-1].replace("/", "\\/")
    yield "escaped", "".join(f"\\u{ord(c):04x}" for c in secret)
    yield "html", secret.replace("/", "&#x2F;").replace("+", "&#x2B;")
    yield "halves", secret[half:] + secret[:half]
    yield "backwards", secret[::-1]
    yield "beginning", secret[:12]
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw)
        # What stands at the ends also depends on the neighbours.
        inner = encoded[4 if offset else 0 : len(encoded) // 4 * 4 - 4].decode()
        if len(inner) >= SHORTEST:
            yield f"base64+{offset}", inner
            yield f"base64url+{offset}", inner.replace("+", "-").replace("/", "_")

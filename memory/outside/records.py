"""What a memory service outside is told of a memory."""

import hashlib
from collections.abc import Mapping
from typing import Any

from governance.signing import spelled
from memory.formats import bundle
from memory.models import Memory
from memory.moving import entry_of


def record_of(memory: Memory, content: str) -> dict[str, Any]:
    """Return a memory as JSON: what a bundle tells of it, with its version and a digest.

    The digest is the SHA-256 of the rest in canonical JSON, by which both sides compare.
    """
    told = bundle.row_of(entry_of(memory, content))
    told["version"] = memory.version
    return {**told, "digest": digest_of(told)}


def digest_of(told: Mapping[str, Any]) -> str:
    plain = {name: value for name, value in told.items() if name != "digest"}
    return hashlib.sha256(spelled(plain)).hexdigest()

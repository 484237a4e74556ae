"""How an audit event stands in the tree under its seal."""

from datetime import datetime

from governance import merkle
from governance.signing import moment

# What the columns of an event repeat of its payload, for people to filter by: texts and diffs.
COLUMNS = (
    "actor_kind",
    "actor_id",
    "actor_label",
    "action",
    "resource_type",
    "resource_id",
    "resource_label",
    "reason",
    "request_id",
    "trace_id",
    "address",
    "user_agent",
    "actor_user_id",
    "about_user_id",
)
DIFFS = ("before", "after", "details")

# What names the actor, and what may name the person an event is about; the payload has it only
# under the person's key.
PERSONAL = {
    "actor": ("actor_label", "address", "user_agent"),
    "about": ("resource_label", "before", "after", "details"),
}

# What is kept in place of the hash of an event that was gone before it could be sealed, or that
# ARM did not write.
GONE = bytes(merkle.HASH_BYTES)


def leaf_of(at: datetime, mac: bytes, payload: str) -> bytes:
    """Return the hash under which an event stands in its seal's tree.

    The entry is three lines: when, the organization's mark over the payload in hex, the payload.
    """
    return merkle.leaf(f"{moment(at)}\n{mac.hex()}\n{payload}".encode())

"""What ARM leaves at vendors: the mark of work it began, and its blocks inside instructions.

A block is put in, replaced, and taken out again so that what people wrote is left as it was, byte
by byte, also what they wrote around it meanwhile. There is one block of what people tell an agent
through ARM, and one of memories.
"""

import hashlib
import re

from armproject.lib.errors import InvalidInput
from connectors.base import ConnectorError

BEGIN = "<!-- ARM:begin -->"
END = "<!-- ARM:end -->"
GAP = "\n\n"
INVOKED_AS = "arm_invocation"
# The names of blocks: "" is what people tell an agent.
MEMORY = "memory"

_BLOCKS = {
    "": re.compile(rf"(?:\n\n)?<!-- ARM:begin\b(?! {MEMORY}\b).*?-->.*?{END}", re.DOTALL),
    # One that stood alone had no gap before it: what stands there now, people wrote.
    MEMORY: re.compile(
        rf"(?:(?:\n\n)?<!-- ARM:begin {MEMORY} -->|<!-- ARM:begin {MEMORY} alone -->)"
        rf".*?<!-- ARM:end {MEMORY} -->",
        re.DOTALL,
    ),
}
_MARKER = re.compile(r"<!-- ARM:(?:begin|end)\b")


def place(instructions: str, addition: str, name: str = "") -> str:
    """Return the instructions with this text as ARM's block of this name.

    An empty text takes the block out.
    """
    if _MARKER.search(addition):
        raise InvalidInput(
            "The text may not contain ARM's own markers.",
            fields={"text": ["Leave out <!-- ARM:begin --> and <!-- ARM:end -->."]},
        )
    bare = _BLOCKS[name].sub("", instructions)
    if _MARKER.search(without_blocks(bare)):
        raise ConnectorError(
            "The instructions hold half of an ARM block: somebody edited it. Remove what is left "
            "of it at the vendor, then try again.",
            fault="conflict",
            permanent=True,
        )
    if not addition:
        return bare
    begin, end = _frame(name, is_alone=not bare)
    block = f"{begin}\n{addition}\n{end}"
    return f"{bare}{GAP}{block}" if bare else block


def without_blocks(instructions: str) -> str:
    """Return the instructions without anything of ARM's."""
    for pattern in _BLOCKS.values():
        instructions = pattern.sub("", instructions)
    return instructions


def without_memories(instructions: str) -> str:
    """Return the instructions without the block of memories: ARM keeps no copy of what it says."""
    return _BLOCKS[MEMORY].sub("", instructions)


def mark_of(instructions: str) -> str:
    """Return a mark by which instructions are known to be the same: SHA-256 in hex."""
    return hashlib.sha256(instructions.encode()).hexdigest()


def refuse_changed(instructions: str, expected: str | None) -> None:
    """Refuse to write over instructions that are not what somebody saw; None expects nothing."""
    if expected is not None and mark_of(instructions) != expected:
        raise ConnectorError(
            "Somebody changed the instructions of this agent meanwhile. Look at them again.",
            fault="conflict",
            permanent=True,
        )


def _frame(name: str, *, is_alone: bool) -> tuple[str, str]:
    if not name:
        return BEGIN, END
    alone = " alone" if is_alone else ""
    return f"<!-- ARM:begin {name}{alone} -->", f"<!-- ARM:end {name} -->"

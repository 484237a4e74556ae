"""What ARM leaves at vendors: the mark of work it began, and its block inside instructions.

The block is put in, replaced, and taken out again so that what people wrote is left as it was.
"""

import re

from armproject.lib.errors import InvalidInput
from connectors.base import ConnectorError

BEGIN = "<!-- ARM:begin -->"
END = "<!-- ARM:end -->"
GAP = "\n\n"
INVOKED_AS = "arm_invocation"

_BLOCK = re.compile(r"(?:\n\n)?<!-- ARM:begin\b.*?-->.*?<!-- ARM:end -->", re.DOTALL)
_MARKER = re.compile(r"<!-- ARM:(?:begin|end)\b")


def place(instructions: str, addition: str) -> str:
    """Return the instructions with this text as ARM's block; an empty text takes the block out."""
    if _MARKER.search(addition):
        raise InvalidInput(
            "The text may not contain ARM's own markers.",
            fields={"text": ["Leave out <!-- ARM:begin --> and <!-- ARM:end -->."]},
        )
    bare = _BLOCK.sub("", instructions)
    if _MARKER.search(bare):
        raise ConnectorError(
            "The instructions hold half of an ARM block: somebody edited it. Remove what is left "
            "of it at the vendor, then try again.",
            fault="conflict",
            permanent=True,
        )
    if not addition:
        return bare
    block = f"{BEGIN}\n{addition}\n{END}"
    return f"{bare}{GAP}{block}" if bare else block

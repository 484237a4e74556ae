"""Which attributes may be kept as they are, and which tell what people and models said.

Content has fields of its own in a record, which an organization may switch off or have redacted.
An attribute nobody mapped must not carry it past that switch.
"""

import re
from enum import Enum
from functools import lru_cache
from typing import Any

from telemetry.dialects.reading import size
from telemetry.dialects.table import FLATTENED, IGNORED

LONGEST_VALUE = 1_000
LONGEST_KEY = 256
LONGEST_LIST = 32
MOST_KEPT = 128

# Names of content, and of secrets, wherever they stand in a key; and whole families of keys.
_CONTENT = re.compile(
    r"(?:^|[._-])(?:content|contents|prompt|prompts|completion|completions|messages?|input|inputs"
    r"|output|outputs|arguments|args|kwargs|result|results|response|request|query|queries"
    r"|questions?|answers?|repl(?:y|ies)|utterance|history|contexts?|passages?|chunks?|snippets?"
    r"|reasoning|thoughts?|rationale|explanation|comments?|html|markdown"
    r"|documents?|text|body|payload|instructions|definitions|embeddings?|vector|statement|transcript"
    r"|system_prompt|tool_calls|toolcalls|tools|final_result|model_request_parameters|json_schema"
    r"|invocation_parameters|parameters|cookies?|authorization|password|passwd|secrets?|credentials?"
    r"|api_key|apikey|access_token|refresh_token|url\.full|url\.query|http\.url|http\.target"
    r"|logfire\.msg|token|user\.(?:email|name|full_name)|(?:e_?)?mail|phone|(?:first|last|full)_name)"
    r"(?:[._-](?:value|text|json|raw|preview|string|[0-9]+))?$"
    r"|^(?:http\.(?:request|response)\.header\.|ai\.(?:prompt|response|request\.headers)"
    r"|retrieval\.documents|llm\.(?:tools|prompt_template|prompts)|embedding\.embeddings|exception\.)",
    re.IGNORECASE,
)
# Where a word begins that no sign parts from the one before it, as in userQuestion.
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_FLAT = re.compile(rf"({'|'.join(map(re.escape, FLATTENED))})\.([0-9]{{1,4}})\.(.+)")


class Fate(Enum):
    """What becomes of an attribute that no row of the table names."""

    KEEP = "keep"
    DROP = "drop"
    FLATTENED = "flattened"


def fate_of(key: str) -> Fate:
    return _fate_of(key) if 0 < len(key) <= LONGEST_KEY else Fate.DROP


@lru_cache(maxsize=8192)
def _fate_of(key: str) -> Fate:
    if key in IGNORED:
        return Fate.DROP
    if _FLAT.fullmatch(key):
        return Fate.FLATTENED
    tells = _CONTENT.search(key) or _CONTENT.search(_WORD.sub("_", key))
    return Fate.DROP if tells else Fate.KEEP


def place_in_list(key: str) -> tuple[str, int, str]:
    """Return which list a flattened key belongs to, where in it, and the path below that."""
    found = _FLAT.fullmatch(key)
    if found is None:
        raise ValueError(key)
    return found[1], int(found[2]), found[3]


def keepable(value: Any) -> Any:
    """Return a scalar or a short list of scalars that may stand among attributes; None for none.

    Objects, written as JSON too, and strings over a thousand characters are left out.
    """
    if isinstance(value, str):
        return value if len(value) <= LONGEST_VALUE and not _is_object(value) else None
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, list) and len(value) <= LONGEST_LIST:
        plain = all(isinstance(each, str | bool | int | float) for each in value)
        return value if plain and size(value) <= LONGEST_VALUE else None
    return None


def _is_object(value: str) -> bool:
    """Say whether this is JSON of an object, or of a list with objects in it."""
    return value[:1] in ("{", "[") and value[-1:] in ("}", "]") and "{" in value

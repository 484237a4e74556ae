"""What a search for agents looks for: words that begin like this, or an id that does."""

import re
from dataclasses import dataclass

MOST_WORDS = 6
_WORD = re.compile(r"[^\W_]+")
# Behind every word that begins like this, in the order of code points.
LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Search:
    """A search in the form the index knows: lower case, split where the database splits names."""

    words: tuple[str, ...]
    whole: str

    @classmethod
    def of(cls, text: str) -> "Search":
        lowered = text.strip().lower()
        words = sorted(set(_WORD.findall(lowered)), key=len, reverse=True)
        return cls(tuple(words[:MOST_WORDS]), lowered)

    @property
    def is_empty(self) -> bool:
        return not self.words

"""Cutting long texts into parts that can be found by themselves."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from memory.embedding.local import loaded

# A text of more tokens than this is cut; the parts are what a paragraph or two has.
LONGEST_WHOLE: Final = 1_000
PART: Final = 400
# No token is shorter than a character, so short texts need not be counted to be judged.
SURELY_WHOLE: Final = LONGEST_WHOLE


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text: where it begins, in characters, what it says, and how many tokens."""

    start: int
    text: str
    tokens: int


def count_tokens(texts: list[str]) -> list[int]:
    """Return how many tokens each text has, as the local model counts them."""
    if not texts:
        return []
    encoded = loaded().tokenizer.encode_batch(texts, add_special_tokens=False)
    return [sum(each.attention_mask) for each in encoded]


def parts_of(text: str) -> list[Part]:
    """Return the parts of a long text, cut between paragraphs and sentences where it can be."""
    cut = [(start, piece) for start, piece in _splitter().chunk_indices(text) if piece.strip()]
    counts = count_tokens([piece for _, piece in cut])
    return [Part(start, piece, tokens) for (start, piece), tokens in zip(cut, counts, strict=True)]


@cache
def _splitter() -> Any:
    from semantic_text_splitter import TextSplitter  # noqa: PLC0415 - slow, seldom needed
    from tokenizers import Tokenizer  # noqa: PLC0415 - slow, seldom needed

    # A tokenizer of its own: the model's pads what it is given, and padding would be counted.
    own = Tokenizer.from_str(loaded().tokenizer.to_str())
    own.no_padding()
    own.no_truncation()
    return TextSplitter.from_huggingface_tokenizer(own, PART)

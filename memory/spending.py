"""Embedding with the bookkeeping around it: what was asked before, what the day may still cost."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from django.db.models import F
from django.utils import timezone

from accounts.fence import fenced
from accounts.sealing import marks
from memory.embedding import EmbeddingFailed
from memory.embedding.chunking import count_tokens
from memory.indexing import MARK_BYTES, cached, is_local, write_cached
from memory.models import EmbeddingSetting, Space

MILLION: Final = Decimal(1_000_000)


def embed(space: Space, texts: Sequence[str]) -> list[bytes]:
    """Return one vector a text, asking an endpoint for none twice; raises EmbeddingFailed.

    Endpoints are called outside transactions wherever the caller has none open.
    """
    if is_local(space) or not texts:
        return space.embedder().embed(texts).vectors
    with fenced():
        told = [mark[:MARK_BYTES] for mark in marks(text.encode() for text in texts)]
    known = cached(space, told)
    fresh = {mark: text for mark, text in zip(told, texts, strict=True) if mark not in known}
    if fresh:
        known |= _asked(space, fresh)
    return [known[mark] for mark in told]


def _asked(space: Space, fresh: dict[bytes, str]) -> dict[bytes, bytes]:
    texts = list(fresh.values())
    _allow(space, sum(count_tokens(texts)))
    with fenced():
        embedder = space.embedder()
    found = embedder.embed(texts)
    if found.dimension != space.dimension:
        raise EmbeddingFailed(
            f"The model answered with {found.dimension} numbers instead of {space.dimension}:"
            " set it again, so that all memories are embedded anew."
        )
    answered = dict(zip(fresh, found.vectors, strict=True))
    with fenced():
        write_cached(space, answered)
        _book(space, found.tokens or sum(count_tokens(texts)))
    return answered


def _allow(space: Space, tokens: int) -> None:
    """Refuse what the day's budget has no room for."""
    with fenced():
        setting = EmbeddingSetting.objects.filter(app=space.app).first()
    if setting is None or setting.daily_tokens is None:
        return
    used = setting.tokens if setting.day == timezone.now().date() else 0
    if used + tokens > setting.daily_tokens:
        raise EmbeddingFailed(
            f"Today's budget of {setting.daily_tokens:,} tokens for embeddings is spent;"
            " it starts anew at 00:00 UTC, or raise it."
        )


def _book(space: Space, tokens: int) -> None:
    """Count what was used today."""
    today = timezone.now().date()
    rows = EmbeddingSetting.objects.filter(app=space.app)
    rows.exclude(day=today).update(day=today, tokens=0, calls=0)
    rows.update(tokens=F("tokens") + tokens, calls=F("calls") + 1)

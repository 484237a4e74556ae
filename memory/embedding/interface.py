"""What every provider of embeddings can do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from armproject.lib.errors import DomainError


class EmbeddingFailed(DomainError):
    """Texts could not be embedded; the message says why, in a sentence for people."""

    status = 502
    code = "EMBEDDING_FAILED"


@dataclass(frozen=True, slots=True)
class Embedded:
    """One vector a text, in their order, each as `wire.pack` makes them; and what it took."""

    vectors: list[bytes] = field(default_factory=list)
    dimension: int = 0
    tokens: int = 0


class Embedder(Protocol):
    """Turns texts into vectors of length one. `is_local` ones answer at once and cost nothing."""

    @property
    def model(self) -> str:
        """The model's name."""

    @property
    def is_local(self) -> bool:
        """Whether it needs nobody else."""

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Return one vector a text; raises EmbeddingFailed."""

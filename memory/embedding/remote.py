"""Embeddings from any endpoint that speaks OpenAI's dialect."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from armproject.lib.http import Reach
from armproject.lib.secret import Secret
from memory.embedding.interface import Embedded, EmbeddingFailed
from memory.embedding.wire import MOST_DIMENSIONS, pack
from memory.endpoint import EndpointFailed, speaking

BATCH: Final = 96
BATCH_CHARACTERS: Final = 200_000


@dataclass(frozen=True, slots=True)
class RemoteEmbedder:
    """One model of one endpoint. `dimensions` asks for shorter vectors where the model can."""

    base_url: str
    model: str
    key: Secret | None
    reach: Reach
    dimensions: int | None = None
    deadline: float = 20.0
    is_local: bool = False

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Return one vector a text, asked for in batches; raises EmbeddingFailed."""
        vectors: list[bytes] = []
        tokens = 0
        try:
            with speaking(
                self.base_url, self.key, reach=self.reach, deadline=self.deadline
            ) as endpoint:
                for batch in _batches(texts):
                    found, used = self._ask(endpoint, batch)
                    vectors += pack(found)
                    tokens += used
        except EndpointFailed as failed:
            raise EmbeddingFailed(failed.message) from None
        return Embedded(vectors, _dimension(vectors), tokens)

    def _ask(self, endpoint: Any, batch: list[str]) -> tuple[list[list[float]], int]:
        wanted = {"dimensions": self.dimensions} if self.dimensions else {}
        answer = endpoint.embeddings.create(
            model=self.model, input=batch, encoding_format="float", **wanted
        )
        rows = sorted(answer.data or [], key=lambda row: row.index)
        found = [row.embedding for row in rows]
        widths = {len(row) for row in found}
        if len(found) != len(batch) or len(widths) != 1 or not 1 <= widths.pop() <= MOST_DIMENSIONS:
            raise EmbeddingFailed("The endpoint did not answer with one vector for each text.")
        usage = answer.usage
        return found, int(usage.total_tokens or 0) if usage else 0


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Yield texts in parts that an endpoint takes at once."""
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) == BATCH or size + len(text) > BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


def _dimension(vectors: Sequence[bytes]) -> int:
    return int.from_bytes(vectors[0][:2], "big") if vectors else 0

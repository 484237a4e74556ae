"""The local model: works offline, knows words but not their order, and is loaded when needed."""

import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from memory.embedding.interface import Embedded
from memory.embedding.wire import pack

LOCAL_MODEL: Final = "wordllama-l2-supercat-256"
LOCAL_DIMENSION: Final = 256
_loading = threading.Lock()


class LocalEmbedder:
    """Embeds on this machine, in a fraction of a millisecond a text."""

    model = LOCAL_MODEL
    is_local = True

    def embed(self, texts: Sequence[str]) -> Embedded:
        if not texts:
            return Embedded(dimension=LOCAL_DIMENSION)
        import numpy as np  # noqa: PLC0415 - slow, seldom needed

        found = loaded().embed(list(texts), norm=False, return_np=True)
        return Embedded(pack(np.asarray(found)), LOCAL_DIMENSION)


def loaded() -> Any:
    """Return the model, loaded once a process."""
    with _loading:
        return _load()


@cache
def _load() -> Any:
    import wordllama  # noqa: PLC0415 - slow, seldom needed

    # The wheel brings weights and tokenizer along; without the folder it would ask the network.
    folder = Path(wordllama.__file__).parent
    return wordllama.WordLlama.load(cache_dir=folder, disable_download=True)

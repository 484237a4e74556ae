"""Turning texts into vectors, behind one interface."""

from memory.embedding.interface import Embedded, Embedder, EmbeddingFailed
from memory.embedding.local import LOCAL_DIMENSION, LOCAL_MODEL, LocalEmbedder
from memory.embedding.remote import RemoteEmbedder

__all__ = [
    "LOCAL_DIMENSION",
    "LOCAL_MODEL",
    "Embedded",
    "Embedder",
    "EmbeddingFailed",
    "LocalEmbedder",
    "RemoteEmbedder",
]

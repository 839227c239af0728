"""Embedders, which turn texts into vectors of their meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from julep_server.settings import NO_EMBEDDINGS, Settings


class Embedder(Protocol):
    """Turns texts into vectors; texts of similar meaning have vectors of similar direction."""

    @property
    def name(self) -> str:
        """The model's name; vectors of the same model and length can be compared."""
        ...

    async def embed(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """Return each text's vector; all have the same length.

        Raises:
            ApiError: The embedder failed, or refused one of the texts or their number.
        """
        ...

    async def close(self) -> None:
        """Release what the embedder holds."""
        ...


def open_embedder(settings: Settings) -> Embedder | None:
    """Open the embedder that is configured or else installed; None when neither is."""
    if settings.embedding_url is not None:
        from julep_server.search.openai_embedder import OpenAIEmbedder

        return OpenAIEmbedder(
            settings.embedding_url,
            settings.embedding_key,
            str(settings.embedding_model),
            settings.model_timeout,
        )
    from julep_server.search.offline_embedder import OfflineEmbedder

    if settings.embedding_model == NO_EMBEDDINGS or not OfflineEmbedder.is_installed():
        return None
    return OfflineEmbedder()

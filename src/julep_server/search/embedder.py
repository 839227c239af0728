"""What turns texts into vectors of their meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from julep_server.settings import NO_EMBEDDINGS, Settings


class Embedder(Protocol):
    """Turns texts into vectors; texts of a like meaning have vectors of a like direction."""

    @property
    def name(self) -> str:
        """The model; with the vectors' length it says which vectors can be compared."""
        ...

    async def embed(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """Give each text's vector; all have the same length.

        Raises:
            ApiError: The vectors can't be had: as for a model's endpoint.
        """
        ...

    async def close(self) -> None:
        """Release what the embedder holds."""
        ...


def open_embedder(settings: Settings) -> Embedder | None:
    """The embedder that is configured, or else installed; None where texts are found by words."""
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

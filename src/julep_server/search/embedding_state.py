"""The state of the embedding of texts, for operators."""

from __future__ import annotations

from dataclasses import dataclass

from julep_server.errors import ApiError


@dataclass(slots=True)
class EmbeddingState:
    """How far the embedding of stored texts is, and whether it fails.

    Attributes:
        embedder: The embedder's name; None if the server has none, and recalls by words alone.
        failure: Why the last request to the embedder failed, as an error's code; None if it didn't.
        embedded: Texts that were embedded since the server's start.
        waiting: Texts that were found without a vector, and are not embedded yet.
        refused: Texts that the embedder refuses, which are found by their words alone.
    """

    embedder: str | None
    failure: str | None = None
    embedded: int = 0
    waiting: int = 0
    refused: int = 0

    @property
    def is_ready(self) -> bool:
        """Whether texts can be embedded, or don't have to be."""
        return self.failure is None


def failure_of(error: BaseException) -> str:
    """Return the code of a failure, which quotes nothing."""
    if isinstance(error, ApiError):
        return error.code
    return "model_timeout" if isinstance(error, TimeoutError) else "internal_error"

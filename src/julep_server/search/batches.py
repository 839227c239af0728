"""Embeds texts in batches that the endpoint takes; a text that it refuses costs no other one."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from julep_server.errors import ApiError
from julep_server.models.openai_errors import EndpointError, RefusedError, not_understood
from julep_server.search.embedder import Embedder

MAX_BATCH_SIZE = 64
"""Texts per request at first: few enough for most endpoints."""

Vector: TypeAlias = Sequence[float]

_HARMLESS = "The train to the coast leaves at noon."
# These may be about the number of texts, or about one of them. Some servers fail at a long text.
_ABOUT_TEXTS = frozenset({200, 400, 404, 413, 422, 500})
_log = logging.getLogger("julep_server")


@dataclass(slots=True)
class _Call:
    """The state of one call.

    Attributes:
        strict: Whether the first text that is refused ends it.
        checked: Whether the endpoint has taken a harmless text since one was refused.
    """

    strict: bool
    checked: bool = False


class Batches:
    """Embeds any number of texts with an embedder.

    A refused batch is halved until the endpoint takes it, and the size is remembered.

    Args:
        embedder: The embedder.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._size = MAX_BATCH_SIZE
        self._length: int | None = None

    @property
    def name(self) -> str:
        """The embedder's name."""
        return self._embedder.name

    async def every(self, texts: Sequence[str]) -> list[Vector]:
        """Return the vector of each text.

        Raises:
            ApiError: One of them can't be embedded.
        """
        vectors: list[Vector] = []
        for outcome in await self._outcomes(texts, _Call(strict=True)):
            if isinstance(outcome, ApiError):
                raise outcome
            vectors.append(outcome)
        return vectors

    async def each(self, texts: Sequence[str]) -> list[Vector | ApiError]:
        """Return the vector of each text, or why it has none.

        Raises:
            ApiError: The endpoint takes no text at all.
        """
        return await self._outcomes(texts, _Call(strict=False))

    async def _outcomes(self, texts: Sequence[str], call: _Call) -> list[Vector | ApiError]:
        found: list[Vector | ApiError] = []
        while len(found) < len(texts):
            outcomes, _ = await self._split(texts[len(found) :][: self._size], call)
            found += outcomes
        return found

    async def _split(
        self, texts: Sequence[str], call: _Call
    ) -> tuple[list[Vector | ApiError], bool]:
        """Embed a batch; return its outcomes, and whether one request was enough."""
        if len(texts) <= self._size:
            try:
                return [*await self._request(texts)], True
            except ApiError as error:
                if error.code == "model_timeout" and len(texts) > 1:
                    self._size = len(texts) // 2
                if not _is_about_texts(error):
                    raise
                if len(texts) == 1:
                    await self._check(error, call)
                    return [error], False
        middle = (len(texts) + 1) // 2
        first, first_whole = await self._split(texts[:middle], call)
        second, second_whole = await self._split(texts[middle:], call)
        if first_whole and second_whole and middle < self._size:
            # Not one of the texts, but their number was refused.
            self._size = middle
            _log.info("texts are embedded %d at a time", middle)
        return [*first, *second], False

    async def _check(self, error: ApiError, call: _Call) -> None:
        """Check, once a call, that the endpoint refuses just this text, not a harmless one."""
        if call.strict or self._length is None:
            raise error
        if not call.checked:
            await self._request([_HARMLESS])
            call.checked = True

    async def _request(self, texts: Sequence[str]) -> list[Vector]:
        vectors = await self._embedder.embed(texts)
        length = len(vectors[0]) if self._length is None else self._length
        if any(len(vector) != length for vector in vectors):
            raise not_understood("vectors of different lengths")
        self._length = length
        return vectors


def _is_about_texts(error: ApiError) -> bool:
    if not isinstance(error, EndpointError) or error.status == 429:
        return False
    unknown_model = isinstance(error, RefusedError) and error.unknown_model
    return not unknown_model and error.endpoint_status in _ABOUT_TEXTS

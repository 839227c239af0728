"""An embedder that uses an OpenAI-compatible endpoint."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from julep_server.json_text import JSON, MalformedJSONError, dumps, loads
from julep_server.models.endpoint_client import endpoint_client
from julep_server.models.openai_errors import not_understood, refusal, transport_error

BATCH_SIZE = 64
"""Texts per request: few enough for all known endpoints."""


class OpenAIEmbedder:
    """Sends texts to an endpoint's ``/embeddings``.

    Args:
        url: The endpoint's base URL, to which ``/embeddings`` is added.
        key: Sent as a bearer token; None sends none.
        model: The model to use there.
        timeout: Seconds that the endpoint may be silent.
    """

    def __init__(self, url: str, key: str | None, model: str, timeout: float) -> None:
        self._url = f"{url.rstrip('/')}/embeddings"
        self._model = model
        self._client = endpoint_client(key, timeout)

    @property
    def name(self) -> str:
        """See :class:`~julep_server.search.embedder.Embedder`."""
        return self._model

    async def embed(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """See :class:`~julep_server.search.embedder.Embedder`."""
        found: list[Sequence[float]] = []
        for start in range(0, len(texts), BATCH_SIZE):
            found += await self._request(texts[start : start + BATCH_SIZE])
        if len({len(vector) for vector in found}) > 1:
            raise not_understood("vectors of different lengths")
        return found

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _request(self, texts: Sequence[str]) -> list[Sequence[float]]:
        # Stated, because some endpoints default to base64; all support plain numbers.
        body = {"model": self._model, "input": list[JSON](texts), "encoding_format": "float"}
        try:
            response = await self._client.post(self._url, content=dumps(body).encode("utf-8"))
        except httpx.HTTPError as error:
            raise transport_error(error) from error
        if not response.is_success:
            raise refusal(response, self._model)
        try:
            parsed = loads(response.content)
        except MalformedJSONError as error:
            raise not_understood("no JSON") from error
        return _parse_vectors(parsed, len(texts))


def _parse_vectors(body: JSON, count: int) -> list[Sequence[float]]:
    """Parse a response's vectors, which may come in any order.

    Raises:
        ApiError: 503 when it does not have a vector for each text.
    """
    items = body.get("data") if isinstance(body, dict) else None
    found: dict[int, Sequence[float]] = {}
    for position, item in enumerate(items if isinstance(items, list) else []):
        values = item.get("embedding") if isinstance(item, dict) else None
        index = item.get("index", position) if isinstance(item, dict) else position
        if isinstance(index, int) and isinstance(values, list) and values:
            numbers = [value for value in values if isinstance(value, (int, float))]
            if len(numbers) == len(values):
                found[index] = numbers
    if found.keys() != set(range(count)):
        raise not_understood("no vector for each text")
    return [found[index] for index in range(count)]

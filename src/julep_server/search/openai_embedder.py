"""An embedder that uses an OpenAI-compatible endpoint."""

from __future__ import annotations

import base64
import binascii
import logging
from array import array
from collections.abc import Sequence

import httpx

from julep_server.json_text import JSON, JSONObject, MalformedJSONError
from julep_server.models.endpoint_body import read_body
from julep_server.models.endpoint_events import MAX_EVENT_BYTES
from julep_server.models.endpoint_json import decode, read_json
from julep_server.models.endpoint_sender import EndpointSender
from julep_server.models.openai_errors import (
    RefusedError,
    not_understood,
    reported,
    transport_error,
)

_ENCODING = "encoding_format"
_log = logging.getLogger("julep_server")


class OpenAIEmbedder:
    """Sends texts to an endpoint's ``/embeddings``.

    Args:
        url: The endpoint's base URL, to which ``/embeddings`` is added.
        key: Sent as a bearer token; None sends none.
        model: The model to use there.
        timeout: Seconds that the endpoint may be silent.
    """

    def __init__(self, url: str, key: str | None, model: str, timeout: float) -> None:
        self._model = model
        self._key = key
        self._sender = EndpointSender(url, key, timeout)
        # Stated, because some endpoints default to base64; not sent again where it is refused.
        self._options: JSONObject = {_ENCODING: "float"}

    @property
    def name(self) -> str:
        """See :class:`~julep_server.search.embedder.Embedder`."""
        return self._model

    async def embed(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """See :class:`~julep_server.search.embedder.Embedder`."""
        try:
            return await self._request(texts)
        except RefusedError as error:
            if _ENCODING not in self._options or _ENCODING not in error.stated:
                raise
        _log.warning("the embeddings of %.200r are asked for without: %s", self._model, _ENCODING)
        self._options = {}
        return await self._request(texts)

    async def close(self) -> None:
        """Close the connections."""
        await self._sender.close()

    async def _request(self, texts: Sequence[str]) -> list[Sequence[float]]:
        body: JSONObject = {"model": self._model, "input": list[JSON](texts), **self._options}
        response = await self._sender.send("embeddings", body)
        try:
            parsed = read_json(decode(await read_body(response, MAX_EVENT_BYTES)))
        except httpx.HTTPError as error:
            raise transport_error(error) from error
        except MalformedJSONError as error:
            raise not_understood("no JSON") from error
        finally:
            await response.aclose()
        if isinstance(parsed, dict) and parsed.get("error"):
            raise reported(parsed, self._model, self._key)
        return _vectors(parsed, len(texts))


def _vectors(body: JSON, count: int) -> list[Sequence[float]]:
    """Parse a response's vectors: in the order of their indexes, or as they come.

    Raises:
        ApiError: 503 when it does not have a vector for each text.
    """
    items = body
    if isinstance(body, dict):
        items = body.get("data") or body.get("embeddings")
    found = items if isinstance(items, list) else []
    vectors = [_vector(item) for item in found]
    if len(vectors) != count or not all(vectors):
        raise not_understood("no vector for each text")
    if len({len(vector) for vector in vectors}) > 1:
        raise not_understood("vectors of different lengths")
    indexes = [item.get("index") if isinstance(item, dict) else None for item in found]
    numbers = [index for index in indexes if isinstance(index, int)]
    if sorted(numbers) != [*range(count)]:
        return vectors
    return [vectors[numbers.index(position)] for position in range(count)]


def _vector(item: JSON) -> Sequence[float]:
    """Parse a vector: numbers, or their bytes in base64; an empty one for anything else."""
    values = item.get("embedding") if isinstance(item, dict) else item
    if isinstance(values, list):
        numbers = [value for value in values if isinstance(value, (int, float))]
        return numbers if len(numbers) == len(values) else []
    if not isinstance(values, str):
        return []
    try:
        floats = array("f", base64.b64decode(values, validate=True))
    except (binascii.Error, ValueError):
        return []
    return floats.tolist()

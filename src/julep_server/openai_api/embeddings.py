"""``/v1/embeddings``: the embedder by which this server recalls."""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence

from julep_server.errors import bad_request, invalid_field
from julep_server.json_text import JSON, JSONObject, dumps
from julep_server.search.embedder import Embedder
from julep_server.text.tokens import count_tokens

_FORMATS = ("float", "base64")
_MAX_TEXTS = 2048


async def embed(embedder: Embedder | None, body: JSONObject) -> JSONObject:
    """Embed the texts of a request, and return them in OpenAI's own format.

    Args:
        embedder: The server's embedder, which embeds whichever model the request names.
        body: The request's JSON.

    Raises:
        ApiError: 400 when the server has no embedder, 422 when the request is not valid.
    """
    if embedder is None:
        message = (
            'this server has no embedder: install "julep[embeddings]", or set an embedding URL'
        )
        raise bad_request("no_embedder", message)
    texts = _texts(body.get("input"))
    wanted = body.get("encoding_format") or "float"
    if wanted not in _FORMATS:
        raise invalid_field("encoding_format", f"must be float or base64; got {dumps(wanted)[:60]}")
    vectors = await embedder.embed(texts)
    length = body.get("dimensions")
    if length is not None and vectors and length != len(vectors[0]):
        raise invalid_field("dimensions", f"must be {len(vectors[0])} with this embedder")
    data: list[JSON] = [
        {"object": "embedding", "index": index, "embedding": _encoded(vector, wanted == "base64")}
        for index, vector in enumerate(vectors)
    ]
    tokens = sum(count_tokens(text) for text in texts)
    usage: JSONObject = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": embedder.name, "usage": usage}


def _texts(given: JSON) -> list[str]:
    texts = given if isinstance(given, list) else [given]
    found = [text for text in texts if isinstance(text, str) and text]
    if not texts or len(found) < len(texts):
        message = "must be a text or a list of texts, none empty; lists of tokens are not supported"
        raise invalid_field("input", message)
    if len(found) > _MAX_TEXTS:
        raise invalid_field("input", f"must have at most {_MAX_TEXTS} texts; got {len(found)}")
    return found


def _encoded(vector: Sequence[float], as_base64: bool) -> JSON:
    if as_base64:
        return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
    return list[JSON](vector)

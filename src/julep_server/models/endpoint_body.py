"""The bytes of an endpoint's response, decoded and bounded."""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator, AsyncIterator

import httpx

from julep_server.models.endpoint_transport import raw_pieces
from julep_server.models.openai_errors import not_understood

MAX_BODY_BYTES = 128 * 1024 * 1024
"""The longest response that is read: an endless one must end somewhere."""

ACCEPT_ENCODING = "gzip, deflate"

_PIECE = 64 * 1024


async def body_pieces(
    response: httpx.Response, limit: int | None = None
) -> AsyncGenerator[bytes, None]:
    """Yield the bytes of a response, in pieces of at most 64 KiB.

    A compressed response is decompressed piece by piece, so that a small one can't become a large
    one in memory.

    Args:
        response: The response, not read yet.
        limit: The most bytes to accept; None for ``MAX_BODY_BYTES``.

    Raises:
        ApiError: 503 for a response that is too long, or compressed in another way.
    """
    limit = MAX_BODY_BYTES if limit is None else limit
    size = 0
    pieces = _decompressed(response) if _encoding(response) else raw_pieces(response)
    async for piece in pieces:
        size += len(piece)
        if size > limit:
            raise not_understood(f"an answer of more than {limit} bytes")
        yield piece


async def read_body(response: httpx.Response, limit: int) -> bytes:
    """Read a whole response.

    Raises:
        ApiError: 503 for a response that is too long, or compressed in another way.
    """
    return b"".join([piece async for piece in body_pieces(response, limit)])


def _encoding(response: httpx.Response) -> str:
    name = response.headers.get("content-encoding", "").strip().lower()
    return "" if name == "identity" else name


async def _decompressed(response: httpx.Response) -> AsyncIterator[bytes]:
    name = _encoding(response)
    if name not in ("gzip", "x-gzip", "deflate"):
        raise not_understood(f"an answer in the encoding {name[:40]!r}")
    # 47 accepts the headers of gzip and of zlib.
    decompressor = zlib.decompressobj(47)
    try:
        async for part in raw_pieces(response):
            rest, full = part, False
            while rest or full:
                piece = decompressor.decompress(rest, _PIECE)
                # A full piece may leave more behind, also when all input is consumed.
                rest, full = decompressor.unconsumed_tail, len(piece) == _PIECE
                yield piece
    except zlib.error as error:
        raise not_understood("an answer that can't be decompressed") from error

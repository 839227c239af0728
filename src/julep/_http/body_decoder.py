"""Decodes compressed response bodies.

Decoded pieces are small, and are returned one by one: a short body that expands to a very long one
cannot fill the memory.
"""

from __future__ import annotations

import zlib
from typing import Final

from julep._http.content_encoding import ContentDecodingError

_PIECE_BYTES: Final = 256 * 1024
_GZIP: Final = zlib.MAX_WBITS | 16
_RAW: Final = -zlib.MAX_WBITS


class BodyDecoder:
    """Decodes one body: `feed` takes its bytes, `read` returns what they decode to.

    Args:
        encoding: ``gzip`` or ``deflate``.
    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._unread = b""
        self._inflater = zlib.decompressobj(_GZIP)
        self._is_known = encoding == "gzip"  # servers send deflate with zlib's frame and without
        self._began = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body."""
        self._unread += data
        self._began = self._began or bool(data)

    def read(self) -> bytes:
        """Return the next decoded piece; empty when more bytes must be fed first.

        Raises:
            ContentDecodingError: When the bytes are not in the encoding.
        """
        while self._unread:
            if not self._is_known and not self._detect_frame():
                break
            if self._inflater.eof and not self._next_member():
                break
            inflater = self._inflater
            try:
                piece = inflater.decompress(self._unread, _PIECE_BYTES)
            except zlib.error:
                raise ContentDecodingError(f"its body is not {self._encoding}") from None
            self._unread = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            if piece:
                return piece
        return b""

    def finish(self) -> None:
        """Check that the body is complete, once all of it was fed and read.

        Raises:
            ContentDecodingError: When it is cut short.
        """
        # A response with no body at all may still name the encoding that a body would have.
        if self._began and not self._inflater.eof:
            raise ContentDecodingError(f"its {self._encoding} body is cut short")

    def _detect_frame(self) -> bool:
        """Detect from the first two bytes whether deflate has a frame; return whether they came."""
        if len(self._unread) < 2:
            return False
        first, second = self._unread[:2]
        framed = first & 0x0F == zlib.DEFLATED and (first << 8 | second) % 31 == 0
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS if framed else _RAW)
        self._is_known = True
        return True

    def _next_member(self) -> bool:
        """Begin the next member, of which a gzip body may have several; return whether it comes.

        Zeros after a member are padding, as for every other reader of gzip.
        """
        if self._encoding != "gzip":
            raise ContentDecodingError(f"something follows its {self._encoding} body")
        self._unread = self._unread.lstrip(b"\0")
        if self._unread:
            self._inflater = zlib.decompressobj(_GZIP)
        return bool(self._unread)


def decoder_for(encoding: str) -> BodyDecoder | None:
    """Return the decoder of a ``content-encoding``; None when there is nothing to decode.

    Raises:
        ContentDecodingError: When it is an encoding that was not accepted.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return None
    if name in ("gzip", "x-gzip"):
        return BodyDecoder("gzip")
    if name == "deflate":
        return BodyDecoder(name)
    raise ContentDecodingError(f"its body has the encoding {encoding!r}, which was not accepted")

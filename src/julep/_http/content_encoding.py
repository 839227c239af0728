"""The body of an answer as it was before it was compressed.

Decoding gives small pieces one by one: a short body that stands for a very long one cannot fill
the memory of whoever reads it.
"""

from __future__ import annotations

import zlib
from typing import Final

ACCEPTED_ENCODINGS: Final = "gzip, deflate"
"""What a request says that it takes."""

MAX_BODY_BYTES: Final = 64 * 1024 * 1024
"""Bytes: no longer body is collected, so that a broken server cannot fill the memory."""

_PIECE: Final = 256 * 1024
_GZIP: Final = zlib.MAX_WBITS | 16
_RAW: Final = -zlib.MAX_WBITS


class ContentDecodingError(Exception):
    """A body is not of the encoding that it claims, or of none that can be read."""


class BodyDecoder:
    """Decodes one body; is given its bytes, and asked for what they stand for.

    Args:
        encoding: ``gzip`` or ``deflate``.
    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._given = b""
        self._inflating = zlib.decompressobj(_GZIP)
        self._is_known = encoding == "gzip"  # servers send deflate with zlib's frame and without
        self._began = False

    def give(self, data: bytes) -> None:
        """Take the next bytes of the body."""
        self._given += data
        self._began = self._began or bool(data)

    def take(self) -> bytes:
        """Give the next piece that can be decoded; nothing when more bytes have to come first.

        Raises:
            ContentError: When the bytes are not of the encoding.
        """
        while self._given:
            if not self._is_known and not self._find_out():
                break
            if self._inflating.eof:
                self._next_member()
            inflating = self._inflating
            try:
                piece = inflating.decompress(self._given, _PIECE)
            except zlib.error:
                raise ContentDecodingError(f"its body is not {self._encoding}") from None
            self._given = inflating.unused_data if inflating.eof else inflating.unconsumed_tail
            if piece:
                return piece
        return b""

    def end(self) -> None:
        """Say that no more bytes come, when all that could be taken is taken.

        Raises:
            ContentError: When there should be more.
        """
        # An answer with no body at all may still name the encoding that a body would have.
        if self._began and not self._inflating.eof:
            raise ContentDecodingError(f"its {self._encoding} body is cut short")

    def _find_out(self) -> bool:
        """Tell by its first two bytes whether deflate has a frame, once they are there."""
        if len(self._given) < 2:
            return False
        first, second = self._given[:2]
        framed = first & 0x0F == zlib.DEFLATED and (first << 8 | second) % 31 == 0
        self._inflating = zlib.decompressobj(zlib.MAX_WBITS if framed else _RAW)
        self._is_known = True
        return True

    def _next_member(self) -> None:
        """Go on after an end: gzip may have several members, one behind the other."""
        if self._encoding != "gzip":
            raise ContentDecodingError(f"something follows its {self._encoding} body")
        self._inflating = zlib.decompressobj(_GZIP)


def decoder_for(encoding: str) -> BodyDecoder | None:
    """Give what decodes a ``content-encoding``; None when there is nothing to decode.

    Raises:
        ContentError: When it is none that was asked for.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return None
    if name in ("gzip", "x-gzip"):
        return BodyDecoder("gzip")
    if name == "deflate":
        return BodyDecoder(name)
    raise ContentDecodingError(f"its body has the encoding {encoding!r}, which was not asked for")

"""Encodings of response bodies, and the limit of their size."""

from __future__ import annotations

from typing import Final

ACCEPTED_ENCODINGS: Final = "gzip, deflate"
"""The value of a request's ``accept-encoding``."""

MAX_BODY_BYTES: Final = 64 * 1024 * 1024
"""The maximum size of a collected body, so that a broken server cannot fill the memory."""

# A body that comes byte by byte would take forty times its length as a list of bytes, and a buffer
# that grows is moved again and again.
_MAX_PIECES: Final = 1024


class ContentDecodingError(Exception):
    """A body is too long, does not match its declared encoding, or has an unknown encoding."""


class BodyCollector:
    """Collects the pieces of a body that is read whole.

    Args:
        *pieces: The first pieces.

    Raises:
        ContentDecodingError: When the body is longer than `MAX_BODY_BYTES`.
    """

    def __init__(self, *pieces: bytes) -> None:
        self._joined: list[bytes] = []
        self._pieces: list[bytes] = []
        self._size = 0
        for piece in pieces:
            self.add(piece)

    def add(self, piece: bytes) -> None:
        """Add a piece.

        Raises:
            ContentDecodingError: When the body is longer than `MAX_BODY_BYTES`.
        """
        pieces = self._pieces
        pieces.append(piece)
        self._size += len(piece)
        if self._size > MAX_BODY_BYTES:
            raise ContentDecodingError(f"its body is longer than {MAX_BODY_BYTES} bytes")
        if len(pieces) == _MAX_PIECES:
            self._joined.append(b"".join(pieces))
            pieces.clear()

    def body(self) -> bytes:
        """Return the whole body."""
        return b"".join(self._joined + self._pieces)

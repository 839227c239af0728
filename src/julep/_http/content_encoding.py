"""Encodings of response bodies, and the limit of their size."""

from __future__ import annotations

from functools import cache
from typing import Final

ACCEPTED_ENCODINGS: Final = "gzip, deflate"
"""The value of a request's ``accept-encoding``."""

MAX_BODY_BYTES: Final = 64 * 1024 * 1024
"""The maximum size of a collected body, so that a broken server cannot fill the memory."""

# A body that comes byte by byte would take forty times its length as a list of bytes, and a buffer
# that grows is moved again and again.
_MAX_PIECES: Final = 1024

# From this length on, the C library returns the memory of a body to the system when it is freed.
_LONG_BODY: Final = 128 * 1024


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
        if self._size >= _LONG_BODY:
            _keep_freed_memory()
        return b"".join(self._joined + self._pieces)


@cache
def _keep_freed_memory() -> None:
    """Let the C library keep what long bodies have taken, for the next ones.

    glibc returns what is freed beyond twice the largest block that was mapped and freed: that would
    be the body. With its pieces and its text, most of a page's memory would be returned, and each
    page would fault it in again, which takes a sixth of its time. After a block of 1 MiB, which
    nothing touches, 2 MiB are kept. See ``M_MMAP_THRESHOLD`` in mallopt(3).
    """
    bytes(1024 * 1024)

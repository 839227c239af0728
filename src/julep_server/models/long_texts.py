"""Leaves out the rest of very long texts in JSON, such as images, whose parsing delays others."""

from __future__ import annotations

import re

MARK = "\ufdd0left out\ufdd0"
"""Stands for the rest of a text; it begins and ends with a character that no text may contain."""

MAX_KEPT_BYTES = 4 * 1024 * 1024
"""The part of a JSON that is kept whole: more than any answer."""

_LONG = 64 * 1024
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
# After so many bytes without a backslash, no escape is cut in two.
_OUTSIDE_ESCAPES = re.compile(rb"[^\\]{8}")
_MARK = MARK.encode()


class LongTexts:
    """Shortens the long texts of one JSON that comes in pieces, once it is very long itself."""

    def __init__(self) -> None:
        self._kept = 0
        self._in_text = False
        self._length = 0
        self._escaped = False
        self._left_out = False

    def add(self, piece: bytes) -> bytes:
        """Return what is kept of a piece."""
        # Escapes are covered, so that every quotation mark that remains begins or ends a text.
        marks = piece
        if self._escaped or b"\\" in piece:
            marks = b"_" + piece[1:] if self._escaped else piece
            marks = _ESCAPE.sub(b"__", marks)
        self._escaped = marks.endswith(b"\\")
        first = marks.find(b'"')
        kept = self._shortened(piece[: first if first >= 0 else len(piece)])
        if first >= 0:
            kept += piece[first:]
            last = marks.rfind(b'"')
            if marks.count(b'"') % 2:
                self._in_text = not self._in_text
            self._length, self._left_out = len(piece) - last - 1, False
        self._kept += len(kept)
        return kept

    def _shortened(self, beginning: bytes) -> bytes:
        """Return what is kept of a piece's beginning, which may go on with a text."""
        if not self._in_text:
            return beginning
        self._length += len(beginning)
        if self._left_out:
            return b""
        if self._length < _LONG or self._kept < MAX_KEPT_BYTES:
            return beginning
        if (outside := _OUTSIDE_ESCAPES.search(beginning)) is None:
            return beginning
        self._left_out = True
        return beginning[: outside.end()] + _MARK

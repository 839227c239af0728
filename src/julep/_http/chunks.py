"""Chunks that came at once are made one, before h11 reads them.

A server that streams sends each event in a chunk of its own, and h11 takes longer for a chunk than
all the rest of the way takes for the event. Only whole chunks in their plainest form are joined.
Everything else, and so all that could be wrong, goes to h11 as it came.
"""

from __future__ import annotations

import re
from typing import Final

_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")
_SIZE_BEGUN: Final = re.compile(rb"[0-9A-Fa-f]{1,8}\r?")
_END: Final = b"\r\n"


class ChunkJoiner:
    """Joins the chunks of one body; is given its bytes in order, from the very first on."""

    def __init__(self) -> None:
        self._left = 0  # of a chunk that has begun, with its line end
        self._held = b""  # the beginning of a size
        self._is_plain = True

    def join(self, data: bytes) -> bytes:
        """Give bytes that say the same in fewer chunks; a size that has begun comes later."""
        if not self._is_plain:
            return data
        if self._held:
            data, self._held = self._held + data, b""
        start = at = min(self._left, len(data))
        self._left -= start
        whole: list[bytes] = []
        while found := _SIZE.match(data, at):
            begin = found.end()
            end = begin + int(found[1], 16)
            if end == begin or data[end : end + 2] != _END:
                self._begin(data, begin, end)
                break
            whole.append(data[begin:end])
            at = end + 2
        else:
            if _SIZE_BEGUN.fullmatch(data, at):
                self._held = data[at:]
                data = data[:at]
            elif at < len(data):
                self._is_plain = False
        if len(whole) < 2:
            return data
        joined = b"".join(whole)
        return b"%b%x\r\n%b\r\n%b" % (data[:start], len(joined), joined, data[at:])

    def _begin(self, data: bytes, begin: int, end: int) -> None:
        """Take note of a chunk that has not come whole; the last one, and a wrong one, is none."""
        self._is_plain = begin < end and _END.startswith(data[end:])
        self._left = end + 2 - len(data)

"""Joins chunks that were received at once, before h11 parses them.

A server that streams sends each event in a chunk of its own, and h11 takes longer to parse a chunk
than everything else takes for the event. Only whole chunks in their plainest form are joined. All
other bytes, which include every invalid one, go to h11 unchanged.
"""

from __future__ import annotations

import re
from typing import Final

_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")
_SIZE_BEGUN: Final = re.compile(rb"[0-9A-Fa-f]{1,8}\r?")
_END: Final = b"\r\n"


class ChunkJoiner:
    """Joins the chunks of one body, of which `join` must get all bytes in order."""

    def __init__(self) -> None:
        self._remaining = 0  # bytes of an incomplete chunk, with its line end
        self._held = b""  # an incomplete size
        self._is_plain = True

    def join(self, data: bytes) -> bytes:
        """Return the same content in fewer chunks; an incomplete size waits for the next call."""
        if not self._is_plain:
            return data
        if self._held:
            data, self._held = self._held + data, b""
        start = at = min(self._remaining, len(data))
        self._remaining -= start
        complete: list[bytes] = []
        while found := _SIZE.match(data, at):
            begin = found.end()
            end = begin + int(found[1], 16)
            if end == begin or data[end : end + 2] != _END:
                self._begin(data, begin, end)
                break
            complete.append(data[begin:end])
            at = end + 2
        else:
            if _SIZE_BEGUN.fullmatch(data, at):
                self._held = data[at:]
                data = data[:at]
            elif at < len(data):
                self._is_plain = False
        if len(complete) < 2:
            return data
        joined = b"".join(complete)
        return b"%b%x\r\n%b\r\n%b" % (data[:start], len(joined), joined, data[at:])

    def _begin(self, data: bytes, begin: int, end: int) -> None:
        """Note an incomplete chunk; the last chunk and an invalid one end the joining."""
        self._is_plain = begin < end and _END.startswith(data[end:])
        self._remaining = end + 2 - len(data)

"""Server-sent events, decoded as the bytes come in.

By the rules of the WHATWG HTML standard, section 9.2.6, "Interpreting an event stream". Lines are
split on bytes, never on what str.splitlines takes for a line end: U+2028 is plain text here.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from julep_api.errors import DecodeError

LONGEST_EVENT: Final = 64 * 1024 * 1024
"""Bytes: no longer event is collected, so that a broken server cannot fill the memory."""

_BOM: Final = b"\xef\xbb\xbf"

# Python refuses to make a number of thousands of digits; this many are ages already.
_MILLISECONDS: Final = re.compile("[0-9]{1,18}")


class Event(NamedTuple):
    """One event that was dispatched."""

    name: str
    """Its type; ``message`` when the server gave none."""
    data: str
    id: str
    """The last id that the stream had when the event ended; may be empty."""


class EventDecoder:
    """Decodes one stream of server-sent events; is fed bytes, gives events."""

    def __init__(self) -> None:
        self._rest = bytearray()  # of a line that has not ended
        self._after_cr: bool = False
        self._at_start = True
        self._name = ""
        self._data: list[str] = []
        self._size = 0
        self._id = ""
        self.retry: int | None = None
        """Milliseconds that the server wants between attempts to connect again, if it said so."""

    def feed(self, chunk: bytes) -> list[Event]:
        """Take the next bytes and give the events that they complete.

        Raises:
            DecodeError: When an event is longer than `LONGEST_EVENT`.
        """
        events = [event for line in self._lines(chunk) if (event := self._take(line)) is not None]
        if self._size + len(self._rest) > LONGEST_EVENT:
            raise DecodeError("", f"an event of the stream is longer than {LONGEST_EVENT} bytes")
        return events

    def _lines(self, chunk: bytes) -> list[bytes]:
        """Give the lines that are whole now; they end with LF, CR LF or CR."""
        if self._at_start:
            chunk = self._past_bom(chunk)
        if self._after_cr and chunk:
            # The CR before ended its line already, so an LF right behind it is no further line.
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        if not chunk:
            return []
        self._after_cr = chunk.endswith(b"\r")
        lines = chunk.splitlines()
        rest = b"" if chunk.endswith((b"\n", b"\r")) else lines.pop()
        if lines:
            lines[0] = bytes(self._rest) + lines[0]
            self._rest.clear()
        self._rest += rest
        return lines

    def _past_bom(self, chunk: bytes) -> bytes:
        """Take the mark away that a stream may begin with; its bytes may come one by one."""
        data = bytes(self._rest) + chunk
        self._at_start = len(data) < len(_BOM) and _BOM.startswith(data)
        self._rest = bytearray(data if self._at_start else b"")
        return b"" if self._at_start else data.removeprefix(_BOM)

    def _take(self, line: bytes) -> Event | None:
        """Take one line; an empty one ends an event."""
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode(errors="replace")
        if field == b"data":
            self._data.append(text)
            self._size += len(line)
        elif field == b"event":
            self._name = text
        elif field == b"id" and "\0" not in text:
            self._id = text
        elif field == b"retry" and _MILLISECONDS.fullmatch(text):
            self.retry = int(text)
        # Anything else is a comment (an empty field), or a field that nobody knows yet.
        return None

    def _dispatch(self) -> Event | None:
        name, data = self._name or "message", self._data
        self._name, self._data, self._size = "", [], 0
        return Event(name, "\n".join(data), self._id) if data else None

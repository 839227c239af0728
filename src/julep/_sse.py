"""Server-sent events, decoded as the bytes come in.

By the rules of the WHATWG HTML standard, section 9.2.6, "Interpreting an event stream". Lines are
split on bytes, never on what str.splitlines takes for a line end: U+2028 is plain text here.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from julep_api.errors import DecodeError

LONGEST_LINE: Final = 64 * 1024 * 1024
"""Bytes: a longer line is not collected, so that a broken server cannot fill the memory."""

_BOM: Final = b"\xef\xbb\xbf"


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
        self._rest: bytes = b""
        self._after_cr: bool = False
        self._at_start = True
        self._name = ""
        self._data: list[str] = []
        self._id = ""
        self.retry: int | None = None
        """Milliseconds that the server wants between attempts to connect again, if it said so."""

    def feed(self, chunk: bytes) -> list[Event]:
        """Take the next bytes and give the events that they complete.

        Raises:
            DecodeError: When a line is longer than `LONGEST_LINE`.
        """
        return [event for line in self._lines(chunk) if (event := self._take(line)) is not None]

    def _lines(self, chunk: bytes) -> list[bytes]:
        """Give the lines that are whole now; they end with LF, CR LF or CR."""
        if self._after_cr and chunk:
            # The CR before ended its line already, so an LF right behind it is no further line.
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        data = self._rest + chunk
        if self._at_start:
            if len(data) < len(_BOM) and _BOM.startswith(data):
                self._rest = data
                return []
            data = data.removeprefix(_BOM)
            self._at_start = False
        lines = data.splitlines()
        whole = data.endswith((b"\n", b"\r"))
        self._rest = b"" if whole or not lines else lines.pop()
        self._after_cr = data.endswith(b"\r")
        if len(self._rest) > LONGEST_LINE:
            raise DecodeError("", f"a line of the stream is longer than {LONGEST_LINE} bytes")
        return lines

    def _take(self, line: bytes) -> Event | None:
        """Take one line; an empty one ends an event."""
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode(errors="replace")
        if field == b"data":
            self._data.append(text)
        elif field == b"event":
            self._name = text
        elif field == b"id" and "\0" not in text:
            self._id = text
        elif field == b"retry" and text.isascii() and text.isdigit():
            self.retry = int(text)
        # Anything else is a comment (an empty field), or a field that nobody knows yet.
        return None

    def _dispatch(self) -> Event | None:
        name, data = self._name or "message", self._data
        self._name, self._data = "", []
        return Event(name, "\n".join(data), self._id) if data else None

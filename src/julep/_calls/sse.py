"""Decodes server-sent events as their bytes arrive.

By the rules of the WHATWG HTML standard, section 9.2.6, "Interpreting an event stream". Lines end
with LF, CR LF or CR only. Other characters that end a line of str.splitlines, such as U+2028, are
text.

Nearly every event is one line of data, perhaps with an id before it. Those have a fast path; all
others are decoded line by line.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from julep_api.errors import DecodeError

MAX_EVENT_BYTES: Final = 64 * 1024 * 1024
"""The maximum size of an event, so that a broken server cannot fill the memory."""

_BOM: Final = b"\xef\xbb\xbf"

# Python refuses to parse numbers of thousands of digits.
_MILLISECONDS: Final = re.compile("[0-9]{1,18}")


class Event(NamedTuple):
    """One dispatched event.

    Attributes:
        name: Its type; ``message`` when the server sent none.
        data: Its data.
        id: The last id of the stream when the event ended; may be empty.
    """

    name: str
    data: str
    id: str

    # A server may repeat the API key, and a traceback may show locals.
    def __repr__(self) -> str:
        return f"Event({len(self.data)} characters)"


class EventDecoder:
    """Decodes one stream of server-sent events: `feed` takes bytes and returns events.

    Attributes:
        retry: The delay in milliseconds before a reconnection that the server requested last.
    """

    def __init__(self) -> None:
        self._rest = bytearray()  # an incomplete line
        self._after_cr = False
        self._at_start = True
        self._name = ""
        self._data: list[str] = []
        self._size = 0  # characters of the current event's lines
        self._id = ""
        self.retry: int | None = None

    def feed(self, chunk: bytes) -> list[Event]:
        """Take the next bytes, and return the events that they complete.

        Raises:
            DecodeError: When an event is longer than `MAX_EVENT_BYTES`.
        """
        events: list[Event] = []
        *blocks, incomplete = self._lines(chunk).split("\n\n")
        for block in blocks:
            before, found, data = block.partition("data: ")
            if not found or "\n" in data or self._size or (before and not self._read_id(before)):
                self._read_lines(block.split("\n"), events)
                self._dispatch(events)
            else:
                events.append(Event("message", data, self._id))
        if incomplete:
            self._read_lines(incomplete.split("\n")[:-1], events)
        if self._size + len(self._rest) > MAX_EVENT_BYTES:
            raise DecodeError("", f"an event of the stream is longer than {MAX_EVENT_BYTES} bytes")
        return events

    def _lines(self, chunk: bytes) -> str:
        """Return the lines that are complete now, each with an LF at its end."""
        if self._at_start:
            chunk = self._skip_bom(chunk)
        if self._after_cr and chunk:
            # The last chunk ended with a CR, which ended its line; an LF here belongs to it.
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        if b"\r" in chunk:
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        end = chunk.rfind(b"\n") + 1
        if not end:
            self._rest += chunk
            return ""
        complete = self._rest + chunk[:end]
        self._rest = bytearray(chunk[end:])
        return complete.decode(errors="replace")

    def _skip_bom(self, chunk: bytes) -> bytes:
        """Remove the byte order mark that a stream may begin with, even if it comes in pieces."""
        data = bytes(self._rest) + chunk
        self._at_start = len(data) < len(_BOM) and _BOM.startswith(data)
        self._rest = bytearray(data if self._at_start else b"")
        return b"" if self._at_start else data.removeprefix(_BOM)

    def _read_id(self, text: str) -> bool:
        """Read a line that is an id in its plainest form; return whether it was one."""
        is_id = text.startswith("id: ") and text.find("\n") == len(text) - 1 and "\0" not in text
        if is_id:
            self._id = text[4:-1]
        return is_id

    def _read_lines(self, lines: list[str], events: list[Event]) -> None:
        """Read lines one by one; an empty one ends an event."""
        for line in lines:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not line:
                self._dispatch(events)
            elif field == "data":
                self._data.append(value)
                self._size += len(line)
            elif field == "event":
                self._name = value
                self._size += len(line)
            elif field == "id" and "\0" not in value:
                self._id = value
            elif field == "retry" and _MILLISECONDS.fullmatch(value):
                self.retry = int(value)
            # Any other line is a comment (an empty field), or an unknown field.

    def _dispatch(self, events: list[Event]) -> None:
        """End an event; without data it is dropped."""
        if self._data:
            events.append(Event(self._name or "message", "\n".join(self._data), self._id))
        self._name, self._data, self._size = "", [], 0

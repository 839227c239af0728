"""Parses an endpoint's response: server-sent events, lines of JSON, or a single JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass

from julep_server.json_text import MalformedJSONError
from julep_server.models.endpoint_json import decode, read_json
from julep_server.models.long_texts import LongTexts
from julep_server.models.openai_errors import not_understood

MAX_EVENT_BYTES = 32 * 1024 * 1024
"""The longest event, line or whole answer that is read."""

_LONG_LINE = 64 * 1024
_FIELD = re.compile(rb"\s*(data|event|id|retry|error)(?::|\s*\Z)")
_UNKNOWN_FIELD = re.compile(rb"[\w-]+(?::|\Z)")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Event:
    """A part of a response.

    Attributes:
        data: Its text, usually JSON.
        kind: The event's name; ``message`` if it has none.
        framed: Whether it is a server-sent event; otherwise it is a line, or the whole response.
    """

    data: str
    kind: str = "message"
    framed: bool = True


class EventParser:
    """Parses the bytes of a response, in chunks of any size.

    Lines end at CR, LF or both, and nowhere else: splitting at Unicode's other line ends would cut
    JSON in two. What is neither an event nor JSON is refused, so that no part of an answer is lost.
    """

    def __init__(self) -> None:
        self._line: list[bytes] = []
        self._long: LongTexts | None = None
        self._size = 0
        self._after_cr = False
        self._begun = False
        self._whole: list[bytes] | None = None
        self._kind = "message"
        self._data: list[bytes] = []

    def feed(self, part: bytes) -> list[Event]:
        """Return the events that end in this chunk.

        Raises:
            ApiError: 503 for what is neither events nor JSON, and for an event that is too long.
        """
        if self._after_cr and part.startswith(b"\n"):
            part = part[1:]
            self._after_cr = False
        if not part:
            return []
        if part.endswith(b"\r"):
            self._after_cr = True
        else:
            self._after_cr = False
        *lines, rest = part.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        events: list[Event] = []
        for line in lines:
            self._add(line)
            events += self._line_ended(b"".join(self._line))
            self._line, self._long = [], None
        if rest:
            self._add(rest)
        return events

    def _add(self, part: bytes) -> None:
        """Add to the current line; the long texts of a long line are shortened."""
        self._size += len(part)
        if self._size > MAX_EVENT_BYTES:
            raise not_understood(f"an event of more than {MAX_EVENT_BYTES} bytes")
        if self._long is None and self._line and self._size > _LONG_LINE:
            self._long = LongTexts()
            self._line = [self._long.add(b"".join(self._line))]
        self._line.append(part if self._long is None else self._long.add(part))

    def end(self) -> list[Event]:
        """Return the events at the end: some endpoints omit the last line ends.

        Raises:
            ApiError: As for ``feed``.
        """
        events = self._line_ended(b"".join(self._line)) if self._line else []
        self._line = []
        if self._whole is not None:
            return [Event(decode(b"\n".join(self._whole)), framed=False)]
        return [*events, *self._dispatched()]

    def _line_ended(self, line: bytes) -> list[Event]:
        if self._whole is not None:
            self._whole.append(line)
            return []
        if not self._begun:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        content = line.strip()
        if not content:
            return self._dispatched()
        first, self._begun = not self._begun, True
        if content.startswith(b":"):
            return []
        if field := _FIELD.match(line):
            return self._field(field[1], line[field.end() :].removeprefix(b" "))
        if self._data:
            # A pretty-printed JSON whose further lines are not marked.
            if not _UNKNOWN_FIELD.match(content) or b"{" in content:
                self._data.append(line)
            return []
        if content.startswith((b"{", b"[")):
            return self._unmarked(line, first=first)
        if b"{" in content or content.startswith(b"<") or not _UNKNOWN_FIELD.match(content):
            raise not_understood("text that is neither JSON nor an event")
        return []

    def _field(self, name: bytes, value: bytes) -> list[Event]:
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._kind = decode(value).strip()
        elif name == b"error":
            return [Event(decode(value), "error")]
        return []

    def _unmarked(self, line: bytes, *, first: bool) -> list[Event]:
        """Return a line of JSON as an event; a first line that is none begins a whole JSON."""
        text = decode(line)
        if first:
            try:
                read_json(text)
            except MalformedJSONError:
                self._whole = [line]
                return []
        self._size = 0
        return [Event(text, framed=False)]

    def _dispatched(self) -> list[Event]:
        lines, kind = self._data, self._kind
        self._data, self._kind, self._size = [], "message", 0
        if not lines:
            return [Event("", kind)] if kind == "error" else []
        if len(lines) > 1 and all(map(_is_complete, lines)):
            # Events without an empty line between them.
            return [Event(decode(line), kind) for line in lines]
        return [Event(decode(b"\n".join(lines)), kind)]


def _is_complete(line: bytes) -> bool:
    line = line.strip()
    return line == b"[DONE]" or (line.startswith(b"{") and line.endswith(b"}"))

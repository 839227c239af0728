"""HTTP/1.1 without a socket: a request as bytes, and the base of the parsers of responses.

Two libraries can parse heads: h11, which is always installed, and httptools, which is several times
as fast. The parsers of both derive from `ResponseParser`, which reads bodies, and return the same
events.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from julep._http.content_encoding import ACCEPTED_ENCODINGS
from julep._http.tokens import is_token
from julep.errors import InvalidArgumentError

if TYPE_CHECKING:
    from julep._http.chunks import ChunkReader
    from julep._http.messages import Request

MAX_HEADER_BYTES: Final = 64 * 1024
"""The maximum size of a response's headers; more are a failure."""

MAX_INFORMATIONAL: Final = 16
"""The maximum number of 1xx responses before the final one."""

NOT_HTTP: Final = "the server's response is not HTTP/1.1"
INVALID_BODY: Final = "the server's response has a body that breaks the rules of HTTP/1.1"
NO_RESPONSE: Final = "the server closed the connection without a response"
INCOMPLETE_RESPONSE: Final = "the server closed the connection before its response was complete"

# Rarely used: they are compiled at their use, and not in the time of every start.
_VALUE: Final = "[\t\x20-\x7e\x80-\xff]*"
_EMPTY_LINE: Final = b"\n\r\n"
_LINE_END: Final = rb"\r?\n"
_FOLD: Final = rb"\r?\n[ \t]+"
# Characters that no head may have; the libraries let some pass, each in other places.
_CONTROLS: Final = bytes([*range(9), 11, 12, *range(14, 32), 127])
_PROTOCOL: Final = b"HTTP/"
_CHUNKED: Final = "chunked"
_MAX_LENGTH_DIGITS: Final = 19  # more do not fit into the 64 bits of one of the libraries

# Up to this length, copying a body after its head is cheaper than sending twice.
_SMALL_BODY_BYTES: Final = 64 * 1024


class ResponseHead(NamedTuple):
    """The status and the headers of a response. Names of headers are lower case."""

    status: int
    headers: Mapping[str, str]


class ResponseEnd(NamedTuple):
    """The end of a response.

    Attributes:
        reusable: Whether the connection can carry another request.
    """

    reusable: bool


class ProtocolFailure(NamedTuple):
    """The last event of a response that is invalid or incomplete."""

    problem: str


ParsedEvent: TypeAlias = "ResponseHead | bytes | ResponseEnd | ProtocolFailure"
"""A part of a response: its head, a piece of its body, its end, or a failure to parse it."""


def request_bytes(request: Request) -> Generator[bytes, bytes, None]:
    """Write a request as HTTP/1.1.

    Raises:
        InvalidArgumentError: When a part of it cannot be written without changing the rest.
    """
    content = request.content
    if content and len(content) > _SMALL_BODY_BYTES:
        yield _head(request)
        yield content
    else:
        yield Secret(_head(request) + (content or b""))


class Secret(bytes):
    """Bytes that hold secrets: a traceback may show locals."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"


def _head(request: Request) -> Secret:
    lines = [f"{_request_line(request)} HTTP/1.1", f"host: {_host(request.origin.authority)}"]
    if "accept-encoding" not in request.headers:
        lines.append(f"accept-encoding: {ACCEPTED_ENCODINGS}")
    for name, value in request.headers.items():
        # Printable ASCII is allowed, and nearly every value is: its check costs less.
        is_plain = value.isascii() and value.isprintable()
        if not (is_token(name) and (is_plain or re.fullmatch(_VALUE, value))):
            # The value may be a secret, and so may the name, when the two were confused. A
            # traceback may show locals.
            del lines, name, value
            raise InvalidArgumentError(
                f"{request.summary}: a header has characters that HTTP does not allow"
            )
        lines.append(f"{name}: {value}")
    if request.content is not None or request.method in ("POST", "PUT", "PATCH"):
        lines.append(f"content-length: {len(request.content or b'')}")
    return Secret("\r\n".join([*lines, "\r\n"]).encode("latin-1"))


def _request_line(request: Request) -> str:
    target = request.target
    is_printable = target.isascii() and target.isprintable() and " " not in target
    if not (is_token(request.method) and target.startswith("/") and is_printable):
        raise InvalidArgumentError(
            f"{request.summary!r}: expected an HTTP method and a percent-encoded URL"
        )
    return f"{request.method} {target}"


@lru_cache
def _host(host: str) -> str:
    if not host.isascii():
        host = host.encode("idna").decode()
    if not host.isprintable():
        raise InvalidArgumentError(f"expected the name of a host; got {host!r}")
    return host


class RawHead(NamedTuple):
    """A head as a library parsed it."""

    version: str
    status: int
    headers: Iterable[tuple[bytes, bytes]]


class ResponseParser(ABC):
    """Parses the response to one request: its heads by a library, its body by itself.

    Args:
        to_head: Whether the request was a HEAD, whose response has no body.
    """

    def __init__(self, to_head: bool) -> None:
        self._to_head = to_head
        self._began = False
        self._ended = False
        self._keeps_alive = False
        self._until_closed = False
        self._informational = 0
        self._buffered = 0
        self._head_begun = b""
        self._remaining = 0  # the bytes to come of a body whose length is known
        self._chunks: ChunkReader | None = None

    @abstractmethod
    def _parse_head(self, data: bytes) -> RawHead | None:
        """Parse a head, which is complete; return None when it is invalid."""

    def receive(self, data: bytes) -> list[ParsedEvent]:
        """Take the next bytes, empty when the server closed the connection; return their events."""
        if self._ended:
            return []
        if not data:
            events: list[ParsedEvent] = [self._event_at_close()]
        else:
            events = self._body(data) if self._began else self._from_head(data)
            # Bytes without an event are of a head, or of what chunks have beside the content.
            self._buffered = 0 if events else self._buffered + len(data)
            if self._buffered > MAX_HEADER_BYTES:
                events = [_headers_too_long()]
        self._ended = bool(events) and isinstance(events[-1], ResponseEnd | ProtocolFailure)
        return events

    def _from_head(self, data: bytes) -> list[ParsedEvent]:
        """Return the events of some bytes, of which the first belong to a head.

        A head is parsed when it is complete, in its plainest form: the libraries differ in what
        else they accept.
        """
        # Empty lines may be left of the response before.
        searched = max(len(self._head_begun) - len(_EMPTY_LINE), 0)
        data, self._head_begun = (self._head_begun + data).lstrip(b"\r\n"), b""
        while end := end_of_head(data, searched):
            searched = 0
            head, data = data[:end], data[end:]
            event = self._head(head)
            if event is not None:
                return [event, *self._after_head(data)] if self._began else [event]
            data = data.lstrip(b"\r\n")
        if not data.startswith(_PROTOCOL[: len(data)]):
            return [ProtocolFailure(NOT_HTTP)]
        self._head_begun = data
        return []

    def _head(self, data: bytes) -> ResponseHead | ProtocolFailure | None:
        """Read a head; return None for an informational one."""
        if len(data.translate(None, _CONTROLS)) < len(data):
            return ProtocolFailure(NOT_HTTP)
        raw = self._parse_head(data if is_plain(data) else _plain_head(data))
        if raw is None or raw.version not in ("1.0", "1.1"):
            return ProtocolFailure(NOT_HTTP)
        version, status, headers = raw
        if status < 100 or status == 101:
            return ProtocolFailure(NOT_HTTP)
        found: dict[str, str] = {}
        size = 0
        for name, value in headers:
            size += len(name) + len(value) + 4
            key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t")
            found[key] = f"{found[key]}, {text}" if key in found else text
        if size > MAX_HEADER_BYTES:
            return _headers_too_long()
        if "transfer-encoding" in found:
            if found["transfer-encoding"].lower() != _CHUNKED or "content-length" in found:
                return ProtocolFailure(NOT_HTTP)
            found["transfer-encoding"] = _CHUNKED  # one of the libraries keeps capitals
        if status < 200:
            self._informational += 1
            return None if self._informational <= MAX_INFORMATIONAL else ProtocolFailure(NOT_HTTP)
        if not self._frame_body(status, found):
            return ProtocolFailure(NOT_HTTP)
        options = [option.strip() for option in found.get("connection", "").lower().split(",")]
        self._keeps_alive = version == "1.1" and "close" not in options and not self._until_closed
        self._began = True
        return ResponseHead(status, found)

    def _frame_body(self, status: int, headers: Mapping[str, str]) -> bool:
        """Find out where the body will end; return whether its length is valid."""
        length = headers.get("content-length")
        is_number = length is not None and length.isascii() and length.isdigit()
        if length is not None and not (is_number and len(length) <= _MAX_LENGTH_DIGITS):
            return False
        if self._to_head or status in (204, 304):
            return True
        if "transfer-encoding" in headers:
            from julep._http.chunks import ChunkReader  # seldom needed

            self._chunks = ChunkReader()
        elif length is not None:
            self._remaining = int(length)
        else:
            self._until_closed = True
        return True

    def _after_head(self, data: bytes) -> list[ParsedEvent]:
        """Return the events of the bytes that were received with the end of a head."""
        if self._remaining or self._until_closed or self._chunks is not None:
            return self._body(data) if data else []
        return [self._end(data)]

    def _body(self, data: bytes) -> list[ParsedEvent]:
        """Return the events of bytes of a body."""
        if self._until_closed:
            return [data]
        if self._chunks is not None:
            return self._chunked(self._chunks, data)
        body, surplus = data[: self._remaining], data[self._remaining :]
        self._remaining -= len(body)
        return [body] if self._remaining else [body, self._end(surplus)]

    def _chunked(self, chunks: ChunkReader, data: bytes) -> list[ParsedEvent]:
        content = chunks.read(data)
        events: list[ParsedEvent] = [content] if content else []
        if chunks.is_over:
            events.append(self._end(chunks.surplus))
        elif chunks.is_invalid:
            events.append(ProtocolFailure(INVALID_BODY))
        return events

    def _end(self, surplus: bytes) -> ResponseEnd:
        return ResponseEnd(reusable=self._keeps_alive and not surplus.strip(b"\r\n"))

    def _event_at_close(self) -> ParsedEvent:
        if self._began and self._until_closed:
            return ResponseEnd(reusable=False)
        return ProtocolFailure(INCOMPLETE_RESPONSE if self._began else NO_RESPONSE)


def end_of_head(data: bytes, start: int = 0) -> int:
    """Return where the line after the last one of a head ends; 0 while it is not complete.

    Args:
        data: The bytes.
        start: Where to begin; the empty line is known not to be before.
    """
    end = data.find(_EMPTY_LINE, start) + 3
    short = data.find(b"\n\n", start, end - 2 if end > 2 else None) + 2
    return short if short > 1 else end if end > 2 else 0


def is_plain(head: bytes) -> bool:
    """Check whether a head needs no `_plain_head`."""
    lower = head.lower()
    length = lower.find(b"\ncontent-length")
    return (
        lower.count(b"\n") == lower.count(b"\r\n")
        and b"\n " not in lower
        and b"\n\t" not in lower
        and lower.count(b"\ncontent-length") < 2
        and (length < 0 or b"," not in lower[length : lower.index(b"\n", length + 1)])
    )


def _plain_head(head: bytes) -> bytes:
    """Return a head with CR LF at the end of each line, and a repeated content-length once.

    RFC 9112, section 2.2, lets a recipient take LF alone for the end of a line, and section 5.2
    wants a folded value to be joined; RFC 9110, section 8.6, lets it take equal lengths for one.
    """
    lines: list[bytes] = []
    lengths: set[bytes] = set()
    status_line, line_end, rest = head.partition(b"\n")
    if not rest.startswith((b" ", b"\t")):
        head = status_line + line_end + re.sub(_FOLD, b" ", rest)
    for line in re.split(_LINE_END, head):
        name, _, value = line.partition(b":")
        if name.lower() != b"content-length":
            lines.append(line)
            continue
        for length in {each.strip() for each in value.split(b",")} - lengths:
            lines.append(b"content-length: " + length)
            lengths.add(length)
    return b"\r\n".join(lines)


def _headers_too_long() -> ProtocolFailure:
    return ProtocolFailure(f"the server sent more than {MAX_HEADER_BYTES} bytes of headers")

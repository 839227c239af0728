"""HTTP/1.1 without a socket: the bytes of a request, and what the bytes of an answer say.

Two libraries can read answers: h11, which is always there, and httptools, which is several times
as fast where it is installed. What they give is the same, and so is what is made of it here.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from julep._http.content_encoding import ACCEPTED_ENCODINGS
from julep.errors import InvalidArgumentError

if TYPE_CHECKING:
    from julep._http.messages import Request

MAX_HEADER_BYTES: Final = 64 * 1024
"""Bytes: an answer with more of them in its headers is refused."""

MAX_INFORMATIONAL: Final = 16
"""How many answers of the 1xx kind may precede the one that counts."""

NOT_HTTP: Final = "the server's answer is not HTTP/1.1"
BROKEN_BODY: Final = "the server's answer has a body that breaks the rules of HTTP/1.1"
NO_RESPONSE: Final = "the server closed the connection without an answer"
INCOMPLETE_RESPONSE: Final = "the server closed the connection before its answer was whole"

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile("[\t\x20-\x7e\x80-\xff]*")
_TARGET: Final = re.compile(r"/[\x21-\x7e]*")

# Up to here it is cheaper to copy a body behind its head than to send twice.
_SMALL: Final = 64 * 1024


class ResponseHead(NamedTuple):
    """The beginning of an answer. Names of headers are lower case."""

    status: int
    headers: Mapping[str, str]


class ResponseEnd(NamedTuple):
    """The end of an answer."""

    reusable: bool
    """Whether the connection can carry another request."""


class ProtocolFailure(NamedTuple):
    """What came is no answer, or not a whole one; nothing follows."""

    problem: str


ParsedEvent: TypeAlias = "ResponseHead | bytes | ResponseEnd | ProtocolFailure"
"""What an answer's bytes say: its head, pieces of its body, and its end, whichever that is."""


def request_bytes(request: Request) -> Generator[bytes, bytes, None]:
    """Write a request down.

    Raises:
        InvalidArgumentError: When something in it cannot be written without changing the rest.
    """
    lines = [f"{_checked_line(request)} HTTP/1.1", f"host: {_host(request)}"]
    headers = request.headers
    if "accept-encoding" not in headers:
        lines.append(f"accept-encoding: {ACCEPTED_ENCODINGS}")
    for name, value in headers.items():
        if not (_TOKEN.fullmatch(name) and _VALUE.fullmatch(value)):
            # The value may be a secret, and so may be what was taken for a name.
            raise InvalidArgumentError(
                f"{request.method} {request.url}: a header has characters that none may have"
            )
        lines.append(f"{name}: {value}")
    content = request.content
    if content is not None or request.method in ("POST", "PUT", "PATCH"):
        lines.append(f"content-length: {len(content or b'')}")
    head = "\r\n".join([*lines, "\r\n"]).encode("latin-1")
    if not content:
        yield head
    elif len(content) <= _SMALL:
        yield head + content
    else:
        yield head
        yield content


def _checked_line(request: Request) -> str:
    if not (_TOKEN.fullmatch(request.method) and _TARGET.fullmatch(request.target)):
        raise InvalidArgumentError(f"{request.method!r} {request.url!r} cannot be asked for")
    return f"{request.method} {request.target}"


def _host(request: Request) -> str:
    _, _, host = str(request.origin).partition("://")
    if not host.isascii():
        host = host.encode("idna").decode()
    if not _VALUE.fullmatch(host):
        raise InvalidArgumentError(f"{host!r} is no host")
    return host


class ResponseParser(ABC):
    """Reads the answer to one request.

    Args:
        to_head: Whether the request was a HEAD, whose answer has no body.
    """

    def __init__(self, *, to_head: bool) -> None:
        self._to_head = to_head
        self._began = False
        self._ended = False
        self._keeps = False
        self._until_closed = False
        self._informational = 0
        self._silent = 0

    def receive(self, data: bytes) -> list[ParsedEvent]:
        """Take the next bytes, none at the connection's end, and tell what they say."""
        if self._ended:
            return []
        if not data:
            events: list[ParsedEvent] = [self._at_close()]
        else:
            events = self._parse(data)
            # What says nothing is kept by the parser until it does.
            self._silent = 0 if events else self._silent + len(data)
            if self._silent > MAX_HEADER_BYTES:
                events = [_too_long()]
        self._ended = bool(events) and isinstance(events[-1], ResponseEnd | ProtocolFailure)
        return events

    @abstractmethod
    def _parse(self, data: bytes) -> list[ParsedEvent]:
        """Read some bytes; an end or a failure is the last event."""

    def _at_close(self) -> ParsedEvent:
        if self._began and self._until_closed:
            return ResponseEnd(reusable=False)
        return ProtocolFailure(INCOMPLETE_RESPONSE if self._began else NO_RESPONSE)

    def _head(
        self, version: str, status: int, headers: Iterable[tuple[bytes, bytes]]
    ) -> ResponseHead | ProtocolFailure | None:
        """Take a head; give None for an informational one."""
        if version not in ("1.0", "1.1") or status in range(100) or status == 101:
            return ProtocolFailure(NOT_HTTP)
        if status < 200:
            self._informational += 1
            return None if self._informational <= MAX_INFORMATIONAL else ProtocolFailure(NOT_HTTP)
        found: dict[str, str] = {}
        size = 0
        for name, value in headers:
            size += len(name) + len(value) + 4
            key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t")
            found[key] = f"{found[key]}, {text}" if key in found else text
        if size > MAX_HEADER_BYTES:
            return _too_long()
        coding = found.get("transfer-encoding")
        if coding is not None and (coding.lower() != "chunked" or "content-length" in found):
            return ProtocolFailure(NOT_HTTP)
        self._began = True
        bare = self._to_head or status in (204, 304)
        self._until_closed = not bare and coding is None and "content-length" not in found
        wishes = [wish.strip() for wish in found.get("connection", "").lower().split(",")]
        self._keeps = version == "1.1" and "close" not in wishes and not self._until_closed
        return ResponseHead(status, found)

    def _broken(self) -> ProtocolFailure:
        return ProtocolFailure(BROKEN_BODY if self._began else NOT_HTTP)

    def _end(self, *, surplus: bool) -> ResponseEnd:
        return ResponseEnd(reusable=self._keeps and not surplus)


def parser_for(method: str) -> ResponseParser:
    """Give the fastest reader there is for the answer to a request."""
    global parser_class  # noqa: PLW0603  # found out once, when the first request is sent
    if parser_class is None:
        parser_class = select_parser()
    return parser_class(method == "HEAD")


parser_class: Callable[[bool], ResponseParser] | None = None


def select_parser() -> Callable[[bool], ResponseParser]:
    try:
        from julep._http.httptools_parser import HttptoolsParser
    except ImportError:
        from julep._http.h11_parser import H11Parser

        return H11Parser
    return HttptoolsParser


def _too_long() -> ProtocolFailure:
    return ProtocolFailure(f"the server sent more than {MAX_HEADER_BYTES} bytes of headers")

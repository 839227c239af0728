"""HTTP/1.1 without a socket: the bytes of a request, and what the bytes of an answer say.

Two libraries can read answers: h11, which is always there, and httptools, which is several times
as fast where it is installed. What they give is the same, and so is what is made of it here.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from julep._http.content_encoding import ACCEPTED
from julep.errors import InvalidArgumentError

if TYPE_CHECKING:
    from julep._http.messages import Request

LONGEST_HEAD: Final = 64 * 1024
"""Bytes: an answer with more of them in its headers is refused."""

MOST_INFORMATIONAL: Final = 16
"""How many answers of the 1xx kind may precede the one that counts."""

NO_HTTP: Final = "the server's answer is not HTTP/1.1"
BROKEN_BODY: Final = "the server's answer has a body that breaks the rules of HTTP/1.1"
NO_ANSWER: Final = "the server closed the connection without an answer"
CUT_SHORT: Final = "the server closed the connection before its answer was whole"

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile("[\t\x20-\x7e\x80-\xff]*")
_TARGET: Final = re.compile(r"/[\x21-\x7e]*")

# Up to here it is cheaper to copy a body behind its head than to send twice.
_SMALL: Final = 64 * 1024


class Head(NamedTuple):
    """The beginning of an answer. Names of headers are lower case."""

    status: int
    headers: Mapping[str, str]


class End(NamedTuple):
    """The end of an answer."""

    reusable: bool
    """Whether the connection can carry another request."""


class Broken(NamedTuple):
    """What came is no answer, or not a whole one; nothing follows."""

    problem: str


Event: TypeAlias = "Head | bytes | End | Broken"
"""What an answer's bytes say: its head, pieces of its body, and its end, whichever that is."""


def request_bytes(request: Request) -> Generator[bytes, bytes, None]:
    """Write a request down.

    Raises:
        InvalidArgumentError: When something in it cannot be written without changing the rest.
    """
    lines = [f"{_checked_line(request)} HTTP/1.1", f"host: {_host(request)}"]
    headers = request.headers
    if "accept-encoding" not in headers:
        lines.append(f"accept-encoding: {ACCEPTED}")
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


class Reader(ABC):
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

    def receive(self, data: bytes) -> list[Event]:
        """Take the next bytes, none at the connection's end, and tell what they say."""
        if self._ended:
            return []
        if not data:
            events: list[Event] = [self._at_close()]
        else:
            events = self._parse(data)
            # What says nothing is kept by the parser until it does.
            self._silent = 0 if events else self._silent + len(data)
            if self._silent > LONGEST_HEAD:
                events = [_too_long()]
        self._ended = bool(events) and isinstance(events[-1], End | Broken)
        return events

    @abstractmethod
    def _parse(self, data: bytes) -> list[Event]:
        """Read some bytes; an end or a failure is the last event."""

    def _at_close(self) -> Event:
        if self._began and self._until_closed:
            return End(reusable=False)
        return Broken(CUT_SHORT if self._began else NO_ANSWER)

    def _head(
        self, version: str, status: int, headers: Iterable[tuple[bytes, bytes]]
    ) -> Head | Broken | None:
        """Take a head; give None for an informational one."""
        if version not in ("1.0", "1.1") or status in range(100) or status == 101:
            return Broken(NO_HTTP)
        if status < 200:
            self._informational += 1
            return None if self._informational <= MOST_INFORMATIONAL else Broken(NO_HTTP)
        found: dict[str, str] = {}
        size = 0
        for name, value in headers:
            size += len(name) + len(value) + 4
            key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t")
            found[key] = f"{found[key]}, {text}" if key in found else text
        if size > LONGEST_HEAD:
            return _too_long()
        coding = found.get("transfer-encoding")
        if coding is not None and (coding.lower() != "chunked" or "content-length" in found):
            return Broken(NO_HTTP)
        self._began = True
        bare = self._to_head or status in (204, 304)
        self._until_closed = not bare and coding is None and "content-length" not in found
        wishes = [wish.strip() for wish in found.get("connection", "").lower().split(",")]
        self._keeps = version == "1.1" and "close" not in wishes and not self._until_closed
        return Head(status, found)

    def _broken(self) -> Broken:
        return Broken(BROKEN_BODY if self._began else NO_HTTP)

    def _end(self, *, surplus: bool) -> End:
        return End(reusable=self._keeps and not surplus)


def reader_for(method: str) -> Reader:
    """Give the fastest reader there is for the answer to a request."""
    global _make  # noqa: PLW0603  # found out once, when the first request is sent
    if _make is None:
        _make = _fastest()
    return _make(method == "HEAD")


_make: Callable[[bool], Reader] | None = None


def _fastest() -> Callable[[bool], Reader]:
    try:
        from julep._http.httptools_parser import HttptoolsReader
    except ImportError:
        from julep._http.h11_parser import H11Reader

        return H11Reader
    return HttptoolsReader


def _too_long() -> Broken:
    return Broken(f"the server sent more than {LONGEST_HEAD} bytes of headers")

"""The two parsers of HTTP/1.1 accept the same heads, byte by byte, and read the same from them."""

from __future__ import annotations

import pytest

from julep._http.h11_parser import H11Parser
from julep._http.http1 import ProtocolFailure, ResponseHead
from julep._http.httptools_parser import HttptoolsParser

HEAD = b"HTTP/1.1 200 OK\r\nx-a: b c\r\ncontent-length: 2\r\n\r\n"


def read(parser: type[H11Parser | HttptoolsParser], data: bytes) -> list[object]:
    """Return the events of a response, with its body in one piece; None stands for any failure."""
    running = parser(to_head=False)
    events = [*running.receive(data), *running.receive(b"")]
    if isinstance(events[-1], ProtocolFailure):
        return [None]
    body = b"".join(event for event in events if isinstance(event, bytes))
    return [*(event for event in events if not isinstance(event, bytes)), body]


def agreed(data: bytes) -> list[object]:
    """Return the events of a response, on which both parsers agree."""
    by_h11, by_httptools = read(H11Parser, data), read(HttptoolsParser, data)
    assert by_h11 == by_httptools, data
    return by_h11


def test_every_byte_at_the_places_of_a_head() -> None:
    places = {place: HEAD.index(place) for place in (b"1 200", b"200", b"OK", b"K", b"x-a", b"b c")}
    for at in (0, *places.values(), places[b"b c"] - 1, len(HEAD) - 2):
        for byte in range(256):
            agreed(HEAD[:at] + bytes([byte]) + HEAD[at + 1 :] + b"{}")


def test_bytes_with_a_meaning_at_every_place() -> None:
    for at in range(len(HEAD)):
        for byte in b"\0\t\n\r\x1b :;,+-09H\x7f\x80\xff":
            agreed(HEAD[:at] + bytes([byte]) + HEAD[at + 1 :] + b"{}")
            agreed(HEAD[:at] + bytes([byte]) + HEAD[at:] + b"{}")


@pytest.mark.parametrize(
    ("lines", "headers"),
    [
        (b"x: a\r\n b", {"x": "a b"}),
        (b"x: a\n\tb\r\n  c", {"x": "a b c"}),
        (b"x:\r\n a", {"x": "a"}),
        (b"x: a\r\n content-length: 7", {"x": "a content-length: 7"}),
        (b" x: a", None),  # nothing that it could belong to
        (b"x\r\n : a", None),
    ],
)
def test_folded_lines(lines: bytes, headers: dict[str, str] | None) -> None:
    data = b"HTTP/1.1 200 OK\r\n" + lines + b"\r\ncontent-length: 2\r\n\r\n{}"
    head, *_ = agreed(data)
    assert head == (headers and ResponseHead(200, {**headers, "content-length": "2"}))


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\n" + HEAD,
        b"HTTP/1.1 100 Continue\r\n\r\n\r\n" + HEAD,
        b"\r\nHTTP/1.1 100 C\n\n" + HEAD,
    ],
)
def test_empty_lines_before_a_head(data: bytes) -> None:
    assert agreed(data + b"{}")[-1] == b"{}"


@pytest.mark.parametrize(
    ("line", "coding"),
    [
        (b"Transfer-Encoding: ChunkeD", "chunked"),
        (b"transfer-encoding: chunked \t", "chunked"),
        (b"transfer-encoding:\r\n chunked", "chunked"),
        (b"transfer-encoding: chunked\r\ntransfer-encoding: chunked", None),
        (b"transfer-encoding: identity", None),
        (b"transfer-encoding:", None),
        (b"transfer-encoding: chunked\r\ncontent-length: 2", None),
    ],
)
def test_transfer_codings(line: bytes, coding: str | None) -> None:
    for before in (b"", b"HTTP/1.1 100 Continue\r\n" + line + b"\r\n\r\n"):
        data = b"HTTP/1.1 200 OK\r\n" + line + b"\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
        head, *_ = agreed(before + data)
        assert head == (coding and ResponseHead(200, {"transfer-encoding": coding}))
    plain = b"HTTP/1.1 100 Continue\r\n" + line + b"\r\n\r\n" + HEAD + b"{}"
    assert (agreed(plain) == [None]) == (coding is None)


def test_empty_lines_without_end() -> None:
    assert agreed(b"\r\n" * 40_000) == [None]

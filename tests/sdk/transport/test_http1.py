"""HTTP/1.1: requests as bytes, and responses, of which both parsers must read the same."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import julep
from julep._http import exchange, http1
from julep._http.h11_parser import H11Parser
from julep._http.http1 import (
    INCOMPLETE_RESPONSE,
    INVALID_BODY,
    MAX_HEADER_BYTES,
    MAX_INFORMATIONAL,
    NO_RESPONSE,
    NOT_HTTP,
    ParsedEvent,
    ProtocolFailure,
    ResponseEnd,
    ResponseHead,
    request_bytes,
)
from julep._http.httptools_parser import HttptoolsParser
from julep._http.messages import Request
from julep._http.timeout import Timeout
from julep._http.urls import Origin

READERS = {"h11": H11Parser, "httptools": HttptoolsParser}
readers = pytest.mark.parametrize("reader", READERS.values(), ids=READERS.keys())

PLAIN = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


class Read(NamedTuple):
    """The result of reading a response."""

    head: ResponseHead | None
    body: bytes
    last: ParsedEvent | None


def read(
    make: Callable[[bool], http1.ResponseParser], pieces: list[bytes], *, to_head: bool = False
) -> Read:
    """Read a response from pieces; an empty one is the end of the connection."""
    reader = make(to_head)
    events = [event for piece in pieces for event in reader.receive(piece)]
    head, body, last = None, b"", None
    for event in events:
        assert last is None, events
        if isinstance(event, ResponseHead):
            assert head is None
            head = event
        elif isinstance(event, bytes):
            body += event
        else:
            last = event
    return Read(head, body, last)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """Cut some bytes at these places."""
    ends = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(ends)]


def agreed(data: bytes, places: list[int], *, closed: bool, to_head: bool = False) -> Read:
    """Read a response with both parsers, cut and whole, and return their common result."""
    end = [b""] if closed else []
    found = [
        read(make, [*pieces, *end], to_head=to_head)
        for make in READERS.values()
        for pieces in ([data], cut(data, places))
    ]
    assert found == [found[0]] * 4
    return found[0]


names = st.sampled_from(["x-request-id", "Server", "retry-after", "X-Odd_one.~"])
values = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=20)
places = st.lists(st.integers(0, 2000), max_size=12)


class Sent(NamedTuple):
    """A response as a server sends it, and the expected result."""

    data: bytes
    status: int
    headers: dict[str, str]
    body: bytes
    reusable: bool
    until_closed: bool


@st.composite
def responses(draw: st.DrawFn) -> Sent:
    version = draw(st.sampled_from(["1.1", "1.1", "1.0"]))
    status = draw(st.sampled_from([200, 201, 202, 204, 304, 400, 404, 429, 500, 503, 599]))
    given_headers = draw(st.dictionaries(names, values, max_size=4))
    headers = {name.lower(): value for name, value in given_headers.items()}
    body = draw(st.binary(max_size=200))
    framing = draw(st.sampled_from(["length", "chunks", "close"]))
    closes = draw(st.booleans())
    if status in (204, 304):
        body, framing = b"", "none"
    lines = [f"{name}: {value}" for name, value in given_headers.items()]
    if closes:
        lines.append("Connection: Close")
        headers["connection"] = "Close"
    content = body
    if framing == "length":
        lines.append(f"Content-Length: {len(body)}")
        headers["content-length"] = str(len(body))
    elif framing == "chunks":
        lines.append("Transfer-Encoding: chunked")
        headers["transfer-encoding"] = "chunked"
        pieces = [piece for piece in cut(body, draw(places)) if piece]
        extension = draw(st.sampled_from(["", ";name=value"]))
        chunks = [f"{len(piece):x}{extension}\r\n".encode() + piece + b"\r\n" for piece in pieces]
        trailer = draw(st.sampled_from([b"", b"x-trailer: 1\r\n"]))
        content = b"".join([*chunks, b"0\r\n", trailer, b"\r\n"])
    before = "HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n" * draw(st.integers(0, 2))
    head = "\r\n".join([f"{before}HTTP/{version} {status} Said so", *lines, "\r\n"])
    reusable = version == "1.1" and not closes and framing != "close"
    data = head.encode() + content
    return Sent(data, status, headers, body, reusable, framing == "close")


@given(responses(), places)
def test_a_response_is_read_from_any_pieces(sent: Sent, places: list[int]) -> None:
    found = agreed(sent.data, places, closed=sent.until_closed)
    assert found == Read(
        ResponseHead(sent.status, sent.headers), sent.body, ResponseEnd(sent.reusable)
    )


@given(responses(), places, st.integers(0, 2000))
def test_an_incomplete_response_is_an_error(sent: Sent, places: list[int], at: int) -> None:
    if sent.until_closed:
        return  # ambiguous
    found = agreed(sent.data[: at % len(sent.data)], places, closed=True)
    assert found.last == ProtocolFailure(INCOMPLETE_RESPONSE if found.head else NO_RESPONSE)
    assert sent.body.startswith(found.body)


@given(responses(), places, st.sampled_from([b"x", b"HTTP/1.1 200 OK\r\n\r\n", b"\0", b"5\r\n"]))
def test_a_connection_with_surplus_bytes_is_not_reused(
    sent: Sent, places: list[int], surplus: bytes
) -> None:
    if sent.until_closed:
        return  # part of the body
    for make in READERS.values():
        found = read(make, [sent.data + surplus])
        assert found == Read(
            ResponseHead(sent.status, sent.headers), sent.body, ResponseEnd(reusable=False)
        )


BROKEN = {
    "another protocol": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", NOT_HTTP),
    "another version": (b"HTTP/2.0 200 OK\r\n\r\n", NOT_HTTP),
    "no status": (b"HTTP/1.1 OK\r\n\r\n", NOT_HTTP),
    "a low status": (b"HTTP/1.1 099 Low\r\n\r\n", NOT_HTTP),
    "a switch of protocols": (
        b"HTTP/1.1 101 Switching\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n",
        NOT_HTTP,
    ),
    "a header of no name": (b"HTTP/1.1 200 OK\r\n: x\r\n\r\n", NOT_HTTP),
    "a header of no colon": (b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", NOT_HTTP),
    "a space before a colon": (b"HTTP/1.1 200 OK\r\nname : x\r\n\r\n", NOT_HTTP),
    "a NUL in a header": (b"HTTP/1.1 200 OK\r\nname: a\0b\r\n\r\n", NOT_HTTP),
    "a length of no digits": (b"HTTP/1.1 200 OK\r\ncontent-length: five\r\n\r\n", NOT_HTTP),
    "a negative length": (b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", NOT_HTTP),
    "two lengths": (
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        NOT_HTTP,
    ),
    "a length and chunks": (
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        NOT_HTTP,
    ),
    "a transfer coding that was not accepted": (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        NOT_HTTP,
    ),
    "a chunk of no length": (CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n", INVALID_BODY),
    "a chunk after a good one": (CHUNKED + b"3\r\nabc\r\n-1\r\n", INVALID_BODY),
    "a chunk longer than it says": (CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n", INVALID_BODY),
    "too many hints": (
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * (MAX_INFORMATIONAL + 1) + PLAIN,
        NOT_HTTP,
    ),
}


@pytest.mark.parametrize(("data", "problem"), BROKEN.values(), ids=BROKEN.keys())
def test_protocol_errors(data: bytes, problem: str) -> None:
    one_by_one = list(range(len(data)))
    assert agreed(data, one_by_one, closed=False).last == ProtocolFailure(problem)


def test_data_before_a_protocol_error_is_returned() -> None:
    found = agreed(CHUNKED + b"3\r\nabc\r\nzz\r\n", [0], closed=False)
    assert found.head is not None
    assert found.body == b"abc"


@readers
@pytest.mark.parametrize("size", [1, 1000, 64 * 1024])
@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nx: ",
        b"HTTP/1.1 200 OK\r\n",
        CHUNKED + b"0\r\nx: ",
        CHUNKED + b"5;",
    ],
    ids=["reason", "value", "headers", "trailer", "extension"],
)
def test_endless_headers_are_not_collected(
    reader: Callable[[bool], http1.ResponseParser], start: bytes, size: int
) -> None:
    filling = {b"": b"HTTP/1.1 200 " + b"x" * MAX_HEADER_BYTES * 4}.get(start)
    line = b"name: value\r\n" if start.endswith(b"OK\r\n") else b"x"
    data = filling or start + line * (MAX_HEADER_BYTES * 4 // len(line))
    making = reader(False)
    fed, events = 0, list[ParsedEvent]()
    while not (events and isinstance(events[-1], ProtocolFailure)):
        assert fed < MAX_HEADER_BYTES * 3
        events += making.receive(data[fed : fed + size])
        fed += size
    assert "bytes of headers" in events[-1].problem


@readers
def test_the_limit_of_the_length_of_headers(
    reader: Callable[[bool], http1.ResponseParser],
) -> None:
    def response(length: int) -> bytes:
        return b"HTTP/1.1 204 OK\r\nx: " + b"v" * length + b"\r\n\r\n"

    longest = MAX_HEADER_BYTES - 100
    for pieces in ([response(longest)], cut(response(longest), list(range(0, longest, 1000)))):
        assert read(reader, pieces).last == ResponseEnd(reusable=True)
    for pieces in (
        [response(MAX_HEADER_BYTES)],
        cut(response(MAX_HEADER_BYTES), [MAX_HEADER_BYTES // 2]),
    ):
        assert isinstance(read(reader, pieces).last, ProtocolFailure)


HEADS = {
    "a length": (b"content-length: 5\r\n\r\n", True),
    "a length of none": (b"content-length: 0\r\n\r\n", True),
    "chunks": (b"transfer-encoding: chunked\r\n\r\n", True),
    "neither": (b"x: y\r\n\r\n", True),
    "a body all the same": (b"content-length: 5\r\n\r\nhello", False),
    "chunks all the same": (b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n", False),
}


@pytest.mark.parametrize(("rest", "reusable"), HEADS.values(), ids=HEADS.keys())
def test_the_response_to_head_has_no_body(rest: bytes, reusable: bool) -> None:
    for make in READERS.values():
        found = read(make, [b"HTTP/1.1 200 OK\r\n" + rest], to_head=True)
        assert (found.body, found.last) == (b"", ResponseEnd(reusable))
        one_by_one = [bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\n" + rest]
        assert read(make, one_by_one, to_head=True).last is not None


@readers
def test_headers_of_the_same_name_are_joined(
    reader: Callable[[bool], http1.ResponseParser],
) -> None:
    data = b"HTTP/1.1 204 OK\r\nVia: a\r\nx: \xe9 \r\nempty:\r\nvia:  b\r\n\r\n"
    found = read(reader, [data])
    assert found.head == ResponseHead(204, {"via": "a, b", "x": "é", "empty": ""})


@readers
def test_no_events_after_the_end_of_a_response(
    reader: Callable[[bool], http1.ResponseParser],
) -> None:
    made = reader(False)
    assert made.receive(PLAIN)[-1] == ResponseEnd(reusable=True)
    assert made.receive(PLAIN) == []
    assert made.receive(b"") == []


def test_httptools_is_preferred_when_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "parser_class", None)
    assert isinstance(exchange.parser_for("GET"), HttptoolsParser)
    monkeypatch.setattr(exchange, "parser_class", None)
    monkeypatch.setitem(__import__("sys").modules, "julep._http.httptools_parser", None)
    assert isinstance(exchange.parser_for("GET"), H11Parser)


def request(
    method: str = "GET",
    target: str = "/a?b=c",
    headers: dict[str, str] | None = None,
    content: bytes | None = None,
    origin: Origin = Origin("http", "julep.test", 80),  # noqa: B008  # it is a tuple
) -> Request:
    return Request(method, origin, target, headers or {}, content, False, Timeout())


def written(request: Request) -> bytes:
    return b"".join(request_bytes(request))


def test_the_bytes_of_a_request() -> None:
    assert written(request(headers={"x": "é"})) == (
        b"GET /a?b=c HTTP/1.1\r\nhost: julep.test\r\naccept-encoding: gzip, deflate\r\n"
        b"x: \xe9\r\n\r\n"
    )
    assert written(request("POST", "/", {"accept-encoding": "identity"}, b"{}")) == (
        b"POST / HTTP/1.1\r\nhost: julep.test\r\naccept-encoding: identity\r\n"
        b"content-length: 2\r\n\r\n{}"
    )
    assert b"content-length: 0\r\n" in written(request("POST"))
    assert b"content-length" not in written(request("DELETE"))
    content = bytes(300_000)
    assert written(request("PUT", content=content)).endswith(b"\r\n\r\n" + content)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (Origin("http", "::1", 8080), b"[::1]:8080"),
        (Origin("https", "julep.test", 443), b"julep.test"),
        (Origin("http", "bücher.test", 443), b"xn--bcher-kva.test:443"),
    ],
)
def test_the_host_header(origin: Origin, host: bytes) -> None:
    assert b"\r\nhost: " + host + b"\r\n" in written(request(origin=origin))


@pytest.mark.parametrize(
    "wrong",
    [
        request("GET /x HTTP/1.1\r\nx:"),
        request(target="/a b"),
        request(target="/a\r\nx: y"),
        request(target="/é"),
        request(target="a"),
        request(headers={"x\r\ny": "z"}),
        request(headers={"x y": "z"}),
        request(headers={"": "z"}),
        request(headers={"x": "secret\r\ny: z"}),
        request(headers={"x": "secret\n"}),
        request(headers={"x": "secret\0"}),
        request(headers={"x": "secret☃"}),
        request(origin=Origin("http", "a\r\nx: y", 80)),
    ],
    ids=repr,
)
def test_header_injection_is_rejected(wrong: Request) -> None:
    with pytest.raises(julep.InvalidArgumentError) as caught:
        written(wrong)
    assert "secret" not in str(caught.value)


@given(st.binary(max_size=300), places)
@example(b"HTTP/1.1 200 OK\r\n\r\n", [3])
def test_any_bytes_are_read_or_a_protocol_error(data: bytes, places: list[int]) -> None:
    for make in READERS.values():
        for start in (b"", b"HTTP/1.1 200 OK\r\n", CHUNKED):
            read(make, [*cut(start + data, places), b""])

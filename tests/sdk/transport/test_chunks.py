"""Bodies in chunks: what RFC 9112, section 7.1, allows and forbids, of which both parsers agree."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from julep._http.chunks import ChunkReader
from julep._http.h11_parser import H11Parser
from julep._http.http1 import INVALID_BODY, ProtocolFailure, ResponseEnd, ResponseHead
from julep._http.httptools_parser import HttptoolsParser

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
LAST = b"0\r\n\r\n"


def chunk(data: bytes, size: bytes = b"%x", extension: bytes = b"") -> bytes:
    return size % len(data) + extension + b"\r\n" + data + b"\r\n"


def read(parser: type[H11Parser | HttptoolsParser], *pieces: bytes) -> list[object]:
    """Return the events of a response, with the content up to its end or failure in one piece."""
    running = parser(to_head=False)
    events = [event for piece in pieces for event in running.receive(piece)]
    content = b"".join(event for event in events if isinstance(event, bytes))
    return [*(event for event in events if not isinstance(event, bytes)), content]


def agreed(data: bytes, *cuts: int) -> list[object]:
    """Return the events of a response, on which the parsers agree, wherever it is cut.

    Bytes after its end are seen only if they are received with it.
    """
    at = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    cut = [data[start:end] for start, end in pairwise(at)]
    found = list[list[object]]()
    for pieces in ([data], cut, [bytes([byte]) for byte in data]):
        by_h11, by_httptools = (read(each, *pieces, b"") for each in (H11Parser, HttptoolsParser))
        assert by_h11 == by_httptools, data
        found.append(by_h11)
    one, *others = (
        [ResponseEnd if isinstance(each, ResponseEnd) else each for each in events]
        for events in found
    )
    assert others == [one, one], data
    return found[0]


def content_of(body: bytes) -> bytes | None:
    """Return the content of a body; None when it is refused."""
    head, last, content = agreed(HEAD + body)
    assert head == ResponseHead(200, {"transfer-encoding": "chunked"})
    if last == ProtocolFailure(INVALID_BODY):
        return None
    assert last == ResponseEnd(reusable=True)
    assert isinstance(content, bytes)
    return content


@pytest.mark.parametrize(
    "size",
    [
        b"2", b"02", b"0" * 90 + b"2", b"2;name", b"2;name=value", b"2;a=b;c", b'2;a="b c\xe9"',
        b"2 ; a = b", b"2\t;a",
        b"2 ", b"2 \t  ", b"2;", b"2;;", b"2; ;=",  # not by the grammar, but they mean nothing else
    ],
)  # fmt: skip
def test_accepted_sizes(size: bytes) -> None:
    assert content_of(size + b"\r\nab\r\n" + chunk(b"c") + LAST) == b"abc"
    assert content_of(chunk(b"c") + size.replace(b"2", b"0") + b"\r\n\r\n") == b"c"


@pytest.mark.parametrize(
    "line",
    [
        b"0x2\r\n", b"+2\r\n", b"-2\r\n", b" 2\r\n", b"\t2\r\n", b"2_\r\n", b"0_2\r\n", b"2h\r\n",
        b"g\r\n", b"\r\n", b" \r\n", b";a\r\n", b"2.0\r\n", b"2,\r\n", b"2 2\r\n", b"2 a\r\n",
        b"2\xa0\r\n", b"\xd9\xa2\r\n", b"2\0\r\n", b"2\x0b\r\n", b"2\x0c\r\n",
        b"2\n", b"2 \n", b"2;a\n", b"2\r", b"2\r\r\n", b"2;a\rb\r\n", b"2;a\nb\r\n", b"2;a\0\r\n",
        b"2;a\x7f\r\n", b"0" * 200 + b"2\r\n", b"f" * 16 + b"\r\n", b"f" * 400 + b"\r\n",
        b"2" + b" " * 200 + b"\r\n",
    ],
)  # fmt: skip
def test_refused_sizes(line: bytes) -> None:
    assert content_of(line + b"ab\r\n" + LAST) is None
    assert agreed(HEAD + chunk(b"c") + line + b"ab\r\n")[1:] == [
        ProtocolFailure(INVALID_BODY),
        b"c",  # what came before is read
    ]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"c\r\n", b"\r\r\n", b" \r\n", b""])
def test_content_that_does_not_end_where_its_size_says(end: bytes) -> None:
    assert content_of(b"2\r\nab" + end + LAST) is None


@pytest.mark.parametrize(
    "trailers",
    [b"", b"x: y\r\n", b"x:\r\nX-Y: \xe9\t \r\n", b"x: y\r\n z\r\n", b"x: y\n"],
)
def test_trailers_are_ignored(trailers: bytes) -> None:
    assert content_of(chunk(b"ab") + b"0\r\n" + trailers + b"\r\n") == b"ab"


@pytest.mark.parametrize(
    "trailers",
    [
        b"HTTP/1.1 200 OK\r\n", b"x\r\n", b": y\r\n", b"x y: z\r\n", b"x: \0\r\n", b" x: y\r\n",
        b"x: y\rz\r\n",
    ],
)  # fmt: skip
def test_lines_that_are_no_trailers(trailers: bytes) -> None:
    """The first one is the head of another response, after a body that lacks its last line."""
    assert content_of(chunk(b"ab") + b"0\r\n" + trailers + b"\r\n") is None


SIZES = st.sampled_from([b"%x", b"%X", b"0%x", b"0000000000000000%X"])
EXTENSIONS = st.sampled_from([b"", b"", b" ", b";a", b" ; a = b", b';a="b;c"', b";a;b=c"])
TRAILERS = st.sampled_from([b"", b"a: b\r\n", b"a: b\r\nc:\r\n"])
CUTS = st.lists(st.integers(0, 2000), max_size=12)


@given(
    st.lists(st.tuples(st.binary(min_size=1, max_size=40), SIZES, EXTENSIONS), max_size=8),
    EXTENSIONS,
    TRAILERS,
    CUTS,
)
def test_valid_bodies(
    sent: list[tuple[bytes, bytes, bytes]], extension: bytes, trailers: bytes, cuts: list[int]
) -> None:
    body = b"".join(chunk(data, size, extension) for data, size, extension in sent)
    found = agreed(HEAD + body + b"0" + extension + b"\r\n" + trailers + b"\r\n", *cuts)
    assert found[1:] == [ResponseEnd(reusable=True), b"".join(data for data, _, _ in sent)]


PARTS = st.one_of(
    st.binary(min_size=1, max_size=8).map(chunk),
    st.text("0123aAxX+-_;= \t\r\n\0\x7fé", max_size=6).map(lambda text: text.encode("latin-1")),
    st.sampled_from([b"3\r\nabc\r\n", b"\r\n", b"x: y\r\n", b"0\r\n", LAST]),
)


@given(st.lists(PARTS, max_size=10).map(b"".join), CUTS)
@example(b"2\r\nab\r\n0\r\n\r\nsurplus", [])
def test_any_bodies(body: bytes, cuts: list[int]) -> None:
    head, last, _ = agreed(HEAD + body, *cuts)
    assert isinstance(head, ResponseHead)
    assert isinstance(last, ResponseEnd | ProtocolFailure)


def test_chunks_received_at_once_are_one_piece() -> None:
    """A server that streams sends each event in a chunk of its own."""
    reader = ChunkReader()
    assert reader.read(chunk(b"ab") + chunk(b"c" * 20) + b"2\r\nd") == b"ab" + b"c" * 20 + b"d"
    assert reader.read(b"e\r\n" + LAST + b"x") == b"e"
    assert reader.is_over
    assert reader.surplus == b"x"


def test_a_piece_of_a_long_chunk_does_not_wait_for_the_rest() -> None:
    reader = ChunkReader()
    assert reader.read(b"100000\r\n" + b"a" * 100) == b"a" * 100
    assert reader.read(piece := b"a" * 100) is piece  # not copied

"""Joining the chunks of a body before h11 parses it, which must not change h11's results."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep._http.chunks import ChunkJoiner
from julep._http.h11_parser import H11Parser
from julep._http.http1 import ParsedEvent, ProtocolFailure, ResponseEnd, ResponseHead

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
LAST = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def joined(*pieces: bytes) -> list[bytes]:
    joiner = ChunkJoiner()
    return [joiner.join(piece) for piece in pieces]


def test_chunks_received_at_once_are_joined() -> None:
    assert joined(chunk(b"ab") + chunk(b"c" * 20) + LAST) == [chunk(b"ab" + b"c" * 20) + LAST]


@pytest.mark.parametrize("at", range(1, 20))
def test_an_incomplete_chunk_is_passed_on_unchanged(at: int) -> None:
    body = chunk(b"ab") + chunk(b"cd") + chunk(b"ef") + LAST
    first, second = joined(body[:at], body[at:])
    assert len(first) <= at
    assert (first + second).endswith(LAST)
    assert data_of(read(True, HEAD, first + second)) == b"abcdef"


def test_a_piece_of_a_long_chunk_does_not_wait_for_the_rest() -> None:
    assert joined(b"100000\r\n" + b"a" * 100, b"a" * 100) == [
        b"100000\r\n" + b"a" * 100,
        b"a" * 100,
    ]


@pytest.mark.parametrize(
    "odd",
    [
        b"2;name=value\r\nab\r\n",
        b"2\r\nabc\n",
        b"g\r\n",
        b"0\r\nname: value\r\n\r\n",
        b"2 \r\nab\r\n",
    ],
)
def test_unusual_chunks_are_left_to_h11(odd: bytes) -> None:
    data = odd + chunk(b"cd") + chunk(b"ef")
    assert joined(data, chunk(b"g") + chunk(b"h")) == [data, chunk(b"g") + chunk(b"h")]


class Plain(H11Parser):
    """A parser that does not join chunks."""

    def _begin(self, data: bytes, events: list[ParsedEvent]) -> bytes:
        del events
        return data


def read(joins: bool, *pieces: bytes) -> list[ParsedEvent]:
    reader = H11Parser(False) if joins else Plain(False)
    return [event for piece in pieces for event in reader.receive(piece)]


def data_of(events: list[ParsedEvent]) -> bytes:
    return b"".join(event for event in events if isinstance(event, bytes))


HEADS = st.sampled_from(
    [
        HEAD,
        HEAD.replace(b"\r\n", b"\n"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD,
        b"HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\nx: chunked\r\n\r\n",
    ]
)
PARTS = st.one_of(
    st.binary(min_size=1, max_size=40).map(chunk),
    st.binary(min_size=1, max_size=40).map(lambda data: b"00" + chunk(data).upper()),
    st.sampled_from(
        [
            b"3;name=value\r\nabc\r\n", b"3 \r\nabc\r\n", b"3\nabc\n", b"3\r\nabcd\r\n",
            b"3\r\nab\r\n", b"x\r\n", b"-1\r\n", b"\r\n", b"123456789\r\n",
            b"0\r\nname: value\r\n\r\n", LAST,
        ]
    ),
)  # fmt: skip


@given(HEADS, st.lists(PARTS, max_size=12), st.sets(st.integers(1, 300), max_size=6), st.booleans())
def test_h11_returns_the_same_for_joined_chunks(
    head: bytes, parts: list[bytes], cuts: set[int], ends: bool
) -> None:
    response = head + b"".join(parts) + (LAST if ends else b"")
    at = [0, *sorted(cut for cut in cuts if cut < len(response)), len(response)]
    pieces = [response[start:end] for start, end in pairwise(at)]
    plain, ours = (read(joins, *pieces, b"") for joins in (False, True))
    kinds = (ResponseHead, ResponseEnd, ProtocolFailure)
    assert [event for event in ours if isinstance(event, kinds)] == [
        event for event in plain if isinstance(event, kinds)
    ]
    # Complete chunks before an invalid one may be returned or not.
    if isinstance(plain[-1], ResponseEnd):
        assert data_of(ours) == data_of(plain)
    else:
        assert data_of(plain).startswith(data_of(ours)) or data_of(ours).startswith(data_of(plain))

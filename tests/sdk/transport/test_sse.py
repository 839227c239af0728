from __future__ import annotations

import re
from collections import deque
from itertools import pairwise, repeat
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from julep._calls import sse
from julep._calls.sse import Event, EventDecoder
from julep_api.errors import DecodeError


class Parsed(NamedTuple):
    events: list[Event]
    retry: int | None


def by_the_standard(stream: bytes) -> Parsed:
    """Parse a whole stream by the WHATWG rules, word for word."""
    text = stream.decode("utf-8", errors="replace").removeprefix("\ufeff")
    events: list[Event] = []
    data = kind = last_id = ""
    retry: int | None = None
    # Text after the last line ending is no line yet.
    for line in re.split("\r\n|\n|\r", text)[:-1]:
        if line == "":
            if data != "":
                events.append(Event(kind or "message", data.removesuffix("\n"), last_id))
            data = kind = ""
            continue
        if line.startswith(":"):
            continue
        name, colon, value = line.partition(":")
        if colon and value.startswith(" "):
            value = value[1:]
        match name:
            case "event":
                kind = value
            case "data":
                data += value + "\n"
            case "id" if "\0" not in value:
                last_id = value
            case "retry" if re.fullmatch("[0-9]{1,18}", value):
                retry = int(value)
            case _:
                pass
    return Parsed(events, retry)


def parsed(*pieces: bytes) -> Parsed:
    decoder = EventDecoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return Parsed(events, decoder.retry)


def split(stream: bytes, places: list[int]) -> list[bytes]:
    cuts = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[start:end] for start, end in pairwise(cuts)]


LINE_ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])
FIELDS = st.sampled_from(
    [
        b"data",
        b"event",
        b"id",
        b"retry",
        b"",
        b"other",
        b"DATA",
        b" data",
        b"data ",
        b"\xef\xbb\xbfdata",
    ]
)
VALUES = st.one_of(
    st.sampled_from(
        [b"", b" ", b"  two", b"1500", b"+5", b"\xd9\xa3", b"a\0b", b"\xff\xfe", b"a:b"]
    ),
    st.text().map(lambda text: re.sub("[\r\n]", "\u2028", text).encode(errors="replace")),
)
LINES = st.one_of(
    st.just(b""),
    st.tuples(FIELDS, st.sampled_from([b":", b": ", b""]), VALUES).map(b"".join),
)


def stream_of(bom: bytes, lines: list[tuple[bytes, bytes]], rest: bytes) -> bytes:
    return bom + b"".join(line + end for line, end in lines) + rest


STREAMS = st.builds(
    stream_of,
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xef\xbb", b"\xef\xbb\xbf\xef\xbb\xbf"]),
    st.lists(st.tuples(LINES, LINE_ENDS), max_size=12),
    LINES,
)
PLACES = st.lists(st.integers(min_value=0, max_value=1000), max_size=10)


@given(STREAMS | st.binary(), PLACES)
@example(b"data: a\r\ndata: b\r\n\r\n", [8, 8])
@example(b"\xef\xbb\xbfdata: a\n\n", [0, 1, 2, 3])
@example("data: \u2028\u0085 é\n\n".encode(), [7, 8, 12])
def test_any_stream_in_any_pieces_is_parsed_by_the_standard(
    stream: bytes, places: list[int]
) -> None:
    assert parsed(*split(stream, places)) == by_the_standard(stream)


@given(STREAMS)
def test_a_stream_byte_by_byte(stream: bytes) -> None:
    assert parsed(*(bytes([byte]) for byte in stream)) == by_the_standard(stream)


@pytest.mark.parametrize(
    "stream",
    [
        b"data: a\n\ndata: b c\n\n",
        b"id: 1\ndata: a\n\nid: 2\ndata: b\n\ndata: c\n\n",
        b"id:1\ndata: a\n\nid\ndata: b\n\nid: \ndata: c\n\nid: 4\n\ndata: d\n\n",
        b"id: 1\nid: 2\ndata: a\n\ndata: id: 3\n\nid: \0\ndata: b\n\n",
        b"event: x\ndata: a\n\ndata: b\ndata: c\n\ndata: d\nid: 5\n\ndata: e\n\n",
        b"iddata: a\n\n\n\ndata: b\n\n\ndata: c\n\n: data: d\n\ndata: data: e\n\n",
        b"data: \n\ndata:  a\n\ndata\n\ndata:b\n\nretry: 5\n\n",
        b"\xef\xbb\xbfid: 1\r\ndata: a\r\n\r\ndata: b\r\rdata: c\n\n",
        "id: é\ndata: \u2028\u0085é\n\ndata: 日本\n\n".encode()
        + b"data: \xe6\x97\n\ndata: \xff\n\n",
    ],
)
def test_the_fast_path_returns_the_events_of_the_standard(stream: bytes) -> None:
    expected = by_the_standard(stream)
    for first in range(len(stream) + 1):
        for second in range(first, len(stream) + 1):
            assert parsed(stream[:first], stream[first:second], stream[second:]) == expected


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: a\n\n", [Event("message", "a", "")]),
        (b"data:a\ndata: b\ndata\n\n", [Event("message", "a\nb\n", "")]),
        (b"data\n\n", [Event("message", "", "")]),
        (b"event: ping\n\ndata: a\n\n", [Event("message", "a", "")]),
        (b"event: error\rdata: a\r\r", [Event("error", "a", "")]),
        (
            b"id: 7\n\ndata: a\n\ndata: b\nid\n\n",
            [Event("message", "a", "7"), Event("message", "b", "")],
        ),
        (b"id: 7\nid: 8\0\ndata: a\n\n", [Event("message", "a", "7")]),
        (b": keep-alive\n\n:\n\n", []),
        (b"data: never ended\n", []),
        ("data: a\u2028b\u0085c\n\n".encode(), [Event("message", "a\u2028b\u0085c", "")]),
    ],
)
def test_events_of_streams(stream: bytes, events: list[Event]) -> None:
    assert parsed(stream).events == events == by_the_standard(stream).events


def test_the_retry_field_is_kept() -> None:
    assert parsed(b"retry: 1500\n").retry == 1500


def test_a_retry_field_of_thousands_of_digits_is_ignored() -> None:
    assert parsed(b"retry: " + b"9" * 5000 + b"\ndata: a\n\n") == (
        [Event("message", "a", "")],
        None,
    )


@pytest.mark.parametrize("piece", [b"data: " + b"x" * 50, b"data: " + b"x" * 10 + b"\n"])
def test_an_endless_event_raises(monkeypatch: pytest.MonkeyPatch, piece: bytes) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT_BYTES", 100)
    decoder = EventDecoder()
    with pytest.raises(DecodeError, match="longer than 100 bytes"):
        deque(map(decoder.feed, repeat(piece, 1000)), maxlen=0)


def test_a_long_line_is_parsed_in_linear_time() -> None:
    decoder = EventDecoder()
    decoder.feed(b"data: ")
    for _ in range(20_000):
        assert decoder.feed(b"x" * 500) == []
    assert [len(event.data) for event in decoder.feed(b"\n\n")] == [10_000_000]

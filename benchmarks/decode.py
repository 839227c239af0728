"""The cost of reading a list of 1,000 sessions, and 2,000 events of a streamed chat.

Run it by ``.venv/bin/python -m benchmarks.decode``.
"""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Final

import httpx

from benchmarks._bodies import EVENTS, ITEMS, events, page
from benchmarks._side_by_side import compare, show
from julep._calls.sse import EventDecoder
from julep._json import text as _json
from julep_api.models import ChatResponseChunk, ListSessionsResponse

PIECE: Final = 64 * 1024


def _pieces(*, ids: bool) -> list[bytes]:
    stream = b"".join(events(EVENTS, ids=ids))
    return [stream[start : start + PIECE] for start in range(0, len(stream), PIECE)]


LIST: Final = page(ITEMS)
PLAIN, WITH_IDS = _pieces(ids=False), _pieces(ids=True)


def list_as_dicts() -> object:
    """Read a list with json alone."""
    return json.loads(LIST)


def list_as_models() -> object:
    """Read a list into models."""
    return ListSessionsResponse.from_dict(_json.loads(LIST))


class _Body(httpx.SyncByteStream):
    """The pieces of the stream, as a body of httpx."""

    def __iter__(self) -> Iterator[bytes]:
        return iter(PLAIN)


def stream_by_httpx() -> object:
    """Read a stream as its users do with httpx: line by line, into dicts."""
    response = httpx.Response(200, stream=_Body())
    lines = (line for line in response.iter_lines() if line.startswith("data: "))
    return [json.loads(line[6:]) for line in lines if line != "data: [DONE]"]


def stream_as_models(pieces: list[bytes]) -> list[ChatResponseChunk]:
    """Read a stream into models."""
    decoder = EventDecoder()
    return [
        ChatResponseChunk.from_dict(_json.loads(event.data))
        for piece in pieces
        for event in decoder.feed(piece)
        if event.data != "[DONE]"
    ]


def kept(make: Callable[[], object]) -> int:
    """Count the bytes that a function's result uses."""
    make()
    gc.collect()
    tracemalloc.start()
    result = make()
    gc.collect()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del result
    return size


def main() -> None:
    """Print the tables."""
    rows = compare({"json.loads, to dicts": list_as_dicts, "to models": list_as_models})
    show(f"A list of {ITEMS:,} sessions ({len(LIST):,} bytes)", rows)
    rows = compare(
        {
            "httpx iter_lines and json.loads, to dicts": stream_by_httpx,
            "to models": lambda: stream_as_models(PLAIN),
            "to models, events with ids": lambda: stream_as_models(WITH_IDS),
        }
    )
    show(f"A stream of {EVENTS:,} events that are there already", rows)
    dicts, models = kept(list_as_dicts), kept(list_as_models)
    print(f"Memory kept by the list: {dicts:,} bytes as dicts, {models:,} as models", end="")
    print(f" ({models / dicts:.2f})")


if __name__ == "__main__":
    main()

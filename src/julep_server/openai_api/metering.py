"""The tokens of requests that are passed on to the model's endpoint."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from julep_server.errors import ApiError
from julep_server.http.openai_error_format import openai_error_json
from julep_server.json_text import JSON, dumps

_TOTAL = re.compile(rb'"total_tokens"\s*:\s*([0-9]{1,12})\b')
_EVENT = b"data:"
_OVERLAP = 200
_MAX_LINE = 64 * 1024


def tokens_of(content: JSON) -> int:
    """Return the tokens that a whole response states; 0 if it states none."""
    usage = content.get("usage") if isinstance(content, dict) else None
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return total if isinstance(total, int) else 0


class StreamMeter:
    """Counts the tokens of a stream of the endpoint while it is read."""

    def __init__(self) -> None:
        self._events = self._stated = 0

    @property
    def tokens(self) -> int:
        """Those that the stream has stated; if it has stated none, one for each event."""
        return self._stated or self._events

    async def counted(self, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield the stream's bytes, in whole lines: when it breaks off, an event may follow."""
        tail = b""
        async for part in _lines(content):
            self._events += part.count(_EVENT)
            tail = tail[-_OVERLAP:] + part
            if found := _TOTAL.findall(tail):
                self._stated = max(self._stated, int(found[-1]))
            yield part


class MeteredStream(StreamingResponse):
    """The response with a stream of the endpoint, whose tokens are counted.

    Args:
        content: The stream's bytes, which are sent unchanged; an error becomes an event.
        headers: The response's headers.
        media_type: Its media type.
        record: Called at the end with the tokens.
        end: Called after the response, however it ends.
    """

    def __init__(
        self,
        content: AsyncIterator[bytes],
        headers: Mapping[str, str],
        media_type: str,
        record: Callable[[int], None],
        end: Callable[[], None],
    ) -> None:
        self._meter = StreamMeter()
        parts = _with_failure(self._meter.counted(content))
        super().__init__(parts, 200, headers, media_type=media_type)
        self._record = record
        self._end = end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._record(self._meter.tokens)
            self._end()


async def _lines(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield bytes as soon as their line is whole; very long ones, and the end, as they are."""
    begun = b""
    async for part in parts:
        begun += part
        size = len(begun) if len(begun) > _MAX_LINE else begun.rfind(b"\n") + 1
        if size:
            yield begun[:size]
            begun = begun[size:]
    if begun:
        yield begun


async def _with_failure(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        async for part in parts:
            yield part
    except ApiError as error:
        yield failure_event(error)


def failure_event(error: ApiError) -> bytes:
    """Return the event that ends a stream of lines, perhaps in the middle of another event."""
    return f"\ndata: {dumps(openai_error_json(error, in_stream=True))}\n\n".encode()

"""The tokens of requests that are passed on to the model's endpoint."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from julep_server.json_text import JSON

_TOTAL = re.compile(rb'"total_tokens"\s*:\s*([0-9]{1,12})\b')
_EVENT = b"data:"
_OVERLAP = 200


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
        """Yield the stream's bytes, unchanged."""
        tail = b""
        async for part in content:
            self._events += part.count(_EVENT)
            tail = tail[-_OVERLAP:] + part
            if found := _TOTAL.findall(tail):
                self._stated = max(self._stated, int(found[-1]))
            yield part


class MeteredStream(StreamingResponse):
    """The response with a stream of the endpoint, whose tokens are counted.

    Args:
        content: The stream's bytes, which are sent unchanged.
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
        super().__init__(self._meter.counted(content), 200, headers, media_type=media_type)
        self._record = record
        self._end = end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._record(self._meter.tokens)
            self._end()

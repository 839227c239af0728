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


class MeteredStream(StreamingResponse):
    """The response with a stream of the endpoint, whose tokens are counted.

    Args:
        content: The stream's bytes, which are sent unchanged.
        headers: The response's headers.
        media_type: Its media type.
        record: Called at the end with the tokens: those that the stream states, if it does,
            otherwise one for each event.
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
        super().__init__(self._counted(content), 200, headers, media_type=media_type)
        self._record = record
        self._end = end
        self._events = self._stated = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._record(self._stated or self._events)
            self._end()

    async def _counted(self, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        tail = b""
        async for part in content:
            self._events += part.count(_EVENT)
            tail = tail[-_OVERLAP:] + part
            if found := _TOTAL.findall(tail):
                self._stated = max(self._stated, int(found[-1]))
            yield part

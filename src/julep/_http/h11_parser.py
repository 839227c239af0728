"""The parser of responses by h11."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import h11

from julep._http.http1 import (
    MAX_HEADER_BYTES,
    ParsedEvent,
    ProtocolFailure,
    ResponseEnd,
    ResponseHead,
    ResponseParser,
)

if TYPE_CHECKING:
    from julep._http.chunks import ChunkJoiner

# h11 parses a response only when it knows the request, of which the method is enough. The bytes
# that it would send are dropped: requests are written in one place, for both parsers.
_REQUESTS: Final = {
    to_head: h11.Request(method=method, target="/", headers=[("host", "-")])
    for to_head, method in ((False, "GET"), (True, "HEAD"))
}
_END: Final = h11.EndOfMessage()


class H11Parser(ResponseParser):
    """Parses the response to one request by h11."""

    def __init__(self, to_head: bool) -> None:
        super().__init__(to_head=to_head)
        # `ResponseParser` has the limit that applies; this one is never reached.
        self._connection = h11.Connection(
            h11.CLIENT, max_incomplete_event_size=4 * MAX_HEADER_BYTES
        )
        self._connection.send(_REQUESTS[to_head])
        self._connection.send(_END)
        self._joiner: ChunkJoiner | None = None

    def _parse(self, data: bytes) -> list[ParsedEvent]:
        events: list[ParsedEvent] = []
        try:
            if self._joiner is not None:
                data = self._joiner.join(data)
            elif not self._began:
                data = self._begin(data, events)
            if data:
                self._read(data, events)
        except h11.ProtocolError:
            events.append(self._failure())
        return events

    def _begin(self, data: bytes, events: list[ParsedEvent]) -> bytes:
        """Parse only the head; return the bytes after it that need h11, with chunks joined."""
        head, blank, rest = data.partition(b"\r\n\r\n")
        self._read(head + blank, events, rest)
        if not events:
            return rest
        if isinstance(events[-1], ResponseEnd | ProtocolFailure):
            return b""
        # h11 also accepts lines that end in LF alone, and may be in the middle of a chunk by now.
        began_here = len(events) == 1 and not self._connection.trailing_data[0]
        if not began_here or not isinstance(events[0], ResponseHead):
            return rest
        if self._remaining:
            events += self._body(rest) if rest else ()
            return b""
        if "transfer-encoding" in events[0].headers:
            from julep._http.chunks import ChunkJoiner  # seldom needed

            self._joiner = ChunkJoiner()
            return self._joiner.join(rest)
        return rest

    def _read(self, data: bytes, events: list[ParsedEvent], rest: bytes = b"") -> None:
        """Parse some bytes by h11; ``rest`` are the bytes after them."""
        self._connection.receive_data(data)
        while (event := self._connection.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Data):
                events.append(bytes(event.data))
                if self._remaining:
                    self._remaining -= len(event.data)
            elif isinstance(event, h11.Response | h11.InformationalResponse):
                version = event.http_version.decode("latin-1")
                head = self._head(version, event.status_code, event.headers)
                if head is not None:
                    events.append(head)
                if isinstance(head, ProtocolFailure):
                    break
            else:
                surplus = self._connection.trailing_data[0] + rest
                events.append(self._end(surplus=bool(surplus.strip(b"\r\n"))))
                break

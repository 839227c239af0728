"""The parser of responses by httptools."""

from __future__ import annotations

import httptools

from julep._http.http1 import ParsedEvent, ProtocolFailure, ResponseParser


class HttptoolsParser(ResponseParser):
    """Parses the response to one request by httptools, which calls the ``on_...`` methods."""

    def __init__(self, to_head: bool) -> None:
        super().__init__(to_head=to_head)
        self._events: list[ParsedEvent] = []
        self._headers: list[tuple[bytes, bytes]] = []
        self._is_complete = False
        self._surplus = False
        self._last = b""
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)

    def _parse(self, data: bytes) -> list[ParsedEvent]:
        self._events = events = list[ParsedEvent]()
        if self._parser is None:  # the response has ended
            return events
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._surplus = True
            if not (self._is_complete or self._has_failed()):
                events.append(self._failure())
        if self._is_complete:
            # After a HEAD, the parser awaits a body that never comes.
            self._last = (self._last + data)[-4:]
            if self._to_head and self._last != b"\r\n\r\n":
                self._surplus = True
            events.append(self._end(surplus=self._surplus))
        elif self._to_head:
            self._last = (self._last + data)[-4:]
        if self._is_complete or self._has_failed() or self._remaining:
            self._parser = None  # not needed any more, and a reference cycle
        return events

    def _has_failed(self) -> bool:
        return bool(self._events) and isinstance(self._events[-1], ProtocolFailure)

    def on_message_begin(self) -> None:
        self._headers = []
        self._surplus = self._is_complete

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self._is_complete or self._has_failed() or self._parser is None:
            return
        version, status = self._parser.get_http_version(), self._parser.get_status_code()
        head = self._head(version, status, self._headers)
        if head is not None:
            self._events.append(head)
            self._is_complete = self._to_head and not isinstance(head, ProtocolFailure)

    def on_chunk_header(self) -> None:
        self._surplus = self._is_complete

    def on_body(self, data: bytes) -> None:
        self._surplus = self._is_complete
        if not (self._is_complete or self._has_failed()):
            self._events.append(data)
            if self._remaining:
                self._remaining -= len(data)

    def on_message_complete(self) -> None:
        # Informational responses are completed too, and yield no event.
        self._is_complete = self._began and not self._has_failed()

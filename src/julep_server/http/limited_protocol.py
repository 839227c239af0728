"""HTTP/1.1 with limits that hold before a request's key is known.

uvicorn's protocol keeps a head of any length, and waits for its end forever. This one feeds the
parser in pieces, so that the bounds hold at the byte: a request that exceeds one gets its response
at once, and what the client goes on sending is read and dropped for a while. A connection that is
closed with unread data is reset, and the client may never see the response.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn, cast

import httptools
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from julep_server.errors import ApiError, Violation
from julep_server.http.lingering import LingeringTransport
from julep_server.http.request_head import check_headers, origin_form, without_upgrade
from julep_server.http.responses import REQUEST_ID_HEADER, request_id
from julep_server.json_text import dumps

if TYPE_CHECKING:
    from julep_server.settings import Settings

_UNREAD_SECONDS = 0.1
"""In which the loop reads what has arrived."""

_log = logging.getLogger("julep_server")


class _RefusedError(Exception):
    """Ends the parsing of a request that has its response."""


class LimitedProtocol(HttpToolsProtocol):
    """A connection, with the limits of the server's settings."""

    settings: Settings
    addresses: Counter[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_body = False
        # Whether the head has a wish for another protocol, and is parsed again without it.
        self._upgrade = False
        self._head_bytes = 0
        self._header_count = 0
        self._header_bytes = 0
        # Bytes of a body since its last content: chunk extensions, trailers.
        self._framing_bytes = 0
        self._window_bytes = 0
        self._refusal: ApiError | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._send_timer: asyncio.TimerHandle | None = None
        self._unsent = 0
        self._address = ""
        self._lingering: LingeringTransport | None = None
        # The requests that others were pipelined behind.
        self._earlier: list[RequestResponseCycle] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection, and start to wait for its first request."""
        transport = cast("asyncio.Transport", transport)
        super().connection_made(transport)
        self._lingering = LingeringTransport(transport, self.loop, lambda: self._in_body)
        self._address = network_of(self.client[0]) if self.client else ""
        self.addresses[self._address] += 1
        limit = self.settings.max_connections
        if self._address and limit and self.addresses[self._address] > limit:
            message = f"there are more than {limit} connections from this address"
            self._refuse(
                ApiError(429, "too_many_connections", message, headers={"Retry-After": "1"})
            )
            return
        self._start_timer(self.settings.head_timeout)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timers, and let every request know that its client is gone."""
        self.addresses[self._address] -= 1
        if not self.addresses[self._address]:
            del self.addresses[self._address]
        self._stop_timer()
        if self._send_timer is not None:
            self._send_timer.cancel()
        if self._lingering is not None:
            self._lingering.stop()
        # uvicorn informs the newest one alone: another one would write to a closed connection.
        for cycle in self._earlier:
            cycle.disconnected = not cycle.response_complete
            cycle.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse data, as far as the limits allow."""
        if self._dropping(len(data)):
            return
        limit = self.settings.max_header_bytes
        rest = memoryview(data)
        while rest and not self.transport.is_closing() and not self._dropping(len(rest)):
            in_body = self._in_body
            room = limit if in_body else max(1, limit - self._head_bytes)
            piece, rest = rest[:room], rest[room:]
            if in_body:
                self._framing_bytes += len(piece)
                self._window_bytes += len(piece)
            else:
                self._head_bytes += len(piece)
                if self._timer is None:
                    self._start_timer(self.settings.head_timeout)
            if unread := self._parse(bytes(piece)):
                rest = memoryview(data)[len(data) - len(rest) - unread :]
            if self._framing_bytes > limit or (self._head_bytes >= limit and not self._in_body):
                self._refuse(_head_too_large(limit))

    def on_message_begin(self) -> None:
        """Start to count a head."""
        super().on_message_begin()
        self._header_count = self._header_bytes = 0

    def on_url(self, url: bytes) -> None:
        """Check the URL's length."""
        super().on_url(url)
        if len(self.url) > (limit := self.settings.max_url_bytes):
            self._fail(ApiError(414, "url_too_long", f"the URL is longer than {limit} bytes"))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Check the number and the length of the headers, or of the trailers of a body."""
        self._header_count += 1
        self._header_bytes += len(name) + len(value)
        if self._header_count > (limit := self.settings.max_headers):
            message = f"there are more than {limit} headers"
            self._fail(ApiError(431, "too_many_headers", message))
        if self._header_bytes > self.settings.max_header_bytes:
            self._fail(_head_too_large(self.settings.max_header_bytes))
        # RFC 9110, 6.5.1: trailers are no headers.
        if not self._in_body:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Check the head, and start to wait for the body."""
        parser: Any = self.parser
        version = parser.get_http_version()
        if version not in ("1.0", "1.1"):
            self._fail(ApiError(400, "bad_request", "the request must be one of HTTP/1.1"))
        try:
            target, host = origin_form(parser.get_method(), self.url)
            check_headers(version, self.headers)
        except ApiError as error:
            self._fail(error)
        if parser.should_upgrade():
            self._upgrade = True
            return
        self.url = target
        if host is not None:
            # RFC 9112, 3.2.2: that of the header is ignored. The scope has this list.
            self.headers[:] = [header for header in self.headers if header[0] != b"host"]
            self.headers.append((b"host", host))
        # RFC 9110, 10.1.1: a client of HTTP/1.0 may not know what 100 is.
        self.expect_100_continue = self.expect_100_continue and version != "1.0"
        earlier = self._current()
        if earlier is None or earlier.response_complete:
            self._earlier.clear()
        else:
            self._earlier.append(earlier)
        super().on_headers_complete()
        self._in_body = True
        self._head_bytes = self._framing_bytes = self._window_bytes = 0
        cycle = self._current()
        if cycle is not None and self._lingering is not None:
            cycle.transport = cast("asyncio.Transport", self._lingering)
        if self.settings.min_body_rate:
            self._start_timer(self.settings.head_timeout)
        else:
            self._stop_timer()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._framing_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop to wait: what follows is another request."""
        if self._upgrade:
            return
        super().on_message_complete()
        self._in_body = False
        self._head_bytes = self._framing_bytes = 0
        self._stop_timer()

    def send_400_response(self, msg: str) -> None:
        """Respond to a request that can't be parsed, or that exceeds a limit."""
        self._refuse(self._refusal or ApiError(400, "bad_request", msg))

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that is idle, unless its next request is there already.

        Of a loop that was busy for so long, uvloop calls the timers first: what has arrived
        meanwhile would be lost, and its client would see a reset.
        """
        close = super().timeout_keep_alive_handler
        self.timeout_keep_alive_task = self.loop.call_later(_UNREAD_SECONDS, close)

    def pause_writing(self) -> None:
        """Start to wait for a client that reads too slowly."""
        super().pause_writing()
        self._unsent = self.transport.get_write_buffer_size()
        self._send_timer = self.loop.call_later(self.settings.send_timeout, self._send_timed_out)

    def resume_writing(self) -> None:
        """Stop to wait for the client."""
        super().resume_writing()
        if self._send_timer is not None:
            self._send_timer.cancel()
            self._send_timer = None

    def _current(self) -> RequestResponseCycle | None:
        """Return the newest request and its response, if there was one."""
        return cast("RequestResponseCycle | None", self.cycle)

    def _parse(self, data: bytes) -> int:
        """Parse data; return how many bytes at its end are left to be parsed."""
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
            return 0
        except httptools.HttpParserUpgrade as upgrade:
            # RFC 9110, 7.8: another protocol may be refused by ignoring the wish. The parser then
            # takes the body for the other protocol, so that another one begins with the same head.
            parser: Any = self.parser
            head = without_upgrade(
                parser.get_method(), self.url, parser.get_http_version(), self.headers
            )
            self._upgrade = False
            self.parser = httptools.HttpRequestParser(self)
            self._parse(head)
            return len(data) - int(upgrade.args[0])
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
            return 0

    def _fail(self, error: ApiError) -> NoReturn:
        """Stop the parser, which reports any exception as an error of its own."""
        self._refusal = error
        raise _RefusedError

    def _dropping(self, size: int) -> bool:
        return self._lingering is not None and self._lingering.drop(size)

    def _start_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self._timed_out)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _timed_out(self) -> None:
        """End a connection whose request doesn't arrive."""
        self._timer = None
        if self._in_body:
            enough = self.settings.min_body_rate * self.settings.head_timeout
            # What the application does not take yet cannot arrive.
            if self.flow.read_paused or self._window_bytes >= enough:
                self._window_bytes = 0
                self._start_timer(self.settings.head_timeout)
                return
            self._refuse(ApiError(408, "request_timeout", "the body arrives too slowly"))
        elif (cycle := self._current()) is not None and not cycle.response_complete:
            self._start_timer(self.settings.head_timeout)
        elif self._head_bytes:
            message = f"the request's head was not complete after {self.settings.head_timeout:g} s"
            self._refuse(ApiError(408, "request_timeout", message))
        else:
            self.transport.close()

    def _send_timed_out(self) -> None:
        unsent = self.transport.get_write_buffer_size()
        if unsent < self._unsent:
            self._unsent = unsent
            again = self.loop.call_later(self.settings.send_timeout, self._send_timed_out)
            self._send_timer = again
        else:
            self.transport.abort()

    def _refuse(self, error: ApiError) -> None:
        """Respond without the application, and close the connection."""
        self._stop_timer()
        lingering, cycle = self._lingering, self._current()
        if lingering is None or lingering.drop(0):
            return
        if cycle is not None and not cycle.response_complete:
            if cycle.response_started or not self._in_body:
                # Another response is on its way: the connection ends behind it.
                cycle.keep_alive = False
                lingering.start(half_close=False)
                return
            cycle.disconnected = True
            cycle.message_event.set()
        elif cycle is not None and self._in_body:
            # The request that is still arriving has its response.
            self.transport.close()
            return
        identifier = request_id(None)
        _log.info("refused: %s: %d (%s)", error.message, error.status, identifier)
        self.flow.resume_reading()
        lingering.write(_response(error, identifier))
        lingering.start()


def limited_protocol(settings: Settings) -> type[asyncio.Protocol]:
    """Return the protocol of one server, whose connections are counted together."""
    members = {"settings": settings, "addresses": Counter[str]()}
    return type("ServerProtocol", (LimitedProtocol,), members)


def _head_too_large(limit: int) -> ApiError:
    return ApiError(431, "headers_too_large", f"the headers are longer than {limit} bytes")


def _response(error: ApiError, identifier: str) -> bytes:
    details = [Violation("", error.message)] if error.status == 400 else []
    body = dumps(ApiError(error.status, error.code, error.message, details).to_json()).encode()
    headers = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "connection": "close",
        REQUEST_ID_HEADER.lower(): identifier,
        **error.headers,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return STATUS_LINE[error.status] + lines.encode("latin-1") + b"\r\n" + body


def network_of(address: str) -> str:
    """Return what counts as one address: of IPv6, the network that one customer has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if (mapped := parsed.ipv4_mapped) is not None:
        return str(mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))

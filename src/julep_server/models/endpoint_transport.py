"""Carries the requests of an endpoint's client by aiohttp, which reads a token in half the time.

The rest of the server sees httpx alone: its requests, responses and errors.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import aiohttp
import httpx
from yarl import URL

from julep_server.idle_timer import IdleTimer

if TYPE_CHECKING:
    from collections.abc import Generator

_MAX_HEADER_BYTES = 64 * 1024
# Where a response has its body, beside httpx's own stream of it.
_BODY = "julep_body"
# What aiohttp would add by itself; httpx has added its own.
_SKIPPED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")

_LATE = 1.5
"""Seconds by which aiohttp's timers may be late: they are rounded up to whole seconds."""


class AiohttpTransport(httpx.AsyncBaseTransport):
    """A transport of httpx's client; connections are opened in the event loop of the first request.

    Args:
        tls: The settings of TLS.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the response's body is not read yet."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ssl=self._tls),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=_SKIPPED,
                max_line_size=_MAX_HEADER_BYTES,
                max_field_size=_MAX_HEADER_BYTES,
                trace_configs=[_reuse_noted()],
            )
        timeouts = cast("Mapping[str, float | None]", request.extensions.get("timeout", {}))
        with _httpx_errors():
            response = await self._send(self._session, request, timeouts)
        body = _Body(response, timeouts.get("read"))
        return httpx.Response(
            response.status,
            headers=list(response.raw_headers),
            stream=body,
            extensions={_BODY: body},
        )

    async def _send(
        self,
        session: aiohttp.ClientSession,
        request: httpx.Request,
        timeouts: Mapping[str, float | None],
    ) -> aiohttp.ClientResponse:
        """Send a request; once more if it can't have failed by the endpoint."""
        timeout = timeouts.get("connect")
        limit = aiohttp.ClientTimeout(
            total=None, sock_connect=timeout, sock_read=timeouts.get("read")
        )
        for is_last in (False, False, True):
            attempt = _Attempt()
            try:
                return await session.request(
                    request.method,
                    URL(str(request.url), encoded=True),
                    headers=request.headers.multi_items(),
                    data=await request.aread(),
                    allow_redirects=False,
                    timeout=limit,
                    trace_request_ctx=attempt,
                )
            except aiohttp.ConnectionTimeoutError:
                if is_last or timeout is None or attempt.lasted(timeout):
                    raise
            except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
                if is_last or not attempt.reuses:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


class _Attempt:
    """One sending of a request.

    Attributes:
        reuses: Whether its connection has carried another request. If that is lost before a
            response, the endpoint has closed it in the meantime, as one that is idle.
    """

    def __init__(self) -> None:
        self.reuses = False
        self._began = time.monotonic()

    def lasted(self, timeout: float) -> bool:
        """Check whether the endpoint had this time to take the connection, and not much more.

        In a busy event loop a timer may be due before the loop has looked whether the connection is
        there: it runs too soon, because the loop's time stands still meanwhile, or much too late.
        """
        return 0.9 * timeout <= time.monotonic() - self._began < timeout + _LATE


def _reuse_noted() -> aiohttp.TraceConfig:
    """Return what notes in an attempt that its connection is reused."""

    async def note(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        _parameters: aiohttp.TraceConnectionReuseconnParams,
    ) -> None:
        context.trace_request_ctx.reuses = True

    config = aiohttp.TraceConfig()
    config.on_connection_reuseconn.append(note)
    return config


class _Body(httpx.AsyncByteStream):
    """A response's body.

    Args:
        response: The response.
        timeout: Seconds for which the endpoint may be silent.
    """

    def __init__(self, response: aiohttp.ClientResponse, timeout: float | None) -> None:
        self._response = response
        self._timeout = timeout

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content = self._response.content
        idle = None
        reads = False

        def end() -> None:
            if reads:  # otherwise a slow reader of the pieces is silent, not the endpoint
                content.set_exception(aiohttp.SocketTimeoutError("the endpoint is silent"))

        if self._timeout is not None:
            idle = IdleTimer(self._timeout, end)
        connection = self._response.connection
        if connection is not None and connection.protocol is not None:
            # aiohttp would make a timer of the event loop at each read.
            connection.protocol.read_timeout = None
        try:
            with _httpx_errors():
                while True:
                    if idle is not None:
                        idle.touch()
                    reads = True
                    piece = await content.readany()
                    reads = False
                    if not piece:
                        return
                    yield piece
        finally:
            if idle is not None:
                idle.stop()

    async def aclose(self) -> None:
        # Closes the connection, unless the body was read to its end.
        self._response.close()


def raw_pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """Yield the bytes of a response as they come.

    Those of this transport are read without the layers of httpx, which cost more than the reading.
    """
    body = response.extensions.get(_BODY)
    return response.aiter_raw() if body is None else aiter(cast("_Body", body))


@contextmanager
def _httpx_errors() -> Generator[None]:
    """Raise httpx's errors for aiohttp's."""
    try:
        yield
    except (aiohttp.ClientError, OSError) as error:
        raise _of_httpx(error) from error


def _of_httpx(error: aiohttp.ClientError | OSError) -> Exception:
    """Return httpx's error for one of aiohttp's."""
    text = str(error)
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return httpx.ConnectTimeout(text)
    if isinstance(error, TimeoutError):
        return httpx.ReadTimeout(text)
    if isinstance(error, aiohttp.ClientConnectorError):
        return httpx.ConnectError(text)
    if isinstance(error, aiohttp.InvalidURL):
        return httpx.InvalidURL(text)
    if isinstance(error, (aiohttp.ClientResponseError, aiohttp.ClientPayloadError)):
        return httpx.RemoteProtocolError(text)
    return httpx.ReadError(text)

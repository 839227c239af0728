"""The transports over a client of httpx: the user's own, or one for a proxy or HTTP/2.

The one module that imports httpx. A user's own client may also be of httpx2, its successor with the
same interface; "httpx" below means either. Retries and redirects are not decided here.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from socket import SHUT_RDWR
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, cast

import httpx
from anyio import CancelScope, move_on_after

from julep._http.content_encoding import BodyCollector, ContentDecodingError
from julep._http.exchange import FINISH_SECONDS
from julep._http.messages import Response, StreamingResponse, UnreadableResponse
from julep._http.per_loop import PerLoop
from julep._http.pool import reset_in_child
from julep._http.tls import shared_tls
from julep.errors import (
    ConfigurationError,
    InvalidArgumentError,
    NetworkError,
    RequestTimeoutError,
)

if TYPE_CHECKING:
    import logging

    from julep._http.messages import Outcome, Request
    from julep._http.transport_config import TransportConfig
    from julep.errors import Phase

C = TypeVar("C", httpx.Client, httpx.AsyncClient)

_WARNING: Final = 30
"""The level of logging, which may not be loaded."""

_PHASES: Final[dict[str, Phase]] = {
    "ConnectTimeout": "connect",
    "ReadTimeout": "read",
    "WriteTimeout": "write",
    "PoolTimeout": "pool",
}


class _HttpxAdapter:
    """Converts our requests to httpx's, and its errors to ours.

    Args:
        client: A client of httpx or httpx2.
    """

    def __init__(self, client: object) -> None:
        _keep_headers_out_of_logs()
        module: Any = import_module(_library_name(client))
        self._invalid_url: type[Exception] = module.InvalidURL
        self.decoding_error: type[Exception] = module.DecodingError
        self._timeout_error: type[Exception] = module.TimeoutException
        self._timeout: type[httpx.Timeout] = module.Timeout
        self._async_content: Any = type("Content", (_AsyncContent, module.AsyncByteStream), {})
        self.errors: tuple[type[Exception], ...] = (module.RequestError, module.StreamError)

    def to_httpx(self, client: httpx.Client | httpx.AsyncClient, request: Request) -> httpx.Request:
        """Build httpx's request, with our timeouts even if the client is the user's.

        Raises:
            InvalidArgumentError: When httpx refuses the URL.
        """
        connect, read, write, pool, _ = request.timeout
        steps = [connect, read, write, pool]
        if request.deadline is not None:
            remaining = max(0.001, request.deadline - monotonic())
            steps = [remaining if step is None else min(step, remaining) for step in steps]
        timeout = self._timeout(connect=steps[0], read=steps[1], write=steps[2], pool=steps[3])
        try:
            return client.build_request(
                request.method,
                request.url,
                headers=dict(request.headers),
                content=request.content,
                timeout=timeout,
            )
        except self._invalid_url as error:  # it is too long, or its host is invalid
            raise InvalidArgumentError(f"{request.summary}: {error}") from None

    def async_content(self, content: bytes) -> httpx.AsyncByteStream:
        """Build the body of an async request."""
        built: httpx.AsyncByteStream = self._async_content(content)
        return built

    def network_error(self, request: Request, error: Exception) -> NetworkError:
        """Return our error for one of httpx's."""
        if isinstance(error, self._timeout_error):
            return _timeout_error(request, _PHASES.get(type(error).__name__, "read"))
        return NetworkError(f"{request.summary}: {_text_of(error)}")


def _text_of(error: BaseException) -> str:
    """Return the text of an error, else that of the first of its causes that has one."""
    cause: BaseException | None = error
    while cause is not None and not str(cause):
        cause = cause.__cause__ or cause.__context__
    return str(cause) if cause is not None else type(error).__name__


class HttpxBody:
    """The body of a response that is still open."""

    def __init__(self, response: httpx.Response, adapter: _HttpxAdapter, request: Request) -> None:
        self._response = response
        self._adapter = adapter
        self._request = request
        self._chunks = response.iter_bytes()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        _check_time(self._request)
        try:
            return next(self._chunks)
        except self._adapter.decoding_error:
            raise
        except self._adapter.errors as error:
            raise self._adapter.network_error(self._request, error) from None

    def finish(self) -> None:
        """Read to the end of a body whose content is complete, so that its connection is reused.

        The connection is closed instead when the server does not end the body soon.
        """
        limit = Timer(FINISH_SECONDS, _shut_down, (self._response,))
        limit.start()
        try:
            with suppress(NetworkError):
                for _ in self:
                    pass
        finally:
            limit.cancel()
            self.close()

    def close(self) -> None:
        """Return the connection to the pool, or close it if the body was not read to its end."""
        self._response.close()

    def abandon(self) -> None:
        """Leave the connection to the library, whose locks a ``__del__`` must not wait for."""


class AsyncHttpxBody:
    """The body of a response that is still open."""

    def __init__(self, response: httpx.Response, adapter: _HttpxAdapter, request: Request) -> None:
        self._response = response
        self._adapter = adapter
        self._request = request
        # aiter_bytes reads through aiter_raw, and drops it half-read when a body is not gzip.
        self._raw = raw = response.aiter_raw()
        vars(response)["aiter_raw"] = lambda: raw
        self._chunks = response.aiter_bytes()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        _check_time(self._request)
        with move_on_after(_remaining(self._request)):
            try:
                return await anext(self._chunks)
            except self._adapter.decoding_error:
                raise
            except self._adapter.errors as error:
                raise self._adapter.network_error(self._request, error) from None
        raise _timeout_error(self._request, "read")

    async def finish(self) -> None:
        """Read to the end of a body whose content is complete, so that its connection is reused.

        The connection is closed instead when the server does not end the body soon.
        """
        try:
            with move_on_after(FINISH_SECONDS), suppress(NetworkError):
                async for _ in self:
                    pass
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Return the connection to the pool, or close it if the body was not read to its end."""
        with CancelScope(shield=True):
            await self._response.aclose()
            # httpx reads through nested async generators. trio warns of those that the garbage
            # collector finds suspended; reading on from a closed response ends them all.
            for suspended in (self._chunks, self._raw):
                with suppress(*self._adapter.errors):
                    async for _ in suspended:
                        pass

    def abandon(self) -> None:
        """Leave the connection to the library: closing it takes an event loop."""


class HttpxTransport:
    """Sends requests by a client of httpx, from one thread or from many.

    The deadline of the whole call is checked between its steps, not within one.
    """

    def __init__(self, config: TransportConfig) -> None:
        # The settings have checked its methods, not its class, which may be of httpx2.
        own_client = cast("httpx.Client | None", config.http_client)
        self._config = config
        self._owns_client = own_client is None
        self._client = own_client or _build_client(httpx.Client, config)
        self._inherited: list[httpx.Client] = []
        self._adapter = _HttpxAdapter(self._client)
        reset_in_child(self)

    def send(self, request: Request) -> Outcome[HttpxBody]:
        """Send a request and return its outcome."""
        adapter = self._adapter
        prepared = adapter.to_httpx(self._client, request)
        try:
            response = self._client.send(prepared, stream=True, follow_redirects=False)
        except adapter.errors as error:
            return adapter.network_error(request, error)
        body = HttpxBody(response, adapter, request)
        if request.accepts_stream(response.status_code, response.headers):
            return StreamingResponse(response.status_code, response.headers, body)
        collector = BodyCollector()
        try:
            for piece in body:
                collector.add(piece)
            return Response(response.status_code, response.headers, collector.body())
        except (ContentDecodingError, adapter.decoding_error) as error:
            return _unreadable(response, error)
        except NetworkError as error:
            return error.with_traceback(None)
        finally:
            body.close()

    def close(self) -> None:
        """Close every connection, unless they belong to the user's own client."""
        if self._owns_client:
            self._client.close()

    def after_fork(self) -> None:
        """Leave the parent's connections to the parent."""
        if self._owns_client:
            # Kept, not closed: closing may wait for a lock that a thread of the parent held.
            self._inherited.append(self._client)
            self._client = _build_client(httpx.Client, self._config)


class AsyncHttpxTransport:
    """Sends requests by clients of httpx, on any event loop.

    Connections belong to the loop that opened them, so each loop has its own client of httpx, which
    is closed when the loop ends. A user's own client serves all loops, and is not closed.
    """

    def __init__(self, config: TransportConfig) -> None:
        # The settings have checked its methods, not its class, which may be of httpx2.
        self._own_client = cast("httpx.AsyncClient | None", config.http_client)
        self._config = config
        self._clients = PerLoop(self._new_client, httpx.AsyncClient.aclose)
        self._adapter: _HttpxAdapter | None = None

    async def send(self, request: Request) -> Outcome[AsyncHttpxBody]:
        """Send a request and return its outcome."""
        client = self._own_client or await self._clients.get()
        adapter = self._adapter
        if adapter is None:
            adapter = self._adapter = _HttpxAdapter(client)
        prepared = adapter.to_httpx(client, request)
        if request.content is not None:
            prepared.stream = adapter.async_content(request.content)
        response: httpx.Response | None = None
        with move_on_after(_remaining(request)):
            try:
                response = await client.send(prepared, stream=True, follow_redirects=False)
            except adapter.errors as error:
                return adapter.network_error(request, error)
        if response is None:
            return _timeout_error(request, "read")
        body = AsyncHttpxBody(response, adapter, request)
        if request.accepts_stream(response.status_code, response.headers):
            return StreamingResponse(response.status_code, response.headers, body)
        collector = BodyCollector()
        try:
            async for piece in body:
                collector.add(piece)
            return Response(response.status_code, response.headers, collector.body())
        except (ContentDecodingError, adapter.decoding_error) as error:
            return _unreadable(response, error)
        except NetworkError as error:
            return error.with_traceback(None)
        finally:
            await body.aclose()

    async def aclose(self) -> None:
        """Close this loop's connections, unless they belong to the user's own client."""
        await self._clients.aclose()

    def _new_client(self) -> httpx.AsyncClient:
        return _build_client(httpx.AsyncClient, self._config)


def _unreadable(response: httpx.Response, error: Exception) -> UnreadableResponse:
    problem = str(error)
    if not isinstance(error, ContentDecodingError):
        encoding = response.headers.get("content-encoding", "")
        problem = f"its body is not {encoding}: {problem}"
    return UnreadableResponse(response.status_code, response.headers, problem)


class _AsyncContent:
    """A request's body, read by an iterator that is not an async generator.

    httpx's own is one, and stays suspended when a server responds before reading all of it.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _Once([self._content])


class _Once:
    """An async iterator over some pieces."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self._pieces:
            raise StopAsyncIteration
        return self._pieces.pop()


def _library_name(client: object) -> str:
    for kind in type(client).__mro__:
        name = kind.__module__.partition(".")[0]
        if name in ("httpx", "httpx2"):
            return name
    raise ConfigurationError(
        f"http_client: expected a client of httpx or httpx2, got a {type(client).__name__}"
    )


def _build_client(kind: type[C], config: TransportConfig) -> C:
    """Build a client of httpx.

    Raises:
        ConfigurationError: When a setting, or a proxy of the environment, cannot work.
    """
    if config.http2 and find_spec("h2") is None:
        raise ConfigurationError("http2 needs the h2 package: pip install 'julep[http2]'")
    limits = httpx.Limits(max_connections=config.max_connections, max_keepalive_connections=100)
    try:
        return kind(
            verify=config.tls or (shared_tls(http2=True) if config.http2 else shared_tls()),
            limits=limits,
            http2=config.http2,
            proxy=config.proxy,
        )
    except ImportError:
        raise ConfigurationError(
            "a SOCKS proxy needs the socksio package: pip install 'httpx[socks]'"
        ) from None
    except (ValueError, httpx.InvalidURL):  # their messages may hold a password
        raise ConfigurationError(
            "HTTP_PROXY, HTTPS_PROXY, ALL_PROXY: expected URLs such as 'http://127.0.0.1:3128'"
        ) from None


def _keep_headers_out_of_logs() -> None:
    """Silence the debug log of HTTP/2, which holds every header and so the key."""
    if "hpack" in sys.modules:
        import logging  # hpack has loaded it

        for name in ("hpack.hpack", "hpack.table"):
            logging.getLogger(name).addFilter(_is_a_warning)


def _is_a_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= _WARNING


def _remaining(request: Request) -> float | None:
    """Return the seconds that remain for the call, and a little more; None for no limit.

    So httpx's own timeouts, which name the step that took too long, come first.
    """
    return None if request.deadline is None else max(0.0, request.deadline - monotonic()) + 0.05


def _check_time(request: Request) -> None:
    if request.deadline is not None and monotonic() >= request.deadline:
        raise _timeout_error(request, "read")


def _timeout_error(request: Request, phase: Phase) -> RequestTimeoutError:
    """Return the error for a step that took too long, or for a call that did."""
    step: float | None = getattr(request.timeout, phase)
    deadline = request.deadline
    is_total = deadline is not None and (step is None or monotonic() >= deadline - 0.001)
    if is_total:
        step = request.timeout.total
    message = f"{request.summary}: no response within {step or 0:g} s ({phase} timed out)"
    return RequestTimeoutError(message, phase="total" if is_total else phase)


def _shut_down(response: httpx.Response) -> None:
    """End a read that waits in another thread, unless others share its connection (HTTP/2)."""
    stream = response.extensions.get("network_stream")
    if stream is not None and response.http_version.startswith("HTTP/1"):
        with suppress(OSError):
            stream.get_extra_info("socket").shutdown(SHUT_RDWR)

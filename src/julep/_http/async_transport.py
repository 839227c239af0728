"""The async transport over sockets of our own, a mirror of `julep._http.sync_transport`.

The sockets never block: the event loop, asyncio's or trio's, waits for them. A socket holds nothing
of its loop, and closing one never waits.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

from anyio import (
    create_task_group,
    move_on_after,
    wait_readable,
    wait_writable,
)

from julep._http.async_lease import AsyncDeadlines, AsyncLease, wait_for_run, wait_for_turn
from julep._http.content_encoding import ContentDecodingError
from julep._http.exchange import (
    FINISH_SECONDS,
    RECEIVE_BYTES,
    SEND_BYTES,
    ExchangeResult,
    ResponseReader,
    Steps,
    exchange,
)
from julep._http.happy_eyeballs import race
from julep._http.messages import StreamingResponse
from julep._http.per_loop import PerLoop
from julep._http.pool import Pool, warn_unclosed
from julep._http.sockets import (
    Address,
    BaseConnection,
    Socket,
    check_alpn,
    literal_address,
    network_error,
    writable_of,
)
from julep._http.tls import shared_tls, wrap
from julep._http.transport_config import DEFAULT_MAX_CONNECTIONS
from julep.errors import NetworkError

if TYPE_CHECKING:
    from julep._http.messages import Outcome, Request
    from julep._http.urls import Origin

_WOULD_WAIT: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class AsyncSocketTransport:
    """Sends requests on any event loop; each loop has connections of its own.

    Args:
        tls: The context for https; None for the one that all clients share.
        max_connections: The maximum number of requests in flight on a loop; further ones wait.
        max_idle: The maximum number of connections to keep for later requests on a loop.
        idle_seconds: How long to keep each of them.
    """

    def __init__(
        self,
        tls: ssl.SSLContext | None = None,
        max_connections: int = DEFAULT_MAX_CONNECTIONS,
        max_idle: int = 100,
        idle_seconds: float = 30.0,
    ) -> None:
        self._tls = tls
        self._pools = PerLoop(
            lambda: Pool[_AsyncConnection](max_connections, max_idle, idle_seconds),
            _close,
            Pool[_AsyncConnection].abandon,
        )

    async def send(self, request: Request) -> Outcome[AsyncSocketBody]:
        """Send a request and return its outcome.

        Raises:
            InvalidArgumentError: When it cannot be written as HTTP.
        """
        deadlines = AsyncDeadlines(request)
        pool = await self._pools.get()
        lease: AsyncLease[_AsyncConnection] = AsyncLease(deadlines)
        reusable = is_open = False
        try:
            with deadlines:
                await wait_for_turn(pool.leases, lease, deadlines)
                connection = await _connection(pool, lease, request.origin, self._tls, deadlines)
                reader = ResponseReader(request)
                result = await _run(exchange(request, reader), connection, deadlines)
                reusable = reader.reusable
                if isinstance(result, StreamingResponse):
                    body = AsyncSocketBody(pool, lease, reader, deadlines)
                    is_open = True
                    return StreamingResponse(result.status, result.headers, body)
                return result
            raise deadlines.timeout_error()
        except NetworkError as error:
            if lease.is_cut:
                return deadlines.closed_error()
            pool.note_failure(lease, request.origin, error)
            error.__context__ = None  # the message has its content, and it keeps much alive
            return error.with_traceback(None)
        finally:
            if not is_open:
                pool.release(lease, reusable=reusable)

    async def aclose(self) -> None:
        """Close this loop's connections; requests in flight fail."""
        await self._pools.aclose()

    def close_now(self) -> None:
        """Close the connections of all loops, where none of them runs any longer."""
        self._pools.close_now()

    def __del__(self) -> None:
        pools: PerLoop[Pool[_AsyncConnection]] | None = getattr(self, "_pools", None)
        if pools is not None:
            is_open = any(pool.idle for pool in pools.values())
            pools.close_now()
            if is_open:
                warn_unclosed(self, "async with", "aclose()")


async def _close(pool: Pool[_AsyncConnection]) -> None:
    """Close a pool; this never waits."""
    pool.close()


class AsyncSocketBody:
    """The body of a response that is still open; it owns the lease of its connection."""

    def __init__(
        self,
        pool: Pool[_AsyncConnection],
        lease: AsyncLease[_AsyncConnection],
        reader: ResponseReader,
        deadlines: AsyncDeadlines,
    ) -> None:
        self._pool = pool
        self._lease: AsyncLease[_AsyncConnection] | None = lease
        self._reader = reader
        self._deadlines = deadlines
        self._is_reading = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        lease = self._lease
        if lease is None:
            raise StopAsyncIteration
        piece = b""
        try:
            self._is_reading = True
            piece = await self._read(lease)
        finally:
            self._is_reading = False
            if not piece:
                self._end(lease)
        if not piece:
            raise StopAsyncIteration
        return piece

    async def finish(self) -> None:
        """Read to the end of a body whose content is complete, so that its connection is reused.

        The connection is closed instead when the server does not end the body soon.
        """
        self._deadlines.shorten(FINISH_SECONDS)
        try:
            with suppress(NetworkError):
                async for _ in self:
                    pass
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Return the connection to the pool, or close it if the body was not read to its end."""
        lease = self._lease
        if lease is None:
            return
        if self._is_reading:
            # Another task reads, which this wakes.
            self._lease = None
            self._pool.drop(lease)
        else:
            self._end(lease)

    async def _read(self, lease: AsyncLease[_AsyncConnection]) -> bytes:
        reader, connection, deadlines = self._reader, lease.connection, self._deadlines
        try:
            piece = reader.next()
            if piece is not None:
                return piece
            with deadlines:
                while (piece := reader.next()) is None:
                    if lease.is_cut or connection is None:
                        raise deadlines.closed_error()
                    reader.receive(await connection.receive(deadlines))
                if lease.is_cut and not piece:
                    raise deadlines.closed_error()  # the end of the connection was the body's
                return piece
        except ContentDecodingError as error:
            raise NetworkError(f"{deadlines.request.summary}: {error}") from None
        except OSError as error:
            if lease.is_cut:
                raise deadlines.closed_error() from None
            raise network_error(error, deadlines) from None
        raise deadlines.closed_error() if lease.is_cut else deadlines.timeout_error()

    def _end(self, lease: AsyncLease[_AsyncConnection]) -> None:
        if self._lease is not None:
            self._lease = None
            self._pool.release(lease, reusable=self._reader.reusable)

    def abandon(self) -> None:
        """Close the connection at once; called by a ``__del__``, at any moment."""
        lease, self._lease = self._lease, None
        if lease is not None:
            self._pool.release(lease, reusable=False)


class _AsyncConnection(BaseConnection):
    """A connection that is sent to and read from."""

    def __init__(self, origin: Origin, sock: socket.socket) -> None:
        super().__init__(origin, sock)
        self._tls: ssl.SSLSocket | None = None

    async def start_tls(self, tls: ssl.SSLContext) -> None:
        """Do the TLS handshake; a connection that ends without TLS's own closing is an error."""
        self._socket = self._tls = secured = wrap(self._socket, tls, self.origin.host)
        while True:
            try:
                secured.do_handshake()
                break
            except _WOULD_WAIT as error:
                await _wait(secured, error)
        check_alpn(secured)

    async def send(self, data: bytes, deadlines: AsyncDeadlines) -> None:
        unsent = memoryview(data)
        while unsent:
            try:
                unsent = unsent[self._socket.send(unsent[:SEND_BYTES]) :]
            except _WOULD_WAIT as error:
                deadlines.start("write")
                await _wait(self._socket, error)

    async def receive(self, deadlines: AsyncDeadlines) -> bytes:
        deadlines.start("read")
        while True:
            # An event loop does not see bytes that TLS has decoded already.
            if self._tls is None or not self._tls.pending():
                await wait_readable(self._socket)
            try:
                return self._socket.recv(RECEIVE_BYTES)
            except ssl.SSLWantWriteError:
                await wait_writable(self._socket)
            except _WOULD_WAIT:
                pass


class _OpenAsyncConnection(_AsyncConnection):
    """An open connection; it is closed when nothing refers to it: an exception may drop it."""

    def close(self) -> None:
        """Close it. Then it needs no ``__del__``, in which Ctrl-C would be swallowed."""
        super().close()
        self.__class__ = _AsyncConnection  # type: ignore[assignment]  # as its docstring says

    def __del__(self) -> None:
        if hasattr(self, "_socket"):  # it may be dropped while it is built
            super().close()


async def _run(
    steps: Steps, connection: _AsyncConnection, deadlines: AsyncDeadlines
) -> ExchangeResult:
    """Run the steps of an exchange to their end."""
    try:
        step = next(steps)
        while True:
            received, problem = b"", None
            try:
                if step is None:
                    received = await connection.receive(deadlines)
                else:
                    await connection.send(step, deadlines)
            except OSError as error:
                problem = network_error(error, deadlines)
            step = steps.send(received) if problem is None else steps.throw(problem)
    except StopIteration as end:
        result: ExchangeResult = end.value
        return result


async def _connection(
    pool: Pool[_AsyncConnection],
    lease: AsyncLease[_AsyncConnection],
    origin: Origin,
    tls: ssl.SSLContext | None,
    deadlines: AsyncDeadlines,
) -> _AsyncConnection:
    """Return an idle connection, or open one; the lease owns it."""
    connection = pool.reuse(lease, origin)
    if connection is not None:
        return connection
    context = (tls or shared_tls()) if origin.scheme == "https" else None
    deadlines.start("connect")
    try:
        addresses = literal_address(origin) or await _look_up(origin)
        sock = await _open(addresses)
        lease.connection = connection = _OpenAsyncConnection(origin, sock)
        lease.check_open(deadlines)
        if context is not None:
            await connection.start_tls(context)
            lease.check_open(deadlines)
    except OSError as error:
        raise network_error(error, deadlines) from None
    return connection


async def _look_up(origin: Origin) -> list[Address]:
    """Look up the addresses of an origin's host."""
    from julep._http.lookup import look_up  # an address needs none

    lookup = look_up(origin)
    await wait_for_run(lookup)
    return lookup.addresses()


async def _open(addresses: list[Address]) -> socket.socket:
    """Open a connection to one of some addresses."""
    steps = race(addresses)
    try:
        waiting = next(steps)
        while True:
            await _wait_writable(waiting.sockets, waiting.seconds)
            waiting = steps.send(writable_of(waiting.sockets, 0))
    except StopIteration as end:
        connected: socket.socket = end.value
        return connected
    finally:
        steps.close()


async def _wait_writable(sockets: Sequence[Socket], seconds: float | None) -> None:
    """Wait until one of some sockets is writable, for some seconds at most."""
    with move_on_after(seconds):
        if len(sockets) == 1:
            await wait_writable(sockets[0])
            return
        async with create_task_group() as group:

            async def wait(sock: Socket) -> None:
                await wait_writable(sock)
                group.cancel_scope.cancel()

            for sock in sockets:
                group.start_soon(wait, sock)


async def _wait(sock: socket.socket, reason: OSError) -> None:
    """Wait until a socket is ready, which it was not for this reason."""
    if isinstance(reason, ssl.SSLWantReadError):
        await wait_readable(sock)
    else:
        await wait_writable(sock)

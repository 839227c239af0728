"""The async transport over sockets of our own, a mirror of `julep._http.sync_transport`.

The sockets never block: the event loop, asyncio's or trio's, waits for them. A socket holds nothing
of its loop, and closing one never waits.
"""

from __future__ import annotations

import math
import os
import socket
import ssl
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from weakref import WeakSet, ref

from anyio import (
    CancelScope,
    Semaphore,
    WouldBlock,
    current_time,
    fail_after,
    to_thread,
    wait_readable,
    wait_writable,
)
from anyio.lowlevel import checkpoint_if_cancelled

from julep._http.content_encoding import ContentDecodingError
from julep._http.deadlines import Deadline, Deadlines
from julep._http.exchange import (
    FINISH_SECONDS,
    RECEIVE_BYTES,
    SEND_BYTES,
    ExchangeResult,
    ResponseReader,
    Steps,
    exchange,
)
from julep._http.messages import StreamingResponse
from julep._http.per_loop import PerLoop, running_loop
from julep._http.pool import IdleConnections, warn_unclosed
from julep._http.sockets import (
    Address,
    check_alpn,
    is_readable,
    literal_address,
    network_error,
    new_socket,
    resolve,
)
from julep._http.tls import shared_tls
from julep._http.transport_config import DEFAULT_MAX_CONNECTIONS
from julep.errors import NetworkError

if TYPE_CHECKING:
    from julep._http.messages import Outcome, Request
    from julep._http.urls import Origin
    from julep.errors import Phase

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
            lambda: _AsyncPool(max_connections, max_idle, idle_seconds), _AsyncPool.aclose
        )

    async def send(self, request: Request) -> Outcome[AsyncSocketBody]:
        """Send a request and return its outcome.

        Raises:
            InvalidArgumentError: When it cannot be written as HTTP.
        """
        deadlines = _AsyncDeadlines(request)
        pool = await self._pools.get()
        try:
            with deadlines:
                connection = await pool.acquire(request.origin, self._tls, deadlines)
                reader = ResponseReader(request)
                reusable = is_open = False
                try:
                    result = await _run(exchange(request, reader), connection, deadlines)
                    reusable, is_open = reader.reusable, isinstance(result, StreamingResponse)
                    if isinstance(result, StreamingResponse):
                        body = AsyncSocketBody(pool, connection, reader, deadlines)
                        return StreamingResponse(result.status, result.headers, body)
                    return result
                finally:
                    if not is_open:
                        pool.release(connection, reusable=reusable)
            raise deadlines.timeout_error()
        except NetworkError as error:
            error.__context__ = None  # the message has its content, and it keeps much alive
            return error.with_traceback(None)

    async def aclose(self) -> None:
        """Close this loop's connections; requests in flight fail."""
        await self._pools.aclose()

    def __del__(self) -> None:
        pools: PerLoop[_AsyncPool] | None = getattr(self, "_pools", None)
        if pools is not None:
            is_open = any(pool.idle for pool in pools.values())
            pools.close_now()
            if is_open:
                warn_unclosed(self, "async with", "aclose()")


class AsyncSocketBody:
    """The body of a response that is still open."""

    def __init__(
        self,
        pool: _AsyncPool,
        connection: _AsyncConnection,
        reader: ResponseReader,
        deadlines: _AsyncDeadlines,
    ) -> None:
        self._pool = pool
        self._connection = connection
        self._reader = reader
        self._deadlines = deadlines
        self._is_over = False
        self._is_reading = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._is_over:
            raise StopAsyncIteration
        self._is_reading = True
        try:
            piece = await self._read()
        except BaseException:
            self._end()
            raise
        finally:
            self._is_reading = False
        if not piece:
            self._end()
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
        if self._is_reading:
            # Wakes the task that reads, which then closes the connection.
            self._connection.shut_down()
        else:
            self._end()

    async def _read(self) -> bytes:
        reader, connection, deadlines = self._reader, self._connection, self._deadlines
        try:
            piece = reader.next()
            if piece is not None:
                return piece
            with deadlines:
                while (piece := reader.next()) is None:
                    reader.receive(await connection.receive(deadlines))
                return piece
        except ContentDecodingError as error:
            raise NetworkError(f"{deadlines.request.summary}: {error}") from None
        except OSError as error:
            raise network_error(error, deadlines) from None
        raise deadlines.timeout_error()

    def _end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._pool.release(self._connection, reusable=self._reader.reusable)

    def abandon(self) -> None:
        """Close the connection at once; called by a ``__del__``, at any moment."""
        if not self._is_over:
            self._is_over = True
            self._connection.close()
            self._pool.release_collected()

    def __del__(self) -> None:
        if not self._is_over:  # the socket itself warns that it was not closed
            self._pool.release_collected()


class _AsyncConnection:
    """An open connection."""

    def __init__(self, origin: Origin, sock: socket.socket) -> None:
        self.origin = origin
        self._socket = sock
        self._tls = sock if isinstance(sock, ssl.SSLSocket) else None

    async def send(self, data: bytes, deadlines: _AsyncDeadlines) -> None:
        unsent = memoryview(data)
        while unsent:
            try:
                unsent = unsent[self._socket.send(unsent[:SEND_BYTES]) :]
            except _WOULD_WAIT as error:
                deadlines.start("write")
                await _wait(self._socket, error)

    async def receive(self, deadlines: _AsyncDeadlines) -> bytes:
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

    def is_alive(self) -> bool:
        return not is_readable(self._socket)

    def shut_down(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()


class _AsyncPool:
    """The connections of one loop: idle ones, and those in use, whose number is limited."""

    def __init__(self, max_connections: int, max_idle: int, idle_seconds: float) -> None:
        self._slots = Semaphore(max_connections)
        self.idle = IdleConnections[_AsyncConnection](max_idle, idle_seconds)
        self._in_use = WeakSet[_AsyncConnection]()
        self._loop = ref(running_loop())

    async def acquire(
        self, origin: Origin, tls: ssl.SSLContext | None, deadlines: _AsyncDeadlines
    ) -> _AsyncConnection:
        """Return a connection, which must be released."""
        # A call that is cancelled already, or has no time left, must not send anything.
        await checkpoint_if_cancelled()
        deadlines.start("pool")
        deadlines.remaining()
        try:
            self._slots.acquire_nowait()
        except WouldBlock:
            await self._slots.acquire()
        try:
            connection = self.idle.take(origin) or await _connect(origin, tls, deadlines)
        except BaseException:
            self._slots.release()
            raise
        self._in_use.add(connection)
        return connection

    def release(self, connection: _AsyncConnection, *, reusable: bool) -> None:
        """Keep a connection for its next request, or close it."""
        self._in_use.discard(connection)
        try:
            if reusable:
                self.idle.put(connection)
            else:
                connection.close()
        finally:
            self._slots.release()

    def release_collected(self) -> None:
        """Release the slot of a body that the garbage collector found, if it runs on this loop."""
        with suppress(RuntimeError, ImportError):
            if running_loop() is self._loop():
                self._slots.release()

    async def aclose(self) -> None:
        """Close idle connections, and wake the tasks that read from the others; never waits."""
        self.idle.close()
        for connection in list(self._in_use):
            connection.shut_down()


class _AsyncDeadlines(Deadlines):
    """Deadlines that end their ``with`` block when a step takes too long."""

    _scope: CancelScope
    _offset: float

    def __enter__(self) -> None:
        self._offset = current_time() - monotonic()
        self._scope = CancelScope()
        self._scope.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        return bool(self._scope.__exit__(kind, error, traceback))

    def start(self, phase: Phase) -> Deadline | None:
        deadline = super().start(phase)
        self._scope.deadline = math.inf if deadline is None else deadline.moment + self._offset
        return deadline


async def _run(
    steps: Steps, connection: _AsyncConnection, deadlines: _AsyncDeadlines
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


async def _connect(
    origin: Origin, tls: ssl.SSLContext | None, deadlines: _AsyncDeadlines
) -> _AsyncConnection:
    """Open a connection; try every address of the host, all within one limit."""
    tls = (tls or shared_tls()) if origin.scheme == "https" else None
    deadlines.start("connect")
    try:
        sock = await _connect_socket(origin, deadlines)
        if tls is not None:
            sock = await _start_tls(sock, origin, tls)
        return _AsyncConnection(origin, sock)
    except OSError as error:
        raise network_error(error, deadlines) from None


async def _connect_socket(origin: Origin, deadlines: _AsyncDeadlines) -> socket.socket:
    found = literal_address(origin)
    if found is None:
        found = await to_thread.run_sync(resolve, origin, abandon_on_cancel=True)
    for untried in range(len(found), 0, -1):
        sock = new_socket(found[-untried])
        try:
            sock.setblocking(False)
            with fail_after(deadlines.remaining(share=untried)):
                await _open(sock, found[-untried])
        except BaseException as error:
            sock.close()
            if untried == 1 or not isinstance(error, OSError):
                raise
        else:
            return sock
    raise OSError("the host has no address")


async def _open(sock: socket.socket, address: Address) -> None:
    try:
        sock.connect(address.sockaddr)
    except BlockingIOError:
        await wait_writable(sock)
        problem = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if problem:
            raise OSError(problem, os.strerror(problem)) from None


async def _start_tls(sock: socket.socket, origin: Origin, tls: ssl.SSLContext) -> socket.socket:
    """Do the TLS handshake; a connection that ends without TLS's own closing is an error."""
    secured = sock
    try:
        # Of a connection that was reset, wrap_socket would leave the socket open.
        sock.getpeername()
        secured = tls.wrap_socket(
            sock,
            server_hostname=origin.host,
            do_handshake_on_connect=False,
            suppress_ragged_eofs=False,
        )
        while True:
            try:
                secured.do_handshake()
                break
            except _WOULD_WAIT as error:
                await _wait(secured, error)
        check_alpn(secured)
    except BaseException:
        secured.close()
        raise
    return secured


async def _wait(sock: socket.socket, reason: OSError) -> None:
    """Wait until a socket is ready, which it was not for this reason."""
    if isinstance(reason, ssl.SSLWantReadError):
        await wait_readable(sock)
    else:
        await wait_writable(sock)

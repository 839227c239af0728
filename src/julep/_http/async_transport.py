"""Sends requests over sockets of our own, awaited; `julep._http.sync_transport` is its mirror image.

The sockets never block: where one has to be waited for, the event loop does that, be it asyncio's
or trio's. Nothing of a loop is in them, and closing one never waits.
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
from julep._http.exchange import (
    FINISH_SECONDS,
    RECEIVE_BYTES,
    SEND_BYTES,
    Deadlines,
    Phase,
    ResponseReader,
    Steps,
    exchange,
)
from julep._http.messages import Response, StreamingResponse, UnreadableResponse
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
from julep._http.timeout import Deadline
from julep._http.tls import shared_tls
from julep.errors import NetworkError

if TYPE_CHECKING:
    from julep._http.messages import Request
    from julep._http.urls import Origin


class AsyncSocketTransport:
    """Sends requests on whatever event loop runs; each loop has connections of its own.

    Args:
        tls: How servers of https are trusted; None for what all clients share.
        max_connections: How many requests are under way at once on a loop; further ones wait.
        max_idle: How many connections wait for their next request on a loop.
        idle_seconds: How long each of them does.
    """

    def __init__(
        self,
        tls: ssl.SSLContext | None = None,
        max_connections: int = 1000,
        max_idle: int = 100,
        idle_seconds: float = 30.0,
    ) -> None:
        self._tls = tls
        self._pools = PerLoop(lambda: _Pool(max_connections, max_idle, idle_seconds), _Pool.aclose)

    async def send(
        self, request: Request
    ) -> Response | StreamingResponse[AsyncSocketBody] | UnreadableResponse | NetworkError:
        """Send a request and say what came of it.

        Raises:
            InvalidArgumentError: When it cannot be written as HTTP.
        """
        limits = _AsyncDeadlines(request)
        pool = await self._pools.get()
        try:
            with limits:
                connection = await pool.take(request.origin, self._tls, limits)
                incoming = ResponseReader(request)
                keeps = opens = False
                try:
                    outcome = await _do(exchange(request, incoming), connection, limits)
                    keeps, opens = incoming.reusable, isinstance(outcome, StreamingResponse)
                    if isinstance(outcome, StreamingResponse):
                        body = AsyncSocketBody(pool, connection, incoming, limits)
                        return StreamingResponse(outcome.status, outcome.headers, body)
                    return outcome
                finally:
                    if not opens:
                        pool.give(connection, keeps=keeps)
            raise limits.timeout_error()
        except NetworkError as error:
            error.__context__ = None  # what it came from is said, and would keep much alive
            return error.with_traceback(None)

    async def aclose(self) -> None:
        """Close this loop's connections; what is under way is lost."""
        await self._pools.aclose()

    def __del__(self) -> None:
        pools: PerLoop[_Pool] | None = getattr(self, "_pools", None)
        if pools is not None:
            is_open = any(pool.idle for pool in pools.kept())
            pools.close_now()
            if is_open:
                warn_unclosed(self, "async with", "aclose()")


class AsyncSocketBody:
    """The body of an answer that is still open."""

    def __init__(
        self,
        pool: _Pool,
        connection: _AsyncConnection,
        incoming: ResponseReader,
        limits: _AsyncDeadlines,
    ) -> None:
        self._pool = pool
        self._connection = connection
        self._incoming = incoming
        self._limits = limits
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
        """Read to its end a body that has said all, since only then its connection is used again.

        A server that does not end the body soon loses the connection instead.
        """
        self._limits.shorten(FINISH_SECONDS)
        try:
            with suppress(NetworkError):
                async for _ in self:
                    pass
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        if self._is_reading:  # in another task, which this wakes, and which then closes it
            self._connection.shut_down()
        else:
            self._end()

    async def _read(self) -> bytes:
        incoming, connection, limits = self._incoming, self._connection, self._limits
        try:
            piece = incoming.next()
            if piece is not None:
                return piece
            with limits:
                while (piece := incoming.next()) is None:
                    incoming.receive(await connection.receive(limits))
                return piece
        except ContentDecodingError as error:
            raise NetworkError(f"{limits.request.summary}: {error}") from None
        except OSError as error:
            raise network_error(error, limits) from None
        raise limits.timeout_error()

    def _end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._pool.give(self._connection, keeps=self._incoming.reusable)

    def __del__(self) -> None:
        if not self._is_over:  # its socket warns of itself
            self._pool.lose()


class _AsyncConnection:
    """A connection that is open."""

    def __init__(self, origin: Origin, sock: socket.socket) -> None:
        self.origin = origin
        self._socket = sock
        self._tls = sock if isinstance(sock, ssl.SSLSocket) else None

    async def send(self, data: bytes, limits: _AsyncDeadlines) -> None:
        left = memoryview(data)
        while left:
            try:
                left = left[self._socket.send(left[:SEND_BYTES]) :]
            except _WOULD_WAIT as error:
                limits.begin("write")
                await _wait(self._socket, error)

    async def receive(self, limits: _AsyncDeadlines) -> bytes:
        limits.begin("read")
        while True:
            # What TLS has decoded already is nothing that a loop could see coming.
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


class _Pool:
    """Connections in use, of which there are not too many, and those that wait for use."""

    def __init__(self, max_connections: int, max_idle: int, idle_seconds: float) -> None:
        self.places = Semaphore(max_connections)
        self.idle = IdleConnections[_AsyncConnection](max_idle, idle_seconds)
        self._busy = WeakSet[_AsyncConnection]()
        self._loop = ref(running_loop())

    async def take(
        self, origin: Origin, tls: ssl.SSLContext | None, limits: _AsyncDeadlines
    ) -> _AsyncConnection:
        """Give a connection, which has to be given back."""
        # Who was cancelled before, or has no time left, sends nothing any more.
        await checkpoint_if_cancelled()
        limits.begin("pool")
        limits.left()
        try:
            self.places.acquire_nowait()
        except WouldBlock:
            await self.places.acquire()
        try:
            connection = self.idle.take(origin) or await _connect(origin, tls, limits)
        except BaseException:
            self.places.release()
            raise
        self._busy.add(connection)
        return connection

    def give(self, connection: _AsyncConnection, *, keeps: bool) -> None:
        """Take a connection back: for its next request, or to close it."""
        self._busy.discard(connection)
        try:
            if keeps:
                self.idle.put(connection)
            else:
                connection.close()
        finally:
            self.places.release()

    def lose(self) -> None:
        """Take back the place of what the garbage collector found, if it runs on this loop."""
        with suppress(RuntimeError, ImportError):
            if running_loop() is self._loop():
                self.places.release()

    async def aclose(self) -> None:
        """Close those that wait, and wake whoever reads from one; nothing about it waits."""
        self.idle.close()
        for connection in list(self._busy):
            connection.shut_down()


class _AsyncDeadlines(Deadlines):
    """Limits that cancel what takes too long: ``with limits: ...`` goes on behind it then."""

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

    def begin(self, phase: Phase) -> Deadline | None:
        limit = super().begin(phase)
        self._scope.deadline = math.inf if limit is None else limit.deadline + self._offset
        return limit


async def _do(
    steps: Steps, connection: _AsyncConnection, limits: _AsyncDeadlines
) -> Response | StreamingResponse[None] | UnreadableResponse:
    """Do what an exchange says until it ends."""
    try:
        step = next(steps)
        while True:
            received, problem = b"", None
            try:
                if step is None:
                    received = await connection.receive(limits)
                else:
                    await connection.send(step, limits)
            except OSError as error:
                problem = network_error(error, limits)
            step = steps.send(received) if problem is None else steps.throw(problem)
    except StopIteration as end:
        outcome: Response | StreamingResponse[None] | UnreadableResponse = end.value
        return outcome


async def _connect(
    origin: Origin, tls: ssl.SSLContext | None, limits: _AsyncDeadlines
) -> _AsyncConnection:
    """Open a connection; every address of the host is tried, within one limit."""
    tls = (tls or shared_tls()) if origin.scheme == "https" else None
    limits.begin("connect")
    try:
        sock = await _reach(origin, limits)
        if tls is not None:
            sock = await _secured(sock, origin, tls)
        return _AsyncConnection(origin, sock)
    except OSError as error:
        raise network_error(error, limits) from None


async def _reach(origin: Origin, limits: _AsyncDeadlines) -> socket.socket:
    found = literal_address(origin)
    if found is None:
        found = await to_thread.run_sync(resolve, origin, abandon_on_cancel=True)
    for left in range(len(found), 0, -1):
        sock = new_socket(found[-left])
        try:
            sock.setblocking(False)
            with fail_after(limits.left(share=left)):
                await _opened(sock, found[-left])
        except BaseException as error:
            sock.close()
            if left == 1 or not isinstance(error, OSError):
                raise
        else:
            return sock
    raise OSError("the host has no address")


async def _opened(sock: socket.socket, address: Address) -> None:
    try:
        sock.connect(address.where)
    except BlockingIOError:
        await wait_writable(sock)
        problem = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if problem:
            raise OSError(problem, os.strerror(problem)) from None


async def _secured(sock: socket.socket, origin: Origin, tls: ssl.SSLContext) -> socket.socket:
    """Do the handshake of TLS; a connection that is cut without its farewell is an error."""
    secured = sock
    try:
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


async def _wait(sock: socket.socket, why: OSError) -> None:
    """Wait until a socket can go on that could not for this reason."""
    if isinstance(why, ssl.SSLWantReadError):
        await wait_readable(sock)
    else:
        await wait_writable(sock)


_WOULD_WAIT: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

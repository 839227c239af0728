"""Sends requests over sockets of our own, blocking; `julep._http.async_transport` is its mirror image."""

from __future__ import annotations

import os
import socket
from collections import deque
from contextlib import suppress
from threading import Lock, RLock
from typing import TYPE_CHECKING, Self
from weakref import WeakSet

from julep._http.content_encoding import ContentDecodingError
from julep._http.exchange import (
    FINISH_SECONDS,
    RECEIVE_BYTES,
    SEND_BYTES,
    Deadlines,
    ResponseReader,
    Steps,
    exchange,
)
from julep._http.messages import Response, StreamingResponse, UnreadableResponse
from julep._http.pool import IdleConnections, warn_unclosed
from julep._http.sockets import (
    check_alpn,
    is_readable,
    network_error,
    new_socket,
    resolve,
)
from julep._http.tls import shared_tls
from julep.errors import NetworkError

if TYPE_CHECKING:
    import ssl

    from julep._http.messages import Request
    from julep._http.urls import Origin


class SocketTransport:
    """Sends requests, one after another or from many threads.

    Args:
        tls: How servers of https are trusted; None for what all clients share.
        max_connections: How many requests are under way at once; further ones wait.
        max_idle: How many connections wait for their next request.
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
        self._settings = max_connections, max_idle, idle_seconds
        self._pool = _Pool(*self._settings)
        _transports.add(self)

    def send(
        self, request: Request
    ) -> Response | StreamingResponse[SocketBody] | UnreadableResponse | NetworkError:
        """Send a request and say what came of it.

        Raises:
            InvalidArgumentError: When it cannot be written as HTTP.
        """
        limits = Deadlines(request)
        pool = self._pool
        try:
            connection = pool.take(request.origin, self._tls, limits)
            incoming = ResponseReader(request)
            keeps = opens = False
            try:
                outcome = _do(exchange(request, incoming), connection, limits)
                keeps, opens = incoming.reusable, isinstance(outcome, StreamingResponse)
                if isinstance(outcome, StreamingResponse):
                    body = SocketBody(pool, connection, incoming, limits)
                    return StreamingResponse(outcome.status, outcome.headers, body)
                return outcome
            finally:
                if not opens:
                    pool.give(connection, keeps=keeps)
        except NetworkError as error:
            error.__context__ = None  # what it came from is said, and would keep much alive
            return error.with_traceback(None)

    def close(self) -> None:
        """Close every connection; what is under way is lost."""
        self._pool.close()

    def after_fork(self) -> None:
        """Leave the parent's connections to the parent."""
        inherited, self._pool = self._pool, _Pool(*self._settings)
        inherited.idle.forget()

    def __del__(self) -> None:
        pool: _Pool | None = getattr(self, "_pool", None)
        if pool is not None and pool.idle:
            pool.idle.close()
            warn_unclosed(self, "with", "close()")


class SocketBody:
    """The body of an answer that is still open."""

    def __init__(
        self, pool: _Pool, connection: _SyncConnection, incoming: ResponseReader, limits: Deadlines
    ) -> None:
        self._pool = pool
        self._connection = connection
        self._incoming = incoming
        self._limits = limits
        self._is_over = False
        self._is_reading = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._is_over:
            raise StopIteration
        self._is_reading = True
        try:
            piece = self._read()
        except BaseException:
            self._end()
            raise
        finally:
            self._is_reading = False
        if not piece:
            self._end()
            raise StopIteration
        return piece

    def finish(self) -> None:
        """Read to its end a body that has said all, since only then its connection is used again.

        A server that does not end the body soon loses the connection instead.
        """
        self._limits.shorten(FINISH_SECONDS)
        try:
            with suppress(NetworkError):
                for _ in self:
                    pass
        finally:
            self.close()

    def close(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        if self._is_reading:  # in another thread, which this wakes, and which then closes it
            self._connection.shut_down()
        else:
            self._end()

    def _read(self) -> bytes:
        incoming, connection, limits = self._incoming, self._connection, self._limits
        try:
            while (piece := incoming.next()) is None:
                incoming.receive(connection.receive(limits))
        except ContentDecodingError as error:
            raise NetworkError(f"{limits.request.summary}: {error}") from None
        except OSError as error:
            raise network_error(error, limits) from None
        return piece

    def _end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._pool.give(self._connection, keeps=self._incoming.reusable)

    def __del__(self) -> None:
        if not self._is_over:  # its socket warns of itself
            self._pool.places.give()


class _SyncConnection:
    """A connection that is open."""

    def __init__(self, origin: Origin, sock: socket.socket) -> None:
        self.origin = origin
        self._socket = sock

    def send(self, data: bytes, limits: Deadlines) -> None:
        left = memoryview(data)
        while left:
            limits.begin("write")
            self._socket.settimeout(limits.left())
            left = left[self._socket.send(left[:SEND_BYTES]) :]

    def receive(self, limits: Deadlines) -> bytes:
        limits.begin("read")
        self._socket.settimeout(limits.left())
        return self._socket.recv(RECEIVE_BYTES)

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
        self.places = _FairSemaphore(max_connections)
        self.idle = IdleConnections[_SyncConnection](max_idle, idle_seconds)
        self._busy = WeakSet[_SyncConnection]()

    def take(
        self, origin: Origin, tls: ssl.SSLContext | None, limits: Deadlines
    ) -> _SyncConnection:
        """Give a connection, which has to be given back."""
        limits.begin("pool")
        if not self.places.take(limits):
            raise limits.timeout_error()
        try:
            connection = self.idle.take(origin) or _connect(origin, tls, limits)
        except BaseException:
            self.places.give()
            raise
        self._busy.add(connection)
        return connection

    def give(self, connection: _SyncConnection, *, keeps: bool) -> None:
        """Take a connection back: for its next request, or to close it."""
        self._busy.discard(connection)
        try:
            if keeps:
                self.idle.put(connection)
            else:
                connection.close()
        finally:
            self.places.give()

    def close(self) -> None:
        """Close those that wait, and wake whoever reads from one, who finds it closed."""
        self.idle.close()
        for connection in list(self._busy):
            connection.shut_down()


class _FairSemaphore:
    """A semaphore that serves first whoever came first, which Python's own does not."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._waiting = deque[Lock]()
        # The garbage collector may give one back in the middle of anything.
        self._lock = RLock()

    def take(self, limits: Deadlines) -> bool:
        """Take a place, or wait for one; False when none came in time."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            left = limits.left()
            return turn.acquire(timeout=-1 if left is None else left) or self._came_late(turn)
        except BaseException:
            if self._came_late(turn):
                self.give()
            raise

    def give(self) -> None:
        """Give a place back: to whoever waits, or for later."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1

    def _came_late(self, turn: Lock) -> bool:
        """Stop waiting; tell whether a place was given at the last moment."""
        with self._lock:
            if turn not in self._waiting:
                return True
            self._waiting.remove(turn)
            return False


def _do(
    steps: Steps, connection: _SyncConnection, limits: Deadlines
) -> Response | StreamingResponse[None] | UnreadableResponse:
    """Do what an exchange says until it ends."""
    try:
        step = next(steps)
        while True:
            received, problem = b"", None
            try:
                if step is None:
                    received = connection.receive(limits)
                else:
                    connection.send(step, limits)
            except OSError as error:
                problem = network_error(error, limits)
            step = steps.send(received) if problem is None else steps.throw(problem)
    except StopIteration as end:
        outcome: Response | StreamingResponse[None] | UnreadableResponse = end.value
        return outcome


def _connect(origin: Origin, tls: ssl.SSLContext | None, limits: Deadlines) -> _SyncConnection:
    """Open a connection; every address of the host is tried, within one limit."""
    tls = (tls or shared_tls()) if origin.scheme == "https" else None
    limits.begin("connect")
    try:
        sock = _reach(origin, limits)
        if tls is not None:
            sock = _secured(sock, origin, tls, limits)
        return _SyncConnection(origin, sock)
    except OSError as error:
        raise network_error(error, limits) from None


def _reach(origin: Origin, limits: Deadlines) -> socket.socket:
    found = resolve(origin)
    for left in range(len(found), 0, -1):
        sock = new_socket(found[-left])
        try:
            sock.settimeout(limits.left(share=left))
            sock.connect(found[-left].where)
        except BaseException as error:
            sock.close()
            if left == 1 or not isinstance(error, OSError):
                raise
        else:
            return sock
    raise OSError("the host has no address")


def _secured(
    sock: socket.socket, origin: Origin, tls: ssl.SSLContext, limits: Deadlines
) -> socket.socket:
    """Do the handshake of TLS; a connection that is cut without its farewell is an error."""
    secured = sock
    try:
        sock.settimeout(limits.left())
        secured = tls.wrap_socket(
            sock,
            server_hostname=origin.host,
            do_handshake_on_connect=False,
            suppress_ragged_eofs=False,
        )
        secured.settimeout(limits.left())
        secured.do_handshake()
        check_alpn(secured)
    except BaseException:
        secured.close()
        raise
    return secured


_transports = WeakSet[SocketTransport]()


def _after_fork() -> None:
    for wire in _transports:
        wire.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

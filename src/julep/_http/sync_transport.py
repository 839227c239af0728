"""The sync transport over sockets of our own; `julep._http.async_transport` mirrors it."""

from __future__ import annotations

import socket
from collections import deque
from contextlib import suppress
from threading import Lock, RLock
from typing import TYPE_CHECKING, Self
from weakref import WeakSet

from julep._http.content_encoding import ContentDecodingError
from julep._http.deadlines import Deadlines
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
from julep._http.pool import IdleConnections, reset_in_child, warn_unclosed
from julep._http.sockets import check_alpn, is_readable, network_error, new_socket, resolve
from julep._http.tls import shared_tls
from julep._http.transport_config import DEFAULT_MAX_CONNECTIONS
from julep.errors import NetworkError

if TYPE_CHECKING:
    import ssl

    from julep._http.messages import Outcome, Request
    from julep._http.urls import Origin


class SocketTransport:
    """Sends requests, from one thread or from many.

    Args:
        tls: The context for https; None for the one that all clients share.
        max_connections: The maximum number of requests in flight; further ones wait.
        max_idle: The maximum number of connections to keep for later requests.
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
        self._settings = max_connections, max_idle, idle_seconds
        self._pool = _Pool(*self._settings)
        reset_in_child(self)

    def send(self, request: Request) -> Outcome[SocketBody]:
        """Send a request and return its outcome.

        Raises:
            InvalidArgumentError: When it cannot be written as HTTP.
        """
        deadlines = Deadlines(request)
        pool = self._pool
        try:
            connection = pool.acquire(request.origin, self._tls, deadlines)
            reader = ResponseReader(request)
            reusable = is_open = False
            try:
                result = _run(exchange(request, reader), connection, deadlines)
                reusable, is_open = reader.reusable, isinstance(result, StreamingResponse)
                if isinstance(result, StreamingResponse):
                    body = SocketBody(pool, connection, reader, deadlines)
                    return StreamingResponse(result.status, result.headers, body)
                return result
            finally:
                if not is_open:
                    pool.release(connection, reusable=reusable)
        except NetworkError as error:
            error.__context__ = None  # the message has its content, and it keeps much alive
            return error.with_traceback(None)

    def close(self) -> None:
        """Close every connection; requests in flight fail."""
        self._pool.close()

    def after_fork(self) -> None:
        """Leave the parent's connections to the parent."""
        inherited, self._pool = self._pool, _Pool(*self._settings)
        inherited.idle.close_inherited()

    def __del__(self) -> None:
        pool: _Pool | None = getattr(self, "_pool", None)
        if pool is not None and pool.idle:
            pool.idle.close()
            warn_unclosed(self, "with", "close()")


class SocketBody:
    """The body of a response that is still open."""

    def __init__(
        self,
        pool: _Pool,
        connection: _SyncConnection,
        reader: ResponseReader,
        deadlines: Deadlines,
    ) -> None:
        self._pool = pool
        self._connection = connection
        self._reader = reader
        self._deadlines = deadlines
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
        """Read to the end of a body whose content is complete, so that its connection is reused.

        The connection is closed instead when the server does not end the body soon.
        """
        self._deadlines.shorten(FINISH_SECONDS)
        try:
            with suppress(NetworkError):
                for _ in self:
                    pass
        finally:
            self.close()

    def close(self) -> None:
        """Return the connection to the pool, or close it if the body was not read to its end."""
        if self._is_reading:
            # Wakes the thread that reads, which then closes the connection.
            self._connection.shut_down()
        else:
            self._end()

    def _read(self) -> bytes:
        reader, connection, deadlines = self._reader, self._connection, self._deadlines
        try:
            while (piece := reader.next()) is None:
                reader.receive(connection.receive(deadlines))
        except ContentDecodingError as error:
            raise NetworkError(f"{deadlines.request.summary}: {error}") from None
        except OSError as error:
            raise network_error(error, deadlines) from None
        return piece

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


class _SyncConnection:
    """An open connection."""

    def __init__(self, origin: Origin, sock: socket.socket) -> None:
        self.origin = origin
        self._socket = sock

    def send(self, data: bytes, deadlines: Deadlines) -> None:
        unsent = memoryview(data)
        while unsent:
            deadlines.start("write")
            self._socket.settimeout(deadlines.remaining())
            unsent = unsent[self._socket.send(unsent[:SEND_BYTES]) :]

    def receive(self, deadlines: Deadlines) -> bytes:
        deadlines.start("read")
        self._socket.settimeout(deadlines.remaining())
        return self._socket.recv(RECEIVE_BYTES)

    def is_alive(self) -> bool:
        return not is_readable(self._socket)

    def shut_down(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()


class _Pool:
    """The connections of one client: idle ones, and those in use, whose number is limited."""

    def __init__(self, max_connections: int, max_idle: int, idle_seconds: float) -> None:
        self._slots = _FairSemaphore(max_connections)
        self.idle = IdleConnections[_SyncConnection](max_idle, idle_seconds)
        self._in_use = WeakSet[_SyncConnection]()

    def acquire(
        self, origin: Origin, tls: ssl.SSLContext | None, deadlines: Deadlines
    ) -> _SyncConnection:
        """Return a connection, which must be released."""
        deadlines.start("pool")
        if not self._slots.acquire(deadlines):
            raise deadlines.timeout_error()
        try:
            connection = self.idle.take(origin) or _connect(origin, tls, deadlines)
        except BaseException:
            self._slots.release()
            raise
        self._in_use.add(connection)
        return connection

    def release(self, connection: _SyncConnection, *, reusable: bool) -> None:
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
        """Release the slot of a body that the garbage collector found."""
        self._slots.release()

    def close(self) -> None:
        """Close idle connections, and wake the threads that read from the others."""
        self.idle.close()
        for connection in list(self._in_use):
            connection.shut_down()


class _FairSemaphore:
    """A semaphore that serves threads in the order of their calls; Python's own does not."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._waiting = deque[Lock]()
        # The garbage collector may release a slot at any moment, also in this thread.
        self._lock = RLock()

    def acquire(self, deadlines: Deadlines) -> bool:
        """Take a slot, or wait for one; return False when none became free in time."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            seconds = deadlines.remaining()
            timeout = -1 if seconds is None else seconds
            return turn.acquire(timeout=timeout) or self._stop_waiting(turn)
        except BaseException:
            if self._stop_waiting(turn):
                self.release()
            raise

    def release(self) -> None:
        """Hand a slot to the thread that has waited longest, or keep it free."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1

    def _stop_waiting(self, turn: Lock) -> bool:
        """Leave the queue; return whether a slot became free at the last moment."""
        with self._lock:
            if turn not in self._waiting:
                return True
            self._waiting.remove(turn)
            return False


def _run(steps: Steps, connection: _SyncConnection, deadlines: Deadlines) -> ExchangeResult:
    """Run the steps of an exchange to their end."""
    try:
        step = next(steps)
        while True:
            received, problem = b"", None
            try:
                if step is None:
                    received = connection.receive(deadlines)
                else:
                    connection.send(step, deadlines)
            except OSError as error:
                problem = network_error(error, deadlines)
            step = steps.send(received) if problem is None else steps.throw(problem)
    except StopIteration as end:
        result: ExchangeResult = end.value
        return result


def _connect(origin: Origin, tls: ssl.SSLContext | None, deadlines: Deadlines) -> _SyncConnection:
    """Open a connection; try every address of the host, all within one limit."""
    tls = (tls or shared_tls()) if origin.scheme == "https" else None
    deadlines.start("connect")
    try:
        sock = _connect_socket(origin, deadlines)
        if tls is not None:
            sock = _start_tls(sock, origin, tls, deadlines)
        return _SyncConnection(origin, sock)
    except OSError as error:
        raise network_error(error, deadlines) from None


def _connect_socket(origin: Origin, deadlines: Deadlines) -> socket.socket:
    found = resolve(origin)
    for untried in range(len(found), 0, -1):
        sock = new_socket(found[-untried])
        try:
            sock.settimeout(deadlines.remaining(share=untried))
            sock.connect(found[-untried].sockaddr)
        except BaseException as error:
            sock.close()
            if untried == 1 or not isinstance(error, OSError):
                raise
        else:
            return sock
    raise OSError("the host has no address")


def _start_tls(
    sock: socket.socket, origin: Origin, tls: ssl.SSLContext, deadlines: Deadlines
) -> socket.socket:
    """Do the TLS handshake; a connection that ends without TLS's own closing is an error."""
    secured = sock
    try:
        sock.settimeout(deadlines.remaining())
        # Of a connection that was reset, wrap_socket would leave the socket open.
        sock.getpeername()
        secured = tls.wrap_socket(
            sock,
            server_hostname=origin.host,
            do_handshake_on_connect=False,
            suppress_ragged_eofs=False,
        )
        secured.settimeout(deadlines.remaining())
        secured.do_handshake()
        check_alpn(secured)
    except BaseException:
        secured.close()
        raise
    return secured

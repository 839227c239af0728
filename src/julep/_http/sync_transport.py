"""The sync transport over sockets of our own; `julep._http.async_transport` mirrors it."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Self

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
from julep._http.happy_eyeballs import ATTEMPT_SECONDS, race
from julep._http.messages import StreamingResponse
from julep._http.pool import Pool, reset_in_child, warn_unclosed
from julep._http.sockets import (
    Address,
    BaseConnection,
    check_alpn,
    literal_address,
    network_error,
    writable_of,
)
from julep._http.sync_lease import SyncLease, wait_for_run, wait_for_turn
from julep._http.tls import shared_tls, wrap
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
        self._pool = Pool[_SyncConnection](*self._settings)
        reset_in_child(self)

    def send(self, request: Request) -> Outcome[SocketBody]:
        """Send a request and return its outcome.

        Raises:
            InvalidArgumentError: When it cannot be written as HTTP.
        """
        deadlines = Deadlines(request)
        pool = self._pool
        lease: SyncLease[_SyncConnection] = SyncLease()
        reusable = is_open = False
        try:
            wait_for_turn(pool.leases, lease, deadlines)
            connection = _connection(pool, lease, request.origin, self._tls, deadlines)
            reader = ResponseReader(request)
            result = _run(exchange(request, reader), connection, deadlines)
            reusable = reader.reusable
            if isinstance(result, StreamingResponse):
                body = SocketBody(pool, lease, reader, deadlines)
                is_open = True
                return StreamingResponse(result.status, result.headers, body)
            return result
        except NetworkError as error:
            if lease.is_cut:
                return deadlines.closed_error()
            pool.note_failure(lease, request.origin, error)
            error.__context__ = None  # the message has its content, and it keeps much alive
            return error.with_traceback(None)
        finally:
            if not is_open:
                pool.release(lease, reusable=reusable)

    def close(self) -> None:
        """Close every connection; requests in flight fail."""
        self._pool.close()

    def after_fork(self) -> None:
        """Leave the parent's connections to the parent."""
        inherited, self._pool = self._pool, Pool[_SyncConnection](*self._settings)
        inherited.abandon()

    def __del__(self) -> None:
        pool: Pool[_SyncConnection] | None = getattr(self, "_pool", None)
        if pool is not None and pool.idle:
            pool.idle.close()
            warn_unclosed(self, "with", "close()")


class SocketBody:
    """The body of a response that is still open; it owns the lease of its connection."""

    def __init__(
        self,
        pool: Pool[_SyncConnection],
        lease: SyncLease[_SyncConnection],
        reader: ResponseReader,
        deadlines: Deadlines,
    ) -> None:
        self._pool = pool
        self._lease: SyncLease[_SyncConnection] | None = lease
        self._reader = reader
        self._deadlines = deadlines
        self._is_reading = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        lease = self._lease
        if lease is None:
            raise StopIteration
        piece = b""
        try:
            self._is_reading = True
            piece = self._read(lease)
        finally:
            self._is_reading = False
            if not piece:
                self._end(lease)
        if not piece:
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
        lease = self._lease
        if lease is None:
            return
        if self._is_reading:
            # Another thread reads, which this wakes.
            self._lease = None
            self._pool.drop(lease)
        else:
            self._end(lease)

    def _read(self, lease: SyncLease[_SyncConnection]) -> bytes:
        reader, connection, deadlines = self._reader, lease.connection, self._deadlines
        try:
            while (piece := reader.next()) is None:
                if lease.is_cut or connection is None:
                    raise deadlines.closed_error()
                reader.receive(connection.receive(deadlines))
        except ContentDecodingError as error:
            raise NetworkError(f"{deadlines.request.summary}: {error}") from None
        except OSError as error:
            if lease.is_cut:
                raise deadlines.closed_error() from None
            raise network_error(error, deadlines) from None
        if lease.is_cut and not piece:
            raise deadlines.closed_error()  # the end of the connection was the body's
        return piece

    def _end(self, lease: SyncLease[_SyncConnection]) -> None:
        if self._lease is not None:
            self._lease = None
            self._pool.release(lease, reusable=self._reader.reusable)

    def abandon(self) -> None:
        """Close the connection at once; called by a ``__del__``, at any moment."""
        lease, self._lease = self._lease, None
        if lease is not None:
            self._pool.release(lease, reusable=False)


class _SyncConnection(BaseConnection):
    """A connection that is sent to and read from."""

    def start_tls(self, tls: ssl.SSLContext, deadlines: Deadlines) -> None:
        """Do the TLS handshake; a connection that ends without TLS's own closing is an error."""
        self._socket.settimeout(deadlines.remaining())
        self._socket = secured = wrap(self._socket, tls, self.origin.host)
        secured.settimeout(deadlines.remaining())
        secured.do_handshake()
        check_alpn(secured)

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


class _OpenSyncConnection(_SyncConnection):
    """An open connection; it is closed when nothing refers to it: an exception may drop it."""

    def close(self) -> None:
        """Close it. Then it needs no ``__del__``, in which Ctrl-C would be swallowed."""
        super().close()
        self.__class__ = _SyncConnection  # type: ignore[assignment]  # as its docstring says

    def __del__(self) -> None:
        if hasattr(self, "_socket"):  # it may be dropped while it is built
            super().close()


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


def _connection(
    pool: Pool[_SyncConnection],
    lease: SyncLease[_SyncConnection],
    origin: Origin,
    tls: ssl.SSLContext | None,
    deadlines: Deadlines,
) -> _SyncConnection:
    """Return an idle connection, or open one; the lease owns it."""
    connection = pool.reuse(lease, origin)
    if connection is not None:
        return connection
    context = (tls or shared_tls()) if origin.scheme == "https" else None
    deadlines.start("connect")
    try:
        addresses = literal_address(origin) or _look_up(origin, lease, deadlines)
        lease.connection = connection = _OpenSyncConnection(
            origin, _open(addresses, lease, deadlines)
        )
        lease.check_open(deadlines)
        if context is not None:
            connection.start_tls(context, deadlines)
            lease.check_open(deadlines)
    except OSError as error:
        raise network_error(error, deadlines) from None
    return connection


def _look_up(
    origin: Origin, lease: SyncLease[_SyncConnection], deadlines: Deadlines
) -> list[Address]:
    """Look up the addresses of an origin's host."""
    from julep._http.lookup import look_up  # an address needs none

    lookup = look_up(origin)
    wait_for_run(lookup, lease, deadlines)
    return lookup.addresses()


def _open(
    addresses: list[Address], lease: SyncLease[_SyncConnection], deadlines: Deadlines
) -> socket.socket:
    """Open a connection to one of some addresses."""
    steps = race(addresses)
    try:
        waiting = next(steps)
        while True:
            lease.check_open(deadlines)
            seconds = ATTEMPT_SECONDS if waiting.seconds is None else waiting.seconds
            waiting = steps.send(writable_of(waiting.sockets, deadlines.within(seconds)))
    except StopIteration as end:
        connected: socket.socket = end.value
        return connected
    finally:
        steps.close()

"""A client's connections, which it shares with the clients that `with_options` returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from julep._http.fork import finish_before_logging
from julep._lazy import is_importing
from julep.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

    from julep._http.loading import Loading
    from julep._http.protocols import AsyncTransport, Transport
    from julep._http.transport_config import TransportConfig

T = TypeVar("T")


class Connections(Generic[T]):
    """The connections of a client, through a transport that is built for the first request.

    Building it imports expensive modules.

    Args:
        config: How requests are sent.
        build: Builds the transport.
        owner: The connections of the client that these are shared with, if there is one.
    """

    def __init__(
        self,
        config: TransportConfig,
        build: Callable[[TransportConfig], T],
        owner: Connections[T] | None = None,
    ) -> None:
        self.config = config
        self._build = build
        self._owner = owner
        self._transport: T | None = None
        self._closed = False
        self._built: list[T] = []
        self._loading: Loading | None = None

    def shared(self) -> Connections[T]:
        """Return these connections for another client; closing that client leaves them open."""
        return Connections(self.config, self._build, self._owner or self)

    def for_pickle(self, *, with_secrets: bool) -> Connections[T]:
        """Return connections like these, none of them open, for a pickle.

        Raises:
            ConfigurationError: When what they use cannot be pickled, or is secret.
        """
        return Connections(self.config.for_pickle(with_secrets=with_secrets), self._build)

    def check_open(self) -> None:
        """Check that they can be used.

        Raises:
            ConfigurationError: When they are closed, or are shared with a client that is closed.
        """
        if self._closed:
            raise ConfigurationError("this client is closed: create a new one")
        if self._owner is not None:
            self._owner.check_open()

    def built(self) -> T | None:
        """Return the transport, if it is built already.

        Raises:
            ConfigurationError: When they are closed, or are shared with a client that is closed.
        """
        self.check_open()
        return self._transport if self._owner is None else self._owner.built()

    def loading(self) -> Loading | None:
        """Return what is to be waited for before the transport is built; None for nothing."""
        if self._owner is not None:
            return self._owner.loading()
        # Within an import, another thread may wait for it, and must not be waited for.
        if self._transport is not None or not self.config.needs_httpx() or is_importing():
            return None
        if self._loading is None or self._loading.is_over:
            from julep._http.loading import Loading

            loading = Loading(self.transport)
            if not loading.start():  # it is built in this thread
                return None
            # Only now: a signal's handler, or another thread, would wait for one that never starts.
            if self._loading is None or self._loading.is_over:
                self._loading = loading
            if self._closed:  # meanwhile
                self._loading.end()
        return self._loading

    def transport(self) -> T:
        """Return the transport, and build it if it is not built yet.

        Raises:
            ConfigurationError: When they are closed, or are shared with a client that is closed.
        """
        self.check_open()
        if self._owner is not None:
            return self._owner.transport()
        if self._transport is None:
            # No lock, which a fork could copy while it is held: two threads may both build one, and
            # both use the first.
            self._built.append(self._build(self.config))
            self._transport = self._built[0]
            self.check_open()  # building takes a while
        return self._transport

    def mark_closed(self) -> T | None:
        """Refuse further use; return the transport to close, if there is one."""
        self._closed = True
        if self._loading is not None:
            self._loading.end()
        return self._transport


def build_transport(config: TransportConfig) -> Transport:
    """Build the transport of a sync client."""
    if config.needs_httpx():
        finish_before_logging()
        from julep._http.httpx_transport import HttpxTransport

        return HttpxTransport(config)
    from julep._http.exchange import load_parser
    from julep._http.sync_transport import SocketTransport

    load_parser()
    return SocketTransport(_tls_of(config), config.max_connections)


def build_async_transport(config: TransportConfig) -> AsyncTransport:
    """Build the transport of an async client."""
    if config.needs_httpx():
        finish_before_logging()
        from julep._http.httpx_transport import AsyncHttpxTransport

        return AsyncHttpxTransport(config)
    from julep._http.async_transport import AsyncSocketTransport
    from julep._http.exchange import load_parser

    load_parser()
    return AsyncSocketTransport(_tls_of(config), config.max_connections)


def _tls_of(config: TransportConfig) -> ssl.SSLContext | None:
    """Return the TLS context for the API, which would take too long in a request's time."""
    from julep._http.tls import shared_tls

    return config.tls or (shared_tls() if config.origin.scheme == "https" else None)

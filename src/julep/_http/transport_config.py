"""What sends a client's requests: sockets of our own, or an HTTP library's client.

Most requests go straight to a server by HTTP/1.1, which sockets of our own do at a fraction of the
cost. What takes more (a proxy, HTTP/2, a client that the user brings) is the library's.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from julep._http.connections import DEFAULT_MAX_CONNECTIONS
from julep.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

    import httpx

    from julep._http.messages import AsyncTransport, Transport
    from julep._http.urls import Origin

HttpClient: TypeAlias = "httpx.Client | httpx.AsyncClient"
"""A client that a user brings."""


class TransportConfig(NamedTuple):
    """How requests are sent.

    Attributes:
        origin: Where most of them go.
        http_client: The user's own client, if there is one.
        proxy: The URL of a proxy; None for what the environment says.
        tls: The user's own TLS settings, if there are any.
        http2: Whether HTTP/2 is spoken where the server speaks it.
        max_connections: The most connections at once.
    """

    origin: Origin
    http_client: HttpClient | None = None
    proxy: str | None = None
    tls: ssl.SSLContext | None = None
    http2: bool = False
    max_connections: int = DEFAULT_MAX_CONNECTIONS

    # A proxy's URL may hold a password.
    def __repr__(self) -> str:
        return f"Transport({self.origin})"

    def for_pickle(self, *, with_secrets: bool) -> TransportConfig:
        """Give these settings as they leave the process, with secrets only if they may.

        Raises:
            ConfigurationError: When they hold something that cannot.
        """
        for name in ("http_client", "tls"):
            if getattr(self, name) is not None:
                raise ConfigurationError(
                    f"{name}: a client that has one cannot be pickled: make it where it is used"
                )
        if self.proxy is not None and "@" in self.proxy and not with_secrets:
            raise ConfigurationError(
                "proxy: its URL holds a password, which is pickled with pickle_api_key=True only"
            )
        return self

    def needs_httpx(self) -> bool:
        """Whether an HTTP library has to send the requests."""
        given = self.http_client is not None or self.proxy is not None or self.http2
        return given or _has_proxy(self.origin)


def build_transport(transport: TransportConfig) -> Transport:
    """Make what sends requests, blocking."""
    if transport.needs_httpx():
        from julep._http.httpx_transport import HttpxTransport

        return HttpxTransport(transport)
    from julep._http.sync_transport import SocketTransport

    return SocketTransport(transport.tls, transport.max_connections)


def build_async_transport(transport: TransportConfig) -> AsyncTransport:
    """Make what sends requests, awaited."""
    if transport.needs_httpx():
        from julep._http.httpx_transport import AsyncHttpxTransport

        return AsyncHttpxTransport(transport)
    from julep._http.async_transport import AsyncSocketTransport

    return AsyncSocketTransport(transport.tls, transport.max_connections)


def _has_proxy(origin: Origin) -> bool:
    """Tell whether the machine's settings send what goes there through a proxy."""
    named = any(name.lower().endswith("_proxy") and os.environ[name] for name in os.environ)
    if not named and sys.platform not in ("darwin", "win32"):
        return False
    from urllib.request import getproxies, proxy_bypass  # dear, and seldom needed

    proxies = getproxies()
    found = proxies.get(origin.scheme) or proxies.get("all")
    return bool(found) and not proxy_bypass(origin.authority)

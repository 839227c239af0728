"""The settings of a client's transport, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from julep._http.transport_config import TransportConfig
from julep._settings.checks import checked_connections, checked_flag, checked_proxy
from julep.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

    import httpx

    from julep._http.urls import Origin


def read_transport(
    origin: Origin,
    http_client: httpx.Client | httpx.AsyncClient | None,
    proxy: str | None,
    tls: ssl.SSLContext | None,
    *,
    http2: bool,
    max_connections: int,
) -> TransportConfig:
    """Put together how a client's requests are sent.

    Raises:
        ConfigurationError: When a setting cannot work, saying which and what would.
    """
    if tls is not None and not hasattr(tls, "wrap_socket"):
        raise ConfigurationError(f"tls: expected an ssl.SSLContext, got a {type(tls).__name__}")
    transport = TransportConfig(
        origin,
        http_client,
        checked_proxy(proxy),
        tls,
        checked_flag("http2", http2),
        checked_connections(max_connections),
    )
    if http_client is not None and transport != TransportConfig(origin, http_client):
        raise ConfigurationError(
            "http_client: it has its own proxy, tls, http2 and max_connections; give them to it"
        )
    return transport

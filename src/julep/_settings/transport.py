"""The transport settings of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from julep._http.transport_config import TransportConfig
from julep._settings.checks import checked_connections, checked_flag, checked_proxy, checked_tls
from julep.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

    from julep._http.transport_config import HttpClient
    from julep._http.urls import Origin


def read_transport(
    origin: Origin,
    http_client: HttpClient | None,
    proxy: str | None,
    tls: ssl.SSLContext | None,
    *,
    http2: bool,
    max_connections: int,
) -> TransportConfig:
    """Check the settings of a client's transport.

    Args:
        origin: The origin of the API.
        http_client: The user's httpx client, already checked.
        proxy: As for the client.
        tls: As for the client.
        http2: As for the client.
        max_connections: As for the client.

    Raises:
        ConfigurationError: When a setting is invalid.
    """
    transport = TransportConfig(
        origin,
        http_client,
        checked_proxy(proxy),
        checked_tls(tls),
        checked_flag("http2", http2),
        checked_connections(max_connections),
    )
    if http_client is not None and transport != TransportConfig(origin, http_client):
        raise ConfigurationError(
            "http_client: proxy, tls, http2 and max_connections are settings of that client"
        )
    return transport

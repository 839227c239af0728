"""The HTTP client for endpoints of models and embeddings: the one place that builds it."""

from __future__ import annotations

import ssl
from functools import cache

import httpx

from julep_net.proxies import is_proxy_url, proxy_for_url
from julep_server.models.endpoint_transport import AiohttpTransport


def endpoint_client(url: str, key: str | None, timeout: float) -> httpx.AsyncClient:
    """Build the client for an endpoint.

    Args:
        url: The endpoint's base URL, which decides on the environment's proxy.
        key: Sent as a bearer token; None sends none.
        timeout: Seconds that the endpoint may be silent.

    Raises:
        ValueError: When the environment names a proxy by what is no URL.
    """
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    # httpx reads neither networks nor ports in NO_PROXY, and refuses some addresses.
    proxy = proxy_for_url(url)
    if proxy is not None and not is_proxy_url(proxy.url):
        # Without the URL, which may hold a password.
        raise ValueError(f"{proxy.variable}: expected a URL such as 'http://127.0.0.1:3128'")
    return httpx.AsyncClient(
        headers=headers,
        verify=_tls(),
        # Proxies are left to httpx.
        transport=AiohttpTransport(_tls()) if proxy is None else None,
        timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0), pool=None),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
        proxy=proxy and proxy.url,
        trust_env=False,
    )


@cache
def _tls() -> ssl.SSLContext:
    """Return the settings of TLS; reading the certificates takes as long as several requests."""
    return httpx.create_ssl_context()

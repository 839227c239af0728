"""The HTTP client for endpoints of models and embeddings: the one place that builds it."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


def endpoint_client(key: str | None, timeout: float) -> httpx.AsyncClient:
    """Build the client for an endpoint.

    Args:
        key: Sent as a bearer token; None sends none.
        timeout: Seconds that the endpoint may be silent.
    """
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return httpx.AsyncClient(
        headers=headers,
        verify=_tls(),
        timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0), pool=None),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
    )


@cache
def _tls() -> ssl.SSLContext:
    """Return the settings of TLS; reading the certificates takes as long as several requests."""
    return httpx.create_ssl_context()

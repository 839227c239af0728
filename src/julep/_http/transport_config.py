"""How a client's requests are sent: over sockets of our own, or by a client of httpx.

Most requests go straight to a server by HTTP/1.1, which our own sockets do at a fraction of the
cost. httpx sends the others: through a proxy, by HTTP/2, or by a client of the user's.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from julep.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

    import httpx

    from julep._http.urls import Origin
    from julep_net.proxies import EnvironmentProxy

DEFAULT_MAX_CONNECTIONS: Final = 1000
"""The maximum number of simultaneous connections of a client, by default."""

HttpClient: TypeAlias = "httpx.Client | httpx.AsyncClient"
"""A client of the user's own."""


class TransportConfig(NamedTuple):
    """How requests are sent.

    Attributes:
        origin: The origin of the API.
        http_client: The user's own client, if there is one.
        proxy: The URL of a proxy; None for the environment's.
        tls: The user's own TLS context, if there is one.
        http2: Whether HTTP/2 is used with servers that support it.
        max_connections: The maximum number of simultaneous connections.
    """

    origin: Origin
    http_client: HttpClient | None = None
    proxy: str | None = None
    tls: ssl.SSLContext | None = None
    http2: bool = False
    max_connections: int = DEFAULT_MAX_CONNECTIONS

    # A proxy's URL may hold a password.
    def __repr__(self) -> str:
        return f"TransportConfig({self.origin})"

    def for_pickle(self, *, with_secrets: bool) -> TransportConfig:
        """Return these settings for a pickle.

        Raises:
            ConfigurationError: When they hold an object that cannot be pickled, or a secret and
                ``with_secrets`` is false.
        """
        for name in ("http_client", "tls"):
            if getattr(self, name) is not None:
                raise ConfigurationError(
                    f"{name}: a client that has one cannot be pickled;"
                    " create it in the process that uses it"
                )
        if self.proxy is not None and "@" in self.proxy and not with_secrets:
            raise ConfigurationError(
                "proxy: its URL holds a password, which is pickled with pickle_api_key=True only"
            )
        return self

    def needs_httpx(self) -> bool:
        """Check whether httpx must send the requests.

        Raises:
            ConfigurationError: When ``JULEP_TRANSPORT`` has an unknown value.
        """
        chosen = os.environ.get("JULEP_TRANSPORT", "").strip()
        if chosen not in ("", "httpx", "sockets"):
            raise ConfigurationError(
                f"JULEP_TRANSPORT: expected 'httpx' or 'sockets', got {chosen!r}"
            )
        configured = self.http_client is not None or self.proxy is not None or self.http2
        return configured or chosen == "httpx" or self.environment_proxy() is not None

    def secrets(self) -> list[str]:
        """Return the secrets that the transport itself adds to requests."""
        from julep._redaction import secrets_of  # only errors and listeners need them

        client: Any = self.http_client
        found = secrets_of({**getattr(client, "headers", {}), **getattr(client, "params", {})})
        found += [each.value for each in getattr(getattr(client, "cookies", None), "jar", ())]
        by_environment = self.environment_proxy()
        proxy = self.proxy or (by_environment.url if by_environment else "")
        if "@" in proxy:
            from base64 import b64encode
            from urllib.parse import unquote

            user_info = unquote(proxy.partition("://")[2].rpartition("@")[0])
            found += [user_info.partition(":")[2], b64encode(user_info.encode()).decode()]
        return [each for each in found if each]

    def proxy_name(self) -> str:
        """Return the name of the proxy in errors, without its password; empty when there is none.

        The user's own client of httpx has proxies of its own.
        """
        if self.http_client is not None:
            return ""
        found = None if self.proxy else self.environment_proxy()
        url = self.proxy or (found.url if found else "")
        scheme, _, rest = url.partition("://")
        named = f"the proxy {scheme}://{rest.rpartition('@')[2].partition('/')[0]}"
        return f"{named} of {found.variable}" if found else named if url else ""

    def environment_proxy(self) -> EnvironmentProxy | None:
        """Return the proxy that the environment names for the API's origin, if there is one."""
        # Nearly always there is none, and then nothing is imported.
        if sys.platform not in ("darwin", "win32") and not any(map(_names_a_proxy, os.environ)):
            return None
        from julep_net.proxies import proxy_for

        return proxy_for(*self.origin)


def _names_a_proxy(variable: str) -> bool:
    return variable.lower().endswith("_proxy")

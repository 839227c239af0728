"""URLs: origins, request targets and queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

_PORTS: Final = {"http": 80, "https": 443}

# Characters of a path that need no percent-encoding (RFC 3986, section 3.3), and the percent sign.
_SAFE: Final = "/%:@!$&'()*+,;=~"


class Origin(NamedTuple):
    """The scheme, host and port that a request goes to."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The host, and the port unless it is the scheme's default, as in URLs and ``host``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


def split(url: str) -> tuple[Origin, str]:
    """Split an absolute URL into its origin and its request target.

    Raises:
        ValueError: When it is not an absolute HTTP URL, or its host or port is invalid.
    """
    from urllib.parse import quote, urlsplit  # expensive to import

    parts = urlsplit(url)
    port = parts.port
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("expected a URL of http or https with a host")
    origin = Origin(parts.scheme, _ascii(parts.hostname), port or _PORTS[parts.scheme])
    path, query = quote(parts.path or "/", safe=_SAFE), quote(parts.query, safe=f"{_SAFE}?")
    return origin, f"{path}?{query}" if query else path


def with_query(path: str, query: Iterable[tuple[str, str]]) -> str:
    """Append parameters to a path that may have some already."""
    from urllib.parse import quote, urlencode

    text = urlencode(list(query), quote_via=quote)
    if not text:
        return path
    return f"{path}{'&' if '?' in path else '?'}{text}"


def _ascii(host: str) -> str:
    """Return a host in its ASCII form (RFC 5891).

    Raises:
        ValueError: When it has none.
    """
    if host.isascii():
        return host
    import idna  # comes with httpx and anyio

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise ValueError(str(error)) from None

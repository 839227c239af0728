"""URLs: where a request goes, and how what is asked for stands in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

_PORTS: Final = {"http": 80, "https": 443}

# What may stand in a path as it is (RFC 3986, section 3.3), and what is written by a percent sign.
_SAFE: Final = "/%:@!$&'()*+,;=~"


class Origin(NamedTuple):
    """Where requests go: a scheme, a host and a port."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The host, and the port where it is not the scheme's own, as in URLs and ``host``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


def split(url: str) -> tuple[Origin, str]:
    """Split an absolute URL into where it goes and what is asked for there.

    Raises:
        ValueError: When it is not a URL of HTTP, saying what is wrong.
    """
    from urllib.parse import quote, urlsplit  # dear, and not needed by whoever only imports this

    parts = urlsplit(url)
    port = parts.port
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("expected a URL of http or https with a host")
    origin = Origin(parts.scheme, _ascii(parts.hostname), port or _PORTS[parts.scheme])
    path, query = quote(parts.path or "/", safe=_SAFE), quote(parts.query, safe=f"{_SAFE}?")
    return origin, f"{path}?{query}" if query else path


def with_query(path: str, query: Iterable[tuple[str, str]]) -> str:
    """Put parameters behind a path that may have some already."""
    from urllib.parse import quote, urlencode

    text = urlencode(list(query), quote_via=quote)
    if not text:
        return path
    return f"{path}{'&' if '?' in path else '?'}{text}"


def _ascii(host: str) -> str:
    """Write a host as DNS knows it (RFC 5891)."""
    if host.isascii():
        return host
    import idna  # comes with httpx and anyio

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise ValueError(str(error)) from None

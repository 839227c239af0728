"""URLs: origins, request targets and queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from julep._http.tokens import LETTERS_AND_DIGITS

_PORTS: Final = {"http": 80, "https": 443}

# Characters of a path that need no percent-encoding (RFC 3986, section 3.3), and the percent sign.
_SAFE: Final = "/%:@!$&'()*+,;=~"


_PLAIN_IN_HOSTS: Final = f"{LETTERS_AND_DIGITS}.-"
_PLAIN_IN_PATHS: Final = f"{LETTERS_AND_DIGITS}.-_~/"


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
    plain = split_plain(url)
    if plain is not None:
        return plain
    from urllib.parse import quote, urlsplit  # expensive to import

    parts = urlsplit(url)
    port = parts.port
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("expected a URL of http or https with a host")
    origin = Origin(parts.scheme, _ascii(parts.hostname), port or _PORTS[parts.scheme])
    path, query = quote(parts.path or "/", safe=_SAFE), quote(parts.query, safe=f"{_SAFE}?")
    return origin, f"{path}?{query}" if query else path


def split_plain(url: str) -> tuple[Origin, str] | None:
    """Split a URL in its plainest form, as most are, without urllib; None for any other one."""
    scheme, _, rest = url.partition("://")
    authority, _, path = rest.partition("/")
    host, colon, digits = authority.partition(":")
    default = _PORTS.get(scheme)
    # Nothing remains of a text that consists of these characters.
    if default is None or not host or host.strip(_PLAIN_IN_HOSTS) or path.strip(_PLAIN_IN_PATHS):
        return None
    if not colon:
        return Origin(scheme, host.lower(), default), f"/{path}"
    if not (digits.isascii() and digits.isdigit() and len(digits) < 6 and 0 < int(digits) < 65536):
        return None
    return Origin(scheme, host.lower(), int(digits)), f"/{path}"


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

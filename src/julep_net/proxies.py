"""The proxy that the environment names for an origin.

``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` are read as curl and Go read them,
in lower case first. On macOS and Windows the system's settings count too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import NamedTuple

HAS_SYSTEM_SETTINGS: bool = sys.platform in ("darwin", "win32")
"""Whether the system itself names proxies."""


class EnvironmentProxy(NamedTuple):
    """A proxy that the environment names.

    Attributes:
        url: Its URL, which may hold a password.
        variable: The variable that names it.
    """

    url: str
    variable: str

    # The URL may hold a password.
    def __repr__(self) -> str:
        return f"EnvironmentProxy({self.variable})"


def proxy_for(scheme: str, host: str, port: int) -> EnvironmentProxy | None:
    """Return the environment's proxy for an origin; None when there is none.

    Args:
        scheme: ``http`` or ``https``.
        host: The host, in its ASCII form.
        port: The port.
    """
    found = _named(f"{scheme}_proxy") or _named("all_proxy") or _of_the_system(scheme)
    if found is None or bypasses(host, port, _value("no_proxy")[1]):
        return None
    return found


def proxy_for_url(url: str) -> EnvironmentProxy | None:
    """Return the environment's proxy for a URL; None when there is none, or the URL is invalid."""
    from urllib.parse import urlsplit  # expensive to import

    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError):
        return None
    return proxy_for(parts.scheme, _ascii(parts.hostname or ""), port)


def is_proxy_url(url: str) -> bool:
    """Check whether a URL can be that of a proxy."""
    from urllib.parse import urlsplit  # expensive to import

    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    schemes = ("http", "https", "socks5", "socks5h")
    is_clean = url.isascii() and url.isprintable() and " " not in url
    return has_host and parts.scheme in schemes and is_clean


def bypasses(host: str, port: int, no_proxy: str) -> bool:
    """Check whether a list of hosts names a host.

    Args:
        host: The host, in its ASCII form.
        port: The port that is connected to.
        no_proxy: Hosts, domains, addresses and networks, separated by commas or spaces; each may
            have a port. ``*`` stands for all.
    """
    own = host.lower().strip("[]").rstrip(".")
    return any(_matches(own, str(port), entry) for entry in no_proxy.replace(",", " ").split())


def _matches(own: str, own_port: str, entry: str) -> bool:
    if entry == "*":
        return True
    host, port = _split(entry.lower())
    if port and port != own_port:
        return False
    address, network = _address(own), _network(host)
    if address is not None or network is not None:
        return address is not None and network is not None and address in network
    domain = _ascii(host.removeprefix("*").strip("."))
    return bool(domain) and (own == domain or own.endswith(f".{domain}"))


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Return a host as an address: of IPv4, if it is one that IPv6 maps; None for a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _network(entry: str) -> IPv4Network | IPv6Network | None:
    """Return an address or a network as a network; None for a name."""
    address = _address(entry)
    try:
        return ip_network(entry if address is None else address, strict=False)
    except ValueError:
        return None


def _ascii(domain: str) -> str:
    """Return a domain in its ASCII form (RFC 5891), if it has one."""
    if domain.isascii():
        return domain
    import idna  # comes with httpx and anyio

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return domain


def _split(entry: str) -> tuple[str, str]:
    """Split an entry into its host, without brackets, and its port, which may be empty."""
    if entry.startswith("["):
        host, _, port = entry[1:].partition("]")
        return host, port.removeprefix(":")
    if entry.count(":") == 1:
        host, _, port = entry.partition(":")
        return host, port
    return entry, ""


def _named(name: str) -> EnvironmentProxy | None:
    variable, url = _value(name)
    # In a CGI program, HTTP_PROXY would be the header of a request.
    if not url or (variable == "HTTP_PROXY" and "REQUEST_METHOD" in os.environ):
        return None
    return EnvironmentProxy(url if "://" in url else f"http://{url}", variable)


def _value(name: str) -> tuple[str, str]:
    """Return the variable that has a value, and the value."""
    for variable in _variables(name):
        if value := os.environ.get(variable, "").strip():
            return variable, value
    return name, ""


def _variables(name: str) -> Iterator[str]:
    yield name
    yield name.upper()


def _of_the_system(scheme: str) -> EnvironmentProxy | None:
    if not HAS_SYSTEM_SETTINGS:
        return None
    from urllib.request import getproxies  # expensive, and needed there only

    url = getproxies().get(scheme)
    return EnvironmentProxy(url, "the system's settings") if url else None

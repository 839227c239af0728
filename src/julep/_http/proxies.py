"""The proxy that the environment names for an origin.

``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` are read as curl and Go read them,
in lower case first. On macOS and Windows the system's settings count too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from julep._http.urls import Origin


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


def proxy_for(origin: Origin) -> EnvironmentProxy | None:
    """Return the environment's proxy for an origin; None when there is none."""
    found = _named(f"{origin.scheme}_proxy") or _named("all_proxy") or _of_the_system(origin.scheme)
    if found is None or bypasses(origin, _value("no_proxy")[1]):
        return None
    return found


def bypasses(origin: Origin, no_proxy: str) -> bool:
    """Check whether a list of hosts names the host of an origin.

    Args:
        origin: The origin.
        no_proxy: Hosts, domains, addresses and networks, separated by commas or spaces; each may
            have a port. ``*`` stands for all.
    """
    return any(_matches(origin, entry) for entry in no_proxy.replace(",", " ").split())


def _matches(origin: Origin, entry: str) -> bool:
    if entry == "*":
        return True
    host, port = _split(entry.lower())
    if port and port != str(origin.port):
        return False
    own_host = origin.host.lower().strip("[]").rstrip(".")
    try:
        return ip_address(own_host) in ip_network(host, strict=False)
    except ValueError:  # one of them is a name
        domain = host.removeprefix("*").strip(".")
        return bool(domain) and (own_host == domain or own_host.endswith(f".{domain}"))


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

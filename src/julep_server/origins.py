"""Hosts and origins: which are this machine, and how the settings name others."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

ANY_ORIGIN = "*"

_PORT = re.compile(r":[0-9]{1,5}")


@lru_cache(maxsize=32)  # few, since a header may be long
def is_local_host(host: str) -> bool:
    """Check whether a host, with or without a port, is a name of this machine alone.

    Example:
        >>> is_local_host("localhost:8080"), is_local_host("127.0.0.1.example.com")
        (True, False)
    """
    name, bracket, rest = host.strip().lower().partition("]")
    if bracket:
        if not name.startswith("[") or (rest and not _PORT.fullmatch(rest)):
            return False
        name = name[1:]
    else:
        name, colon, port = name.partition(":")
        if colon and not _PORT.fullmatch(f":{port}"):
            return False
    name = name.removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def checked_origin(origin: str) -> str:
    """Return an origin of the settings, as browsers write it.

    Raises:
        ValueError: It is no origin, nor ``*``.
    """
    text = origin.strip().lower().removesuffix("/")
    parts = urlsplit(text)
    if text == ANY_ORIGIN or (
        parts.scheme and parts.netloc and text == f"{parts.scheme}://{parts.netloc}"
    ):
        return text
    raise ValueError(f"an origin is like https://app.example, or *; got {origin!r:.80}")

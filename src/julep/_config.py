"""A client's settings: what was given, or else the environment's, or else the default."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from julep._version import __version__
from julep.errors import ConfigurationError

DEFAULT_BASE_URL: Final = "http://127.0.0.1:8080/api"
"""Where the local server listens when it is started with no options."""

DEFAULT_TIMEOUT: Final = 300.0
"""Seconds to wait for an answer: a chat may have a slow model behind it."""

DEFAULT_MAX_RETRIES: Final = 2
"""How many times a request is sent again when a failure looks passing."""

# Seconds, some thirty years: longer ones overflow the clocks behind sockets.
_LONGEST_TIMEOUT: Final = 1e9

# What a header's name is made of: RFC 9110, section 5.6.2.
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Config(NamedTuple):
    """The settings of one client, checked.

    The headers hold the API key, so the text form leaves them out.
    """

    base_url: str
    headers: Mapping[str, str]
    timeout: float | None
    max_retries: int

    def __repr__(self) -> str:
        return (
            f"Config(base_url={self.base_url!r}, headers=..., "
            f"timeout={self.timeout!r}, max_retries={self.max_retries!r})"
        )


def read_config(
    api_key: str | None,
    base_url: str | None,
    timeout: float | None,
    max_retries: int,
    headers: Mapping[str, str] | None,
) -> Config:
    """Put together a client's settings.

    Raises:
        ConfigurationError: When a setting cannot work, saying which and what would.
    """
    environment = os.environ
    key = api_key if api_key is not None else environment.get("JULEP_API_KEY")
    url = base_url if base_url is not None else _first("JULEP_API_URL", "JULEP_BASE_URL")
    standing = {
        "accept": "application/json",
        "user-agent": f"julep-python/{__version__}",
    }
    if key:
        standing["authorization"] = f"Bearer {_checked_key(key)}"
    _check_mapping(headers)
    for name, value in (headers or {}).items():
        standing[_header_name(name)] = _header_value(name, value)
    return Config(
        base_url=_checked_url(DEFAULT_BASE_URL if url is None else url),
        headers=standing,
        timeout=_checked_timeout(timeout),
        max_retries=_checked_retries(max_retries),
    )


def check_http_client(http_client: object, *, asynchronous: bool) -> None:
    """See that a user's own client is one, and of the right colour, without importing its library.

    Raises:
        ConfigurationError: When it is not.
    """
    if http_client is None:
        return
    from inspect import iscoroutinefunction

    send = getattr(http_client, "send", None)
    if not hasattr(http_client, "build_request") or iscoroutinefunction(send) != asynchronous:
        kind = "httpx.AsyncClient" if asynchronous else "httpx.Client"
        raise ConfigurationError(
            f"http_client: expected an {kind}, got a {type(http_client).__name__}"
        )


def _first(*names: str) -> str | None:
    """Give the first of these environment variables that is set to something."""
    return next((value for value in map(os.environ.get, names) if value), None)


def _checked_key(key: object) -> str:
    # The value is never shown: whatever was given here may be a secret.
    if not isinstance(key, str):
        raise ConfigurationError(f"api_key: expected a str, got a {type(key).__name__}")
    if not (key.isascii() and key.isprintable()) or key != key.strip():
        raise ConfigurationError(
            "api_key: it has a character that no HTTP header may hold"
            " (a line break or a space at its end, perhaps)"
        )
    return key


def _checked_url(url: object) -> str:
    # A key that was put into the URL is not shown: neither what precedes an @, nor a query.
    if not isinstance(url, str):
        raise ConfigurationError(f"base_url: expected a str, got a {type(url).__name__}")
    if "@" in url:
        raise ConfigurationError("base_url: give the key as api_key, not inside the URL")
    if "?" in url or "#" in url:
        raise ConfigurationError("base_url: a query or a fragment cannot stand in it")
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # reading it is what checks it
    except ValueError as error:
        raise ConfigurationError(f"base_url: {error}") from None
    if parts.scheme not in ("http", "https") or not _is_host(parts.hostname) or _has_gaps(url):
        raise ConfigurationError(
            f"base_url: expected a URL such as {DEFAULT_BASE_URL!r}, got {url!r}"
        )
    return url.rstrip("/")


def _is_host(name: str | None) -> bool:
    """Tell whether DNS could know a name by its lengths (RFC 1035, section 2.3.4)."""
    labels = (name or "").removesuffix(".").split(".")
    return all(0 < len(label) <= 63 for label in labels)


def _has_gaps(text: str) -> bool:
    return not text.isprintable() or " " in text


def _checked_timeout(timeout: object) -> float | None:
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not isinstance(timeout, int | float):
        raise ConfigurationError(
            f"timeout: expected seconds as a number, or None for no limit;"
            f" got a {type(timeout).__name__}"
        )
    if not 0 < timeout <= _LONGEST_TIMEOUT:
        raise ConfigurationError(
            f"timeout: expected more than 0 seconds, at most {_LONGEST_TIMEOUT:.0f}, or None for"
            f" no limit; got {timeout!r}"
        )
    return float(timeout)


def _checked_retries(max_retries: object) -> int:
    if isinstance(max_retries, bool) or not isinstance(max_retries, int) or max_retries < 0:
        raise ConfigurationError(
            f"max_retries: expected a whole number of 0 or more, got {max_retries!r}"
        )
    return max_retries


def _check_mapping(headers: object) -> None:
    if headers is not None and not isinstance(headers, Mapping):
        raise ConfigurationError(f"headers: expected a mapping, got a {type(headers).__name__}")


def _header_name(name: object) -> str:
    if not isinstance(name, str) or not _TOKEN.fullmatch(name):
        raise ConfigurationError(f"headers: {name!r} is not a header's name")
    return name.lower()


def _header_value(name: str, value: object) -> str:
    # As with the key, the value itself is not shown.
    if not isinstance(value, str) or not value.isprintable() or not value.isascii():
        raise ConfigurationError(f"headers: the value of {name!r} is not printable ASCII text")
    return value

"""What a client's settings have to be; each error says which setting, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from julep._http import urls
from julep._http.timeout import Timeout
from julep._instrumentation.hooks import Hooks
from julep._settings.retry import RetryPolicy
from julep.errors import ConfigurationError

if TYPE_CHECKING:
    from typing_extensions import TypeIs

# Seconds, some thirty years: longer ones overflow the clocks behind sockets.
_MAX_SECONDS: Final = 1e9

# What a header's name is made of: RFC 9110, section 5.6.2.
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

# What says how a message ends, and where it goes: that follows from the message itself.
_FRAMING: Final = frozenset(
    {"connection", "content-length", "host", "transfer-encoding", "upgrade"}
)

_EXAMPLE: Final = "http://127.0.0.1:8080/api"


def checked_key(key: object) -> str:
    """Check an API key. The value is never shown: whatever was given may be a secret."""
    if not isinstance(key, str):
        raise ConfigurationError(f"api_key: expected a str, got a {type(key).__name__}")
    if not (key.isascii() and key.isprintable()) or key != key.strip():
        raise ConfigurationError(
            "api_key: it has a character that no HTTP header may hold"
            " (a line break or a space at its end, perhaps)"
        )
    return key


def checked_url(url: object) -> str:
    """Check a base URL. A key that was put into it is not shown: what precedes an @, a query."""
    if not isinstance(url, str):
        raise ConfigurationError(f"base_url: expected a str, got a {type(url).__name__}")
    if "@" in url:
        raise ConfigurationError("base_url: give the key as api_key, not inside the URL")
    if "?" in url or "#" in url:
        raise ConfigurationError("base_url: a query or a fragment cannot stand in it")
    unusable = f"base_url: expected a URL such as {_EXAMPLE!r}, got {url!r}"
    if not url.isprintable() or " " in url:
        raise ConfigurationError(unusable)
    try:
        origin, _ = urls.split(url)
    except ValueError as error:
        raise ConfigurationError(f"{unusable} ({error})") from None
    if not _is_host(origin.host):
        raise ConfigurationError(unusable)
    return url


def checked_timeout(timeout: object) -> Timeout:
    """Check a timeout: seconds for the whole call, a `Timeout`, or None for no limit."""
    if timeout is None:
        return Timeout.within(None)
    if isinstance(timeout, Timeout):
        for name, seconds in zip(Timeout._fields, timeout, strict=True):
            _check_seconds(f"timeout.{name}", seconds)
        return timeout
    if not _is_number(timeout):
        raise ConfigurationError(
            "timeout: expected seconds as a number, a julep.Timeout, or None for no limit;"
            f" got a {type(timeout).__name__}"
        )
    _check_seconds("timeout", timeout)
    return Timeout.within(float(timeout))


def checked_policy(max_retries: object, retry: object, default: RetryPolicy) -> RetryPolicy:
    """Check a policy of retries, of which a number of retries is the short form."""
    if max_retries is not None and retry is not None:
        raise ConfigurationError("max_retries: give either it or retry, whose part it is")
    if max_retries is not None:
        retry = default._replace(max_retries=_checked_retries("max_retries", max_retries))
    if retry is None:
        return default
    if not isinstance(retry, RetryPolicy):
        raise ConfigurationError(
            f"retry: expected a julep.RetryPolicy, got a {type(retry).__name__}"
        )
    _checked_retries("retry.max_retries", retry.max_retries)
    for name in ("initial_delay", "max_delay", "max_retry_after"):
        seconds = getattr(retry, name)
        if not _is_number(seconds) or not 0 <= seconds <= _MAX_SECONDS:
            raise ConfigurationError(f"retry.{name}: expected 0 seconds or more, got {seconds!r}")
    return retry


def checked_headers(headers: object) -> dict[str, str]:
    """Check headers; their names come back in lower case. A value is never shown."""
    found: dict[str, str] = {}
    for name, value in _pairs("headers", headers):
        if not isinstance(name, str) or not _TOKEN.fullmatch(name):
            raise ConfigurationError(f"headers: {name!r} is not a header's name")
        if name.lower() in _FRAMING:
            raise ConfigurationError(
                f"headers: {name!r} follows from the request, and is not given"
            )
        if not isinstance(value, str) or not value.isprintable() or not value.isascii():
            raise ConfigurationError(f"headers: the value of {name!r} is not printable ASCII text")
        found[name.lower()] = value.strip()
    return found


def checked_query(query: object) -> tuple[tuple[str, str], ...]:
    """Check parameters for the query."""
    for name, value in _pairs("query", query):
        if not isinstance(name, str) or not isinstance(value, str):
            raise ConfigurationError(f"query: expected texts, got {name!r} as {_type_name(value)}")
    return tuple(_pairs("query", query))


def checked_hooks(hooks: object) -> Hooks:
    """Check hooks: each has to be a function that is not async."""
    from inspect import iscoroutinefunction

    if not isinstance(hooks, Hooks):
        raise ConfigurationError(f"hooks: expected a julep.Hooks, got {_type_name(hooks)}")
    for name, hook in vars(hooks).items():
        if hook is not None and (not callable(hook) or iscoroutinefunction(hook)):
            raise ConfigurationError(f"hooks.{name}: expected a plain function, got {hook!r}")
    return hooks


def checked_http_client(http_client: object, *, asynchronous: bool) -> None:
    """See that a user's own client is one, and of the right colour, without importing its library.

    Raises:
        ConfigurationError: When it is not.
    """
    from inspect import iscoroutinefunction

    if http_client is None:
        return
    send: Callable[..., object] | None = getattr(http_client, "send", None)
    if not hasattr(http_client, "build_request") or iscoroutinefunction(send) != asynchronous:
        kind = "httpx.AsyncClient" if asynchronous else "httpx.Client"
        raise ConfigurationError(
            f"http_client: expected an {kind}, got a {type(http_client).__name__}"
        )


def checked_flag(name: str, flag: object) -> bool:
    """Check what has to be true or false."""
    if not isinstance(flag, bool):
        raise ConfigurationError(f"{name}: expected True or False, got {_type_name(flag)}")
    return flag


def checked_proxy(proxy: object) -> str | None:
    """Check a proxy's URL. It may hold a password, so that it is never shown."""
    if proxy is None:
        return None
    if not isinstance(proxy, str):
        raise ConfigurationError(f"proxy: expected a str, got {_type_name(proxy)}")
    if not _is_proxy(proxy):
        raise ConfigurationError("proxy: expected a URL such as 'http://127.0.0.1:3128'")
    return proxy


def checked_connections(number: object) -> int:
    """Check how many connections there may be at once."""
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise ConfigurationError(f"max_connections: expected 1 or more, got {number!r}")
    return number


def _check_seconds(name: str, seconds: object) -> None:
    if seconds is not None and (not _is_number(seconds) or not 0 < seconds <= _MAX_SECONDS):
        raise ConfigurationError(
            f"{name}: expected more than 0 seconds, at most {_MAX_SECONDS:.0f}, or None for no limit;"
            f" got {seconds!r}"
        )


def _checked_retries(name: str, number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise ConfigurationError(f"{name}: expected a whole number of 0 or more, got {number!r}")
    return number


def _pairs(name: str, given: object) -> list[tuple[Any, Any]]:
    if given is None:
        return []
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"{name}: expected a mapping, got a {type(given).__name__}")
    return list(given.items())  # pyright: ignore[reportUnknownArgumentType]


def _is_number(value: object) -> TypeIs[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_host(name: str) -> bool:
    """Tell whether DNS could know a name by its lengths (RFC 1035, section 2.3.4)."""
    labels = name.removesuffix(".").split(".")
    return all(0 < len(label) <= 63 for label in labels)


def _is_proxy(url: str) -> bool:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    schemes = ("http", "https", "socks5", "socks5h")
    return (
        named and parts.scheme in schemes and url.isascii() and url.isprintable() and " " not in url
    )


def _type_name(value: object) -> str:
    return f"a {type(value).__name__}"

"""Checks of a client's settings; each error has the setting's name and what was expected."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from julep._http import urls
from julep._http.timeout import DEFAULT_TIMEOUT, Timeout
from julep._http.tokens import is_token
from julep._instrumentation.hooks import Hooks
from julep._settings.retry import RetryPolicy
from julep.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

    from typing_extensions import TypeIs

C = TypeVar("C")

# Some thirty years: the timeouts of sockets overflow beyond.
_MAX_SECONDS: Final = 1e9

# Headers that a request has by its content and its destination.
_DERIVED_HEADERS: Final = frozenset(
    {"connection", "content-length", "host", "transfer-encoding", "upgrade"}
)

_EXAMPLE_URL: Final = "http://127.0.0.1:8080/api"


def checked_key(key: object) -> str:
    """Check an API key, which may be None. Errors never show it: it is a secret."""
    if key is None:
        return ""
    if not isinstance(key, str):
        raise _wrong_type("api_key", "a str, or a function that returns one", key)
    if key.startswith(("http://", "https://")):
        raise ConfigurationError("api_key: expected a key, got a URL: did you mean base_url=?")
    if not (key.isascii() and key.isprintable()) or key != key.strip():
        raise ConfigurationError(
            "api_key: expected printable ASCII without spaces at its ends, as in a header; got"
            " a key with another character"
        )
    return key


def checked_key_function(key: object, *, is_async: bool) -> None:
    """Check that a function which returns the key can be called by the client."""
    if is_async or not callable(key):
        return
    from inspect import iscoroutinefunction  # expensive

    if iscoroutinefunction(key):
        raise ConfigurationError(
            "api_key: expected a plain function, got an async one: only AsyncClient can await it"
        )


def checked_application(application: object) -> str:
    """Check the name of a program, and return it as the first part of a user agent."""
    if application is None:
        return ""
    if not isinstance(application, str):
        raise _wrong_type("application", "a str", application)
    products = application.split(" ")
    if not all(is_token(part) for product in products for part in product.split("/", 1)):
        raise ConfigurationError(
            f"application: expected a name such as 'my-app/1.2', got {application!r}"
        )
    return f"{application} "


def checked_url(url: object) -> str:
    """Check a base URL. Errors never show user information or a query: they may hold a key."""
    if not isinstance(url, str):
        raise _wrong_type("base_url", "a str", url)
    if "@" in url:
        raise ConfigurationError("base_url: expected a URL without a key; pass it as api_key")
    if "?" in url or "#" in url:
        raise ConfigurationError("base_url: expected a URL without a query and a fragment")
    unusable = f"base_url: expected a URL such as {_EXAMPLE_URL!r}, got {url!r}"
    if not url.isprintable() or " " in url:
        raise ConfigurationError(unusable)
    try:
        origin, _ = urls.split(url)
    except ValueError as error:
        raise ConfigurationError(f"{unusable} ({error})") from None
    if not _has_dns_lengths(origin.host):
        raise ConfigurationError(unusable)
    return url


def checked_timeout(timeout: object, default: Timeout) -> Timeout:
    """Check a timeout: seconds for the whole call, a `Timeout`, or None for no limit.

    `DEFAULT_TIMEOUT` stands for ``default``.
    """
    if timeout is DEFAULT_TIMEOUT:
        return default
    if timeout is None:
        return Timeout.within(None)
    if isinstance(timeout, Timeout):
        for name, seconds in timeout._asdict().items():
            if seconds is not None:
                _checked_limit(f"timeout.{name}", seconds)
        return timeout
    if not _is_number(timeout):
        raise _wrong_type("timeout", "seconds as a number, a julep.Timeout or None", timeout)
    return Timeout.within(float(_checked_limit("timeout", timeout)))


def checked_policy(max_retries: object, retry: object, default: RetryPolicy) -> RetryPolicy:
    """Check a retry policy, or the number of retries that is its short form."""
    if max_retries is not None and retry is not None:
        raise ConfigurationError("max_retries: expected either max_retries or retry, got both")
    if max_retries is not None:
        return default._replace(max_retries=_checked_retries("max_retries", max_retries))
    if retry is None:
        return default
    if not isinstance(retry, RetryPolicy):
        raise _wrong_type("retry", "a julep.RetryPolicy", retry)
    _checked_retries("retry.max_retries", retry.max_retries)
    for name in ("initial_delay", "max_delay", "max_retry_after"):
        seconds = getattr(retry, name)
        if not _is_number(seconds) or not 0 <= seconds <= _MAX_SECONDS:
            raise ConfigurationError(f"retry.{name}: expected 0 seconds or more, got {seconds!r}")
    if not _are_statuses(retry.statuses):
        raise ConfigurationError(
            f"retry.statuses: expected a set of ints such as {{429, 503}}, got {retry.statuses!r}"
        )
    for name in ("connection_errors", "timeouts"):
        checked_flag(f"retry.{name}", getattr(retry, name))
    return retry


def checked_headers(headers: object) -> dict[str, str]:
    """Check headers and return them with lower-case names. Errors never show a value."""
    found: dict[str, str] = {}
    for name, value in _pairs("headers", headers):
        if not isinstance(name, str) or not is_token(name):
            raise ConfigurationError(f"headers: {name!r} is not a valid header name")
        if name.lower() in _DERIVED_HEADERS:
            raise ConfigurationError(f"headers: {name!r} follows from the request, do not set it")
        if not isinstance(value, str) or not value.isprintable() or not value.isascii():
            raise ConfigurationError(f"headers: the value of {name!r} is not printable ASCII text")
        found[name.lower()] = value.strip()
    return found


def checked_query(query: object) -> tuple[tuple[str, str], ...]:
    """Check query parameters."""
    found = _pairs("query", query)
    for name, value in found:
        if not isinstance(name, str) or not isinstance(value, str):
            problem = f"expected str names and values, got {name!r} with a {type(value).__name__}"
            raise ConfigurationError(f"query: {problem}")
    return tuple(found)


def checked_hooks(hooks: object, default: Hooks) -> Hooks:
    """Check that hooks are sync functions."""
    if hooks is None:
        return default
    from inspect import iscoroutinefunction

    if not isinstance(hooks, Hooks):
        raise _wrong_type("hooks", "a julep.Hooks", hooks)
    for name, hook in vars(hooks).items():
        if hook is not None and (not callable(hook) or iscoroutinefunction(hook)):
            raise ConfigurationError(f"hooks.{name}: expected a plain function, got {hook!r}")
    return hooks


def checked_http_client(http_client: C, *, is_async: bool) -> C:
    """Check that a user's httpx client is sync or async as needed, without importing httpx."""
    if http_client is not None:
        from inspect import iscoroutinefunction

        send: Callable[..., object] | None = getattr(http_client, "send", None)
        if not hasattr(http_client, "build_request") or iscoroutinefunction(send) != is_async:
            expected = "an httpx.AsyncClient" if is_async else "an httpx.Client"
            raise _wrong_type("http_client", expected, http_client)
    return http_client


def checked_flag(name: str, flag: object) -> bool:
    """Check a bool."""
    if not isinstance(flag, bool):
        raise _wrong_type(name, "True or False", flag)
    return flag


def checked_proxy(proxy: object) -> str | None:
    """Check a proxy's URL. Errors never show it: it may hold a password."""
    if proxy is None:
        return None
    if not isinstance(proxy, str):
        raise _wrong_type("proxy", "a str", proxy)
    from julep_net.proxies import is_proxy_url  # few clients have one

    if not is_proxy_url(proxy):
        raise ConfigurationError("proxy: expected a URL such as 'http://127.0.0.1:3128'")
    return proxy


def checked_tls(tls: ssl.SSLContext | None) -> ssl.SSLContext | None:
    """Check TLS settings, without importing `ssl`."""
    if tls is not None and not hasattr(tls, "wrap_socket"):
        raise _wrong_type("tls", "an ssl.SSLContext", tls)
    return tls


def checked_connections(number: object) -> int:
    """Check the maximum number of simultaneous connections."""
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise ConfigurationError(f"max_connections: expected 1 or more, got {number!r}")
    return number


def _checked_limit(name: str, seconds: object) -> float:
    if not _is_number(seconds) or not 0 < seconds <= _MAX_SECONDS:
        raise ConfigurationError(
            f"{name}: expected more than 0 seconds, at most {_MAX_SECONDS:.0f}, or None for no"
            f" limit; got {seconds!r}"
        )
    return seconds


def _checked_retries(name: str, number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise ConfigurationError(f"{name}: expected a whole number of 0 or more, got {number!r}")
    return number


def _are_statuses(statuses: object) -> bool:
    """Check whether a value is a collection of ints, in which a response's status is looked up."""
    if not isinstance(statuses, Collection):
        return False
    return all(isinstance(each, int) for each in cast("Collection[object]", statuses))


def _pairs(name: str, mapping: object) -> list[tuple[Any, Any]]:
    if mapping is None:
        return []
    if not isinstance(mapping, Mapping):
        raise _wrong_type(name, "a mapping", mapping)
    return list(mapping.items())  # pyright: ignore[reportUnknownArgumentType]


def _is_number(value: object) -> TypeIs[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _has_dns_lengths(host: str) -> bool:
    """Check the lengths of a host and its labels (RFC 1035, section 2.3.4)."""
    labels = host.removesuffix(".").split(".")
    return all(0 < len(label) <= 63 for label in labels)


def _wrong_type(name: str, expected: str, value: object) -> ConfigurationError:
    """Build the error of a value with a wrong type; it does not show the value."""
    return ConfigurationError(f"{name}: expected {expected}, got a {type(value).__name__}")

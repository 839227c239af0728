"""A client's settings: from its arguments, else from the environment, else the defaults."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, TypedDict

from julep._http import urls
from julep._http.timeout import DEFAULT_TIMEOUT, Timeout
from julep._instrumentation.hooks import Hooks
from julep._settings.checks import (
    checked_application,
    checked_flag,
    checked_headers,
    checked_hooks,
    checked_key,
    checked_policy,
    checked_query,
    checked_timeout,
    checked_url,
)
from julep._settings.retry import RetryPolicy
from julep._version import __version__

if TYPE_CHECKING:
    from typing import Unpack

    from julep._http.urls import Origin

DEFAULT_BASE_URL: Final = "http://127.0.0.1:8080/api"
"""The URL of a local server that is started without options."""

_PYTHON: Final = f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}"

USER_AGENT: Final = f"julep-python/{__version__} ({_PYTHON}; {sys.platform})"
"""The product and its platform, as RFC 9110 writes them (section 10.1.5)."""

VERSION_HEADER: Final = "julep-version"
"""The header by which client and server exchange their versions."""

KeyFunction: TypeAlias = Callable[[], "str | Awaitable[str]"]
"""A function that returns the API key of a request."""


class ClientOptions(TypedDict, total=False):
    """The settings that `with_options` can change, as a client's constructor takes them."""

    api_key: str | KeyFunction | None
    timeout: float | Timeout | None
    max_retries: int | None
    retry: RetryPolicy | None
    headers: Mapping[str, str] | None
    query: Mapping[str, str] | None
    hooks: Hooks | None


class Config(NamedTuple):
    """The checked settings of one client.

    The headers include the API key, so `repr` omits them.
    """

    base_url: str
    origin: Origin
    path: str
    """The prefix of every operation's path."""
    headers: Mapping[str, str]
    query: tuple[tuple[str, str], ...] = ()
    timeout: Timeout = DEFAULT_TIMEOUT
    retry: RetryPolicy = RetryPolicy()
    hooks: Hooks = Hooks()
    pickle_api_key: bool = False
    key_function: KeyFunction | None = None
    """The function that returns the API key of each request; the headers have none then."""

    def __repr__(self) -> str:
        return (
            f"Config(base_url={self.base_url!r}, headers=..., query=..., "
            f"timeout={self.timeout!r}, retry={self.retry!r})"
        )

    def with_changes(self, **options: Unpack[ClientOptions]) -> Config:
        """Return these settings with some of them changed; headers and query are added.

        `DEFAULT_TIMEOUT` leaves the timeout unchanged, None all other settings.

        Raises:
            ConfigurationError: When a setting is invalid.
        """
        api_key = options.get("api_key")
        headers, key_function = dict(self.headers), self.key_function
        if callable(api_key):
            headers.pop("authorization", None)
            key_function = api_key
        elif key := checked_key(api_key):
            headers["authorization"] = f"Bearer {key}"
        headers |= checked_headers(options.get("headers"))
        return self._replace(
            headers=headers,
            # An authorization header has precedence over a function.
            key_function=None if "authorization" in headers else key_function,
            query=(*self.query, *checked_query(options.get("query"))),
            timeout=checked_timeout(options.get("timeout", DEFAULT_TIMEOUT), self.timeout),
            retry=checked_policy(options.get("max_retries"), options.get("retry"), self.retry),
            hooks=checked_hooks(options.get("hooks"), self.hooks),
        )

    def for_pickle(self) -> Config:
        """Return the settings to pickle: without secrets, unless ``pickle_api_key`` is set.

        A function that returns the key stays in this process in any case.
        """
        if self.pickle_api_key:
            return self._replace(key_function=None)
        from julep._redaction import is_secret  # only pickles need it

        return self._replace(
            key_function=None,
            headers={name: v for name, v in self.headers.items() if not is_secret(name)},
            query=tuple((name, v) for name, v in self.query if not is_secret(name)),
        )

    def unpickled(self) -> Config:
        """Return the settings to use after unpickling: without a key, the environment's is used."""
        key = None if "authorization" in self.headers else os.environ.get("JULEP_API_KEY")
        return self.with_changes(api_key=key)


def read_config(
    *,
    base_url: str | None = None,
    application: str | None = None,
    pickle_api_key: bool = False,
    **options: Unpack[ClientOptions],
) -> Config:
    """Read a client's settings from its arguments, else from the environment.

    Raises:
        ConfigurationError: When a setting is invalid.
    """
    log = os.environ.get("JULEP_LOG")
    if log:
        from julep._instrumentation.log import enable_logging

        enable_logging(log)
    if options.get("api_key") is None:
        options["api_key"] = os.environ.get("JULEP_API_KEY")
    url = base_url if base_url is not None else _first_set("JULEP_API_URL", "JULEP_BASE_URL")
    url = checked_url(DEFAULT_BASE_URL if url is None else url).rstrip("/")
    origin, path = urls.split(url)
    headers = {
        "accept": "application/json",
        "user-agent": checked_application(application) + USER_AGENT,
        VERSION_HEADER: __version__,
    }
    pickle = checked_flag("pickle_api_key", pickle_api_key)
    defaults = Config(url, origin, path.rstrip("/"), headers, pickle_api_key=pickle)
    return defaults.with_changes(**options)


def _first_set(*names: str) -> str | None:
    """Return the value of the first of these environment variables that is set and not empty."""
    return next((value for value in map(os.environ.get, names) if value), None)

"""A client's settings: from its arguments, else from the environment, else the defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, TypedDict

from julep._http import urls
from julep._http.timeout import DEFAULT_TIMEOUT, Timeout
from julep._instrumentation.hooks import Hooks
from julep._redaction import is_secret
from julep._settings.checks import (
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


class ClientOptions(TypedDict, total=False):
    """The settings that `with_options` can change, as a client's constructor takes them."""

    api_key: str | None
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
        key = checked_key(options.get("api_key"))
        authorization = {"authorization": f"Bearer {key}"} if key else {}
        return self._replace(
            headers={**self.headers, **authorization, **checked_headers(options.get("headers"))},
            query=(*self.query, *checked_query(options.get("query"))),
            timeout=checked_timeout(options.get("timeout", DEFAULT_TIMEOUT), self.timeout),
            retry=checked_policy(options.get("max_retries"), options.get("retry"), self.retry),
            hooks=checked_hooks(options.get("hooks"), self.hooks),
        )

    def for_pickle(self) -> Config:
        """Return the settings to pickle: without secrets, unless ``pickle_api_key`` is set."""
        if self.pickle_api_key:
            return self
        return self._replace(
            headers={name: v for name, v in self.headers.items() if not is_secret(name)},
            query=tuple((name, v) for name, v in self.query if not is_secret(name)),
        )

    def unpickled(self) -> Config:
        """Return the settings to use after unpickling: without a key, the environment's is used."""
        key = None if "authorization" in self.headers else os.environ.get("JULEP_API_KEY")
        return self.with_changes(api_key=key)


def read_config(
    *, base_url: str | None = None, pickle_api_key: bool = False, **options: Unpack[ClientOptions]
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
    headers = {"accept": "application/json", "user-agent": f"julep-python/{__version__}"}
    pickle = checked_flag("pickle_api_key", pickle_api_key)
    defaults = Config(url, origin, path.rstrip("/"), headers, pickle_api_key=pickle)
    return defaults.with_changes(**options)


def _first_set(*names: str) -> str | None:
    """Return the value of the first of these environment variables that is set and not empty."""
    return next((value for value in map(os.environ.get, names) if value), None)

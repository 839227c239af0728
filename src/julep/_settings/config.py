"""A client's settings: what was given, or else the environment's, or else the default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

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
    from julep._http.urls import Origin

DEFAULT_BASE_URL: Final = "http://127.0.0.1:8080/api"
"""Where the local server listens when it is started with no options."""


class Config(NamedTuple):
    """The settings of one client, checked.

    The headers hold the API key, so the text form leaves them out.
    """

    base_url: str
    origin: Origin
    path: str
    """What stands before the path of every operation."""
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

    def with_changes(
        self,
        *,
        api_key: str | None = None,
        timeout: float | Timeout | None = DEFAULT_TIMEOUT,
        max_retries: int | None = None,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        hooks: Hooks | None = None,
    ) -> Config:
        """Give these settings with some of them changed; headers and query are added.

        The default timeout stands for the one that is there.

        Raises:
            ConfigurationError: When a setting cannot work, saying which and what would.
        """
        key = {"authorization": f"Bearer {checked_key(api_key)}"} if api_key else {}
        return self._replace(
            headers={**self.headers, **key, **checked_headers(headers)},
            query=(*self.query, *checked_query(query)),
            timeout=self.timeout if timeout is DEFAULT_TIMEOUT else checked_timeout(timeout),
            retry=checked_policy(max_retries, retry, self.retry),
            hooks=self.hooks if hooks is None else checked_hooks(hooks),
        )

    def for_pickle(self) -> Config:
        """Give these settings as they leave the process: with secrets only if they may."""
        if self.pickle_api_key:
            return self
        return self._replace(
            headers={name: v for name, v in self.headers.items() if not is_secret(name)},
            query=tuple((name, v) for name, v in self.query if not is_secret(name)),
        )

    def unpickled(self) -> Config:
        """Give settings that come from another process: without a key, this one's is taken."""
        key = os.environ.get("JULEP_API_KEY")
        return (
            self if "authorization" in self.headers or not key else self.with_changes(api_key=key)
        )


def read_config(
    api_key: str | None = None,
    base_url: str | None = None,
    *,
    timeout: float | Timeout | None = DEFAULT_TIMEOUT,
    max_retries: int | None = None,
    retry: RetryPolicy | None = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    hooks: Hooks | None = None,
    pickle_api_key: bool = False,
) -> Config:
    """Put together a client's settings.

    Raises:
        ConfigurationError: When a setting cannot work, saying which and what would.
    """
    log = os.environ.get("JULEP_LOG")
    if log:
        from julep._instrumentation.log import enable_logging

        enable_logging(log)
    key = api_key if api_key is not None else os.environ.get("JULEP_API_KEY")
    url = base_url if base_url is not None else _first("JULEP_API_URL", "JULEP_BASE_URL")
    url = checked_url(DEFAULT_BASE_URL if url is None else url).rstrip("/")
    origin, path = urls.split(url)
    standing = {"accept": "application/json", "user-agent": f"julep-python/{__version__}"}
    pickle = checked_flag("pickle_api_key", pickle_api_key)
    bare = Config(url, origin, path.rstrip("/"), standing, pickle_api_key=pickle)
    return bare.with_changes(
        api_key=checked_key(key) if key is not None else None,
        timeout=timeout,
        max_retries=max_retries,
        retry=retry,
        headers=headers,
        query=query,
        hooks=hooks,
    )


def _first(*names: str) -> str | None:
    """Give the first of these environment variables that is set to something."""
    return next((value for value in map(os.environ.get, names) if value), None)

"""The low-level clients of julep 0.3; new code uses `julep.Client.api`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from julep._calls.driver import AsyncDriver, SyncDriver
from julep._http.connections import Connections, build_async_transport, build_transport
from julep._lazy import resolvable
from julep._settings.checks import checked_http_client
from julep._settings.config import Config, read_config
from julep._settings.transport import read_transport
from julep.api.environment import JulepApiEnvironment
from julep_api.deprecation import warn_deprecated
from julep_api.types import UNSET

if TYPE_CHECKING:
    from julep._http.transport_config import HttpClient, TransportConfig

__all__ = ["AsyncJulepApi", "JulepApi"]

OMIT: Final = UNSET
"""The default of optional arguments in 0.3, which programs passed on."""


class JulepApi(SyncDriver):
    """The low-level sync client of 0.3: a method for each operation, by its name.

    Args:
        base_url: The URL of the API; by default that of ``environment``.
        environment: The named server to use when there is no ``base_url``.
        api_key: The value of the Authorization header, such as ``Bearer …``.
        timeout: Seconds for a whole call; None for no limit.
        httpx_client: An httpx client to send requests with.

    Example:
        >>> from julep.api.client import JulepApi
        >>> api = JulepApi(base_url="http://localhost:8080/api", api_key="Bearer my-key")
        >>> api.close()
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        environment: JulepApiEnvironment = JulepApiEnvironment.DEFAULT,
        api_key: str,
        timeout: float | None = 60,
        httpx_client: HttpClient | None = None,
    ) -> None:
        warn_deprecated("julep.api.client.JulepApi", "julep.Client")
        config = _config(base_url or environment.value, api_key, timeout)
        transport = _transport(config, httpx_client, is_async=False)
        super().__init__(config, Connections(transport, build_transport))


class AsyncJulepApi(AsyncDriver):
    """The low-level async client of 0.3: a method for each operation, by its name.

    Args:
        base_url: The URL of the API; by default that of ``environment``.
        environment: The named server to use when there is no ``base_url``.
        api_key: The value of the Authorization header, such as ``Bearer …``.
        timeout: Seconds for a whole call; None for no limit.
        httpx_client: An httpx client to send requests with.

    Example:
        >>> from julep.api.client import AsyncJulepApi
        >>> api = AsyncJulepApi(base_url="http://localhost:8080/api", api_key="Bearer my-key")
        >>> await api.aclose()
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        environment: JulepApiEnvironment = JulepApiEnvironment.DEFAULT,
        api_key: str,
        timeout: float | None = 60,
        httpx_client: HttpClient | None = None,
    ) -> None:
        warn_deprecated("julep.api.client.AsyncJulepApi", "julep.AsyncClient")
        config = _config(base_url or environment.value, api_key, timeout)
        transport = _transport(config, httpx_client, is_async=True)
        super().__init__(config, Connections(transport, build_async_transport))


def _config(base_url: str, api_key: str, timeout: float | None) -> Config:
    return read_config(
        base_url=base_url,
        api_key="",
        timeout=timeout,
        max_retries=0,
        headers={"authorization": api_key},
    )


def _transport(
    config: Config, httpx_client: HttpClient | None, *, is_async: bool
) -> TransportConfig:
    checked = checked_http_client(httpx_client, is_async=is_async)
    return read_transport(config.origin, checked, None, None, http2=False, max_connections=1000)


resolvable(__name__)

"""The parts of a client that do not depend on sync or async: settings, copies, pickling."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from julep._http.timeout import DEFAULT_TIMEOUT
from julep._http.transport_config import DEFAULT_MAX_CONNECTIONS

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from typing import Self

    from julep._http.connections import Connections
    from julep._http.timeout import Timeout
    from julep._http.transport_config import HttpClient, TransportConfig
    from julep._instrumentation.hooks import Hooks
    from julep._settings.config import Config
    from julep._settings.retry import RetryPolicy

HttpClientT = TypeVar("HttpClientT", bound="HttpClient")
TransportT = TypeVar("TransportT")


class BaseClient(ABC, Generic[HttpClientT, TransportT]):
    """The common base of `Client` and `AsyncClient`.

    Attributes:
        base_url: The URL of the API, without a slash at its end.
    """

    _is_async: ClassVar[bool]

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        timeout: float | Timeout | None = DEFAULT_TIMEOUT,
        max_retries: int | None = None,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        hooks: Hooks | None = None,
        http_client: HttpClientT | None = None,
        proxy: str | None = None,
        tls: ssl.SSLContext | None = None,
        http2: bool = False,
        max_connections: int = DEFAULT_MAX_CONNECTIONS,
        pickle_api_key: bool = False,
    ) -> None:
        """Create a client; its first call connects.

        Args:
            api_key: The API key; by default the environment's JULEP_API_KEY. A local server needs
                none.
            base_url: The URL of the API; by default JULEP_API_URL or JULEP_BASE_URL, or else the
                local server's ``http://127.0.0.1:8080/api``.
            timeout: Seconds for a whole call, including its retries and the reading of a stream;
                or a `Timeout`, which also limits single steps; None for no limit. By default only
                steps are limited: 10 seconds to connect, 300 seconds without data.
            max_retries: Retries after a transient failure: 0 or more, 2 by default. The short form
                of ``retry``.
            retry: Which failures are retried, and after which delays. Requests that create
                something carry an Idempotency-Key, so that a retry creates nothing twice.
            headers: Additional headers of every request.
            query: Additional query parameters of every request.
            hooks: Functions to call on requests, responses and retries.
            http_client: An httpx (or httpx2) client to send requests with: an ``httpx.Client`` for
                `Client`, an ``httpx.AsyncClient`` for `AsyncClient`. It keeps its own settings,
                except timeouts and redirects, and is not closed with this client.
            proxy: The URL of a proxy; by default HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY
                apply.
            tls: TLS settings, as `tls_context` builds them: a trust store, a client certificate.
            http2: Whether to use HTTP/2 with servers that support it:
                ``pip install "julep[http2]"``.
            max_connections: The maximum number of simultaneous connections, 1 or more. Further
                calls wait for a free connection.
            pickle_api_key: Whether a pickled client includes the API key, and headers and
                parameters that look like secrets. An unpickled client without a key uses its
                environment's JULEP_API_KEY.

        Raises:
            ConfigurationError: When a setting is invalid.
        """
        # Imported here so that `import julep` stays cheap.
        from julep._settings.checks import checked_http_client
        from julep._settings.config import read_config
        from julep._settings.transport import read_transport

        config = read_config(
            base_url=base_url,
            pickle_api_key=pickle_api_key,
            api_key=api_key,
            timeout=timeout,
            max_retries=max_retries,
            retry=retry,
            headers=headers,
            query=query,
            hooks=hooks,
        )
        transport = read_transport(
            config.origin,
            checked_http_client(http_client, is_async=self._is_async),
            proxy,
            tls,
            http2=http2,
            max_connections=max_connections,
        )
        self._setup(config, self._connections_for(transport))

    def with_options(
        self,
        *,
        api_key: str | None = None,
        timeout: float | Timeout | None = DEFAULT_TIMEOUT,
        max_retries: int | None = None,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        hooks: Hooks | None = None,
    ) -> Self:
        """Return a client with some settings changed, for one call or for many.

        It shares the connections of this client and is cheap to create. Closing it leaves them
        open.

        Args:
            api_key: Another API key; unchanged by default.
            timeout: As for the client; unchanged by default.
            max_retries: As for the client; unchanged by default.
            retry: As for the client; unchanged by default.
            headers: Headers to add to the client's own, or to replace them.
            query: Query parameters to add to the client's own.
            hooks: As for the client; unchanged by default.

        Returns:
            A client of the same class.

        Raises:
            ConfigurationError: When a setting is invalid.

        Example:
            >>> client.with_options(timeout=5, max_retries=0).sessions.get(session.id)
        """
        config = self._config.with_changes(
            api_key=api_key,
            timeout=timeout,
            max_retries=max_retries,
            retry=retry,
            headers=headers,
            query=query,
            hooks=hooks,
        )
        return self._from_config(config, self._connections.shared())

    def _setup(self, config: Config, connections: Connections[TransportT]) -> None:
        """Set the client's attributes; a subclass adds its own."""
        self._config = config
        self._connections = connections
        self.base_url: str = config.base_url

    @staticmethod
    @abstractmethod
    def _connections_for(config: TransportConfig) -> Connections[TransportT]:
        """Build the connections of a new client; none is opened yet."""

    @classmethod
    def _from_config(cls, config: Config, connections: Connections[TransportT]) -> Self:
        """Build a client from checked settings."""
        self = cls.__new__(cls)
        self._setup(config, connections)
        return self

    @classmethod
    def _unpickle(cls, config: Config, transport: TransportConfig) -> Self:
        """Build a client from the settings of a pickled one."""
        return cls._from_config(config.unpickled(), cls._connections_for(transport))

    def __copy__(self) -> Self:
        return self.with_options()

    def __deepcopy__(self, memo: object) -> Self:
        # Neither connections nor secrets are duplicated: the copy stays in this process.
        return self.with_options()

    def __reduce__(self) -> tuple[object, ...]:
        # Only settings are pickled: connections cannot leave a process.
        config = self._config
        transport = self._connections.config.for_pickle(with_secrets=config.pickle_api_key)
        return self._unpickle, (config.for_pickle(), transport)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self.base_url!r})"

"""The parts of a client that do not depend on sync or async: settings, copies, pickling."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar, cast

from julep._http.fork import finish_at_forks
from julep._http.timeout import DEFAULT_TIMEOUT
from julep._http.transport_config import DEFAULT_MAX_CONNECTIONS
from julep._lazy import resolvable

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Mapping  # named as text, too
    from typing import Self

    from julep._http.connections import Connections
    from julep._http.timeout import Timeout
    from julep._http.transport_config import HttpClient, TransportConfig
    from julep._instrumentation.hooks import Hooks
    from julep._settings.config import Config
    from julep._settings.retry import RetryPolicy

    # The method's own type: a type with a ParamSpec would lose the subclass in ``Self``.
    M = TypeVar("M", bound=Callable[..., Any])

HttpClientT = TypeVar("HttpClientT", bound="HttpClient")
TransportT = TypeVar("TransportT")
KeyT = TypeVar("KeyT", bound="str | Awaitable[str]")

# The attributes that `_setup` sets.
_OWN: Final = frozenset({"_config", "_connections", "api", "base_url"})


def _with_suggestions(method: M) -> M:
    """Accept the options of julep 0.3, and suggest a name for options that do not exist."""
    code = method.__code__
    known = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    names = frozenset(known)
    positional = code.co_argcount - 1

    @functools.wraps(method)
    def call(self: BaseClient[Any, Any, Any], /, *args: Any, **kwargs: Any) -> object:
        if len(args) > positional or not kwargs.keys() <= names:
            from julep._settings.options_of_0_3 import current_options

            name = type(self).__name__
            called = f"{name}()" if method.__name__ == "__init__" else f"{name}.{method.__name__}()"
            args, kwargs = current_options(called, args, kwargs, known)
        return method(self, *args, **kwargs)

    return cast("M", call)


# Once a program has a client, its threads may import modules while it forks.
finish_at_forks()


class BaseClient(ABC, Generic[HttpClientT, TransportT, KeyT]):
    """The base of `Client` and `AsyncClient`.

    Attributes:
        base_url: The URL of the API, without a slash at its end.
    """

    _is_async: ClassVar[bool]

    @_with_suggestions
    def __init__(
        self,
        api_key: str | Callable[[], KeyT] | None = None,
        base_url: str | None = None,
        *,
        timeout: float | Timeout | None = DEFAULT_TIMEOUT,
        max_retries: int | None = None,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        hooks: Hooks | None = None,
        application: str | None = None,
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
                none. A function without arguments is called for every request, and returns its
                key; for `AsyncClient` it may be async. Its keys are kept nowhere.
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
            application: The name of your program for the server's logs, such as ``my-app/1.2``;
                it becomes a part of the user agent.
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
            ArgumentTypeError: When there is no such setting.
        """
        # Imported here so that `import julep` stays cheap.
        from julep._settings.checks import checked_http_client, checked_key_function
        from julep._settings.config import read_config
        from julep._settings.transport import read_transport

        checked_key_function(api_key, is_async=self._is_async)
        config = read_config(
            base_url=base_url,
            application=application,
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

    @_with_suggestions
    def with_options(
        self,
        *,
        api_key: str | Callable[[], KeyT] | None = None,
        timeout: float | Timeout | None = DEFAULT_TIMEOUT,
        max_retries: int | None = None,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        hooks: Hooks | None = None,
    ) -> Self:
        """Return a client with some settings changed, for one call or for many.

        It shares the connections of this client and is cheap to create. Closing it leaves them
        open. It has the attributes that a subclass has added to this client.

        Args:
            api_key: Another API key, or a function that returns it; unchanged by default.
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
            ArgumentTypeError: When there is no such setting.

        Example:
            >>> client.with_options(timeout=5, max_retries=0)
            Client(base_url='http://127.0.0.1:46267/1/api')
        """
        from julep._settings.checks import checked_key_function

        checked_key_function(api_key, is_async=self._is_async)
        config = self._config.with_changes(
            api_key=api_key,
            timeout=timeout,
            max_retries=max_retries,
            retry=retry,
            headers=headers,
            query=query,
            hooks=hooks,
        )
        return self._copied(config, self.__getstate__())

    def _copied(self, config: Config, state: object) -> Self:
        """Return a client with other settings, which shares the connections of this one.

        Args:
            config: Its settings.
            state: The attributes of a subclass, as `__getstate__` returns them.
        """
        client = self._from_config(config, self._connections.shared())
        plain, slotted = _parts(state)
        vars(client).update(plain)
        for name, value in slotted.items():
            setattr(client, name, value)
        return client

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
    def _unpickle(cls, config: Config, connections: Connections[TransportT]) -> Self:
        """Build a client from the settings of a pickled one."""
        return cls._from_config(config.unpickled(), connections)

    def __copy__(self) -> Self:
        return self.with_options()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # Neither connections nor secrets are duplicated: the copy stays in this process.
        import copy

        return self._copied(self._config, copy.deepcopy(self.__getstate__(), memo))

    def __getstate__(self) -> object:
        """Return the attributes that a subclass has added, for copies and pickles.

        The client's own, and values of a ``cached_property``, are made anew.
        """
        plain, slotted = _parts(super().__getstate__())
        kept = {
            name: value
            for name, value in plain.items()
            if name not in _OWN and not _is_cached(type(self), name)
        }
        return (kept, slotted) if slotted else kept

    def __reduce__(self) -> tuple[object, ...]:
        # Only settings are pickled: connections cannot leave a process.
        config = self._config
        connections = self._connections.for_pickle(with_secrets=config.pickle_api_key)
        return self._unpickle, (config.for_pickle(), connections), self.__getstate__()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self.base_url!r})"


def _parts(state: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an object's attributes and those in its slots, from its `__getstate__`."""
    if not isinstance(state, tuple):
        return state or {}, {}
    plain, slotted = cast("tuple[Any, Any]", state)
    return plain or {}, slotted or {}


def _is_cached(kind: type, name: str) -> bool:
    """Check whether an attribute is the value of a cached property."""
    return isinstance(getattr(kind, name, None), functools.cached_property)


resolvable(__name__)

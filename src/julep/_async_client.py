"""The client that is awaited."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, overload

from julep._calls.driver import AsyncDriver
from julep._http.connections import Connections
from julep._http.timeout import DEFAULT_TIMEOUT
from julep._http.transport_config import DEFAULT_MAX_CONNECTIONS
from julep._instrumentation.raw_response import RawResponse, raw_response, recording
from julep_api.types import UNSET

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from types import TracebackType
    from typing import Literal, ParamSpec, Self, TypeVar

    import httpx
    from openai.resources import AsyncChat, AsyncCompletions

    from julep._http.messages import AsyncTransport
    from julep._http.timeout import Timeout
    from julep._http.transport_config import TransportConfig
    from julep._instrumentation.hooks import Hooks
    from julep._openai import AsyncOpenAIClient
    from julep._settings.config import Config
    from julep._settings.retry import RetryPolicy
    from julep.managers.agent import AsyncAgentsManager
    from julep.managers.doc import AsyncDocsManager
    from julep.managers.job import AsyncJobsManager
    from julep.managers.memory import AsyncMemoriesManager
    from julep.managers.session import AsyncSessionsManager
    from julep.managers.tool import AsyncToolsManager
    from julep.managers.user import AsyncUsersManager
    from julep_api.types import JSON, Unset

    P = ParamSpec("P")
    T = TypeVar("T")


class AsyncClient:
    """The way to a Julep server, awaited, on asyncio and on trio.

    One client may be used on several event loops, one after another. Close it, or use it in an
    ``async with`` statement.

    Args:
        api_key: The key; else the environment's JULEP_API_KEY. A local server needs none.
        base_url: Where the API is; else JULEP_API_URL or JULEP_BASE_URL, or else the local
            server's ``http://127.0.0.1:8080/api``.
        timeout: Seconds that a call may take in all, retries and a stream's reading included; or a
            `Timeout`, which limits steps too; None for no limit. By default only steps are
            limited: 10 seconds to connect, 300 of silence.
        max_retries: How many times a request is sent again when a failure looks passing: 0 or
            more; 2 if nobody says otherwise. The short form of ``retry``.
        retry: When a request is sent again, and after how long. What creates something carries an
            Idempotency-Key, so it is done once.
        headers: Further headers for every request.
        query: Further parameters for every request's query.
        hooks: Functions that are called while calls are made.
        http_client: An async client of httpx (or of httpx2) to send requests by. It keeps its
            own settings, apart from timeouts and redirects, and closing it stays with whoever made
            it.
        proxy: The URL of a proxy; else what HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY say.
        tls: Settings of TLS; `tls_context` makes them (a trust store, a certificate of yours).
        http2: Whether to speak HTTP/2 where the server does: ``pip install "julep[http2]"``.
        max_connections: The most connections at once; a call waits for a free one.
        pickle_api_key: Whether the key, and headers and parameters that look like secrets, go
            along when the client is pickled. Without them, it takes the environment's key where
            it arrives.

    Attributes:
        agents: Who talks.
        users: Whom they talk to.
        sessions: Their conversations.
        docs: Documents of agents and users.
        tools: What agents' models may call.
        memories: What agents remember.
        jobs: What the server does after it has answered.
        chat: OpenAI's chat completions, by the openai package: ``pip install "julep[openai]"``. Its
            errors are its own. What it does not know (``min_p``, say) goes into the body as it is.
        completions: OpenAI's text completions, the same way.
        api: The low-level client: runs any operation of the generated package.

    Raises:
        ConfigurationError: When a setting cannot work.

    Example:
        >>> async with julep.AsyncClient() as client:
        ...     agent = await client.agents.create(name="Ada")
    """

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
        http_client: httpx.AsyncClient | None = None,
        proxy: str | None = None,
        tls: ssl.SSLContext | None = None,
        http2: bool = False,
        max_connections: int = DEFAULT_MAX_CONNECTIONS,
        pickle_api_key: bool = False,
    ) -> None:
        # What checks the settings is not needed by whoever only imports this.
        from julep._http.connections import build_async_transport
        from julep._settings.checks import checked_http_client
        from julep._settings.config import read_config
        from julep._settings.transport import read_transport

        config = read_config(
            api_key,
            base_url,
            timeout=timeout,
            max_retries=max_retries,
            retry=retry,
            headers=headers,
            query=query,
            hooks=hooks,
            pickle_api_key=pickle_api_key,
        )
        checked_http_client(http_client, asynchronous=True)
        transport = read_transport(
            config.origin, http_client, proxy, tls, http2=http2, max_connections=max_connections
        )
        self._setup(config, Connections(transport, build_async_transport))

    def _setup(self, config: Config, connections: Connections[AsyncTransport]) -> None:
        self._config = config
        self._connections = connections
        self.base_url: str = config.base_url
        self.api: AsyncDriver = AsyncDriver(config, connections)

    @classmethod
    def _from_config(cls, config: Config, connections: Connections[AsyncTransport]) -> Self:
        """Make a client of settings that are checked already."""
        self = cls.__new__(cls)
        self._setup(config, connections)
        return self

    @classmethod
    def _unpickle(cls, config: Config, transport: TransportConfig) -> Self:
        """Make a client of the settings of one in another process."""
        from julep._http.connections import build_async_transport

        return cls._from_config(config.unpickled(), Connections(transport, build_async_transport))

    @cached_property
    def agents(self) -> AsyncAgentsManager:
        """Who talks."""
        from julep.managers.agent import AsyncAgentsManager

        return AsyncAgentsManager(self.api)

    @cached_property
    def users(self) -> AsyncUsersManager:
        """Whom agents talk to."""
        from julep.managers.user import AsyncUsersManager

        return AsyncUsersManager(self.api)

    @cached_property
    def sessions(self) -> AsyncSessionsManager:
        """Conversations."""
        from julep.managers.session import AsyncSessionsManager

        return AsyncSessionsManager(self.api)

    @cached_property
    def docs(self) -> AsyncDocsManager:
        """Documents of agents and users."""
        from julep.managers.doc import AsyncDocsManager

        return AsyncDocsManager(self.api)

    @cached_property
    def tools(self) -> AsyncToolsManager:
        """What agents' models may call."""
        from julep.managers.tool import AsyncToolsManager

        return AsyncToolsManager(self.api)

    @cached_property
    def memories(self) -> AsyncMemoriesManager:
        """What agents remember."""
        from julep.managers.memory import AsyncMemoriesManager

        return AsyncMemoriesManager(self.api)

    @cached_property
    def jobs(self) -> AsyncJobsManager:
        """What the server does after it has answered."""
        from julep.managers.job import AsyncJobsManager

        return AsyncJobsManager(self.api)

    @cached_property
    def _openai(self) -> AsyncOpenAIClient:
        from julep._openai import AsyncOpenAIClient

        return AsyncOpenAIClient(self._config, self._connections)

    @property
    def chat(self) -> AsyncChat:
        """OpenAI's chat completions, answered by the server's model.

        Raises:
            ConfigurationError: When the openai package is not installed.
        """
        return self._openai.client.chat

    @property
    def completions(self) -> AsyncCompletions:
        """OpenAI's text completions, answered by the server's model.

        Raises:
            ConfigurationError: When the openai package is not installed.
        """
        return self._openai.client.completions

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
        """Give a client with some settings changed, for one call or for many.

        It shares the connections of this one, and costs next to nothing; closing it leaves them
        open.

        Args:
            api_key: Another key.
            timeout: As for the client; left out, it stays.
            max_retries: As for the client; left out, it stays.
            retry: As for the client; left out, it stays.
            headers: Headers besides those that there are.
            query: Parameters besides those that there are.
            hooks: As for the client; left out, they stay.

        Returns:
            A client of the same kind.

        Raises:
            ConfigurationError: When a setting cannot work.

        Example:
            >>> await client.with_options(timeout=5, max_retries=0).sessions.get(session.id)
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

    async def with_raw_response(
        self, method: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> RawResponse[T]:
        """Call a method, and give what it gives with what came around it.

        Args:
            method: A method of this client's managers.
            args: Its arguments.
            kwargs: Its keyword arguments.

        Returns:
            The result as ``parsed``, the answer's status, headers and request id, the seconds that
            it took and how often the request was sent. Of a method that makes several calls, the
            last one's.

        Example:
            >>> raw = await client.with_raw_response(client.sessions.get, session.id)
            >>> raw.status_code, raw.attempts, raw.parsed.situation
            (200, 1, 'A quiet library')
        """
        with recording() as calls:
            parsed = await method(*args, **kwargs)
        return raw_response(parsed, calls)

    @overload
    async def gather(
        self,
        calls: Iterable[Callable[[], Awaitable[T]]],
        *,
        limit: int = 10,
        on_error: Literal["raise"] = "raise",
        progress: bool | Callable[[int, int | None], object] = False,
    ) -> list[T]: ...
    @overload
    async def gather(
        self,
        calls: Iterable[Callable[[], Awaitable[T]]],
        *,
        limit: int = 10,
        on_error: Literal["collect"],
        progress: bool | Callable[[int, int | None], object] = False,
    ) -> list[T | Exception]: ...
    async def gather(
        self,
        calls: Iterable[Callable[[], Awaitable[T]]],
        *,
        limit: int = 10,
        on_error: Literal["raise", "collect"] = "raise",
        progress: bool | Callable[[int, int | None], object] = False,
    ) -> list[T] | list[T | Exception]:
        """Make many calls at once, at most ``limit`` of them at a time.

        Args:
            calls: Functions without arguments, each of which makes a call when it is called:
                ``functools.partial(client.sessions.get, id)``, say. They are taken one by one, so
                that they may come of a generator that never ends up in memory as a whole.
            limit: How many calls are made at a time: 1 to 1000.
            on_error: With ``raise``, the first error ends the whole, and is raised: the
                other calls are cancelled.
                With ``collect``, it stands in the list instead of a result.
            progress: Whether to draw a bar, by tqdm: ``pip install "julep[progress]"``. Or a
                function that is called after each call with the number of those done, and of all
                of them where ``calls`` has a length.

        Returns:
            What the calls gave, in their order.

        Raises:
            InvalidArgumentError: When an argument cannot be.
            ConfigurationError: When a bar is asked for and the tqdm package is not installed.

        Example:
            >>> ids = [user.id for user in await client.users.list()]
            >>> users = await client.gather((partial(client.users.get, id) for id in ids), limit=5)
        """
        from julep._gather import agather

        return await agather(calls, limit, on_error, progress)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: JSON | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
    ) -> JSON:
        """Ask for something that this package does not know, with all that other calls have.

        Args:
            method: The HTTP method.
            path: The path below the API's root, beginning with ``/``.
            query: Parameters for the query.
            body: What to send as JSON; left out, nothing.
            headers: Headers for this request.

        Returns:
            The answer's JSON; None when it has no body.

        Raises:
            InvalidArgumentError: When something of it cannot be sent.
            ArgumentTypeError: When something of it has a wrong type.
            ApiError: When the server answers with an error.
            NetworkError: When no answer comes.

        Example:
            >>> await client.request("GET", "/agents", query={"limit": "1"})
            {'items': []}
        """
        from julep._calls.untyped import untyped_call

        return await self.api.send(untyped_call(method, path, query, body, headers))

    async def get(self, path: str, *, query: Mapping[str, str] | None = None) -> JSON:
        """Get something that this package does not know; `request` says more."""
        return await self.request("GET", path, query=query)

    async def post(
        self, path: str, body: JSON | Unset = UNSET, *, query: Mapping[str, str] | None = None
    ) -> JSON:
        """Post something that this package does not know; `request` says more."""
        return await self.request("POST", path, query=query, body=body)

    async def aclose(self) -> None:
        """Close every connection of this event loop; a second time does nothing."""
        try:
            await self.api.aclose()
        finally:
            if "_openai" in vars(self):
                await self._openai.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __copy__(self) -> Self:
        return self.with_options()

    def __deepcopy__(self, memo: object) -> Self:
        # Connections are not doubled, and secrets stay: neither leaves the process.
        return self.with_options()

    def __reduce__(self) -> tuple[object, ...]:
        # By its settings: connections cannot leave a process.
        config = self._config
        transport = self._connections.config.for_pickle(with_secrets=config.pickle_api_key)
        return self._unpickle, (config.for_pickle(), transport)

    def __repr__(self) -> str:
        return f"AsyncClient(base_url={self.base_url!r})"

"""The async client."""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec, TypeVar, overload

from julep._arguments.cached import cached
from julep._arguments.signatures import mirrors
from julep._clients.base_client import BaseClient
from julep._clients.sync_client import Client
from julep._lazy import resolvable
from julep_api.types import UNSET

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
    from typing import Any, Literal, Self, Unpack
    from uuid import UUID

    import httpx  # noqa: F401  # named as text in the bases
    from openai import AsyncOpenAI
    from openai.resources import AsyncChat, AsyncCompletions

    from julep._calls.driver import AsyncDriver
    from julep._calls.server_info import ServerInfo
    from julep._calls.streams import AsyncChatStream
    from julep._clients.openai_client import AsyncOpenAIClient
    from julep._http.connections import Connections
    from julep._http.protocols import AsyncTransport
    from julep._http.transport_config import TransportConfig
    from julep._instrumentation.raw_response import RawResponse
    from julep._settings.config import Config
    from julep.managers.agent import AsyncAgentsManager
    from julep.managers.chat import AsyncChatMethod
    from julep.managers.doc import AsyncDocsManager
    from julep.managers.job import AsyncJobsManager
    from julep.managers.memory import AsyncMemoriesManager
    from julep.managers.session import AsyncSessionsManager
    from julep.managers.tool import AsyncToolsManager
    from julep.managers.types import ChatSettingsArgs, Messages, ToolChoice, ToolInput
    from julep.managers.user import AsyncUsersManager
    from julep_api.models import ChatResponse
    from julep_api.types import JSON, Unset

P = ParamSpec("P")
T = TypeVar("T")


class AsyncClient(BaseClient["httpx.AsyncClient", "AsyncTransport", "str | Awaitable[str]"]):
    """Async client of a Julep server, on asyncio and on trio.

    A client may be used on several event loops, one after another. Close it, or use it in an
    ``async with`` statement.

    Attributes:
        api: The low-level client, which runs any operation of the generated package.

    Example:
        >>> async with julep.AsyncClient() as client:
        ...     print((await client.agents.create(name="Ada")).name)
        Ada
    """

    _is_async = True

    def _setup(self, config: Config, connections: Connections[AsyncTransport]) -> None:
        from julep._calls.driver import AsyncDriver

        super()._setup(config, connections)
        self.api: AsyncDriver = AsyncDriver(config, connections)

    @staticmethod
    def _connections_for(config: TransportConfig) -> Connections[AsyncTransport]:
        from julep._http.connections import Connections, build_async_transport

        return Connections(config, build_async_transport)

    @property
    def _api_client(self) -> AsyncDriver:
        """The low-level client, by its name in julep 0.3."""
        return self.api

    @property
    def _openai_client(self) -> AsyncOpenAI:
        """The openai package's client, by its name in julep 0.3."""
        return self._openai.client

    @cached
    def agents(self) -> AsyncAgentsManager:
        """Create and manage agents.

        Example:
            >>> (await client.agents.create(name="Ada")).name
            'Ada'
        """
        from julep.managers.agent import AsyncAgentsManager

        return AsyncAgentsManager(self.api)

    @cached
    def users(self) -> AsyncUsersManager:
        """Create and manage users.

        Example:
            >>> (await client.users.create(name="Grace")).name
            'Grace'
        """
        from julep.managers.user import AsyncUsersManager

        return AsyncUsersManager(self.api)

    @cached
    def sessions(self) -> AsyncSessionsManager:
        """Create and manage sessions, and chat in them.

        Example:
            >>> (await client.sessions.chat(session.id, "Hello!")).text
            'Hello! How can I help?'
        """
        from julep.managers.session import AsyncSessionsManager

        return AsyncSessionsManager(self.api)

    @cached
    def docs(self) -> AsyncDocsManager:
        """Create, search and manage documents of agents and users.

        Example:
            >>> [doc.title for doc in await client.docs.list(agent_id=agent.id)]
            ['Opening hours']
        """
        from julep.managers.doc import AsyncDocsManager

        return AsyncDocsManager(self.api)

    @cached
    def tools(self) -> AsyncToolsManager:
        """Create and manage tools of agents.

        Example:
            >>> [tool.function.name for tool in await client.tools.list(agent.id)]
            ['add']
        """
        from julep.managers.tool import AsyncToolsManager

        return AsyncToolsManager(self.api)

    @cached
    def memories(self) -> AsyncMemoriesManager:
        """Search and manage what agents remember.

        Example:
            >>> [memory.content for memory in await client.memories.list(agent.id)]
            ['Grace likes porridge.']
        """
        from julep.managers.memory import AsyncMemoriesManager

        return AsyncMemoriesManager(self.api)

    @cached
    def jobs(self) -> AsyncJobsManager:
        """Follow the server's background jobs.

        Example:
            >>> reply = await client.sessions.chat(session.id, messages)
            >>> [(await client.jobs.wait(job_id)).name for job_id in reply.jobs or []]
            ['form_memories']
        """
        from julep.managers.job import AsyncJobsManager

        return AsyncJobsManager(self.api)

    @cached
    def _openai(self) -> AsyncOpenAIClient:
        from julep._clients.openai_client import AsyncOpenAIClient

        return AsyncOpenAIClient(self._config, self._connections)

    @property
    def chat(self) -> AsyncChat:
        """OpenAI-compatible chat completions by the openai package, from the server's models.

        Errors are the package's own. Parameters that it does not know, such as ``min_p``, are sent.

        Raises:
            ConfigurationError: When the openai package is missing: ``pip install "julep[openai]"``.

        Example:
            >>> answer = await client.chat.completions.create(model="scripted", messages=messages)
            >>> answer.choices[0].message.content
            'Hello! How can I help?'
        """
        return self._openai.client.chat

    @property
    def completions(self) -> AsyncCompletions:
        """OpenAI-compatible text completions by the openai package, in all else like `chat`.

        Example:
            >>> answer = await client.completions.create(model="scripted", prompt="Hello!")
            >>> answer.choices[0].text
            'Hello! How can I help?'
        """
        return self._openai.client.completions

    # Not every type checker selects an overload of chat by the arguments of a ParamSpec.
    @overload
    async def with_raw_response(
        self,
        method: AsyncChatMethod,
        /,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        *,
        stream: Literal[True],
        **settings: Unpack[ChatSettingsArgs],
    ) -> RawResponse[AsyncChatStream]: ...
    @overload
    async def with_raw_response(
        self,
        method: AsyncChatMethod,
        /,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        *,
        stream: Literal[False] | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> RawResponse[ChatResponse]: ...
    @overload
    async def with_raw_response(
        self, method: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> RawResponse[T]: ...
    async def with_raw_response(
        self, method: Callable[..., Awaitable[Any]], /, *args: object, **kwargs: object
    ) -> RawResponse[Any]:
        """Call a method and return its result with the HTTP response's metadata.

        Args:
            method: A method of this client's managers.
            args: Positional arguments of the method.
            kwargs: Keyword arguments of the method.

        Returns:
            The method's result as ``parsed``, with the response's status, headers and request id,
            and the seconds and attempts of the call: of the last one, if the method makes several.

        Raises:
            ConfigurationError: When it is no method, or makes no call.
            JulepError: Every error of the method itself.

        Example:
            >>> raw = await client.with_raw_response(client.sessions.get, session.id)
            >>> raw.status_code, raw.attempts, raw.parsed.situation
            (200, 1, 'A quiet library')
        """
        from julep._instrumentation.raw_response import raw_response, recording

        with recording(method) as calls:
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
        """Make many calls concurrently, at most ``limit`` at a time.

        Args:
            calls: Functions that make one call each, such as ``partial(client.sessions.get, id)``.
                An iterator is read as calls are started; it may yield more than fit into memory.
            limit: The maximum number of concurrent calls, 1 to 1000.
            on_error: With ``"raise"``, the first error is raised, and the other calls are
                cancelled. With ``"collect"``, errors are returned in place of results.
            progress: Whether to draw a progress bar with tqdm: ``pip install "julep[progress]"``.
                Or a function to call after each call, with the number of finished calls and the
                number of all, or None where ``calls`` has no length.

        Returns:
            The results of the calls, in the order of ``calls``.

        Raises:
            InvalidArgumentError: When an argument is invalid.
            ConfigurationError: When ``progress`` is True and tqdm is not installed.

        Example:
            >>> from functools import partial
            >>> calls = [partial(client.users.get, user.id) for user in await client.users.list()]
            >>> [user.name for user in await client.gather(calls, limit=5)]
            ['Grace']
        """
        from julep._clients.gather import agather

        return await agather(calls, limit, on_error, progress)

    @mirrors(Client.request)
    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: JSON | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
    ) -> JSON:
        """Send a request to an endpoint that this package has no method for.

        Authentication, retries, timeouts and hooks apply as to every other call.

        Example:
            >>> await client.request("GET", "/agents", query={"limit": "1", "offset": "1"})
            {'items': []}
        """
        from julep._calls.untyped import untyped_call

        return await self.api.send(untyped_call(method, path, query, body, headers))

    @mirrors(Client.get)
    async def get(self, path: str, *, query: Mapping[str, str] | None = None) -> JSON:
        """Send a GET request to an endpoint that this package has no method for.

        Example:
            >>> await client.get("/agents", query={"limit": "1", "offset": "1"})
            {'items': []}
        """
        return await self.request("GET", path, query=query)

    @mirrors(Client.post)
    async def post(
        self, path: str, body: JSON | Unset = UNSET, *, query: Mapping[str, str] | None = None
    ) -> JSON:
        """Send a POST request to an endpoint that this package has no method for.

        Example:
            >>> await client.post("/users", {"name": "Grace"})
            {'id': '0d2f0c1e-…', 'created_at': '2025-01-31T09:00:00Z', 'jobs': []}
        """
        return await self.request("POST", path, query=query, body=body)

    @mirrors(Client.put)
    async def put(
        self, path: str, body: JSON | Unset = UNSET, *, query: Mapping[str, str] | None = None
    ) -> JSON:
        """Send a PUT request to an endpoint that this package has no method for.

        Example:
            >>> await client.put(f"/users/{user.id}", {"name": "Grace", "about": ""})
            {'id': '0d2f0c1e-…', 'updated_at': '2025-01-31T09:00:00Z', 'jobs': []}
        """
        return await self.request("PUT", path, query=query, body=body)

    @mirrors(Client.patch)
    async def patch(
        self, path: str, body: JSON | Unset = UNSET, *, query: Mapping[str, str] | None = None
    ) -> JSON:
        """Send a PATCH request to an endpoint that this package has no method for.

        Example:
            >>> await client.patch(f"/users/{user.id}", {"name": "Grace"})
            {'id': '0d2f0c1e-…', 'updated_at': '2025-01-31T09:00:00Z', 'jobs': []}
        """
        return await self.request("PATCH", path, query=query, body=body)

    @mirrors(Client.delete)
    async def delete(self, path: str, *, query: Mapping[str, str] | None = None) -> JSON:
        """Send a DELETE request to an endpoint that this package has no method for.

        Example:
            >>> await client.delete(f"/users/{user.id}")
            {'id': '0d2f0c1e-…', 'deleted_at': '2025-01-31T09:00:00Z', 'jobs': []}
        """
        return await self.request("DELETE", path, query=query)

    @mirrors(Client.server)
    async def server(self) -> ServerInfo:
        """Return what the server reports of itself: its name, its version, its contract.

        Example:
            >>> await client.server()
            ServerInfo(name='julep', version='…', contract='…')
        """
        from julep._calls.server_info import server_info_call

        return await self.api.send(server_info_call())

    async def aclose(self) -> None:
        """Close the connections of the running event loop; closing again has no effect.

        Example:
            >>> client = julep.AsyncClient()
            >>> await client.agents.count()
            1
            >>> await client.aclose()
        """
        try:
            await self.api.aclose()
        finally:
            if "_openai" in vars(self):
                await self._openai.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()


resolvable(__name__)

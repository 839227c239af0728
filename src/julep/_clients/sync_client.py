"""The sync client."""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec, TypeVar, overload

from julep._arguments.cached import cached
from julep._arguments.ending import with_import_failures
from julep._clients.base_client import BaseClient
from julep._lazy import resolvable
from julep_api.types import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, Literal, Self, Unpack
    from uuid import UUID

    import httpx  # noqa: F401  # named as text in the bases
    from openai import OpenAI
    from openai.resources import Chat, Completions

    from julep._calls.driver import SyncDriver
    from julep._calls.server_info import ServerInfo
    from julep._calls.streams import ChatStream
    from julep._clients.openai_client import OpenAIClient
    from julep._http.connections import Connections
    from julep._http.protocols import Transport
    from julep._http.transport_config import TransportConfig
    from julep._instrumentation.raw_response import RawResponse
    from julep._settings.config import Config
    from julep.managers.agent import AgentsManager
    from julep.managers.chat import ChatMethod
    from julep.managers.doc import DocsManager
    from julep.managers.job import JobsManager
    from julep.managers.memory import MemoriesManager
    from julep.managers.session import SessionsManager
    from julep.managers.tool import ToolsManager
    from julep.managers.types import ChatSettingsArgs, Messages, ToolChoice, ToolInput
    from julep.managers.user import UsersManager
    from julep_api.models import ChatResponse
    from julep_api.types import JSON, Unset

P = ParamSpec("P")
T = TypeVar("T")


class Client(BaseClient["httpx.Client", "Transport", "str"]):
    """Sync client of a Julep server.

    Threads may share a client. Close it, or use it in a ``with`` statement.

    Attributes:
        api: The low-level client, which runs any operation of the generated package.

    Example:
        >>> with julep.Client() as client:
        ...     print(client.agents.create(name="Ada").name)
        Ada
    """

    _is_async = False

    def _setup(self, config: Config, connections: Connections[Transport]) -> None:
        from julep._calls.driver import SyncDriver

        super()._setup(config, connections)
        self.api: SyncDriver = SyncDriver(config, connections)

    @staticmethod
    def _connections_for(config: TransportConfig) -> Connections[Transport]:
        from julep._http.connections import Connections, build_transport

        return Connections(config, build_transport)

    @property
    def _api_client(self) -> SyncDriver:
        """The low-level client, by its name in julep 0.3."""
        return self.api

    @property
    def _openai_client(self) -> OpenAI:
        """The openai package's client, by its name in julep 0.3."""
        return self._openai.client

    @cached
    def agents(self) -> AgentsManager:
        """Create and manage agents.

        Example:
            >>> client.agents.create(name="Ada").name
            'Ada'
        """
        from julep.managers.agent import AgentsManager

        return AgentsManager(self.api)

    @cached
    def users(self) -> UsersManager:
        """Create and manage users.

        Example:
            >>> client.users.create(name="Grace").name
            'Grace'
        """
        from julep.managers.user import UsersManager

        return UsersManager(self.api)

    @cached
    def sessions(self) -> SessionsManager:
        """Create and manage sessions, and chat in them.

        Example:
            >>> client.sessions.chat(session.id, "Hello!").text
            'Hello! How can I help?'
        """
        from julep.managers.session import SessionsManager

        return SessionsManager(self.api)

    @cached
    def docs(self) -> DocsManager:
        """Create, search and manage documents of agents and users.

        Example:
            >>> [doc.title for doc in client.docs.list(agent_id=agent.id)]
            ['Opening hours']
        """
        from julep.managers.doc import DocsManager

        return DocsManager(self.api)

    @cached
    def tools(self) -> ToolsManager:
        """Create and manage tools of agents.

        Example:
            >>> [tool.function.name for tool in client.tools.list(agent.id)]
            ['add']
        """
        from julep.managers.tool import ToolsManager

        return ToolsManager(self.api)

    @cached
    def memories(self) -> MemoriesManager:
        """Search and manage what agents remember.

        Example:
            >>> [memory.content for memory in client.memories.list(agent.id)]
            ['Grace likes porridge.']
        """
        from julep.managers.memory import MemoriesManager

        return MemoriesManager(self.api)

    @cached
    def jobs(self) -> JobsManager:
        """Follow the server's background jobs.

        Example:
            >>> reply = client.sessions.chat(session.id, messages)
            >>> [client.jobs.wait(job_id).name for job_id in reply.jobs or []]
            ['form_memories']
        """
        from julep.managers.job import JobsManager

        return JobsManager(self.api)

    @cached
    def _openai(self) -> OpenAIClient:
        from julep._clients.openai_client import OpenAIClient

        return OpenAIClient(self._config, self._connections)

    @property
    def chat(self) -> Chat:
        """OpenAI-compatible chat completions by the openai package, from the server's models.

        Errors are the package's own. Parameters that it does not know, such as ``min_p``, are sent.

        Raises:
            ConfigurationError: When the openai package is missing: ``pip install "julep[openai]"``.

        Example:
            >>> answer = client.chat.completions.create(model="scripted", messages=messages)
            >>> answer.choices[0].message.content
            'Hello! How can I help?'
        """
        return self._openai.client.chat

    @property
    def completions(self) -> Completions:
        """OpenAI-compatible text completions by the openai package, in all else like `chat`.

        Example:
            >>> client.completions.create(model="scripted", prompt="Hello!").choices[0].text
            'Hello! How can I help?'
        """
        return self._openai.client.completions

    # Not every type checker selects an overload of chat by the arguments of a ParamSpec.
    @overload
    def with_raw_response(
        self,
        method: ChatMethod,
        /,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        *,
        stream: Literal[True],
        **settings: Unpack[ChatSettingsArgs],
    ) -> RawResponse[ChatStream]: ...
    @overload
    def with_raw_response(
        self,
        method: ChatMethod,
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
    def with_raw_response(
        self, method: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> RawResponse[T]: ...
    def with_raw_response(
        self, method: Callable[..., Any], /, *args: object, **kwargs: object
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
            >>> raw = client.with_raw_response(client.sessions.get, session.id)
            >>> raw.status_code, raw.attempts, raw.parsed.situation
            (200, 1, 'A quiet library')
        """
        from julep._instrumentation.raw_response import raw_response, recording

        with recording(method) as calls:
            parsed = method(*args, **kwargs)
        return raw_response(parsed, calls)

    @overload
    def gather(
        self,
        calls: Iterable[Callable[[], T]],
        *,
        limit: int = 10,
        on_error: Literal["raise"] = "raise",
        progress: bool | Callable[[int, int | None], object] = False,
    ) -> list[T]: ...
    @overload
    def gather(
        self,
        calls: Iterable[Callable[[], T]],
        *,
        limit: int = 10,
        on_error: Literal["collect"],
        progress: bool | Callable[[int, int | None], object] = False,
    ) -> list[T | Exception]: ...
    def gather(
        self,
        calls: Iterable[Callable[[], T]],
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
            on_error: With ``"raise"``, the first error is raised: running calls end, and no others
                start. With ``"collect"``, errors are returned in place of results.
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
            >>> calls = [partial(client.users.get, user.id) for user in client.users.list()]
            >>> [user.name for user in client.gather(calls, limit=5)]
            ['Grace']
        """
        from julep._clients.gather import gather

        return gather(calls, limit, on_error, progress)

    @with_import_failures
    def request(
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

        Args:
            method: The HTTP method, in upper case.
            path: The path below ``base_url``, beginning with ``/``.
            query: Query parameters.
            body: The request's JSON body; omitted by default.
            headers: Additional headers of this request.

        Returns:
            The response's JSON, or None when its body is empty.

        Raises:
            InvalidArgumentError: When an argument cannot be sent.
            ArgumentTypeError: When an argument has a wrong type.
            ApiError: When the server responds with an error.
            NetworkError: When no response arrives.

        Example:
            >>> client.request("GET", "/agents", query={"limit": "1", "offset": "1"})
            {'items': []}
        """
        from julep._calls.untyped import untyped_call

        return self.api.send(untyped_call(method, path, query, body, headers))

    def get(self, path: str, *, query: Mapping[str, str] | None = None) -> JSON:
        """Send a GET request to an endpoint that this package has no method for.

        Args:
            path: The path below ``base_url``, beginning with ``/``.
            query: Query parameters.

        Returns:
            The response's JSON, or None when its body is empty.

        Raises:
            JulepError: The errors of `request`.

        Example:
            >>> client.get("/agents", query={"limit": "1", "offset": "1"})
            {'items': []}
        """
        return self.request("GET", path, query=query)

    def post(
        self, path: str, body: JSON | Unset = UNSET, *, query: Mapping[str, str] | None = None
    ) -> JSON:
        """Send a POST request to an endpoint that this package has no method for.

        Args:
            path: The path below ``base_url``, beginning with ``/``.
            body: The request's JSON body; omitted by default.
            query: Query parameters.

        Returns:
            The response's JSON, or None when its body is empty.

        Raises:
            JulepError: The errors of `request`.

        Example:
            >>> client.post("/users", {"name": "Grace"})
            {'id': '0d2f0c1e-…', 'created_at': '2025-01-31T09:00:00Z', 'jobs': []}
        """
        return self.request("POST", path, query=query, body=body)

    def put(
        self, path: str, body: JSON | Unset = UNSET, *, query: Mapping[str, str] | None = None
    ) -> JSON:
        """Send a PUT request to an endpoint that this package has no method for.

        Args:
            path: The path below ``base_url``, beginning with ``/``.
            body: The request's JSON body; omitted by default.
            query: Query parameters.

        Returns:
            The response's JSON, or None when its body is empty.

        Raises:
            JulepError: The errors of `request`.

        Example:
            >>> client.put(f"/users/{user.id}", {"name": "Grace", "about": ""})
            {'id': '0d2f0c1e-…', 'updated_at': '2025-01-31T09:00:00Z', 'jobs': []}
        """
        return self.request("PUT", path, query=query, body=body)

    def patch(
        self, path: str, body: JSON | Unset = UNSET, *, query: Mapping[str, str] | None = None
    ) -> JSON:
        """Send a PATCH request to an endpoint that this package has no method for.

        Args:
            path: The path below ``base_url``, beginning with ``/``.
            body: The request's JSON body; omitted by default.
            query: Query parameters.

        Returns:
            The response's JSON, or None when its body is empty.

        Raises:
            JulepError: The errors of `request`.

        Example:
            >>> client.patch(f"/users/{user.id}", {"name": "Grace"})
            {'id': '0d2f0c1e-…', 'updated_at': '2025-01-31T09:00:00Z', 'jobs': []}
        """
        return self.request("PATCH", path, query=query, body=body)

    def delete(self, path: str, *, query: Mapping[str, str] | None = None) -> JSON:
        """Send a DELETE request to an endpoint that this package has no method for.

        Args:
            path: The path below ``base_url``, beginning with ``/``.
            query: Query parameters.

        Returns:
            The response's JSON, or None when its body is empty.

        Raises:
            JulepError: The errors of `request`.

        Example:
            >>> client.delete(f"/users/{user.id}")
            {'id': '0d2f0c1e-…', 'deleted_at': '2025-01-31T09:00:00Z', 'jobs': []}
        """
        return self.request("DELETE", path, query=query)

    @with_import_failures
    def server(self) -> ServerInfo:
        """Return what the server reports of itself: its name, its version, its contract.

        Returns:
            Its name, its version (also each response's ``julep-version``), its contract's version.

        Raises:
            NotFoundError: When the server does not report it, or ``base_url`` is not the API's.
            InvalidResponseError: When it is not a server of this API.
            NetworkError: When no response arrives.

        Example:
            >>> client.server()
            ServerInfo(name='julep', version='…', contract='…')
        """
        from julep._calls.server_info import server_info_call

        return self.api.send(server_info_call())

    def close(self) -> None:
        """Close all connections; closing again has no effect.

        Example:
            >>> client = julep.Client()
            >>> client.close()
        """
        try:
            self.api.close()
        finally:
            if "_openai" in vars(self):
                self._openai.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


resolvable(__name__)

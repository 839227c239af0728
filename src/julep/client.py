"""The two clients: `Client` blocks, `AsyncClient` is awaited."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from julep._config import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT,
    check_http_client,
    read_config,
)
from julep._driver import AsyncDriver, BlockingDriver
from julep._openai import AwaitedOpenAI, BlockingOpenAI

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

    import httpx
    from openai.resources import AsyncChat, AsyncCompletions, Chat, Completions

    from julep.managers.agent import AgentsManager, AsyncAgentsManager
    from julep.managers.doc import AsyncDocsManager, DocsManager
    from julep.managers.job import AsyncJobsManager, JobsManager
    from julep.managers.memory import AsyncMemoriesManager, MemoriesManager
    from julep.managers.session import AsyncSessionsManager, SessionsManager
    from julep.managers.tool import AsyncToolsManager, ToolsManager
    from julep.managers.user import AsyncUsersManager, UsersManager

__all__ = ["AsyncClient", "Client"]


class Client:
    """The way to a Julep server, blocking.

    One client may be used from many threads. Close it, or use it in a ``with`` statement.

    Args:
        api_key: The key; else the environment's JULEP_API_KEY. A local server needs none.
        base_url: Where the API is; else JULEP_API_URL or JULEP_BASE_URL, or else the local
            server's ``http://127.0.0.1:8080/api``.
        timeout: Seconds to wait for the server at each step of a call; None for no limit.
        max_retries: How many times a request is sent again when a failure looks passing: 0 or
            more. What creates something carries an Idempotency-Key, so it is done once.
        headers: Further headers for every request.
        http_client: A client of httpx to send requests by. It keeps its own settings, apart from
            the timeout, and closing it stays with whoever made it.

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
        >>> with julep.Client() as client:
        ...     agent = client.agents.create(name="Ada")
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        timeout: float | None = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        headers: Mapping[str, str] | None = None,
        http_client: httpx.Client | None = None,
    ) -> None:
        config = read_config(api_key, base_url, timeout, max_retries, headers)
        check_http_client(http_client, asynchronous=False)
        self.base_url: str = config.base_url
        self.api: BlockingDriver = BlockingDriver(config, http_client)
        self._openai = BlockingOpenAI(config)

    @cached_property
    def agents(self) -> AgentsManager:
        """Who talks."""
        from julep.managers.agent import AgentsManager

        return AgentsManager(self.api)

    @cached_property
    def users(self) -> UsersManager:
        """Whom agents talk to."""
        from julep.managers.user import UsersManager

        return UsersManager(self.api)

    @cached_property
    def sessions(self) -> SessionsManager:
        """Conversations."""
        from julep.managers.session import SessionsManager

        return SessionsManager(self.api)

    @cached_property
    def docs(self) -> DocsManager:
        """Documents of agents and users."""
        from julep.managers.doc import DocsManager

        return DocsManager(self.api)

    @cached_property
    def tools(self) -> ToolsManager:
        """What agents' models may call."""
        from julep.managers.tool import ToolsManager

        return ToolsManager(self.api)

    @cached_property
    def memories(self) -> MemoriesManager:
        """What agents remember."""
        from julep.managers.memory import MemoriesManager

        return MemoriesManager(self.api)

    @cached_property
    def jobs(self) -> JobsManager:
        """What the server does after it has answered."""
        from julep.managers.job import JobsManager

        return JobsManager(self.api)

    @property
    def chat(self) -> Chat:
        """OpenAI's chat completions, answered by the server's model.

        Raises:
            ConfigurationError: When the openai package is not installed.
        """
        return self._openai.client.chat

    @property
    def completions(self) -> Completions:
        """OpenAI's text completions, answered by the server's model.

        Raises:
            ConfigurationError: When the openai package is not installed.
        """
        return self._openai.client.completions

    def close(self) -> None:
        """Close every connection; a second time does nothing."""
        try:
            self.api.close()
        finally:
            self._openai.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client(base_url={self.base_url!r})"


class AsyncClient:
    """The way to a Julep server, awaited, on asyncio and on trio.

    One client may be used on several event loops, one after another. Close it, or use it in an
    ``async with`` statement.

    Args:
        api_key: The key; else the environment's JULEP_API_KEY. A local server needs none.
        base_url: Where the API is; else JULEP_API_URL or JULEP_BASE_URL, or else the local
            server's ``http://127.0.0.1:8080/api``.
        timeout: Seconds to wait for the server at each step of a call; None for no limit.
        max_retries: How many times a request is sent again when a failure looks passing: 0 or
            more. What creates something carries an Idempotency-Key, so it is done once.
        headers: Further headers for every request.
        http_client: An async client of httpx to send requests by. It keeps its own settings, apart
            from the timeout, and closing it stays with whoever made it.

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
        timeout: float | None = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        headers: Mapping[str, str] | None = None,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        config = read_config(api_key, base_url, timeout, max_retries, headers)
        check_http_client(http_client, asynchronous=True)
        self.base_url: str = config.base_url
        self.api: AsyncDriver = AsyncDriver(config, http_client)
        self._openai = AwaitedOpenAI(config)

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

    async def aclose(self) -> None:
        """Close every connection of this event loop; a second time does nothing."""
        try:
            await self.api.aclose()
        finally:
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

    def __repr__(self) -> str:
        return f"AsyncClient(base_url={self.base_url!r})"

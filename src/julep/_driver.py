"""The two drivers: they do what a flow says, one blocking, one awaiting.

They are mirror images; what differs between them is ``await`` and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from julep._flow import Flow, Flows, Pause, Work
from julep.errors import ConfigurationError

if TYPE_CHECKING:
    import httpx

    from julep._config import Config
    from julep._flow import Task
    from julep._http import AsyncBody, AsyncWire, BlockingBody, BlockingWire
    from julep.streams import AsyncChatStream, ChatStream
    from julep_api.client import Call, EventCall
    from julep_api.models import ChatResponseChunk

T = TypeVar("T")


class Driver(Protocol):
    """What managers need to know of a driver: it runs a call, now or when awaited."""

    is_async: ClassVar[bool]
    """Whether what it gives has to be awaited."""

    def send(self, call: Call[T], /) -> T | Awaitable[T]:
        """Make one call."""
        ...

    def stream(
        self, call: EventCall[ChatResponseChunk], /
    ) -> ChatStream | Awaitable[AsyncChatStream]:
        """Open one streamed call."""
        ...

    def ask(self, call: Call[T], /) -> Flow[Any, T]:
        """Give the flow that makes one call, to be a part of another flow."""
        ...

    def run(self, flow: Flow[Any, T], /) -> T | Awaitable[T]:
        """Do what a flow says until it ends, and give what it ends with."""
        ...


class BlockingDriver:
    """The low-level client that blocks: runs any generated operation.

    Example:
        >>> from julep_api.api.sessions import list_sessions
        >>> page = client.api.send(list_sessions.call(limit=10))
    """

    is_async: ClassVar[bool] = False

    def __init__(self, config: Config, http_client: httpx.Client | None = None) -> None:
        self._timeout = config.timeout
        self._flows: Flows[BlockingBody] = Flows(config)
        self._http_client = http_client
        self._wire: BlockingWire | None = None
        self._closed = False
        self._making = Lock()

    def send(self, call: Call[T], /) -> T:
        """Make one call.

        Raises:
            ApiError: When the server answers with an error.
            NetworkError: When no answer comes.
        """
        return self.run(self._flows.ask(call))

    def stream(self, call: EventCall[ChatResponseChunk], /) -> ChatStream:
        """Open one streamed call.

        Raises:
            ApiError: When the server answers with an error.
            NetworkError: When no answer comes.
        """
        from julep.streams import ChatStream

        opened, attempts = self.run(self._flows.open(call))
        return ChatStream(opened, call, attempts)

    def ask(self, call: Call[T], /) -> Flow[BlockingBody, T]:
        """Give the flow that makes one call, to be a part of another flow."""
        return self._flows.ask(call)

    def run(self, flow: Flow[BlockingBody, T], /) -> T:
        """Do what a flow says until it ends, and give what it ends with."""
        wire = self._open()
        try:
            step = next(flow)
            while True:
                if isinstance(step, Pause):
                    time.sleep(step.seconds)
                    step = flow.send(None)
                elif isinstance(step, Work):
                    step = flow.send([task.run() for task in step.tasks])
                else:
                    step = flow.send(wire.send(step))
        except StopIteration as end:
            result: T = end.value
            return result

    def close(self) -> None:
        """Close every connection; a second time does nothing."""
        self._closed = True
        if self._wire is not None:
            self._wire.close()

    def _open(self) -> BlockingWire:
        """Give what sends requests; importing the HTTP library waits for the first of them."""
        if self._closed:
            raise ConfigurationError("this client is closed: make a new one")
        if self._wire is None:
            from julep._http import BlockingWire

            with self._making:
                self._wire = self._wire or BlockingWire(self._timeout, self._http_client)
        return self._wire


class AsyncDriver:
    """The low-level client that is awaited: runs any generated operation.

    Example:
        >>> from julep_api.api.sessions import list_sessions
        >>> page = await client.api.send(list_sessions.call(limit=10))
    """

    is_async: ClassVar[bool] = True

    def __init__(self, config: Config, http_client: httpx.AsyncClient | None = None) -> None:
        self._timeout = config.timeout
        self._flows: Flows[AsyncBody] = Flows(config)
        self._http_client = http_client
        self._wire: AsyncWire | None = None
        self._closed = False
        self._making = Lock()

    async def send(self, call: Call[T], /) -> T:
        """Make one call.

        Raises:
            ApiError: When the server answers with an error.
            NetworkError: When no answer comes.
        """
        return await self.run(self._flows.ask(call))

    async def stream(self, call: EventCall[ChatResponseChunk], /) -> AsyncChatStream:
        """Open one streamed call.

        Raises:
            ApiError: When the server answers with an error.
            NetworkError: When no answer comes.
        """
        from julep.streams import AsyncChatStream

        opened, attempts = await self.run(self._flows.open(call))
        return AsyncChatStream(opened, call, attempts)

    def ask(self, call: Call[T], /) -> Flow[AsyncBody, T]:
        """Give the flow that makes one call, to be a part of another flow."""
        return self._flows.ask(call)

    async def run(self, flow: Flow[AsyncBody, T], /) -> T:
        """Do what a flow says until it ends, and give what it ends with."""
        import anyio

        wire = self._open()
        try:
            step = next(flow)
            while True:
                if isinstance(step, Pause):
                    await anyio.sleep(step.seconds)
                    step = flow.send(None)
                elif isinstance(step, Work):
                    step = flow.send(await _together(step.tasks))
                else:
                    step = flow.send(await wire.send(step))
        except StopIteration as end:
            result: T = end.value
            return result

    async def aclose(self) -> None:
        """Close every connection; a second time does nothing."""
        self._closed = True
        if self._wire is not None:
            await self._wire.aclose()

    def _open(self) -> AsyncWire:
        """Give what sends requests; importing the HTTP library waits for the first of them."""
        if self._closed:
            raise ConfigurationError("this client is closed: make a new one")
        if self._wire is None:
            from julep._http import AsyncWire

            with self._making:
                self._wire = self._wire or AsyncWire(self._timeout, self._http_client)
        return self._wire


async def _together(tasks: Sequence[Task]) -> list[object]:
    """Do tasks at once; give what came of each, in their order."""
    import anyio

    done: dict[int, object] = {}

    async def do(number: int) -> None:
        done[number] = await tasks[number].arun()

    async with anyio.create_task_group() as group:
        for number in range(len(tasks)):
            group.start_soon(do, number)
    return [done[number] for number in range(len(tasks))]

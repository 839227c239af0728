"""The two drivers: they do what a flow says, one blocking, one awaiting.

They are mirror images; what differs between them is ``await`` and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from julep._calls.flow import Flow, Flows, RunTasks, Sleep
from julep._http.messages import AsyncResponseBody, ResponseBody

if TYPE_CHECKING:
    from julep._calls.attempts import AttemptTracker
    from julep._calls.flow import Task
    from julep._http.connections import Connections
    from julep._http.messages import AsyncTransport, StreamingResponse, Transport
    from julep._settings.config import Config
    from julep.errors import NetworkError
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


class SyncDriver:
    """The low-level client that blocks: runs any generated operation.

    Example:
        >>> from julep_api.api.sessions import list_sessions
        >>> page = client.api.send(list_sessions.call(limit=10))
    """

    is_async: ClassVar[bool] = False

    def __init__(self, config: Config, connections: Connections[Transport]) -> None:
        self._flows: Flows[ResponseBody] = Flows(config)
        self._connections = connections

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

        attempts, opened = self.run(self._flows.open(call))
        return ChatStream(self, call, attempts, opened)

    def reopen(
        self, attempts: AttemptTracker, last_id: str, lost: NetworkError, /
    ) -> StreamingResponse[ResponseBody]:
        """Go on with a stream that was lost, after its last event that came."""
        return self.run(self._flows.reopen(attempts, last_id, lost))

    def ask(self, call: Call[T], /) -> Flow[ResponseBody, T]:
        """Give the flow that makes one call, to be a part of another flow."""
        return self._flows.ask(call)

    def run(self, flow: Flow[ResponseBody, T], /) -> T:
        """Do what a flow says until it ends, and give what it ends with."""
        wire = self._connections.wire()
        try:
            step = next(flow)
            while True:
                if isinstance(step, Sleep):
                    time.sleep(step.seconds)
                    self._connections.check_open()
                    step = flow.send(None)
                elif isinstance(step, RunTasks):
                    step = flow.send([task.run() for task in step.tasks])
                else:
                    step = flow.send(wire.send(step))
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            flow.close()  # it may be in the midst of a step: what is cancelled ends here

    def close(self) -> None:
        """Close every connection; a second time does nothing."""
        wire = self._connections.end()
        if wire is not None:
            wire.close()


class AsyncDriver:
    """The low-level client that is awaited: runs any generated operation.

    Example:
        >>> from julep_api.api.sessions import list_sessions
        >>> page = await client.api.send(list_sessions.call(limit=10))
    """

    is_async: ClassVar[bool] = True

    def __init__(self, config: Config, connections: Connections[AsyncTransport]) -> None:
        self._flows: Flows[AsyncResponseBody] = Flows(config)
        self._connections = connections

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

        attempts, opened = await self.run(self._flows.open(call))
        return AsyncChatStream(self, call, attempts, opened)

    async def reopen(
        self, attempts: AttemptTracker, last_id: str, lost: NetworkError, /
    ) -> StreamingResponse[AsyncResponseBody]:
        """Go on with a stream that was lost, after its last event that came."""
        return await self.run(self._flows.reopen(attempts, last_id, lost))

    def ask(self, call: Call[T], /) -> Flow[AsyncResponseBody, T]:
        """Give the flow that makes one call, to be a part of another flow."""
        return self._flows.ask(call)

    async def run(self, flow: Flow[AsyncResponseBody, T], /) -> T:
        """Do what a flow says until it ends, and give what it ends with."""
        wire = self._connections.wire()
        try:
            step = next(flow)
            while True:
                if isinstance(step, Sleep):
                    await _sleep(step.seconds)
                    self._connections.check_open()
                    step = flow.send(None)
                elif isinstance(step, RunTasks):
                    step = flow.send(await _run_tasks(step.tasks))
                else:
                    step = flow.send(await wire.send(step))
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            flow.close()  # it may be in the midst of a step: what is cancelled ends here

    async def aclose(self) -> None:
        """Close every connection of this event loop; a second time does nothing."""
        wire = self._connections.end()
        if wire is not None:
            await wire.aclose()


async def _sleep(seconds: float) -> None:
    import anyio

    await anyio.sleep(seconds)


async def _run_tasks(tasks: Sequence[Task]) -> list[object]:
    """Do tasks at once; give what came of each, in their order."""
    import anyio

    done: dict[int, object] = {}

    async def do(number: int) -> None:
        done[number] = await tasks[number].arun()

    async with anyio.create_task_group() as group:
        for number in range(len(tasks)):
            group.start_soon(do, number)
    return [done[number] for number in range(len(tasks))]

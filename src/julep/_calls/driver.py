"""The drivers, which run the steps of a flow: one sync, one async.

They are mirror images, except that only the async driver runs the tasks of a step concurrently.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Final, Generic, Self, TypeVar

from julep._arguments.ending import import_failure
from julep._calls.flow import Flows, RunTasks, Sleep
from julep._lazy import resolvable
from julep.errors import NetworkError

if TYPE_CHECKING:
    from julep._calls.attempts import AttemptTracker
    from julep._calls.flow import Flow, Task
    from julep._calls.protocols import Driver
    from julep._calls.streams import AsyncChatStream, ChatStream
    from julep._http.connections import Connections
    from julep._http.messages import Outcome, Request, Response, StreamingResponse
    from julep._http.protocols import (
        AsyncResponseBody,
        AsyncTransport,  # noqa: F401  # named as text in the bases
        ResponseBody,
        Transport,  # noqa: F401  # named as text in the bases
    )
    from julep._settings.config import Config
    from julep_api.client import Call, EventCall
    from julep_api.models import ChatResponseChunk

T = TypeVar("T")
BodyT = TypeVar("BodyT")
TransportT = TypeVar("TransportT")

# A client may be closed from any thread and any event loop, and in a signal's handler: looking is
# simpler than an event for each of these.
_PART: Final = 0.2


class BaseDriver(Generic[BodyT, TransportT]):
    """What the drivers share: they are copied and pickled as clients are.

    Managers and their methods, which have a driver, are too.
    """

    def __init__(self, config: Config, connections: Connections[TransportT]) -> None:
        self._flows: Flows[BodyT] = Flows(config, connections.config.secrets)
        self._connections = connections

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        # Neither connections nor secrets are duplicated: the copy stays in this process.
        return self

    def __reduce__(self) -> tuple[object, ...]:
        config = self._flows.config
        connections = self._connections.for_pickle(with_secrets=config.pickle_api_key)
        return _unpickle, (type(self), config.for_pickle(), connections)


class SyncDriver(BaseDriver["ResponseBody", "Transport"]):
    """The low-level sync client: makes the call of any generated operation.

    Example:
        >>> from julep_api.api.sessions import list_sessions
        >>> page = client.api.send(list_sessions.call(limit=10))
    """

    is_async: ClassVar[bool] = False

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            return _operation_method(self, name)

    def send(self, call: Call[T], /) -> T:
        """Make a call.

        Args:
            call: The call, built by the ``call`` function of an operation's module.

        Returns:
            The response, read as the contract describes it.

        Raises:
            ApiError: When the server responds with an error.
            NetworkError: When no complete response arrives.
        """
        return self.run(self._flows.request(call))

    def stream(self, call: EventCall[ChatResponseChunk], /) -> ChatStream:
        """Make a streamed call.

        Args:
            call: The call, built by the ``stream`` function of an operation's module.

        Returns:
            The stream, whose events are read as they come.

        Raises:
            ApiError: When the server responds with an error.
            NetworkError: When no response arrives.
        """
        stream = self.prepare_stream(call)
        stream.open()
        return stream

    def prepare_stream(self, call: EventCall[ChatResponseChunk], /) -> ChatStream:
        """Return the stream of a call, which is made when the stream is entered.

        Args:
            call: The call, built by the ``stream`` function of an operation's module.

        Returns:
            The stream; entering or reading it raises what `stream` raises.
        """
        from julep._calls.streams import ChatStream

        return ChatStream(call, lambda: self.run(self._flows.open_stream(call)), self._resume)

    def flow_of(
        self, call: Call[T], /, on_response: Callable[[Response], None] | None = None
    ) -> Flow[ResponseBody, T]:
        """Return the flow of a call, for use within another flow."""
        return self._flows.request(call, on_response)

    def run(self, flow: Flow[ResponseBody, T], /) -> T:
        """Run a flow to its end, and return its result."""
        transport = self._connections.built()
        try:
            step = next(flow)
            while True:
                if isinstance(step, Sleep):
                    sleep(step.seconds, self._connections.check_open)
                    step = flow.send(None)
                elif isinstance(step, RunTasks):
                    step = flow.send([task.run() for task in step.tasks])
                elif transport is None:
                    step = flow.send(self._send_first(step))
                else:
                    step = flow.send(transport.send(step))
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            flow.close()  # an exception may have come in the middle of a step

    def _send_first(self, request: Request) -> Outcome[ResponseBody]:
        """Send a request by a transport that is built, if need be, in the time of the call."""
        loading = self._connections.loading()
        if loading is not None:
            from julep._http.loading import wait_for_loading

            try:
                wait_for_loading(loading, request)
            except NetworkError as error:
                return error
        try:
            transport = self._connections.transport()
        except ImportError as error:
            raise import_failure(error) from None
        return transport.send(request)

    def _resume(
        self,
        tracker: AttemptTracker,
        last_id: str,
        failure: NetworkError | Response,
        delay: float | None,
    ) -> StreamingResponse[ResponseBody]:
        return self.run(self._flows.resume_stream(tracker, last_id, failure, delay))

    def close(self) -> None:
        """Close every connection; a second time does nothing."""
        transport = self._connections.mark_closed()
        if transport is not None:
            transport.close()


class AsyncDriver(BaseDriver["AsyncResponseBody", "AsyncTransport"]):
    """The low-level async client: makes the call of any generated operation.

    Example:
        >>> from julep_api.api.sessions import list_sessions
        >>> page = await client.api.send(list_sessions.call(limit=10))
    """

    is_async: ClassVar[bool] = True

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            return _operation_method(self, name)

    async def send(self, call: Call[T], /) -> T:
        """Make a call.

        Args:
            call: The call, built by the ``call`` function of an operation's module.

        Returns:
            The response, read as the contract describes it.

        Raises:
            ApiError: When the server responds with an error.
            NetworkError: When no complete response arrives.
        """
        return await self.run(self._flows.request(call))

    async def stream(self, call: EventCall[ChatResponseChunk], /) -> AsyncChatStream:
        """Make a streamed call.

        Args:
            call: The call, built by the ``stream`` function of an operation's module.

        Returns:
            The stream, whose events are read as they come.

        Raises:
            ApiError: When the server responds with an error.
            NetworkError: When no response arrives.
        """
        stream = self.prepare_stream(call)
        await stream.open()
        return stream

    def prepare_stream(self, call: EventCall[ChatResponseChunk], /) -> AsyncChatStream:
        """Return the stream of a call, which is made when the stream is entered.

        Args:
            call: The call, built by the ``stream`` function of an operation's module.

        Returns:
            The stream; entering or reading it raises what `stream` raises.
        """
        from julep._calls.streams import AsyncChatStream

        return AsyncChatStream(call, lambda: self.run(self._flows.open_stream(call)), self._resume)

    def flow_of(
        self, call: Call[T], /, on_response: Callable[[Response], None] | None = None
    ) -> Flow[AsyncResponseBody, T]:
        """Return the flow of a call, for use within another flow."""
        return self._flows.request(call, on_response)

    async def run(self, flow: Flow[AsyncResponseBody, T], /) -> T:
        """Run a flow to its end, and return its result."""
        transport = self._connections.built()
        try:
            step = next(flow)
            while True:
                if isinstance(step, Sleep):
                    await sleep_async(step.seconds, self._connections.check_open)
                    step = flow.send(None)
                elif isinstance(step, RunTasks):
                    step = flow.send(await _run_tasks(step.tasks))
                elif transport is None:
                    step = flow.send(await self._send_first(step))
                else:
                    step = flow.send(await transport.send(step))
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            flow.close()  # an exception may have come in the middle of a step

    async def _send_first(self, request: Request) -> Outcome[AsyncResponseBody]:
        """Send a request by a transport that is built, if need be, in the time of the call."""
        loading = self._connections.loading()
        if loading is not None:
            from julep._http.loading import wait_for_loading_async

            try:
                await wait_for_loading_async(loading, request)
            except NetworkError as error:
                return error
        return await self._connections.transport().send(request)

    async def _resume(
        self,
        tracker: AttemptTracker,
        last_id: str,
        failure: NetworkError | Response,
        delay: float | None,
    ) -> StreamingResponse[AsyncResponseBody]:
        return await self.run(self._flows.resume_stream(tracker, last_id, failure, delay))

    async def aclose(self) -> None:
        """Close every connection of this event loop; a second time does nothing."""
        transport = self._connections.mark_closed()
        if transport is not None:
            await transport.aclose()

    def close_now(self) -> None:
        """Close every connection of all event loops, where none of them runs any longer."""
        transport = self._connections.mark_closed()
        close: Callable[[], None] | None = getattr(transport, "close_now", None)
        if close is not None:  # a client of httpx only closes on its loop
            close()


def _unpickle(
    kind: type[BaseDriver[BodyT, TransportT]], config: Config, connections: Connections[TransportT]
) -> BaseDriver[BodyT, TransportT]:
    """Build a driver from the settings of a pickled one."""
    return kind(config.unpickled(), connections)


def _operation_method(driver: Driver, name: str) -> object:
    """Return the method of an operation that julep 0.3's low-level clients had."""
    if not name.startswith("_"):
        from julep._calls.named_operations import operation_method  # seldom needed

        method = operation_method(name, driver.send, driver.stream)
        if method is not None:
            return method
    raise AttributeError(f"{type(driver).__name__!r} object has no attribute {name!r}")


def sleep(seconds: float, check_open: Callable[[], None]) -> None:
    """Wait before the next step, until the client is closed.

    `julep.testing` replaces this function.
    """
    for part in _parts(seconds):
        time.sleep(part)
        check_open()


async def sleep_async(seconds: float, check_open: Callable[[], None]) -> None:
    """Wait before the next step, until the client is closed.

    `julep.testing` replaces this function.
    """
    import anyio

    for part in _parts(seconds):
        await anyio.sleep(part)
        check_open()


def _parts(seconds: float) -> Iterator[float]:
    """Yield the parts of a delay, after each of which the client may turn out to be closed."""
    while seconds > _PART:
        yield _PART
        seconds -= _PART
    yield seconds


async def _run_tasks(tasks: Sequence[Task]) -> list[object]:
    """Run tasks concurrently; return their results in order."""
    if len(tasks) == 1:
        # Without a task group, which would put a SystemExit of a function into a group of errors.
        return [await tasks[0].arun()]
    import anyio

    results: dict[int, object] = {}

    async def run(number: int) -> None:
        results[number] = await tasks[number].arun()

    async with anyio.create_task_group() as group:
        for number in range(len(tasks)):
            group.start_soon(run, number)
    return [results[number] for number in range(len(tasks))]


resolvable(__name__)

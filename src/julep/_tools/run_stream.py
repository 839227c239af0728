"""The stream of a run: what the model writes, and the calls of its functions, as they happen.

A run is the flow of a `ToolLoop`. Here its requests are steps of their own (`StreamTurn`), so that
the streams below can yield what arrives while the flow waits for the response. `RunSteps` decides;
the sync and the async stream are mirror images over it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias, TypeVar

from julep._calls.stream_events import (
    AnswerFinished,
    AsyncTextIterator,
    TextDelta,
    TextIterator,
    ToolCallArguments,
    ToolCallBegun,
)
from julep._lazy import resolvable
from julep._tools.calls import ToolResult
from julep.errors import StreamClosedError
from julep_api.client import EventCall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator
    from types import TracebackType

    from julep._calls.driver import AsyncDriver, Driver, SyncDriver
    from julep._calls.flow import Flow
    from julep._calls.stream_events import StreamEvent
    from julep._calls.streams import AsyncChatStream, ChatStream
    from julep._tools.loop import ToolLoop
    from julep_api.client import Call
    from julep_api.models import ChatResponse, ChatResponseChunk

T = TypeVar("T")

RunEvent: TypeAlias = TextDelta | ToolCallBegun | ToolCallArguments | ToolResult | AnswerFinished
"""What `RunStream` yields."""


class StreamTurn(NamedTuple):
    """A step of a run that streams a response; its result is the whole response."""

    call: EventCall[ChatResponseChunk]


class TurnFlows:
    """Builds the flows of a loop's calls: a streamed one is the step `StreamTurn`."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def flow_of(self, call: Call[T] | EventCall[ChatResponseChunk], /) -> Flow[Any, Any]:
        """Return the flow of a call, to be a part of another flow."""
        return _turn(call) if isinstance(call, EventCall) else self._driver.flow_of(call)


def _turn(call: EventCall[ChatResponseChunk]) -> Generator[Any, Any, Any]:
    return (yield StreamTurn(call))


def _single(step: Any) -> Generator[Any, Any, Any]:
    """Return a flow of one step."""
    return (yield step)


class RunSteps:
    """The steps of a run, and the events that are ready.

    Attributes:
        ready: Events that happened and were not read.
        response: The final response, when the run is over.
        is_closed: Whether nothing more is read.
    """

    def __init__(self, loop: ToolLoop) -> None:
        self.ready: deque[RunEvent] = deque()
        self.response: ChatResponse | None = None
        self.is_closed = False
        self._loop = loop
        self._flow: Flow[Any, Any] | None = None

    def send(self, result: Any = None) -> Any:
        """Take the result of the last step; return the next one, or None when events are ready."""
        self._flow = self._flow or self._loop.more()
        try:
            return self._flow.send(result)
        except StopIteration as end:
            self._flow = None
            for step in end.value:
                if isinstance(step, ToolResult):
                    self.ready.append(step)
                elif self._loop.over:
                    self.response = step
                    self.ready.append(AnswerFinished(step))
            return None

    def check_open(self) -> None:
        """Check that events can be read.

        Raises:
            StreamClosedError: When all were read, or the stream was closed.
        """
        if self.response is not None and not self.ready:
            raise StreamClosedError("the stream of this run was read to its end")
        if self.is_closed and not self.ready:
            raise StreamClosedError("the stream of this run was closed before its end")

    def final_response(self) -> ChatResponse:
        """Return the final response.

        Raises:
            StreamClosedError: When the run did not come to its end.
        """
        if self.response is None:
            raise StreamClosedError("the stream of this run was closed before its end")
        return self.response

    def close(self) -> None:
        """Make no further step."""
        self.is_closed = True
        if self._flow is not None:
            self._flow.close()


def _text_of(event: RunEvent) -> str:
    return event.text if isinstance(event, TextDelta) else ""


class RunStream:
    """What happens in a run, as it happens.

    An iterator of `TextDelta`, `ToolCallBegun` and `ToolCallArguments` while the model writes, of
    `julep.ToolResult` when a function was called, and at the end of `AnswerFinished`. It is a
    context manager too: leaving it before the end closes the connection, and the run ends.

    Raises:
        ApiError: While reading, when the server reports that it failed.
        StreamInterruptedError: While reading, when the connection is lost for good.
        MaxTurnsError: While reading, when there is no answer after the last turn.
        StreamClosedError: When it is read again after its end, or after it was closed.

    Example:
        >>> with client.sessions.stream_run(session.id, messages, [temperature]) as run:
        ...     for event in run:
        ...         match event:
        ...             case TextDelta(text):
        ...                 print(text, end="")
        ...             case julep.ToolResult(name=name, content=content):
        ...                 print(name, content)
    """

    __module__ = "julep.streams"

    def __init__(self, loop: ToolLoop, driver: SyncDriver) -> None:
        self._steps = RunSteps(loop)
        self._driver = driver
        self._turn: ChatStream | None = None
        self._events: Iterator[StreamEvent]

    def __iter__(self) -> RunStream:
        self._steps.check_open()
        return self

    def __next__(self) -> RunEvent:
        steps = self._steps
        if not steps.ready:
            if steps.response is not None:
                raise StopIteration
            steps.check_open()
            try:
                while not steps.ready:
                    self._read()
            except BaseException:
                self.close()
                raise
        return steps.ready.popleft()

    @property
    def text_stream(self) -> Iterator[str]:
        """An iterator of the pieces of all texts that the model writes."""
        return TextIterator(self, _text_of)

    def get_final_response(self) -> ChatResponse:
        """Read the rest of the run, and return its last response, as `run` does.

        Returns:
            The response with the model's answer.

        Raises:
            ApiError: When the server reports that it failed.
            MaxTurnsError: When there is no answer after the last turn.
            StreamClosedError: When the run was closed before its end.
        """
        while self._steps.response is None:
            next(self)
        return self._steps.final_response()

    def _read(self) -> None:
        """Read an event of the turn, or make the next step."""
        result = None
        if self._turn is not None:
            event = next(self._events)
            if not isinstance(event, AnswerFinished):
                self._steps.ready.append(event)
                return
            self._turn, result = None, event.response
        step = self._steps.send(result)
        while step is not None and not isinstance(step, StreamTurn):
            step = self._steps.send(self._driver.run(_single(step)))
        if step is not None:
            self._turn = turn = self._driver.prepare_stream(step.call)
            turn.open()
            self._events = turn.events()

    def close(self) -> None:
        """Stop the run, and close the connection if there was more to come."""
        self._steps.close()
        if self._turn is not None:
            self._turn.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncRunStream:
    """What happens in a run, as it happens.

    An async iterator of `TextDelta`, `ToolCallBegun` and `ToolCallArguments` while the model
    writes, of `julep.ToolResult` when a function was called, and at the end of `AnswerFinished`. It
    is an async context manager too: leaving it before the end closes the connection, and the run
    ends.

    Raises:
        ApiError: While reading, when the server reports that it failed.
        StreamInterruptedError: While reading, when the connection is lost for good.
        MaxTurnsError: While reading, when there is no answer after the last turn.
        StreamClosedError: When it is read again after its end, or after it was closed.

    Example:
        >>> async with client.sessions.stream_run(session.id, messages, [temperature]) as run:
        ...     async for event in run:
        ...         match event:
        ...             case TextDelta(text):
        ...                 print(text, end="")
        ...             case julep.ToolResult(name=name, content=content):
        ...                 print(name, content)
    """

    __module__ = "julep.streams"

    def __init__(self, loop: ToolLoop, driver: AsyncDriver) -> None:
        self._steps = RunSteps(loop)
        self._driver = driver
        self._turn: AsyncChatStream | None = None
        self._events: AsyncIterator[StreamEvent]

    def __aiter__(self) -> AsyncRunStream:
        self._steps.check_open()
        return self

    async def __anext__(self) -> RunEvent:
        steps = self._steps
        if not steps.ready:
            if steps.response is not None:
                raise StopAsyncIteration
            steps.check_open()
            try:
                while not steps.ready:
                    await self._read()
            except BaseException:
                await self.aclose()
                raise
        return steps.ready.popleft()

    @property
    def text_stream(self) -> AsyncIterator[str]:
        """An async iterator of the pieces of all texts that the model writes."""
        return AsyncTextIterator(self, _text_of)

    async def get_final_response(self) -> ChatResponse:
        """Read the rest of the run, and return its last response, as `run` does.

        Returns:
            The response with the model's answer.

        Raises:
            ApiError: When the server reports that it failed.
            MaxTurnsError: When there is no answer after the last turn.
            StreamClosedError: When the run was closed before its end.
        """
        while self._steps.response is None:
            await anext(self)
        return self._steps.final_response()

    async def _read(self) -> None:
        """Read an event of the turn, or make the next step."""
        result = None
        if self._turn is not None:
            event = await anext(self._events)
            if not isinstance(event, AnswerFinished):
                self._steps.ready.append(event)
                return
            self._turn, result = None, event.response
        step = self._steps.send(result)
        while step is not None and not isinstance(step, StreamTurn):
            step = self._steps.send(await self._driver.run(_single(step)))
        if step is not None:
            self._turn = turn = self._driver.prepare_stream(step.call)
            await turn.open()
            self._events = turn.events()

    async def aclose(self) -> None:
        """Stop the run, and close the connection if there was more to come."""
        self._steps.close()
        if self._turn is not None:
            await self._turn.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


resolvable(__name__, shown_in="julep.streams")

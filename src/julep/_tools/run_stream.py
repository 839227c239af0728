"""The stream of a run: what the model writes, and the calls of its functions, as they happen.

A run is the flow of a `ToolLoop`. Here its requests are steps of their own (`StreamTurn`), so that
the streams below can yield what arrives while the flow waits for the response. `RunSteps` decides;
the sync and the async stream are mirror images over it.
"""

from __future__ import annotations

from collections import deque
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Self, TypeAlias

from julep._calls.stream_events import (
    AnswerFinished,
    AnswerRejected,
    AsyncStreamIterator,
    StreamIterator,
    TextDelta,
    ToolCallArguments,
    ToolCallBegun,
)
from julep._lazy import resolvable
from julep._tools.calls import ToolResult
from julep.errors import StreamClosedError
from julep_api.client import EventCall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator
    from contextlib import AbstractContextManager

    from typing_extensions import TypeVar

    from julep._calls.driver import AsyncDriver, SyncDriver
    from julep._calls.flow import Flow
    from julep._calls.protocols import Driver
    from julep._calls.stream_events import StreamEvent
    from julep._calls.streams import AsyncChatStream, ChatStream
    from julep._http.messages import Response
    from julep._tools.loop import ToolLoop
    from julep_api.client import Call
    from julep_api.models import ChatResponse, ChatResponseChunk

    T = TypeVar("T")
    R_co = TypeVar("R_co", covariant=True, default=ChatResponse)
else:
    from typing import TypeVar

    # Type variables have defaults at run time from Python 3.13 on.
    R_co = TypeVar("R_co", covariant=True)

RunEvent: TypeAlias = (
    TextDelta | ToolCallBegun | ToolCallArguments | ToolResult | AnswerRejected | AnswerFinished
)
"""What `RunStream` yields.

Example:
    >>> with client.sessions.stream_run(session.id, "Hello!", [temperature]) as run:
    ...     print({type(event).__name__ for event in run} == {"TextDelta", "AnswerFinished"})
    True
"""


class StreamTurn(NamedTuple):
    """A step of a run that streams a response; its result is the whole response."""

    call: EventCall[ChatResponseChunk]


class TurnFlows:
    """Builds the flows of a loop's calls: a streamed one is the step `StreamTurn`."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def flow_of(
        self,
        call: Call[T] | EventCall[ChatResponseChunk],
        /,
        on_response: Callable[[Response], None] | None = None,
    ) -> Flow[Any, Any]:
        """Return the flow of a call, to be a part of another flow."""
        if isinstance(call, EventCall):
            return _turn(call)
        return self._driver.flow_of(call, on_response)


def _turn(call: EventCall[ChatResponseChunk]) -> Generator[Any, Any, Any]:
    return (yield StreamTurn(call))


def _single(step: Any) -> Generator[Any, Any, Any]:
    """Return a flow of one step."""
    return (yield step)


class RunSteps:
    """The steps of a run, and the events that are ready.

    Attributes:
        ready: Events that happened and were not read.
        result: What the run returns, when it is over.
        is_closed: Whether nothing more is read.
    """

    def __init__(self, loop: ToolLoop) -> None:
        self.ready: deque[RunEvent] = deque()
        self.result: Any = None
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
                    self.result = self._loop.result()
                    self.ready.append(AnswerFinished(step))
                elif self._loop.rejection:
                    self.ready.append(AnswerRejected(step, self._loop.rejection))
            return None

    def attached(self) -> AbstractContextManager[None]:
        """Make the run's span the current one while a turn's stream is opened."""
        return nullcontext() if self._loop.span is None else self._loop.span.attached()

    def check_open(self) -> None:
        """Check that events can be read.

        Raises:
            StreamClosedError: When all were read, or the stream was closed.
        """
        if self.result is not None and not self.ready:
            raise StreamClosedError("the stream of this run was read to its end")
        if self.is_closed and not self.ready:
            raise StreamClosedError("the stream of this run was closed before its end")

    def final_response(self) -> Any:
        """Return the result.

        Raises:
            StreamClosedError: When the run did not come to its end.
        """
        if self.result is None:
            raise StreamClosedError("the stream of this run was closed before its end")
        return self.result

    def close(self) -> None:
        """Make no further step."""
        self.is_closed = True
        if self._flow is not None:
            self._flow.close()
        if self._loop.span is not None:
            self._loop.span.end()


def _texts_of(event: RunEvent | None) -> tuple[str, ...]:
    return (event.text,) if isinstance(event, TextDelta) else ()


class RunStream(Generic[R_co]):
    """What happens in a run, as it happens.

    An iterator of `TextDelta`, `ToolCallBegun` and `ToolCallArguments` while the model writes, of
    `julep.ToolResult` when a function was called, of `AnswerRejected` when an answer does not match
    the ``output``, and at the end of `AnswerFinished`. It is a context manager too: leaving it
    before the end closes the connection, and the run ends.

    Raises:
        ApiError: While reading, when the server reports that it failed.
        StreamInterruptedError: While reading, when the connection is lost for good.
        InvalidOutputError: While reading, when the answer does not match the ``output``.
        MaxTurnsError: While reading, when there is no answer after the last turn.
        StreamClosedError: When it is read again after its end, or after it was closed.

    Example:
        >>> from julep.streams import TextDelta
        >>> with client.sessions.stream_run(session.id, messages, [temperature]) as run:
        ...     for event in run:
        ...         match event:
        ...             case julep.ToolResult(name=name, content=content):
        ...                 print(name, content)
        ...             case TextDelta(text):
        ...                 print(text, end="")
        temperature 21.5
        It is 21.5 degrees in Lisbon.
    """

    __module__ = "julep.streams"

    def __init__(self, loop: ToolLoop, driver: SyncDriver) -> None:
        self._steps = RunSteps(loop)
        self._driver = driver
        self._turn: ChatStream | None = None
        self._events: Iterator[StreamEvent]

    def __iter__(self) -> Self:
        self._steps.check_open()
        return self

    def __next__(self) -> RunEvent:
        steps = self._steps
        if not steps.ready:
            if steps.result is not None:
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
        """An iterator of the pieces of all texts that the model writes.

        Example:
            >>> with client.sessions.stream_run(session.id, messages, [temperature]) as run:
            ...     print("".join([text for text in run.text_stream]))
            It is 21.5 degrees in Lisbon.
        """
        return StreamIterator(self, _texts_of)

    def get_final_response(self) -> R_co:
        """Read the rest of the run, and return what `run` returns.

        Returns:
            The response with the model's answer; with an ``output``, a `ParsedResponse`.

        Raises:
            ApiError: When the server reports that it failed.
            InvalidOutputError: When the answer does not match the ``output``.
            MaxTurnsError: When there is no answer after the last turn.
            StreamClosedError: When the run was closed before its end.

        Example:
            >>> with client.sessions.stream_run(session.id, messages, [temperature]) as run:
            ...     print(run.get_final_response().text)
            It is 21.5 degrees in Lisbon.
        """
        while self._steps.result is None:
            next(self)
        result: R_co = self._steps.final_response()
        return result

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
            with self._steps.attached():
                turn.open()
            self._events = turn.events()

    def close(self) -> None:
        """Stop the run, and close the connection if there was more to come.

        Example:
            >>> run = client.sessions.stream_run(session.id, messages, [temperature])
            >>> beginning = next(run)
            >>> run.close()
            >>> beginning
            ToolCallBegun(index=0, name='temperature')
        """
        self._steps.close()
        if self._turn is not None:
            self._turn.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class AsyncRunStream(Generic[R_co]):
    """What happens in a run, as it happens.

    An async iterator of `TextDelta`, `ToolCallBegun` and `ToolCallArguments` while the model
    writes, of `julep.ToolResult` when a function was called, of `AnswerRejected` when an answer
    does not match the ``output``, and at the end of `AnswerFinished`. It is an async context
    manager too: leaving it before the end closes the connection, and the run ends.

    Raises:
        ApiError: While reading, when the server reports that it failed.
        StreamInterruptedError: While reading, when the connection is lost for good.
        InvalidOutputError: While reading, when the answer does not match the ``output``.
        MaxTurnsError: While reading, when there is no answer after the last turn.
        StreamClosedError: When it is read again after its end, or after it was closed.

    Example:
        >>> from julep.streams import TextDelta
        >>> async with client.sessions.stream_run(session.id, messages, [temperature]) as run:
        ...     async for event in run:
        ...         match event:
        ...             case julep.ToolResult(name=name, content=content):
        ...                 print(name, content)
        ...             case TextDelta(text):
        ...                 print(text, end="")
        temperature 21.5
        It is 21.5 degrees in Lisbon.
    """

    __module__ = "julep.streams"

    def __init__(self, loop: ToolLoop, driver: AsyncDriver) -> None:
        self._steps = RunSteps(loop)
        self._driver = driver
        self._turn: AsyncChatStream | None = None
        self._events: AsyncIterator[StreamEvent]

    def __aiter__(self) -> Self:
        self._steps.check_open()
        return self

    async def __anext__(self) -> RunEvent:
        steps = self._steps
        if not steps.ready:
            if steps.result is not None:
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
        """An async iterator of the pieces of all texts that the model writes.

        Example:
            >>> async with client.sessions.stream_run(session.id, messages, [temperature]) as run:
            ...     print("".join([text async for text in run.text_stream]))
            It is 21.5 degrees in Lisbon.
        """
        return AsyncStreamIterator(self, _texts_of)

    async def get_final_response(self) -> R_co:
        """Read the rest of the run, and return what `run` returns.

        Returns:
            The response with the model's answer; with an ``output``, a `ParsedResponse`.

        Raises:
            ApiError: When the server reports that it failed.
            InvalidOutputError: When the answer does not match the ``output``.
            MaxTurnsError: When there is no answer after the last turn.
            StreamClosedError: When the run was closed before its end.

        Example:
            >>> async with client.sessions.stream_run(session.id, messages, [temperature]) as run:
            ...     print((await run.get_final_response()).text)
            It is 21.5 degrees in Lisbon.
        """
        while self._steps.result is None:
            await anext(self)
        result: R_co = self._steps.final_response()
        return result

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
            with self._steps.attached():
                await turn.open()
            self._events = turn.events()

    async def aclose(self) -> None:
        """Stop the run, and close the connection if there was more to come.

        Example:
            >>> run = client.sessions.stream_run(session.id, messages, [temperature])
            >>> beginning = await anext(run)
            >>> await run.aclose()
            >>> beginning
            ToolCallBegun(index=0, name='temperature')
        """
        self._steps.close()
        if self._turn is not None:
            await self._turn.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()


resolvable(__name__, shown_in="julep.streams")

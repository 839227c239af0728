"""Chat with an agent that calls Python functions: a part of the sessions managers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload
from uuid import UUID

from julep._arguments.signatures import mirrors, parameters_of
from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator
from julep._calls.results import awaited, value
from julep._lazy import resolvable
from julep.managers._run_loop import DEFAULT_MAX_TURNS, DEFAULT_REPAIRS, tool_loop
from julep.managers.chat import BaseChat
from julep_api.types import UNSET

if TYPE_CHECKING:
    from typing import Unpack

    from julep._tools.approve import Approve
    from julep._tools.calls import ToolResult
    from julep._tools.loop import ToolLoop
    from julep._tools.output import Output, ParsedResponse
    from julep._tools.run_stream import AsyncRunStream, RunStream
    from julep.managers.types import (
        ChatSettingsArgs,
        Messages,
        ParseArgs,
        RunArgs,
        ToolChoice,
        ToolInput,
    )
    from julep_api.models import ChatResponse

__all__ = ["AsyncRun", "BaseRun", "Run"]

T = TypeVar("T")


class BaseRun(BaseChat):
    """What the sync and the async run share.

    Example:
        >>> from julep.managers.run import BaseRun
        >>> isinstance(client.sessions, BaseRun)
        True
    """

    def _run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        output: object = None,
        repairs: int | None = DEFAULT_REPAIRS,
        max_turns: int | None = DEFAULT_MAX_TURNS,
        tool_choice: ToolChoice | None = None,
        approve: Approve | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> Any:
        """Implement `SessionsManager.run`."""
        loop = tool_loop(
            self.api_client,
            session_id,
            messages,
            tools,
            output=_output(output),
            repairs=repairs,
            max_turns=max_turns,
            tool_choice=tool_choice,
            approve=approve,
            **settings,
        )
        return self.api_client.run(loop.answer())

    def _iterate_run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        max_turns: int | None = DEFAULT_MAX_TURNS,
        tool_choice: ToolChoice | None = None,
        approve: Approve | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> ToolLoop:
        """Implement `SessionsManager.iterate_run`."""
        return tool_loop(
            self.api_client,
            session_id,
            messages,
            tools,
            max_turns=max_turns,
            tool_choice=tool_choice,
            approve=approve,
            **settings,
        )

    @parameters_of(_run)
    def _stream_run(
        self, *args: Any, output: object = None, **options: Any
    ) -> RunStream[Any] | AsyncRunStream[Any]:
        """Implement `SessionsManager.stream_run`."""
        from julep._tools.run_stream import AsyncRunStream, RunStream

        driver: Any = self.api_client
        loop = tool_loop(driver, *args, output=_output(output), streams=True, **options)
        return AsyncRunStream(loop, driver) if driver.is_async else RunStream(loop, driver)


class Run(BaseRun):
    """The runs of the sync sessions manager.

    Example:
        >>> client.sessions.run(session.id, "How warm is it in Lisbon?", [temperature]).text
        'It is 21.5 degrees in Lisbon.'
    """

    @overload
    def run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        output: None = None,
        **options: Unpack[RunArgs],
    ) -> ChatResponse: ...
    @overload
    def run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        output: type[T],
        **options: Unpack[ParseArgs],
    ) -> ParsedResponse[T]: ...
    @overload
    def run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        output: object,
        **options: Unpack[ParseArgs],
    ) -> ParsedResponse[object]: ...
    @beartype
    @parameters_of(BaseRun._run)  # noqa: SLF001  # of this module
    def run(  # noqa: D417  # the parameters are those of _run
        self, *args: Any, **kwargs: Any
    ) -> ChatResponse | ParsedResponse[Any]:
        """Send messages, call the functions that the model chooses, and return its answer.

        A function is described to the model by its name, its docstring (Google, NumPy or Sphinx
        style) and its parameters' annotations. The model receives the function's result as text or
        JSON, or its exception, or why it was not called: there is no such tool, or the arguments do
        not match. Then the run continues. A call of a tool that has no function ends the run: the
        response has the call.

        An async client also accepts async functions. It calls others in threads, and makes the
        calls of one response concurrently.

        Args:
            session_id: The session's id.
            messages: The messages to send, as models or dicts; at least one. A text is one
                message of the user. With None, the run continues from the history: it begins
                with the calls there that have no result, such as those of a program that ended
                before it made them.
            tools: Functions, and tools without functions as models or dicts, besides the
                agent's own.
            output: The type of the answer, as in `parse`.
            repairs: How often an answer that does not match may be replaced, 0 or more; 1 by
                default.
            max_turns: The most requests to the model, 1 or more; 10 by default.
            tool_choice: ``"none"``, ``"auto"`` or the one function that the model must call first.
            approve: A function that is called with the name and the arguments before each call
                of a function, and decides: True, or False or the reason against it, which the
                model receives instead of a result. An async client accepts an async one.
            settings: Settings of `chat`, for every turn.

        Returns:
            The response with the model's answer; with an ``output``, a `ParsedResponse`.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a value is out of bounds, or a function or the output cannot
                be described.
            InvalidIdError: When the id is not a UUID of version 4.
            InvalidOutputError: When the answer does not match the ``output`` after all repairs.
            MaxTurnsError: When there is no answer after the last turn; its `response` is the
                response of that turn.
            NotFoundError: When there is no such session.

        Example:
            >>> def temperature(city: str) -> float:
            ...     '''Measure how warm it is, in degrees Celsius.'''
            ...     return 21.5
            >>> messages = [{"role": "user", "content": "How warm is it in Lisbon?"}]
            >>> client.sessions.run(session.id, messages, tools=[temperature]).text
            'It is 21.5 degrees in Lisbon.'
        """
        result: ChatResponse | ParsedResponse[Any] = value(self._run(*args, **kwargs))
        return result

    @beartype
    @parameters_of(BaseRun._iterate_run)  # noqa: SLF001  # of this module
    def iterate_run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        **options: Unpack[RunArgs],
    ) -> Iterator[ChatResponse | ToolResult]:
        """Iterate over the steps of a `run`.

        Args:
            session_id: The session's id.
            messages: The messages to send, or None to continue from the history; as in `run`.
            tools: Functions, and tools without functions, besides the agent's own.
            max_turns: The most requests to the model, 1 or more; 10 by default.
            tool_choice: ``"none"``, ``"auto"`` or the one function that the model must call first.
            approve: A function that decides on each call of a function, as in `run`.
            settings: Settings of `chat`, for every turn.

        Returns:
            An iterator of the model's responses, the last of which has its answer, and of the
            results of the calls between them.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a value is out of bounds, or a function cannot be described.
            InvalidIdError: When the id is not a UUID of version 4.
            MaxTurnsError: During the iteration, when there is no answer after the last turn.
            NotFoundError: During the iteration, when there is no such session.

        Example:
            >>> for step in client.sessions.iterate_run(session.id, messages, tools=[temperature]):
            ...     if isinstance(step, julep.ToolResult):
            ...         print(step.name, step.content)
            temperature 21.5
        """
        return ItemIterator(self._iterate_run(session_id, messages, tools, **options))

    @overload
    def stream_run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        output: None = None,
        **options: Unpack[RunArgs],
    ) -> RunStream[ChatResponse]: ...
    @overload
    def stream_run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        output: type[T],
        **options: Unpack[ParseArgs],
    ) -> RunStream[ParsedResponse[T]]: ...
    @overload
    def stream_run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        output: object,
        **options: Unpack[ParseArgs],
    ) -> RunStream[ParsedResponse[object]]: ...
    @beartype
    @parameters_of(BaseRun._run)  # noqa: SLF001  # of this module
    def stream_run(  # noqa: D417  # the parameters are those of _run
        self, *args: Any, **kwargs: Any
    ) -> RunStream[Any]:
        """Read what happens in a `run` as it happens: texts, calls, and their results.

        Args:
            session_id: The session's id.
            messages: The messages to send, or None to continue from the history; as in `run`.
            tools: Functions, and tools without functions, besides the agent's own.
            output: The type of the answer, as in `parse`.
            repairs: How often an answer that does not match may be replaced, 0 or more; 1 by
                default.
            max_turns: The most requests to the model, 1 or more; 10 by default.
            tool_choice: ``"none"``, ``"auto"`` or the one function that the model must call first.
            approve: A function that decides on each call of a function, as in `run`.
            settings: Settings of `chat`, for every turn.

        Returns:
            The stream, a context manager: an iterator of events, whose first request is sent when
            it is read. Its final response is what `run` returns.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a value is out of bounds, or a function or the output cannot
                be described.
            InvalidIdError: When the id is not a UUID of version 4.
            InvalidOutputError: While reading, when the answer does not match the ``output`` after
                all repairs.
            MaxTurnsError: While reading, when there is no answer after the last turn.
            NotFoundError: While reading, when there is no such session.

        Example:
            >>> with client.sessions.stream_run(session.id, messages, [temperature]) as run:
            ...     for text in run.text_stream:
            ...         print(text, end="")
            It is 21.5 degrees in Lisbon.
        """
        return self._stream_run(*args, **kwargs)  # type: ignore[return-value]  # no async stream


class AsyncRun(BaseRun):
    """The runs of the async sessions manager.

    Example:
        >>> (await client.sessions.run(session.id, "How warm is it?", [temperature])).text
        'It is 21.5 degrees in Lisbon.'
    """

    @overload
    async def run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        output: None = None,
        **options: Unpack[RunArgs],
    ) -> ChatResponse: ...
    @overload
    async def run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        output: type[T],
        **options: Unpack[ParseArgs],
    ) -> ParsedResponse[T]: ...
    @overload
    async def run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        output: object,
        **options: Unpack[ParseArgs],
    ) -> ParsedResponse[object]: ...
    @mirrors(Run.run)
    @beartype
    @parameters_of(BaseRun._run)  # noqa: SLF001  # of this module
    async def run(self, *args: Any, **kwargs: Any) -> ChatResponse | ParsedResponse[Any]:
        """Send messages, call the functions that the model chooses, and return its answer.

        Example:
            >>> async def temperature(city: str) -> float:
            ...     '''Measure how warm it is, in degrees Celsius.'''
            ...     return 21.5
            >>> messages = [{"role": "user", "content": "How warm is it in Lisbon?"}]
            >>> (await client.sessions.run(session.id, messages, tools=[temperature])).text
            'It is 21.5 degrees in Lisbon.'
        """
        return await awaited(self._run(*args, **kwargs))

    @mirrors(Run.iterate_run)
    @beartype
    @parameters_of(BaseRun._iterate_run)  # noqa: SLF001  # of this module
    def iterate_run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        **options: Unpack[RunArgs],
    ) -> AsyncIterator[ChatResponse | ToolResult]:
        """Iterate over the steps of a `run`.

        Example:
            >>> async for step in client.sessions.iterate_run(session.id, messages, [temperature]):
            ...     if isinstance(step, julep.ToolResult):
            ...         print(step.name, step.content)
            temperature 21.5
        """
        return AsyncItemIterator(self._iterate_run(session_id, messages, tools, **options))

    @overload
    def stream_run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        output: None = None,
        **options: Unpack[RunArgs],
    ) -> AsyncRunStream[ChatResponse]: ...
    @overload
    def stream_run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        output: type[T],
        **options: Unpack[ParseArgs],
    ) -> AsyncRunStream[ParsedResponse[T]]: ...
    @overload
    def stream_run(
        self,
        session_id: str | UUID,
        messages: Messages | None = None,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        output: object,
        **options: Unpack[ParseArgs],
    ) -> AsyncRunStream[ParsedResponse[object]]: ...
    @mirrors(Run.stream_run)
    @beartype
    @parameters_of(BaseRun._run)  # noqa: SLF001  # of this module
    def stream_run(self, *args: Any, **kwargs: Any) -> AsyncRunStream[Any]:
        """Read what happens in a `run` as it happens: texts, calls, and their results.

        Example:
            >>> async with client.sessions.stream_run(session.id, messages, [temperature]) as run:
            ...     async for text in run.text_stream:
            ...         print(text, end="")
            It is 21.5 degrees in Lisbon.
        """
        return self._stream_run(*args, **kwargs)  # type: ignore[return-value]  # no sync stream


def _output(kind: object) -> Output | None:
    """Return how an answer of a type is read, or None to return the response as it is."""
    from julep._tools.output import Output

    return None if kind is None or kind is UNSET else Output(kind)


resolvable(__name__)

"""Chat with an agent that calls Python functions: a part of the sessions managers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from julep._arguments.encode import encoded, under
from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator
from julep._calls.results import awaited, value
from julep.managers.chat import BaseChat, chat_body, message_list
from julep_api.api import sessions
from julep_api.encoding import integer

if TYPE_CHECKING:
    from typing import Unpack

    from julep._tools.loop import ToolLoop, ToolResult
    from julep.managers.types import (
        ChatSettingsArgs,
        Messages,
        ToolChoice,
        ToolInput,
    )
    from julep_api.client import Call
    from julep_api.models import ChatResponse

__all__ = ["AsyncRun", "BaseRun", "Run"]

DEFAULT_MAX_TURNS: Final = 10
"""The most requests to the model in a run, by default."""


class BaseRun(BaseChat):
    """What the sync and the async run share."""

    def _run(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        max_turns: int | None = DEFAULT_MAX_TURNS,
        tool_choice: ToolChoice | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> ChatResponse | Awaitable[ChatResponse]:
        """Implement `SessionsManager.run`."""
        loop = self._iterate_run(
            session_id, messages, tools, max_turns=max_turns, tool_choice=tool_choice, **settings
        )
        return self.api_client.run(loop.answer())

    def _iterate_run(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        max_turns: int | None = DEFAULT_MAX_TURNS,
        tool_choice: ToolChoice | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> ToolLoop:
        """Implement `SessionsManager.iterate_run`."""
        from julep._tools.functions import Function
        from julep._tools.loop import ToolLoop, by_name

        turns = DEFAULT_MAX_TURNS if max_turns is None else max_turns
        encoded(_encode_turns, turns)
        tools = tools or ()
        paths = {n: f"tools[{n}]" for n, tool in enumerate(tools) if callable(tool)}
        functions = {n: Function(tools[n], path) for n, path in paths.items()}  # type: ignore[arg-type]  # callable
        named = by_name(
            [(paths[n], function) for n, function in functions.items()],
            is_async=self.api_client.is_async,
        )
        chat_tools: Any = [
            functions[n].tool() if n in functions else tool for n, tool in enumerate(tools)
        ]

        def call_of(turn_messages: Sequence[Any], first: bool) -> Call[ChatResponse]:
            # A function that must be called is called once: after that, the model may answer.
            choice = tool_choice if first or isinstance(tool_choice, str) else None
            body = chat_body(turn_messages, chat_tools or None, choice, **settings)
            return encoded(sessions.chat.call, session_id, body)

        return ToolLoop(
            self.api_client,
            call_of,
            message_list(messages),
            named,
            max_turns=turns,
            recorded=settings.get("record") is not False,
        )


class Run(BaseRun):
    """The runs of the sync sessions manager."""

    @beartype
    def run(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        max_turns: int | None = DEFAULT_MAX_TURNS,
        tool_choice: ToolChoice | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> ChatResponse:
        """Send messages, call the functions that the model chooses, and return its answer.

        A function is described to the model by its name, its docstring (Google or Sphinx style)
        and its parameters' annotations. The model receives its result as text or JSON, or its
        exception, and the run continues. A call of a tool that has no function ends the run: the
        response has the call.

        An async client also accepts async functions. It calls others in threads, and makes the
        calls of one response concurrently.

        Args:
            session_id: The session's id.
            messages: The messages to send, as models or dicts; at least one. A text is one
                message of the user.
            tools: Functions, and tools without functions as models or dicts, besides the
                agent's own.
            max_turns: The most requests to the model, 1 or more.
            tool_choice: ``"none"``, ``"auto"`` or the one function that the model must call first.
            settings: Settings of `chat`, for every turn.

        Returns:
            The response with the model's answer.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a value is out of bounds, or a function cannot be described.
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
        result = self._run(
            session_id,
            messages,
            tools,
            max_turns=max_turns,
            tool_choice=tool_choice,
            **settings,
        )
        return value(result)

    @beartype
    def iterate_run(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        max_turns: int | None = DEFAULT_MAX_TURNS,
        tool_choice: ToolChoice | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> Iterator[ChatResponse | ToolResult]:
        """Iterate over the steps of a `run`.

        Args:
            session_id: The session's id.
            messages: The messages to send, as models or dicts; at least one. A text is one
                message of the user.
            tools: Functions, and tools without functions as models or dicts, besides the
                agent's own.
            max_turns: The most requests to the model, 1 or more.
            tool_choice: ``"none"``, ``"auto"`` or the one function that the model must call first.
            settings: Settings of `chat`, for every turn.

        Returns:
            An iterator of the model's responses, the last of which has its answer, and of the
            results of the calls between them.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a value is out of bounds, or a function cannot be described.
            MaxTurnsError: During the iteration, when there is no answer after the last turn.
            NotFoundError: During the iteration, when there is no such session.

        Example:
            >>> for step in client.sessions.iterate_run(session.id, messages, tools=[temperature]):
            ...     if isinstance(step, julep.ToolResult):
            ...         print(step.name, step.content)
            temperature 21.5
        """
        loop = self._iterate_run(
            session_id, messages, tools, max_turns=max_turns, tool_choice=tool_choice, **settings
        )
        return ItemIterator(loop)


class AsyncRun(BaseRun):
    """The runs of the async sessions manager."""

    @mirrors(Run.run)
    @beartype
    async def run(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        max_turns: int | None = DEFAULT_MAX_TURNS,
        tool_choice: ToolChoice | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> ChatResponse:
        """Send messages, call the functions that the model chooses, and return its answer.

        Example:
            >>> async def temperature(city: str) -> float:
            ...     '''Measure how warm it is, in degrees Celsius.'''
            ...     return 21.5
            >>> messages = [{"role": "user", "content": "How warm is it in Lisbon?"}]
            >>> (await client.sessions.run(session.id, messages, tools=[temperature])).text
            'It is 21.5 degrees in Lisbon.'
        """
        result = self._run(
            session_id,
            messages,
            tools,
            max_turns=max_turns,
            tool_choice=tool_choice,
            **settings,
        )
        return await awaited(result)

    @mirrors(Run.iterate_run)
    @beartype
    def iterate_run(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        max_turns: int | None = DEFAULT_MAX_TURNS,
        tool_choice: ToolChoice | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> AsyncIterator[ChatResponse | ToolResult]:
        """Iterate over the steps of a `run`.

        Example:
            >>> async for step in client.sessions.iterate_run(session.id, messages, [temperature]):
            ...     if isinstance(step, julep.ToolResult):
            ...         print(step.name, step.content)
            temperature 21.5
        """
        loop = self._iterate_run(
            session_id, messages, tools, max_turns=max_turns, tool_choice=tool_choice, **settings
        )
        return AsyncItemIterator(loop)


_encode_turns: Final = under("max_turns", integer(1))

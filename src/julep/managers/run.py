"""Talking to an agent that calls Python functions; a part of the sessions managers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from julep._arguments.encode import encoded
from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator
from julep._calls.results import awaited, value
from julep.managers.chat import BaseChat, chat_body
from julep_api.api import sessions
from julep_api.encoding import integer
from julep_api.errors import EncodeError

if TYPE_CHECKING:
    from typing import Unpack

    from julep._tools.loop import ToolLoop, ToolResult
    from julep.managers.types import ChatSettingsArgs, InputChatMlMessageDict, ToolChoice, ToolDict
    from julep_api.client import Call
    from julep_api.models import ChatResponse, InputChatMlMessage, Tool

__all__ = ["AsyncRun", "BaseRun", "Run"]

DEFAULT_MAX_TURNS: Final = 10
"""How often a model is asked at most, when nobody says otherwise."""


class BaseRun(BaseChat):
    """What both colours do when a model calls functions."""

    def _run(
        self,
        session_id: str | UUID,
        messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
        tools: Sequence[Callable[..., object] | ToolDict | Tool] = (),
        *,
        max_turns: int = DEFAULT_MAX_TURNS,
        tool_choice: ToolChoice | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> ChatResponse | Awaitable[ChatResponse]:
        loop = self._iterate_run(
            session_id, messages, tools, max_turns=max_turns, tool_choice=tool_choice, **settings
        )
        return self.api_client.run(loop.answer())

    def _iterate_run(
        self,
        session_id: str | UUID,
        messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
        tools: Sequence[Callable[..., object] | ToolDict | Tool] = (),
        *,
        max_turns: int = DEFAULT_MAX_TURNS,
        tool_choice: ToolChoice | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> ToolLoop:
        from julep._tools.functions import Function
        from julep._tools.loop import ToolLoop, by_name

        encoded(_encode_max_turns, max_turns)
        _refuse_unknown(settings)
        paths = {n: f"tools[{n}]" for n, tool in enumerate(tools) if callable(tool)}
        made = {n: Function(tools[n], path) for n, path in paths.items()}  # type: ignore[arg-type]  # callable
        functions = by_name(
            [(paths[n], function) for n, function in made.items()],
            is_async=self.api_client.is_async,
        )
        offered: Any = [made[n].tool() if n in made else tool for n, tool in enumerate(tools)]

        def ask(said: Sequence[object], first: bool) -> Call[ChatResponse]:
            # A function that has to be called is called once: after that, the model may answer.
            choice = tool_choice if first or isinstance(tool_choice, str) else None
            words: Any = said
            body = chat_body(words, offered or None, choice, **settings)
            return encoded(sessions.chat.call, session_id, body)

        return ToolLoop(
            self.api_client,
            ask,
            messages,
            functions,
            max_turns=max_turns,
            recorded=settings.get("record") is not False,
        )


class Run(BaseRun):
    """The public methods of a blocking sessions manager that let a model call functions."""

    @beartype
    def run(
        self,
        session_id: str | UUID,
        messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
        tools: Sequence[Callable[..., object] | ToolDict | Tool] = (),
        *,
        max_turns: int = DEFAULT_MAX_TURNS,
        tool_choice: ToolChoice | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> ChatResponse:
        """Say something, make the calls that the model asks for, and give its answer.

        A function is described to the model by its name, its docstring (Google's style or
        Sphinx's) and its parameters' annotations. What it returns is told to the model as text
        or as JSON; what it raises is told as well, and the run goes on. A call of a tool that came
        without its function ends the run: the response holds it.

        Args:
            session_id: The session's id.
            messages: What is said, as models or dicts; at least one message.
            tools: Functions, and tools without functions as models or dicts, besides the
                agent's own.
            max_turns: The most times that the model is asked, 1 or more.
            tool_choice: ``"none"``, ``"auto"`` or the one function that has to be called first.
            settings: What else `chat` takes, in every turn.

        Returns:
            The model's answer.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a value is out of bounds, or a function cannot be described.
            MaxTurnsError: When there is no answer after the last turn; its `response` is what the
                model said then.
            NotFoundError: When there is no such session.

        Example:
            >>> def temperature(city: str) -> float:
            ...     '''Measure how warm it is, in degrees Celsius.'''
            ...     return 21.5
            >>> said = [{"role": "user", "content": "How warm is it in Lisbon?"}]
            >>> client.sessions.run(session.id, said, tools=[temperature]).text
            'It is 21.5 degrees in Lisbon.'
        """
        return value(
            self._run(
                session_id,
                messages,
                tools,
                max_turns=max_turns,
                tool_choice=tool_choice,
                **settings,
            )
        )

    @beartype
    def iterate_run(
        self,
        session_id: str | UUID,
        messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
        tools: Sequence[Callable[..., object] | ToolDict | Tool] = (),
        *,
        max_turns: int = DEFAULT_MAX_TURNS,
        tool_choice: ToolChoice | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> Iterator[ChatResponse | ToolResult]:
        """Do what `run` does, one visible step after the other.

        Args:
            session_id: The session's id.
            messages: What is said, as models or dicts; at least one message.
            tools: Functions, and tools without functions as models or dicts, besides the
                agent's own.
            max_turns: The most times that the model is asked, 1 or more.
            tool_choice: ``"none"``, ``"auto"`` or the one function that has to be called first.
            settings: What else `chat` takes, in every turn.

        Returns:
            An iterator of the model's responses, the last of which is its answer, and between
            them of what came of each call.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a value is out of bounds, or a function cannot be described.
            MaxTurnsError: In the walk, when there is no answer after the last turn.
            NotFoundError: In the walk, when there is no such session.

        Example:
            >>> for step in client.sessions.iterate_run(session.id, said, tools=[temperature]):
            ...     if isinstance(step, julep.ToolResult):
            ...         print(step.name, step.content)
            temperature 21.5
        """
        loop = self._iterate_run(
            session_id, messages, tools, max_turns=max_turns, tool_choice=tool_choice, **settings
        )
        return ItemIterator(loop)


class AsyncRun(BaseRun):
    """The public methods of an async sessions manager that let a model call functions."""

    @beartype
    async def run(
        self,
        session_id: str | UUID,
        messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
        tools: Sequence[Callable[..., object] | ToolDict | Tool] = (),
        *,
        max_turns: int = DEFAULT_MAX_TURNS,
        tool_choice: ToolChoice | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> ChatResponse:
        """Say something, make the calls that the model asks for, and give its answer.

        Arguments, result and errors are those of `SessionsManager.run`. Functions may be async;
        others are called in threads. Calls that the model asks for at once are made at once.

        Example:
            >>> async def temperature(city: str) -> float:
            ...     '''Measure how warm it is, in degrees Celsius.'''
            ...     return 21.5
            >>> said = [{"role": "user", "content": "How warm is it in Lisbon?"}]
            >>> (await client.sessions.run(session.id, said, tools=[temperature])).text
            'It is 21.5 degrees in Lisbon.'
        """
        return await awaited(
            self._run(
                session_id,
                messages,
                tools,
                max_turns=max_turns,
                tool_choice=tool_choice,
                **settings,
            )
        )

    @beartype
    def iterate_run(
        self,
        session_id: str | UUID,
        messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
        tools: Sequence[Callable[..., object] | ToolDict | Tool] = (),
        *,
        max_turns: int = DEFAULT_MAX_TURNS,
        tool_choice: ToolChoice | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> AsyncIterator[ChatResponse | ToolResult]:
        """Do what `run` does, one visible step after the other.

        Arguments, result and errors are those of `SessionsManager.iterate_run`.

        Example:
            >>> async for step in client.sessions.iterate_run(session.id, said, [temperature]):
            ...     if isinstance(step, julep.ToolResult):
            ...         print(step.name, step.content)
            temperature 21.5
        """
        loop = self._iterate_run(
            session_id, messages, tools, max_turns=max_turns, tool_choice=tool_choice, **settings
        )
        return AsyncItemIterator(loop)


def _encode_max_turns(max_turns: int) -> object:
    try:
        return integer(1)(max_turns)
    except EncodeError as error:
        raise error.under("max_turns") from None


def _refuse_unknown(settings: Mapping[str, object]) -> None:
    """Refuse what is no setting of a chat, as a method without ``**settings`` would."""
    from julep.managers.types import ChatSettingsArgs

    for name in settings:
        if name not in ChatSettingsArgs.__annotations__:
            from julep.errors import ArgumentTypeError

            known = ", ".join(ChatSettingsArgs.__annotations__)
            raise ArgumentTypeError(
                f"{name}: unexpected keyword argument {name!r}; expected one of {known}", path=name
            )

"""Chat with an agent whose answer is read as a Python type: a part of the sessions managers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload
from uuid import UUID

from julep._arguments.signatures import mirrors, parameters_of
from julep._arguments.typecheck import beartype
from julep._calls.results import awaited, value
from julep._lazy import resolvable
from julep.errors import InvalidArgumentError
from julep.managers._run_loop import DEFAULT_MAX_TURNS, DEFAULT_REPAIRS, tool_loop
from julep.managers.run import AsyncRun, BaseRun, Run

if TYPE_CHECKING:
    from typing import Unpack

    from julep._tools.approve import Approve
    from julep._tools.output import ParsedResponse
    from julep.managers.types import (
        ChatSettingsArgs,
        Messages,
        ParseArgs,
        ToolChoice,
        ToolInput,
    )

__all__ = ["AsyncParse", "BaseParse", "Parse"]

T = TypeVar("T")


class BaseParse(BaseRun):
    """What the sync and the async parse share.

    Example:
        >>> from julep.managers.parse import BaseParse
        >>> isinstance(client.sessions, BaseParse)
        True
    """

    def _parse(
        self,
        session_id: str | UUID,
        messages: Messages,
        output: object,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        *,
        repairs: int | None = DEFAULT_REPAIRS,
        max_turns: int | None = DEFAULT_MAX_TURNS,
        tool_choice: ToolChoice | None = None,
        approve: Approve | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> Any:
        """Implement `SessionsManager.parse`."""
        from julep._tools.output import Output

        if output is None:
            raise InvalidArgumentError("output: expected a type; got None", path="output")
        loop = tool_loop(
            self.api_client,
            session_id,
            messages,
            tools,
            output=Output(output),
            repairs=repairs,
            max_turns=max_turns,
            tool_choice=tool_choice,
            approve=approve,
            **settings,
        )
        return self.api_client.run(loop.answer())


class Parse(BaseParse, Run):
    """The parse of the sync sessions manager.

    Example:
        >>> client.sessions.parse(session.id, "How many?", int).parsed
        2
    """

    @overload
    def parse(
        self,
        session_id: str | UUID,
        messages: Messages,
        output: type[T],
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        **options: Unpack[ParseArgs],
    ) -> ParsedResponse[T]: ...
    @overload
    def parse(
        self,
        session_id: str | UUID,
        messages: Messages,
        output: object,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        **options: Unpack[ParseArgs],
    ) -> ParsedResponse[object]: ...
    @beartype
    @parameters_of(BaseParse._parse)  # noqa: SLF001  # of this module
    def parse(  # noqa: D417  # the parameters are those of _parse
        self, *args: Any, **kwargs: Any
    ) -> ParsedResponse[Any]:
        """Send messages, and return the agent's answer as a Python type.

        The model is made to answer in JSON that matches the type. If an answer does not match, the
        mistake is reported to the model, which answers again, up to ``repairs`` times.
        ``stream_run`` with an ``output`` does the same, and streams.

        Args:
            session_id: The session's id.
            messages: The messages to send, as models or dicts; at least one. A text is one
                message of the user.
            output: The type of the answer: a dataclass, an attrs class, a TypedDict, a
                NamedTuple, an enum, a pydantic model, or anything else that a parameter of a
                tool may be annotated with, such as ``list[int]`` or ``Literal["yes", "no"]``.
            tools: Functions that the model may call before it answers, as in `run`. Without
                any, it calls no tool.
            repairs: How often an answer that does not match may be replaced, 0 or more; 1 by
                default.
            max_turns: The most requests to the model, 1 or more; 10 by default.
            tool_choice: ``"none"``, ``"auto"`` or the one function that the model must call first.
            approve: Decides about each call of a function, as in `run`.
            settings: Settings of `chat` but for ``response_format``, for every turn.

        Returns:
            The answer, as ``parsed``, and the ``response`` that it was read from. To a type
            checker the answer is an object where ``output`` is not a class, such as a Literal.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a value is out of bounds, or the type has no JSON form.
            InvalidIdError: When the id is not a UUID of version 4.
            InvalidOutputError: When the answer does not match the type after all repairs, or was
                cut off; its `text` is the answer, and its `path` where it is wrong.
            MaxTurnsError: When there is no answer after the last turn.
            NotFoundError: When there is no such session.

        Example:
            >>> from dataclasses import dataclass
            >>> @dataclass
            ... class Recipe:
            ...     name: str
            ...     minutes: int
            >>> question = "A recipe for pancakes, please."
            >>> client.sessions.parse(session.id, question, Recipe).parsed
            Recipe(name='Pancakes', minutes=20)
        """
        return value(self._parse(*args, **kwargs))


class AsyncParse(BaseParse, AsyncRun):
    """The parse of the async sessions manager.

    Example:
        >>> (await client.sessions.parse(session.id, "How many?", int)).parsed
        2
    """

    @overload
    async def parse(
        self,
        session_id: str | UUID,
        messages: Messages,
        output: type[T],
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        **options: Unpack[ParseArgs],
    ) -> ParsedResponse[T]: ...
    @overload
    async def parse(
        self,
        session_id: str | UUID,
        messages: Messages,
        output: object,
        tools: Sequence[Callable[..., object] | ToolInput] | None = (),
        **options: Unpack[ParseArgs],
    ) -> ParsedResponse[object]: ...
    @mirrors(Parse.parse)
    @beartype
    @parameters_of(BaseParse._parse)  # noqa: SLF001  # of this module
    async def parse(self, *args: Any, **kwargs: Any) -> ParsedResponse[Any]:
        """Send messages, and return the agent's answer as a Python type.

        Example:
            >>> from dataclasses import dataclass
            >>> @dataclass
            ... class Recipe:
            ...     name: str
            ...     minutes: int
            >>> question = "A recipe for pancakes, please."
            >>> (await client.sessions.parse(session.id, question, Recipe)).parsed
            Recipe(name='Pancakes', minutes=20)
        """
        return await awaited(self._parse(*args, **kwargs))


resolvable(__name__)

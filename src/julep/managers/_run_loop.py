"""Building the loop of a run, from the arguments of its method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from julep._arguments.encode import encoded, under
from julep.errors import InvalidArgumentError
from julep.managers.chat import chat_body, message_list, stream_call
from julep_api.api import sessions
from julep_api.encoding import integer

if TYPE_CHECKING:
    from typing import Unpack

    from julep._calls.protocols import Driver
    from julep._tools.approve import Approve
    from julep._tools.loop import ToolLoop
    from julep._tools.output import Output
    from julep.managers.types import ChatSettingsArgs, Messages, ToolChoice, ToolInput

DEFAULT_MAX_TURNS: Final = 10
"""The most requests to the model in a run, by default."""

DEFAULT_REPAIRS: Final = 1
"""How often an answer that does not match the output may be replaced, by default."""


def tool_loop(
    driver: Driver,
    session_id: str | UUID,
    messages: Messages | None = None,
    tools: Sequence[Callable[..., object] | ToolInput] | None = (),
    *,
    output: Output | None = None,
    streams: bool = False,
    repairs: int | None = None,
    max_turns: int | None = None,
    tool_choice: ToolChoice | None = None,
    approve: Approve | None = None,
    **settings: Unpack[ChatSettingsArgs],
) -> ToolLoop:
    """Build the loop of a run.

    Args:
        driver: Sends its requests.
        session_id: The session's id.
        messages: The messages to send; None to continue from the history.
        tools: Functions, and tools without functions.
        output: How the answer is read; None for a response as it is.
        streams: Whether the responses are streamed.
        repairs: How often an answer that does not match may be replaced; None for the default.
        max_turns: The most requests to the model; None for the default.
        tool_choice: Which tool the model may or must call first.
        approve: Decides on each call of a function.
        settings: Settings of the chat, for every turn.

    Raises:
        InvalidArgumentError: When a value is out of bounds, or two do not go together.
    """
    # Imported here, since most programs run no functions.
    from julep._tools.loop import RunOptions, ToolLoop
    from julep._tools.run_tools import read_tools

    max_turns = DEFAULT_MAX_TURNS if max_turns is None else max_turns
    repairs = DEFAULT_REPAIRS if repairs is None else repairs
    encoded(under("max_turns", integer(1)), max_turns)
    encoded(under("repairs", integer(0)), repairs)
    if output is not None and settings.get("response_format") is not None:
        problem = "the response's format is that of the output; use chat for another"
        raise InvalidArgumentError(f"response_format: {problem}", path="response_format")
    if output is not None and tool_choice is None and not tools:
        # This run could not call the agent's own tools.
        tool_choice = "none"
    if approve is not None and iscoroutinefunction(approve) and not driver.is_async:
        problem = "an async function requires AsyncClient"
        raise InvalidArgumentError(f"approve: {problem}", path="approve")
    read = read_tools(tools or (), is_async=driver.is_async)

    sender: Any = driver
    if streams:
        from julep._tools.run_stream import TurnFlows

        sender = TurnFlows(driver)

    def call_of(turn_messages: Sequence[Any], first: bool) -> Any:
        """Build the call of a turn."""
        # After the first turn a function need not be called again, so that the model can answer.
        choice = tool_choice if first or isinstance(tool_choice, str) else None
        body = chat_body(turn_messages, read.described or None, choice, **settings)
        if output is not None:
            body["response_format"] = output.response_format
        if streams:
            return stream_call(session_id, body)
        return encoded(sessions.chat.call, session_id, body)

    options = RunOptions(
        session_id=session_id,
        functions=read.functions,
        other_tools=read.others,
        max_turns=max_turns,
        recorded=settings.get("record") is not False,
        approve=approve,
        output=output,
        repairs=repairs,
    )
    sent = None if messages is None else message_list(messages)
    return ToolLoop(sender, call_of, sent, options)

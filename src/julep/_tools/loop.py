"""Talking to a model that calls tools, until it answers."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import attrs

from julep._calls.flow import RunTasks
from julep._tools.functions import Function
from julep.errors import InvalidArgumentError, MaxTurnsError
from julep_api.model import Model

if TYPE_CHECKING:
    from julep._calls.driver import Driver
    from julep._calls.flow import Flow
    from julep_api.client import Call
    from julep_api.models import ChatMlMessage, ChatResponse
    from julep_api.types import JSON, JSONObject


@attrs.frozen
class ToolResult:
    """What came of one call of a function that a model asked for.

    Attributes:
        name: The function's name.
        arguments: The arguments, as the model wrote them: JSON, in the best case.
        content: What the model is told: the result, as text or as JSON.
        error: What the function raised, or why it was not called; None when all went well.
    """

    name: str
    arguments: str
    content: str
    error: Exception | None = None


RunStep: TypeAlias = "ChatResponse | ToolResult"


class FunctionCall:
    """One call of a function, to be made in either colour; it never raises."""

    def __init__(self, function: Function, arguments: str) -> None:
        self._function = function
        self._arguments = arguments

    def run(self) -> ToolResult:
        """Make it now."""
        try:
            return self._worked(self._function.prepare(self._arguments)())
        except Exception as error:  # noqa: BLE001  # whatever it is, the model is told of it
            return self._failed(error)

    async def arun(self) -> ToolResult:
        """Make it; one that blocks, in a thread."""
        from anyio import to_thread

        try:
            call = self._function.prepare(self._arguments)
            result = call() if self._function.is_async else await to_thread.run_sync(call)
            return self._worked(await result if isawaitable(result) else result)
        except Exception as error:  # noqa: BLE001  # whatever it is, the model is told of it
            return self._failed(error)

    def _worked(self, result: object) -> ToolResult:
        content = result if isinstance(result, str) else json.dumps(result, default=_plain)
        # Half of a surrogate pair could not be sent: an error of the tool's, to be told as one.
        content.encode()
        return ToolResult(self._function.name, self._arguments, content)

    def _failed(self, error: Exception) -> ToolResult:
        content = json.dumps({"error": f"{type(error).__name__}: {error}"})
        return ToolResult(self._function.name, self._arguments, content, error)


class ToolLoop:
    """The state of one run: what is asked next, and what is still to be called.

    Args:
        api_client: What the model is asked with.
        ask: Makes the call that says some messages; checks all of its arguments.
        messages: What is said first.
        functions: What may be called, by name.
        max_turns: The most times that the model is asked.
        recorded: Whether the session's history holds what was said, so that it need not be said
            again.
    """

    def __init__(
        self,
        api_client: Driver,
        ask: Callable[[Sequence[object], bool], Call[ChatResponse]],
        messages: Sequence[object],
        functions: Mapping[str, Function],
        *,
        max_turns: int,
        recorded: bool,
    ) -> None:
        self.api_client = api_client
        self.over = False
        self._ask = ask
        self._messages = list(messages)
        self._functions = functions
        self._max_turns = max_turns
        self._recorded = recorded
        self._turns = 0
        self._tasks: list[FunctionCall] = []
        self._response: ChatResponse | None = None
        # Made now and sent later: a bad argument is refused where it was given.
        self._next = ask(self._messages, True)

    def more(self) -> Flow[Any, list[RunStep]]:
        """Take one step: ask the model, or make the calls that it asked for.

        Raises:
            MaxTurnsError: When the model asked for calls in the last turn.
        """
        if self._turns == self._max_turns and self._response is not None:
            raise MaxTurnsError(
                f"no answer in {self._turns} turns: the model still calls tools", self._response
            )
        if self._tasks:
            done = yield RunTasks(self._tasks)
            found = done if isinstance(done, list) else []
            results = [each for each in found if isinstance(each, ToolResult)]
            self._tasks = []
            self._tell(results)
            return [*results]
        self._response = response = yield from self.api_client.flow_of(self._next)
        self._turns += 1
        calls = [
            parse_call(message)
            for message in messages_of(response)
            if message.role == "function_call"
        ]
        # Who gave a tool without its function, or to the agent, makes its calls.
        self.over = not calls or any(name not in self._functions for name, _ in calls)
        if not self.over:
            self._tasks = [FunctionCall(self._functions[name], text) for name, text in calls]
        return [response]

    def answer(self) -> Flow[Any, ChatResponse]:
        """Take steps until there is an answer."""
        while True:
            yield from self.more()
            if self.over and self._response is not None:
                return self._response

    def _tell(self, results: Sequence[ToolResult]) -> None:
        """Make the next call: it tells the model what came of its calls."""
        if self._recorded or self._response is None:
            self._messages = []
        else:
            self._messages += [_again(message) for message in messages_of(self._response)]
        self._messages += [
            {"role": "function", "name": each.name, "content": each.content} for each in results
        ]
        self._next = self._ask(self._messages, False)


def by_name(functions: Sequence[tuple[str, Function]], *, is_async: bool) -> dict[str, Function]:
    """Put functions in order by their names.

    Args:
        functions: Where each was given, such as ``tools[0]``, and the function.
        is_async: Whether functions may be async.

    Raises:
        InvalidArgumentError: When two have one name, or one cannot be called in this colour.
    """
    found: dict[str, Function] = {}
    for path, function in functions:
        if function.name in found:
            problem = f"another function is named {function.name!r}"
        elif function.is_async and not is_async:
            problem = f"{function.name} is async, and this client is not: AsyncClient calls such"
        else:
            found[function.name] = function
            continue
        raise InvalidArgumentError(f"{path}: {problem}", path=path)
    return found


def messages_of(response: ChatResponse) -> Sequence[ChatMlMessage]:
    """Give the messages of a response's first choice."""
    return response.response[0] if response.response else ()


def parse_call(message: ChatMlMessage) -> tuple[str, str]:
    """Read a call: the function's name, and its arguments as text."""
    try:
        call: JSON = json.loads(message.content) if isinstance(message.content, str) else None
    except ValueError:
        call = None
    if not isinstance(call, dict):
        return "", ""
    arguments = call.get("arguments", "{}")
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return str(call.get("name", "")), text


def _again(message: ChatMlMessage) -> JSONObject:
    """Write a message of the model's down as one to send."""
    known = message.to_dict()
    return {name: known[name] for name in ("role", "content", "name") if known.get(name)}


def _plain(value: object) -> object:
    """Give what JSON can express of a result: its fields, or its text."""
    if isinstance(value, Model):
        return value.to_dict()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    kind = type(value)
    if attrs.has(kind):
        return {each.name: getattr(value, each.name) for each in attrs.fields(kind)}
    if isinstance(value, (set, frozenset)):
        return [*cast("Iterable[object]", value)]
    return str(value)

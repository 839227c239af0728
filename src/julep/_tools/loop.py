"""The tool loop: chat with a model, and call the functions that it requests until it answers."""

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
    """The result of one function call that a model requested.

    Attributes:
        name: The function's name.
        arguments: The arguments as the model wrote them, usually JSON.
        content: The content of the message to the model: the result as text or as JSON.
        error: The error that the function raised or that prevented its call, or None.
    """

    name: str
    arguments: str
    content: str
    error: Exception | None = None


RunStep: TypeAlias = "ChatResponse | ToolResult"


class FunctionCall:
    """One call of a function, to be run sync or async; errors become results."""

    def __init__(self, function: Function, arguments: str) -> None:
        self._function = function
        self._arguments = arguments

    def run(self) -> ToolResult:
        """Call the function."""
        try:
            return self._result(self._function.prepare(self._arguments)())
        except Exception as error:  # noqa: BLE001  # every error is reported to the model
            return self._failure(error)

    async def arun(self) -> ToolResult:
        """Call the function; a sync function runs in a thread."""
        from anyio import to_thread

        try:
            call = self._function.prepare(self._arguments)
            result = call() if self._function.is_async else await to_thread.run_sync(call)
            return self._result(await result if isawaitable(result) else result)
        except Exception as error:  # noqa: BLE001  # every error is reported to the model
            return self._failure(error)

    def _result(self, result: object) -> ToolResult:
        content = result if isinstance(result, str) else json.dumps(result, default=_plain)
        # A lone surrogate cannot be sent; that is an error of the function.
        content.encode()
        return ToolResult(self._function.name, self._arguments, content)

    def _failure(self, error: Exception) -> ToolResult:
        content = json.dumps({"error": f"{type(error).__name__}: {error}"})
        return ToolResult(self._function.name, self._arguments, content, error)


class ToolLoop:
    """The state of one run: the next request, and the calls to make before it.

    Args:
        api_client: The driver that sends the requests.
        chat: Builds the chat call for some messages, and checks all of its arguments; its second
            parameter is whether this is the first turn.
        messages: The messages of the first turn.
        functions: The functions that may be called, by name.
        max_turns: The maximum number of requests to the model.
        recorded: Whether the session's history keeps the messages; otherwise every turn sends
            all of them again.
    """

    def __init__(
        self,
        api_client: Driver,
        chat: Callable[[Sequence[object], bool], Call[ChatResponse]],
        messages: Sequence[object],
        functions: Mapping[str, Function],
        *,
        max_turns: int,
        recorded: bool,
    ) -> None:
        self.api_client = api_client
        self.over = False
        self._chat = chat
        self._messages = list(messages)
        self._functions = functions
        self._max_turns = max_turns
        self._recorded = recorded
        self._turns = 0
        self._pending: list[FunctionCall] = []
        self._response: ChatResponse | None = None
        # Built before it is sent, so that a bad argument is refused at once.
        self._next = chat(self._messages, True)

    def more(self) -> Flow[Any, list[RunStep]]:
        """Take one step: send the next request, or make the calls that the model requested.

        Raises:
            MaxTurnsError: When the model requested calls in its last turn.
        """
        if self._turns == self._max_turns and self._response is not None:
            raise MaxTurnsError(
                f"no answer in {self._turns} turns: the model still calls tools", self._response
            )
        if self._pending:
            done = yield RunTasks(self._pending)
            found = done if isinstance(done, list) else []
            results = [each for each in found if isinstance(each, ToolResult)]
            self._pending = []
            self._prepare_next(results)
            return [*results]
        self._response = response = yield from self.api_client.flow_of(self._next)
        self._turns += 1
        calls = [
            parse_call(message)
            for message in messages_of(response)
            if message.role == "function_call"
        ]
        # Calls of a tool without a function here, such as one of the agent's, are the caller's.
        self.over = not calls or any(name not in self._functions for name, _ in calls)
        if not self.over:
            self._pending = [FunctionCall(self._functions[name], text) for name, text in calls]
        return [response]

    def answer(self) -> Flow[Any, ChatResponse]:
        """Take all steps and return the last response."""
        while True:
            yield from self.more()
            if self.over and self._response is not None:
                return self._response

    def _prepare_next(self, results: Sequence[ToolResult]) -> None:
        """Build the next request, which sends the results to the model."""
        if self._recorded or self._response is None:
            self._messages = []
        else:
            self._messages += [_as_input(message) for message in messages_of(self._response)]
        self._messages += [
            {"role": "function", "name": each.name, "content": each.content} for each in results
        ]
        self._next = self._chat(self._messages, False)


def by_name(functions: Sequence[tuple[str, Function]], *, is_async: bool) -> dict[str, Function]:
    """Index functions by their names.

    Args:
        functions: Each function with its place among the arguments, such as ``tools[0]``.
        is_async: Whether functions may be async.

    Raises:
        InvalidArgumentError: When two functions have the same name, or one is async and may not be.
    """
    found: dict[str, Function] = {}
    for path, function in functions:
        if function.name in found:
            problem = f"another function is named {function.name!r}"
        elif function.is_async and not is_async:
            problem = f"{function.name} is async: use AsyncClient, or a sync function"
        else:
            found[function.name] = function
            continue
        raise InvalidArgumentError(f"{path}: {problem}", path=path)
    return found


def messages_of(response: ChatResponse) -> Sequence[ChatMlMessage]:
    """Return the messages of a response's first choice."""
    return response.response[0] if response.response else ()


def parse_call(message: ChatMlMessage) -> tuple[str, str]:
    """Parse a message that requests a call: return the function's name, and its arguments as JSON.

    A message that is no such request has an empty name.
    """
    try:
        call: JSON = json.loads(message.content) if isinstance(message.content, str) else None
    except ValueError:
        call = None
    if not isinstance(call, dict):
        return "", ""
    arguments = call.get("arguments", "{}")
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return str(call.get("name", "")), text


def _as_input(message: ChatMlMessage) -> JSONObject:
    """Convert a model's message to one to send."""
    known = message.to_dict()
    return {name: known[name] for name in ("role", "content", "name") if known.get(name)}


def _plain(value: object) -> object:
    """Convert a result for JSON: to its fields, or to its text."""
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

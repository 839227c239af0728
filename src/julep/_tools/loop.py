"""The tool loop: chat with a model, and call the functions that it requests until it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast
from uuid import UUID

import attrs

from julep._calls.flow import RunTasks
from julep._calls.paging import MAX_PAGE_SIZE, PageWalk
from julep._calls.stream_events import parse_call
from julep._instrumentation.listeners import run_span
from julep._tools.calls import Approvals, FunctionCall, ToolResult
from julep._tools.functions import Function
from julep._tools.output import Output, ParsedResponse, repair_text
from julep._tools.schema import SchemaMismatchError
from julep.errors import InvalidArgumentError, InvalidOutputError, MaxTurnsError
from julep_api.api import sessions, tools

if TYPE_CHECKING:
    from julep._calls.flow import Flow
    from julep._calls.protocols import Driver
    from julep._instrumentation.spans import RunSpan
    from julep._tools.approve import Approve
    from julep_api.client import Call
    from julep_api.models import ChatMlMessage, ChatResponse
    from julep_api.types import JSONObject

T = TypeVar("T")

RunStep: TypeAlias = "ChatResponse | ToolResult"

# Sent in no request: the other arguments of a run without messages are checked with it.
_NO_MESSAGES: Final[Sequence[JSONObject]] = ({"role": "user", "content": ""},)


@attrs.frozen(kw_only=True)
class RunOptions:
    """What a run does.

    Attributes:
        session_id: The session.
        functions: The functions that may be called, by name.
        other_tools: The names of tools that were passed without a function.
        max_turns: The maximum number of requests to the model.
        recorded: Whether the session's history keeps the messages; otherwise every turn sends
            all of them again.
        approve: Decides about each call.
        output: The type of the answer.
        repairs: How many answers may be replaced that do not match the type.
    """

    session_id: str | UUID
    functions: Mapping[str, Function]
    other_tools: frozenset[str] = frozenset()
    max_turns: int
    recorded: bool
    approve: Approve | None = None
    output: Output | None = None
    repairs: int = 0


class ToolLoop:
    """The state of one run: the next request, and the calls to make before it.

    Args:
        api_client: The driver that sends the requests.
        chat: Builds the chat call for some messages, and checks all of its arguments; its second
            parameter is whether this is the first turn.
        messages: The messages of the first turn. With None, the run continues from the history:
            it begins with the calls there that have no result.
        options: What the run does.

    Attributes:
        over: Whether the last response is the result.
        span: The run's span, if there is one.
        rejection: What is wrong in the last answer, which the model is to replace; else empty.
    """

    def __init__(
        self,
        api_client: Driver,
        chat: Callable[[Sequence[object], bool], Call[ChatResponse]],
        messages: Sequence[object] | None,
        options: RunOptions,
    ) -> None:
        self.api_client = api_client
        self.over: bool = False
        self.span: RunSpan | None = None
        self.rejection: str = ""
        self._chat = chat
        self._messages = [*(messages or ())]
        self._options = options
        self._repairs = options.repairs
        self._turns = 0
        self._begun = False
        self._continues = messages is None
        self._pending: list[FunctionCall] = []
        self._response: ChatResponse | None = None
        self._parsed: object = None
        self._other_tools: frozenset[str] | None = None
        # Built before it is sent, so that a bad argument is refused at once.
        self._next = chat(_NO_MESSAGES if messages is None else self._messages, True)

    def more(self) -> Flow[Any, list[RunStep]]:
        """Take one step: send the next request, or make the calls that the model requested.

        Raises:
            InvalidArgumentError: When no messages were given, and the history has no call to make.
            InvalidOutputError: When the answer does not match the type, or the last response is
                a call of a tool without a function.
            MaxTurnsError: When the model requested calls in its last turn.
        """
        if not self._begun:
            self._begun = True
            self.span = run_span(self._options.session_id)
        if self.span is None:
            return (yield from self._more())
        try:
            steps = yield from _traced(self._more(), self.span)
        except BaseException as error:
            self.span.end(error)
            raise
        if self.over:
            self.span.end()
        return steps

    def _more(self) -> Flow[Any, list[RunStep]]:
        if self._turns == self._options.max_turns and self._response is not None:
            raise MaxTurnsError(
                f"no answer in {self._turns} turns: the model still calls tools", self._response
            )
        if self._continues:
            yield from self._continue()
        if self._pending:
            return [*(yield from self._make_calls())]
        self._response = response = yield from self.api_client.flow_of(self._next)
        self._turns += 1
        self.rejection = ""
        calls = [
            parse_call(message.content)
            for message in messages_of(response)
            if message.role == "function_call"
        ]
        if not calls:
            self.over = self._is_answer(response)
        elif others := (yield from self._others_of(calls)):
            # Calls of a tool without a function here, such as one of the agent's, are the caller's.
            self.over = True
            if self._options.output is not None:
                problem = f"the model called {others[0]}, which has no function here"
                raise InvalidOutputError(problem, text=response.text, response=response)
        else:
            self._pending = self._calls_of(calls)
        return [response]

    def answer(self) -> Flow[Any, ChatResponse | ParsedResponse[Any]]:
        """Take all steps and return the result."""
        while not self.over:
            yield from self.more()
        return self.result()

    def result(self) -> ChatResponse | ParsedResponse[Any]:
        """Return the last response; with an output, with the answer that was read."""
        response = cast("ChatResponse", self._response)
        if self._options.output is None:
            return response
        return ParsedResponse(self._parsed, response)

    def _is_answer(self, response: ChatResponse) -> bool:
        """Read an answer; False when the model must repair it."""
        if self._options.output is None:
            return True
        try:
            self._parsed = self._options.output.read(response)
        except SchemaMismatchError as error:
            if self._repairs == 0 or self._turns == self._options.max_turns:
                raise InvalidOutputError(
                    str(error), text=response.text, path=error.path, response=response
                ) from None
            self._repairs -= 1
            self.rejection = str(error)
            self._prepare_next([{"role": "user", "content": repair_text(error)}])
            return False
        return True

    def _calls_of(self, calls: Sequence[tuple[str, str]]) -> list[FunctionCall]:
        functions = self._options.functions
        return [FunctionCall(name, text, functions, self.span) for name, text in calls]

    def _make_calls(self) -> Flow[Any, list[ToolResult]]:
        """Make the pending calls that are approved, and prepare the request with the results."""
        if self._options.approve is not None:
            decided = yield RunTasks([Approvals(self._pending, self._options.approve)])
            for error in decided if isinstance(decided, list) else ():
                if isinstance(error, Exception):
                    raise error
        done = yield RunTasks(self._pending)
        found = done if isinstance(done, list) else []
        results = [each for each in found if isinstance(each, ToolResult)]
        self._pending = []
        self._prepare_next(
            [{"role": "function", "name": each.name, "content": each.content} for each in results]
        )
        return results

    def _prepare_next(self, messages: Sequence[JSONObject]) -> None:
        """Build the next request, with these messages to the model."""
        if self._options.recorded:
            self._messages = []
        elif self._response is not None:
            self._messages += [_as_input(message) for message in messages_of(self._response)]
        self._messages += messages
        self._next = self._chat(self._messages, False)

    def _continue(self) -> Flow[Any, None]:
        """Begin with the calls of the history that have no result."""
        page = partial(sessions.get_history.call, self._options.session_id)
        walk: PageWalk[ChatMlMessage] = PageWalk(self.api_client, page, None, MAX_PAGE_SIZE)
        history: list[ChatMlMessage] = []
        while not walk.over:
            history += yield from walk.more()
        calls = open_calls(history)
        others = yield from self._others_of(calls)
        if others:
            problem = f"the history has a call of {others[0]}, which has no function here"
            raise InvalidArgumentError(f"tools: {problem}", path="tools")
        if not calls:
            problem = "expected messages, as the history has no call without a result"
            raise InvalidArgumentError(f"messages: {problem}", path="messages")
        self._pending = self._calls_of(calls)
        self._continues = False

    def _others_of(self, calls: Sequence[tuple[str, str]]) -> Flow[Any, list[str]]:
        """Return the names of called tools that exist, and have no function here.

        The agent's tools are requested only if a model calls what is not among the given ones.
        """
        unknown = [name for name, _ in calls if name not in self._options.functions]
        others = [name for name in unknown if name in self._options.other_tools]
        if not unknown or others:
            return others
        if self._other_tools is None:
            self._other_tools = yield from self._agent_tools()
        return [name for name in unknown if name in self._other_tools]

    def _agent_tools(self) -> Flow[Any, frozenset[str]]:
        session = sessions.get_session.call(self._options.session_id)
        agent_id = (yield from self.api_client.flow_of(session)).agent_id
        page = partial(tools.get_agent_tools.call, agent_id)
        walk = PageWalk(self.api_client, page, None, MAX_PAGE_SIZE)
        found: set[str] = set()
        while not walk.over:
            found |= {tool.function.name for tool in (yield from walk.more())}
        return frozenset(found)


def _traced(flow: Flow[Any, T], span: RunSpan) -> Flow[Any, T]:
    """Run a flow whose calls begin under a run's span; that is current in no step of the driver."""
    try:
        with span.attached():
            step = next(flow)
        while True:
            result = yield step
            with span.attached():
                step = flow.send(result)
    except StopIteration as end:
        found: T = end.value
        return found
    finally:
        flow.close()


def messages_of(response: ChatResponse) -> Sequence[ChatMlMessage]:
    """Return the messages of a response's first choice."""
    return response.response[0] if response.response else ()


def open_calls(history: Sequence[ChatMlMessage]) -> list[tuple[str, str]]:
    """Return the calls at the end of a history that have no result."""
    calls: list[tuple[str, str]] = []
    for message in history:
        if message.role == "function_call":
            calls.append(parse_call(message.content))
        elif message.role == "function":
            same = [call for call in calls if call[0] == message.name] or calls[:1]
            for call in same[:1]:
                calls.remove(call)
        else:
            calls.clear()
    return calls


def _as_input(message: ChatMlMessage) -> JSONObject:
    """Convert a model's message to one to send."""
    known = message.to_dict()
    return {name: known[name] for name in ("role", "content", "name") if known.get(name)}

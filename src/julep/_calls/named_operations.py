"""The contract's operations as methods, by the names that julep 0.3's low-level clients had.

Code written for 0.3 calls them on a client's ``_api_client``, and hands objects of its own that
have such methods to managers.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Generator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from urllib.parse import unquote

from julep._arguments.encode import encoded
from julep._calls.flow import RunTasks, Sleep
from julep_api.deprecation import warn_deprecated
from julep_api.models import CreateDoc, CreateToolRequest, InputChatMlMessage
from julep_api.operations import OPERATIONS
from julep_api.types import UNSET

if TYPE_CHECKING:
    from julep._calls.flow import Flow
    from julep._calls.streams import AsyncChatStream, ChatStream
    from julep_api.client import Call, EventCall
    from julep_api.models import ChatResponseChunk

T = TypeVar("T")

_NAMES: Final = {one.module.rpartition(".")[2]: one for one in OPERATIONS.values()}

# The operations whose body was one argument, ``request``.
_REQUESTS: Final[Mapping[str, type[CreateDoc | CreateToolRequest]]] = {
    "CreateAgentDoc": CreateDoc,
    "CreateAgentTool": CreateToolRequest,
    "CreateUserDoc": CreateDoc,
}


def operation_method(
    name: str, send: Callable[..., object], stream: Callable[..., object]
) -> Callable[..., object] | None:
    """Return a method that makes the call of an operation, or None if there is none of this name.

    It takes the parts of the path and the query, and the fields of the body, by name.

    Args:
        name: The name of the operation, such as ``get_agent``.
        send: Makes a call.
        stream: Makes a streamed call.
    """
    if name not in _NAMES:
        return None
    module: Any = import_module(_NAMES[name].module)
    parameters = inspect.signature(module.call).parameters.keys()

    @functools.wraps(module.call)
    def call_operation(*args: object, **kwargs: object) -> object:
        warn_deprecated(f"api_client.{name}()", "the client's methods, or client.api.send()")
        given = {k: v for k, v in kwargs.items() if k in parameters}
        body = {k: v for k, v in kwargs.items() if k not in parameters and v is not None}
        if body:
            given["body"] = body.pop("request", None) or body
        if name == "chat" and kwargs.get("stream"):
            return stream(encoded(module.stream, *args, **given))
        result = send(encoded(module.call, *args, **given))
        return _nothing(result) if name.startswith("delete_") else result

    return call_operation


class OperationsDriver:
    """Makes the calls of a manager by methods of another object, named like the operations.

    Args:
        operations: The object; other attributes of this driver are its own.
    """

    def __init__(self, operations: Any) -> None:
        self._operations = operations

    def __getattr__(self, name: str) -> Any:
        return getattr(self._operations, name)

    @property
    def is_async(self) -> bool:
        """Whether the object's methods are async."""
        return any(
            inspect.iscoroutinefunction(getattr(self._operations, name, None)) for name in _NAMES
        )

    def send(self, call: Call[T], /) -> T | Awaitable[T]:
        """Make a call."""
        result = self._call(call)
        if call.method != "DELETE":
            return cast("T", result)
        return cast("T", _nothing(result))

    def stream(
        self, call: EventCall[ChatResponseChunk], /
    ) -> ChatStream | Awaitable[AsyncChatStream]:
        """Make a streamed call."""
        return cast("ChatStream", self._call(call))

    def flow_of(self, call: Call[T], /, on_response: object = None) -> Flow[Any, T]:
        """Return the flow of a call, to be a part of another flow."""
        del on_response  # a double has no responses
        step: Any = call
        return cast("T", (yield step))

    def run(self, flow: Flow[Any, T], /) -> T | Awaitable[T]:
        """Run a flow to its end, and return its result."""
        return _run_async(self, flow) if self.is_async else _run(self, flow)

    def _call(self, call: Call[Any] | EventCall[Any]) -> object:
        name = OPERATIONS[call.operation].module.rpartition(".")[2]
        return getattr(self._operations, name)(**_arguments(call))


def _run(driver: OperationsDriver, flow: Generator[Any, Any, T]) -> T:
    try:
        step = next(flow)
        while True:
            if isinstance(step, RunTasks):
                step = flow.send([task.run() for task in step.tasks])
            else:
                step = flow.send(None if isinstance(step, Sleep) else driver.send(step))
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        flow.close()


async def _run_async(driver: OperationsDriver, flow: Generator[Any, Any, T]) -> T:
    try:
        step = next(flow)
        while True:
            if isinstance(step, RunTasks):
                step = flow.send([await task.arun() for task in step.tasks])
            else:
                step = flow.send(None if isinstance(step, Sleep) else await driver.send(step))
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        flow.close()


def _arguments(call: Call[Any] | EventCall[Any]) -> dict[str, object]:
    """Return the arguments of a call as the low-level clients of 0.3 took them."""
    template = OPERATIONS[call.operation].path.split("/")
    path: dict[str, object] = {
        name.strip("{}"): unquote(value)
        for name, value in zip(template, call.path.split("/"), strict=True)
        if name.startswith("{")
    }
    query: dict[str, list[object]] = {}
    for name, value in call.query:
        number = name in ("limit", "offset")
        query.setdefault(name, []).append(int(value) if number else value)
    single = {name: found if len(found) > 1 else found[0] for name, found in query.items()}
    return {**path, **single, **_body(call)}


def _body(call: Call[Any] | EventCall[Any]) -> Mapping[str, object]:
    body: Any = {} if call.body is UNSET else call.body
    if call.operation in _REQUESTS:
        return {"request": _REQUESTS[call.operation].from_dict(body)}
    if call.operation == "Chat":
        messages = [InputChatMlMessage.from_dict(message) for message in body["messages"]]
        return {**body, "messages": messages}
    return dict(body)


def _nothing(result: object) -> Awaitable[None] | None:
    """Return what a deletion returned: nothing, or an awaitable of it."""
    if not isinstance(result, Awaitable):
        return None
    return _discarded(cast("Awaitable[object]", result))


async def _discarded(result: Awaitable[object]) -> None:
    await result

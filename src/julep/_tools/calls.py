"""Calls of functions that a model requested: approved, made, and turned into results."""

from __future__ import annotations

from collections.abc import (
    AsyncIterable,
    Awaitable,
    Callable,
    Coroutine,
    Iterator,
    Mapping,
    Sequence,
)
from functools import partial
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import attrs

from julep._tools.functions import Function
from julep._tools.results import error_text, result_text
from julep._tools.schema import SchemaMismatchError
from julep.errors import NotApprovedError

if TYPE_CHECKING:
    from julep._instrumentation.spans import RunSpan
    from julep._tools.approve import Approve

T = TypeVar("T")


@attrs.frozen
class ToolResult:
    """The result of one function call that a model requested.

    Attributes:
        name: The function's name.
        arguments: The arguments as the model wrote them, usually JSON.
        content: The content of the message to the model: the result as text or as JSON.
        error: The error that the function raised or that prevented its call, or None.

    Example:
        >>> steps = client.sessions.iterate_run(session.id, messages, [temperature])
        >>> [step for step in steps if isinstance(step, julep.ToolResult)]
        [ToolResult(name='temperature', arguments='{"city":"Lisbon"}', content='21.5', error=None)]
    """

    name: str
    arguments: str
    content: str
    error: Exception | None = None


class FunctionCall:
    """One call that a model requested, to be made sync or async; errors become results.

    Args:
        name: The function's name, as the model wrote it.
        arguments: The arguments, as the model wrote them.
        functions: The functions that may be called, by name.
        span: The span of the run, if there is one.
    """

    def __init__(
        self,
        name: str,
        arguments: str,
        functions: Mapping[str, Function],
        span: RunSpan | None = None,
    ) -> None:
        self.name = name
        self._span = span
        self._text = arguments
        self._function = functions.get(name)
        self._arguments: Mapping[str, object] = {}
        self._prevented: ToolResult | None = None
        try:
            if self._function is None:
                known = ", ".join(functions) or "none"
                problem = f"there is no function named {name!r}; there are: {known}"
                raise SchemaMismatchError(problem)
            self._arguments = self._function.read(arguments)
        except Exception as error:  # noqa: BLE001  # every error is reported to the model
            self._prevented = self._failure(error)

    @property
    def needs_approval(self) -> bool:
        """Whether the call can be made: its function and its arguments are known."""
        return self._prevented is None

    def ask(self, approve: Approve) -> bool | str | Awaitable[bool | str]:
        """Return what is decided about this call."""
        return approve(self.name, self._arguments)

    def decide(self, decision: object) -> None:
        """Take a decision: anything but True prevents the call.

        Raises:
            TypeError: When it is neither a bool nor a text.
        """
        if not isinstance(decision, (bool, str)):
            expected = "expected True, False or the reason against the call"
            raise TypeError(f"approve: {expected}; got {decision!r}")
        if decision is not True:
            reason = f": {decision}" if decision else ""
            error = NotApprovedError(f"the call of {self.name} was not approved{reason}")
            self._prevented = ToolResult(self.name, self._text, error_text(str(error)), error)

    def run(self) -> ToolResult:
        """Make the call. What an async function returns runs in an event loop of its own."""
        if self._span is None:
            return self._run()
        with self._span.tool(self.name, self._text) as report:
            result = self._run()
            report(result.error, result.content)
        return result

    async def arun(self) -> ToolResult:
        """Make the call; a sync function runs in a thread."""
        if self._span is None:
            return await self._arun()
        with self._span.tool(self.name, self._text) as report:
            result = await self._arun()
            report(result.error, result.content)
        return result

    def _run(self) -> ToolResult:
        found = self._begin()
        return found if isinstance(found, ToolResult) else _complete(lambda: self._finish(found))

    async def _arun(self) -> ToolResult:
        if self._prevented is not None or (self._function is not None and self._function.is_async):
            found = self._begin()
        else:
            found = await _in_thread(self._begin)
        return found if isinstance(found, ToolResult) else await self._finish(found)

    def _begin(self) -> ToolResult | Awaitable[object] | AsyncIterable[object]:
        """Call the function, and return its result, or what must be awaited for it."""
        if self._prevented is not None or self._function is None:
            return self._prevented or self._failure(KeyError(self.name))
        try:
            value = self._function.call(self._arguments)
            if isawaitable(value) or isinstance(value, AsyncIterable):
                return cast("Awaitable[object] | AsyncIterable[object]", value)
            value = _collected(value)
        except Exception as error:  # noqa: BLE001  # every error is reported to the model
            return self._failure(error)
        return self._result(value)

    async def _finish(self, pending: Awaitable[object] | AsyncIterable[object]) -> ToolResult:
        try:
            value: object = await pending if isawaitable(pending) else pending
            if isinstance(value, AsyncIterable):
                value = [each async for each in cast("AsyncIterable[object]", value)]
            value = _collected(value)
        except Exception as error:  # noqa: BLE001  # every error is reported to the model
            return self._failure(error)
        return self._result(value)

    def _result(self, value: object) -> ToolResult:
        return ToolResult(self.name, self._text, result_text(value))

    def _failure(self, error: Exception) -> ToolResult:
        return ToolResult(self.name, self._text, error_text(error), error)


class Approvals:
    """The decisions about the calls of one response, one after another.

    An error of the function that decides ends the run, so that it is the task's result.
    """

    def __init__(self, calls: Sequence[FunctionCall], approve: Approve) -> None:
        self._calls = [call for call in calls if call.needs_approval]
        self._approve = approve

    def run(self) -> Exception | None:
        """Request the decisions; an async function runs in an event loop of its own."""
        try:
            for call in self._calls:
                found = call.ask(self._approve)
                call.decide(_complete(partial(_awaited, found)) if isawaitable(found) else found)
        except Exception as error:  # noqa: BLE001  # raised by the flow
            return error
        return None

    async def arun(self) -> Exception | None:
        """Request the decisions; a sync function runs in a thread."""
        try:
            for call in self._calls:
                found = await _in_thread(partial(call.ask, self._approve))
                call.decide(await found if isawaitable(found) else found)
        except Exception as error:  # noqa: BLE001  # raised by the flow
            return error
        return None


def _collected(value: object) -> object:
    """Return the items of an iterator, whose errors are the function's; or else the value."""
    return [*cast("Iterator[object]", value)] if isinstance(value, Iterator) else value


async def _in_thread(function: Callable[[], T]) -> T:
    """Return what a function returns in a thread; that may be awaitable, too."""
    from anyio import to_thread

    # Trio refuses a function of a thread that returns a coroutine by itself.
    (found,) = await to_thread.run_sync(lambda: (function(),))
    return found


async def _awaited(pending: Awaitable[object]) -> object:
    return await pending


def _complete(start: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run a coroutine from sync code, also where an event loop is running."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(copy_context().run, asyncio.run, start()).result()

"""Interrupts, closing and forks at every line of a call, and cancellation at every await of it.

The client may have one connection at a time, so that a slot that is lost makes the next call fail.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import anyio
import pytest

import julep
from julep import AsyncClient, Client, Timeout
from julep._http import exchange
from julep._http.h11_parser import H11Parser
from julep._http.httptools_parser import HttptoolsParser
from tests.sdk.transport.helpers.scripted_server import SESSION, Server, Step, respond_json

ID = SESSION["id"]
KEPT = respond_json(SESSION)
CLOSED = respond_json(SESSION, headers={"connection": "close"})
STEPS = {"kept": KEPT, "closed": CLOSED}
ONE_CONNECTION: dict[str, Any] = {
    "max_connections": 1,
    "max_retries": 0,
    "timeout": Timeout(connect=5, read=5, write=5, pool=1),
}
ROOMS = tuple(str(Path(julep.__file__).parent / room) for room in ("_http", "_calls"))

each_step = pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)


class Interrupt(BaseException):
    """Raised at a line, as a signal's handler does."""


@contextmanager
def at_line(number: int, action: Callable[[], object]) -> Generator[list[int]]:
    """Call a function at one of the lines of the transport that run, counted from 1.

    Yields:
        The number of lines so far, as a list of one item.
    """
    count = [0]

    def trace_line(_: FrameType, event: str, __: object) -> Any:
        if event == "line":
            count[0] += 1
            if count[0] == number:
                sys.settrace(None)
                action()
        return trace_line

    def trace_call(frame: FrameType, _: str, __: object) -> Any:
        is_traced = count[0] < number and frame.f_code.co_filename.startswith(ROOMS)
        return trace_line if is_traced else None

    before = sys.gettrace()
    gc.disable()  # finalizers of other tests' objects would count, and swallow the exception
    sys.settrace(trace_call)
    try:
        yield count
    finally:
        sys.settrace(before)
        gc.enable()


def part_of(owner: object, name: str) -> Any:
    """Return a private attribute."""
    return vars(owner)[name]


def interrupt() -> None:
    raise Interrupt


@each_step
@pytest.mark.parametrize("parser", [H11Parser, HttptoolsParser])
def test_an_exception_at_any_line_of_a_call_loses_no_connection(
    parser: type, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "parser_class", parser)
    with Server([step]) as server, Client(base_url=server.url, **ONE_CONNECTION) as client:
        client.sessions.get(ID)
        number, lines = 0, [0]
        while lines[0] >= number:
            number += 1
            with at_line(number, interrupt) as lines:
                try:
                    client.sessions.get(ID)
                except Interrupt:
                    pass
                else:
                    assert lines[0] < number, f"the exception at line {number} was swallowed"
            assert client.sessions.get(ID).id == ID
    assert number > 150


@each_step
def test_a_client_may_be_closed_at_any_line_of_a_call(step: Step) -> None:
    number, lines = 0, [0]
    with Server([step]) as server:
        while lines[0] >= number:
            number += 1
            client = Client(base_url=server.url, **ONE_CONNECTION)
            client.sessions.get(ID)
            ended = suppress(julep.NetworkError, julep.ConfigurationError)
            with at_line(number, client.close) as lines, ended:
                client.sessions.get(ID)
            pool: Any = part_of(part_of(part_of(client, "_connections"), "_transport"), "_pool")
            if lines[0] >= number:
                assert (len(pool.leases), len(pool.idle)) == (0, 0)
            client.close()
    assert number > 150


@each_step
def test_a_process_may_fork_at_any_line_of_a_call(step: Step) -> None:
    def fork() -> None:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = int(client.sessions.get(ID).id != ID)
            finally:
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0, f"a child forked at line {number} failed"

    number, lines = 0, [0]
    with Server([step]) as server, Client(base_url=server.url, **ONE_CONNECTION) as client:
        client.sessions.get(ID)
        while lines[0] >= number:
            number += 1
            with at_line(number, fork) as lines:
                assert client.sessions.get(ID).id == ID
    assert number > 150


class CancelledAt:
    """Awaits a coroutine, and cancels it at one of its awaits, counted from 1."""

    def __init__(
        self, coroutine: Coroutine[Any, Any, Any], number: int, cancel: Callable[[], object]
    ) -> None:
        self.count = 0
        self._coroutine = coroutine
        self._number = number
        self._cancel = cancel

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self._coroutine.__await__()
        resume = _sending(steps, None)
        while True:
            try:
                waiting = resume()
            except StopIteration as end:
                return end.value
            self.count += 1
            if self.count == self._number:
                self._cancel()
            try:
                sent = yield waiting
            except BaseException as error:  # noqa: BLE001  # thrown into the coroutine
                resume = _throwing(steps, error)
            else:
                resume = _sending(steps, sent)


def _sending(steps: Generator[Any, Any, Any], value: object) -> Callable[[], Any]:
    return lambda: steps.send(value)


def _throwing(steps: Generator[Any, Any, Any], error: BaseException) -> Callable[[], Any]:
    return lambda: steps.throw(error)


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["asyncio", "trio"])
@each_step
async def test_a_call_may_be_cancelled_at_any_await(step: Step) -> None:
    with Server([step]) as server:
        async with AsyncClient(base_url=server.url, **ONE_CONNECTION) as client:
            await client.sessions.get(ID)
            number, count = 0, 0
            while count >= number:
                number += 1
                scope = anyio.CancelScope()
                awaited = CancelledAt(client.sessions.get(ID), number, scope.cancel)
                with scope:
                    await awaited
                count = awaited.count
                with anyio.fail_after(5):
                    assert (await client.sessions.get(ID)).id == ID
    assert number > 1
    gc.collect()


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["asyncio", "trio"])
@each_step
async def test_an_async_client_may_be_closed_at_any_await(step: Step) -> None:
    number = count = 0
    with Server([step]) as server:
        while count >= number:
            number += 1
            client = AsyncClient(base_url=server.url, **ONE_CONNECTION)
            await client.sessions.get(ID)
            async with anyio.create_task_group() as group:
                close = partial(group.start_soon, client.aclose)
                awaited = CancelledAt(client.sessions.get(ID), number, close)
                ended = suppress(julep.NetworkError, julep.ConfigurationError)
                with anyio.fail_after(5), ended:
                    await awaited
                count = awaited.count
            await client.aclose()
    assert number > 1

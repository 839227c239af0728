"""Interrupts, closing and forks at every line of a call, and cancellation at every await of it.

The client may have one connection at a time, so that a slot that is lost makes the next call fail.
"""

from __future__ import annotations

import gc
import os
import ssl
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any
from weakref import ref

import anyio
import httpx
import pytest

import julep
from julep import AsyncClient, Client, Timeout
from julep._http import background, exchange
from julep._http.h11_parser import H11Parser
from julep._http.httptools_parser import HttptoolsParser
from tests.sdk.helpers.resources import HELLO
from tests.sdk.helpers.waiting import HANG
from tests.sdk.transport.helpers.cancelled_at import CancelledAt
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    Exchange,
    Server,
    Step,
    chat_event,
    respond_json,
    respond_stream,
)

# Streams and forks take time, so that they are interrupted at every ninth line by default, and at
# every line with JULEP_TEST_LINES=1.
STEP = int(os.environ.get("JULEP_TEST_LINES", "9"))
ID = SESSION["id"]
KEPT = respond_json(SESSION)
CLOSED = respond_json(SESSION, headers={"connection": "close"})
STREAM = respond_stream(chat_event("Hi"), chat_event("!", "stop"), DONE, delay=0.002)
STEPS = {"kept": KEPT, "closed": CLOSED}
ONE_CONNECTION: dict[str, Any] = {
    "max_connections": 1,
    "max_retries": 0,
    "timeout": Timeout(connect=HANG, read=HANG, write=HANG, pool=HANG),
}
ROOMS = tuple(str(Path(julep.__file__).parent / room) for room in ("_http", "_calls"))

each_step = pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)


class Interrupt(BaseException):
    """Raised at a line, as a signal's handler does."""


@dataclass
class Lines:
    """The lines of the transport that have run.

    Attributes:
        count: Their number.
        is_swallowed: Whether the last of them was in a finalizer, in which Python itself swallows
            every exception.
    """

    count: int = 0
    is_swallowed: bool = False


@contextmanager
def at_line(number: int, action: Callable[[], object]) -> Generator[Lines]:
    """Call a function at one of the lines of the transport that run, counted from 1."""
    lines = Lines()

    def trace_line(frame: FrameType, event: str, __: object) -> Any:
        if event == "line":
            lines.count += 1
            if lines.count == number:
                sys.settrace(None)
                lines.is_swallowed = is_in_finalizer(frame)
                action()
        return trace_line

    def trace_call(frame: FrameType, _: str, __: object) -> Any:
        is_ours = frame.f_code.co_filename.startswith(ROOMS)
        return trace_line if is_ours and lines.count < number else None

    def note(problem: sys.UnraisableHookArgs) -> None:
        if not isinstance(problem.exc_value, Interrupt):
            unraisable(problem)

    before, unraisable = sys.gettrace(), sys.unraisablehook
    gc.disable()  # finalizers of other tests' objects would count
    sys.unraisablehook = note
    sys.settrace(trace_call)
    try:
        yield lines
    finally:
        sys.settrace(before)
        sys.unraisablehook = unraisable
        gc.enable()


def is_in_finalizer(frame: FrameType | None) -> bool:
    """Check for a ``__del__``."""
    return frame is not None and (
        frame.f_code.co_name == "__del__" or is_in_finalizer(frame.f_back)
    )


def part_of(owner: object, name: str) -> Any:
    """Return a private attribute."""
    return vars(owner)[name]


def transport_of(client: Client) -> Any:
    return part_of(part_of(client, "_connections"), "_transport")


def interrupt() -> None:
    raise Interrupt


def swallowed(number: int) -> str:
    return f"the exception at line {number} was swallowed"


@pytest.fixture
def by_httpx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JULEP_TRANSPORT", "httpx")


@each_step
@pytest.mark.parametrize("parser", [H11Parser, HttptoolsParser])
def test_an_exception_at_any_line_of_a_call_loses_no_connection(
    parser: type, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "parser_class", parser)
    with Server([step]) as server, Client(base_url=server.url, **ONE_CONNECTION) as client:
        client.sessions.get(ID)
        number, lines = 0, Lines()
        while lines.count >= number:
            number += 1
            with at_line(number, interrupt) as lines:
                try:
                    client.sessions.get(ID)
                except Interrupt:
                    pass
                else:
                    assert lines.is_swallowed or lines.count < number, swallowed(number)
            assert client.sessions.get(ID).id == ID
    assert number > 150


async def respond_by_method(to: Exchange) -> bool:
    """Send a streamed chat for a POST."""
    return await (STREAM if to.request.method == "POST" else KEPT)(to)


def read_stream(client: Client) -> None:
    with client.sessions.chat(ID, HELLO, stream=True) as stream:
        assert stream.get_final_response().text == "Hi!"


def forget_stream(client: Client) -> None:
    stream = client.sessions.chat(ID, HELLO, stream=True)
    del stream


def forget_stream_midway(client: Client) -> None:
    stream = client.sessions.chat(ID, HELLO, stream=True)
    assert next(stream).delta.content == "Hi"


each_use = pytest.mark.parametrize("use", [read_stream, forget_stream, forget_stream_midway])


@pytest.mark.filterwarnings("ignore:a stream of:ResourceWarning")
@pytest.mark.parametrize("parser", [H11Parser, HttptoolsParser])
@each_use
def test_an_exception_at_any_line_of_a_stream_loses_no_connection(
    use: Callable[[Client], None], parser: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "parser_class", parser)
    with (
        Server([respond_by_method]) as server,
        Client(base_url=server.url, **ONE_CONNECTION) as client,
    ):
        interrupt_at_each_line(client, use)


@pytest.mark.filterwarnings("ignore:a stream of:ResourceWarning")
@pytest.mark.usefixtures("by_httpx")
@each_use
def test_an_exception_at_any_line_of_a_stream_by_httpx_loses_no_connection(
    use: Callable[[Client], None],
) -> None:
    """The library's pool has one place, for which a call waits."""
    limits = httpx.Limits(max_connections=1)
    with (
        Server([respond_by_method]) as server,
        httpx.Client(limits=limits) as http_client,
        Client(
            base_url=server.url,
            http_client=http_client,
            max_retries=0,
            timeout=Timeout(connect=HANG, read=HANG, write=HANG, pool=HANG),
        ) as client,
    ):
        interrupt_at_each_line(client, use)
        assert len(part_of(transport_of(client), "_responses")) == 0
    assert_no_threads_remain()


def interrupt_at_each_line(client: Client, use: Callable[[Client], None]) -> None:
    """Let an exception come at each line of a stream, and make a call after each."""
    use(client)
    client.sessions.get(ID)
    number, lines = 0, Lines()
    while lines.count >= number:
        number += STEP
        with at_line(number, interrupt) as lines:
            try:
                use(client)
            except Interrupt:
                pass
            else:
                assert lines.is_swallowed or lines.count < number, swallowed(number)
        assert client.sessions.get(ID).id == ID
    assert number > 200


@pytest.mark.usefixtures("by_httpx")
def test_an_exception_at_any_line_of_a_call_by_httpx_loses_no_place() -> None:
    with Server([KEPT]) as server, Client(base_url=server.url, **ONE_CONNECTION) as client:
        client.sessions.get(ID)
        number, lines = 0, Lines()
        while lines.count >= number:
            number += 1
            with at_line(number, interrupt) as lines:
                try:
                    client.sessions.get(ID)
                except Interrupt:
                    pass
                else:
                    assert lines.is_swallowed or lines.count < number, swallowed(number)
            assert client.sessions.get(ID).id == ID
    assert number > 100
    assert_no_threads_remain()


@pytest.mark.usefixtures("by_httpx")
def test_a_client_of_httpx_may_be_closed_at_any_line_of_a_call() -> None:
    number, lines = 0, Lines()
    context = ssl.create_default_context()  # one for all clients, which is what takes time
    with Server([KEPT]) as server:
        while lines.count >= number:
            number += 1
            client = Client(base_url=server.url, tls=context, **ONE_CONNECTION)
            client.sessions.get(ID)
            transport: Any = part_of(part_of(client, "_connections"), "_transport")
            ended = suppress(julep.NetworkError, julep.ConfigurationError)
            with at_line(number, client.close) as lines, ended:
                client.sessions.get(ID)
            if lines.count >= number:
                assert len(part_of(transport, "_leases")) == 0
            client.close()
    assert number > 100
    assert_no_threads_remain()


@pytest.mark.usefixtures("by_httpx")
def test_a_process_may_fork_at_any_line_of_a_call_by_httpx() -> None:
    def fork() -> None:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = int(client.sessions.get(ID).id != ID)
            finally:
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0, f"a child forked at line {number} failed"

    number, lines = 0, Lines()
    context = ssl.create_default_context()
    with (
        Server([KEPT]) as server,
        Client(base_url=server.url, tls=context, **ONE_CONNECTION) as client,
    ):
        client.sessions.get(ID)
        while lines.count >= number:
            number += STEP
            with at_line(number, fork) as lines:
                assert client.sessions.get(ID).id == ID
    assert number > 100


def assert_no_threads_remain() -> None:
    """Check that the threads of requests end, also of those that were left alone."""
    for thread in threading.enumerate():
        if thread.name == "julep request":
            thread.join(30)
            assert not thread.is_alive()


@each_step
def test_a_client_may_be_closed_at_any_line_of_a_call(step: Step) -> None:
    number, lines = 0, Lines()
    with Server([step]) as server:
        while lines.count >= number:
            number += 1
            client = Client(base_url=server.url, **ONE_CONNECTION)
            client.sessions.get(ID)
            ended = suppress(julep.NetworkError, julep.ConfigurationError)
            with at_line(number, client.close) as lines, ended:
                client.sessions.get(ID)
            pool: Any = part_of(part_of(part_of(client, "_connections"), "_transport"), "_pool")
            if lines.count >= number:
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

    number, lines = 0, Lines()
    with Server([step]) as server, Client(base_url=server.url, **ONE_CONNECTION) as client:
        client.sessions.get(ID)
        while lines.count >= number:
            number += STEP
            with at_line(number, fork) as lines:
                assert client.sessions.get(ID).id == ID
    assert number > 150


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["asyncio", "trio"])
@pytest.mark.parametrize("transport", ["sockets", "httpx"])
@each_step
async def test_a_call_may_be_cancelled_at_any_await(
    step: Step, transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JULEP_TRANSPORT", transport)
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
                with anyio.fail_after(HANG):
                    assert (await client.sessions.get(ID)).id == ID
    assert number > 1
    gc.collect()


@pytest.mark.anyio
@pytest.mark.filterwarnings("ignore:a stream of:ResourceWarning")  # the cancellation dropped it
@pytest.mark.parametrize("mode", ["asyncio", "trio"])
@pytest.mark.parametrize("transport", ["sockets", "httpx"])
async def test_a_stream_may_be_cancelled_at_any_await(
    transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JULEP_TRANSPORT", transport)

    async def chat() -> None:
        async with await client.sessions.chat(ID, HELLO, stream=True) as stream:
            assert (await stream.get_final_response()).text == "Hi!"

    with Server([respond_by_method]) as server:
        async with AsyncClient(base_url=server.url, **ONE_CONNECTION) as client:
            await chat()
            number, count = 0, 0
            while count >= number:
                number += 1
                scope = anyio.CancelScope()
                awaited = CancelledAt(chat(), number, scope.cancel)
                with scope:
                    await awaited
                count = awaited.count
                with anyio.fail_after(HANG):
                    assert (await client.sessions.get(ID)).id == ID
    assert number > 2
    gc.collect()


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["asyncio", "trio"])
@pytest.mark.parametrize("transport", ["sockets", "httpx"])
@each_step
async def test_an_async_client_may_be_closed_at_any_await(
    step: Step, transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JULEP_TRANSPORT", transport)
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
                with anyio.fail_after(HANG), ended:
                    await awaited
                count = awaited.count
            await client.aclose()
    assert number > 1


def test_no_thread_is_freed_where_ctrl_c_would_be_lost() -> None:
    """Python runs code when a thread is freed: it belongs into another one than the main thread."""
    freed: list[str] = []
    watched: list[ref[threading.Thread]] = []

    def start() -> threading.Thread:
        thread = background.start_thread("short", lambda: None)
        assert thread is not None
        thread.join()
        watched.append(ref(thread, lambda _: freed.append(threading.current_thread().name)))
        return thread

    held = start()  # as the frame of an exception may
    for _ in range(40):
        start()
    assert watched[0]() is held
    assert len(freed) > 20
    del held
    assert watched[0]() is not None
    for _ in range(40):
        start()
    assert watched[0]() is None
    assert set(freed) == {"short"}

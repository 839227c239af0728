"""Many calls at once: their order, their limit, errors, cancellation and progress."""

from __future__ import annotations

import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from functools import partial
from typing import Any

import anyio
import anyio.lowlevel
import pytest

import julep
from julep import AsyncClient
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.helpers.programs import run_program
from tests.sdk.helpers.waiting import HANG
from tests.sdk.transport.helpers.scripted_server import (
    SESSION,
    RespondTogether,
    Server,
    respond_json,
)

pytestmark = pytest.mark.anyio

MISSING = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"


def calls_of(mode: Mode, function: Callable[[], Any]) -> Callable[[], Awaitable[Any]]:
    """Return a call of a function, which is async but for a sync client."""

    async def call() -> Any:
        await anyio.lowlevel.checkpoint()
        return function()

    sync: Any = function
    return sync if mode == "sync" else call


async def test_results_are_in_the_order_of_the_calls(client: AsyncClient) -> None:
    users = [await client.users.create(name=str(number)) for number in range(30)]
    calls = (partial(unwrapped(client).users.get, user.id) for user in users)
    assert await client.gather(calls, limit=4) == users
    assert await client.gather([]) == []


async def test_as_many_calls_as_the_limit_run_at_once(mode: Mode) -> None:
    together = RespondTogether(4, respond_json(SESSION))
    with Server([together]) as server:
        async with make_client(mode, server.url) as client:
            get = partial(unwrapped(client).sessions.get, SESSION["id"])
            assert len(await client.gather([get] * 12, limit=4)) == 12
    assert together.most == 4


async def test_calls_are_taken_lazily(client: AsyncClient, mode: Mode) -> None:
    done = taken = 0

    def finish() -> None:
        nonlocal done
        done += 1

    def each() -> Iterator[Callable[[], Awaitable[None]]]:
        nonlocal taken
        for _ in range(500):
            taken += 1
            assert taken - done <= 4
            yield calls_of(mode, finish)

    # One more than run at once: it is ready when another ends.
    assert await client.gather(each(), limit=3) == [None] * 500


async def test_the_first_error_is_raised_unchanged(client: AsyncClient, mode: Mode) -> None:
    begun: list[int] = []

    def begin(number: int) -> int:
        begun.append(number)
        return number

    numbers = [calls_of(mode, partial(begin, number)) for number in range(200)]
    calls: list[Any] = [*numbers[:20], partial(unwrapped(client).users.get, MISSING), *numbers[20:]]
    with pytest.raises(julep.NotFoundError, match=MISSING):
        await client.gather(calls, limit=1)
    assert begun == list(range(20))


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_an_error_cancels_running_calls(client: AsyncClient) -> None:
    ended: list[str] = []

    async def wait() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("wait")

    calls: list[Any] = [wait, wait, partial(client.users.get, MISSING), wait]
    with pytest.raises(julep.NotFoundError):
        await client.gather(calls, limit=3)
    assert ended == ["wait", "wait"]


@pytest.mark.parametrize("mode", ["sync"])
async def test_an_error_waits_for_running_threads(client: AsyncClient) -> None:
    begun, failed = threading.Event(), threading.Event()
    ended: list[str] = []

    def wait() -> None:
        begun.set()
        assert failed.wait(HANG)
        ended.append("wait")

    def fail() -> None:
        assert begun.wait(HANG)
        failed.set()
        raise LookupError("oops")

    calls: Any = [wait, fail]
    with pytest.raises(LookupError, match="oops"):
        await client.gather(calls, limit=2)
    assert ended == ["wait"]
    assert not [each for each in threading.enumerate() if each.name.startswith("julep-gather")]


async def test_errors_are_collected_by_option(client: AsyncClient, mode: Mode) -> None:
    user = await client.users.create(name="Grace")

    def fail() -> None:
        raise LookupError("oops")

    get = unwrapped(client).users.get
    calls: list[Any] = [partial(get, MISSING), partial(get, user.id), calls_of(mode, fail)]
    first, second, third = await client.gather(calls, on_error="collect")
    assert isinstance(first, julep.NotFoundError)
    assert second == user
    assert repr(third) == "LookupError('oops')"


@pytest.mark.parametrize("on_error", ["raise", "collect"])
async def test_other_errors_end_gather(client: AsyncClient, mode: Mode, on_error: Any) -> None:
    def each() -> Iterator[Callable[[], Awaitable[None]]]:
        yield calls_of(mode, bool)
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        await client.gather(each(), on_error=on_error)
    calls = [calls_of(mode, bool)] * 50
    with pytest.raises(ZeroDivisionError):
        await client.gather(calls, on_error=on_error, progress=lambda done, _: 1 // (done - 3))
    mixed: Any = [calls_of(mode, bool), "no call"]
    with pytest.raises(julep.InvalidArgumentError, match="no call") as caught:
        await client.gather(mixed, on_error=on_error)
    assert caught.value.path == "calls[1]"


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_cancelling_gather_cancels_every_call(client: AsyncClient) -> None:
    running = 0
    all_run = anyio.Event()

    async def wait() -> None:
        nonlocal running
        running += 1
        if running == 5:
            all_run.set()
        try:
            await anyio.sleep_forever()
        finally:
            running -= 1

    async with anyio.create_task_group() as group:
        group.start_soon(partial(client.gather, [wait] * 20, limit=5))
        await all_run.wait()
        group.cancel_scope.cancel()
    assert running == 0


INTERRUPTED = """
import itertools, os, signal, threading
import julep

# A background process ignores it by default.
signal.signal(signal.SIGINT, signal.default_int_handler)

number = itertools.count(1)
interrupted = threading.Event()

def interrupt():
    if next(number) == 3:
        os.kill(os.getpid(), signal.SIGINT)
        interrupted.set()
    assert interrupted.wait(50)

def calls():
    while True:
        yield interrupt

try:
    with julep.Client() as client:
        client.gather(calls(), limit=3)
except KeyboardInterrupt:
    for thread in threading.enumerate():
        # The interrupt may come where Python itself is about to start one, which then never began.
        if thread is not threading.main_thread() and thread.ident is not None:
            thread.join(50)  # one that was about to begin ends by itself
            assert not thread.is_alive(), thread
    print("interrupted")
"""


def test_an_interrupt_leaves_no_thread_behind() -> None:
    done = run_program(INTERRUPTED, options=["-X", "dev", "-W", "error"], asserts=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")


async def test_calls_have_the_context_of_their_caller(client: AsyncClient, mode: Mode) -> None:
    variable = ContextVar("variable", default="unset")
    variable.set("outside")

    def look() -> str:
        seen = variable.get()
        variable.set("inside")
        return seen

    calls = [calls_of(mode, look)] * 20
    assert await client.gather(calls, limit=2) == ["outside"] * 20
    assert variable.get() == "outside"


async def test_progress_is_reported_after_each_call(client: AsyncClient, mode: Mode) -> None:
    reported: list[tuple[int, int | None]] = []

    def report(done: int, total: int | None) -> None:
        reported.append((done, total))

    calls = [calls_of(mode, bool)] * 5
    await client.gather(calls, limit=2, progress=report)
    await client.gather(iter(calls), limit=2, progress=report)
    assert reported == [(done, 5) for done in range(1, 6)] + [(done, None) for done in range(1, 6)]


async def test_a_progress_bar(
    client: AsyncClient, mode: Mode, capsys: pytest.CaptureFixture[str]
) -> None:
    await client.gather([calls_of(mode, bool)] * 5, progress=True)
    assert "5/5" in capsys.readouterr().err


async def test_a_progress_bar_requires_tqdm(
    client: AsyncClient, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(julep.ConfigurationError, match=r"julep\[progress\]"):
        await client.gather([calls_of(mode, bool)], progress=True)


@pytest.mark.parametrize(
    ("path", "arguments"),
    [
        ("calls", {"calls": 3}),
        ("limit", {"limit": 0}),
        ("limit", {"limit": 1001}),
        ("limit", {"limit": 2.0}),
        ("limit", {"limit": True}),
        ("on_error", {"on_error": "skip"}),
        ("progress", {"progress": "yes"}),
    ],
)
async def test_invalid_arguments_raise(
    client: AsyncClient, path: str, arguments: dict[str, Any]
) -> None:
    given: Any = {"calls": [], **arguments}
    with pytest.raises(julep.InvalidArgumentError) as caught:
        await client.gather(**given)
    assert caught.value.path == path

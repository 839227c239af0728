"""A client meets a fault, and everything about it afterwards is looked at."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, cast

import pytest
import trio

import julep
from julep import AsyncClient
from tests.sdk.faults.helpers.fault import GET, Fails, Fault, TimeoutOption
from tests.sdk.faults.helpers.steps import FaultServer, now, proceed, wait_until
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.transport.helpers.scripted_server import Exchange, Step
from tests.sdk.transport.helpers.support import assert_ours
from tests.sdk.transport.test_secrets import CANARY, everything_of

QUICK_RETRY: Final = julep.RetryPolicy(max_retries=1, initial_delay=0.01, max_delay=0.02)
"""One more attempt, at once."""

MANY_RETRIES: Final = QUICK_RETRY._replace(max_retries=8, initial_delay=0.001)
"""So many that a busy machine, on which further attempts are too slow, makes no difference."""

_NEXT: Final = 2
"""How many further calls show that a client is usable."""

_GRACE: Final = 5.0
"""Seconds beyond a call's limit: machines may be busy."""


async def check_every_attempt(
    mode: Mode, fault: Fault, caplog: pytest.LogCaptureFixture
) -> FaultServer:
    """Every attempt of a call meets the fault."""
    caplog.set_level(logging.DEBUG)
    over = threading.Event()
    server = FaultServer([_announced(fault.step, over)])
    if fault.before_request:
        server.on_connect[:] = [fault.step]
    with server:
        async with tracked_client(mode, server) as client:
            started = now()
            problem = await _call(client, fault)
            assert now() - started < _seconds(fault.timeout) + _GRACE
            outcome = fault.outcome
            if isinstance(outcome, Fails) and not (outcome.may_succeed and problem is None):
                assert_failed(problem, fault, outcome)
            else:
                assert problem is None, problem
            if fault.waits_for_step:
                await wait_until(over.is_set)
            await _is_usable(client, server)
    assert CANARY not in caplog.text
    return server


async def check_recovery(mode: Mode, fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    """Only the first attempt of a call meets the fault."""
    caplog.set_level(logging.DEBUG)
    server = FaultServer([fault.step, fault.call.response])
    if fault.before_request:
        server.steps[:] = [fault.call.response]
        server.on_connect[:] = [fault.step, proceed]
    with server:
        async with tracked_client(mode, server, MANY_RETRIES) as client:
            assert await _call(client, fault) is None
            await _is_usable(client, server)
    keys = {request.header("idempotency-key") for request in server.received[:-_NEXT]}
    assert len(keys) == 1, keys
    assert CANARY not in caplog.text


@asynccontextmanager
async def tracked_client(
    mode: Mode, server: FaultServer, retry: julep.RetryPolicy = QUICK_RETRY
) -> AsyncGenerator[AsyncClient, None]:
    """A client that leaves nothing behind: no connection, no task, no thread."""
    before = _running(mode)
    settings = {"api_key": CANARY, "headers": {"x-other-key": CANARY}}
    async with make_client(mode, server.url, retry=retry, timeout=60, **settings) as client:
        yield client
        assert CANARY not in repr(client)
    await wait_until(lambda: not server.open)
    await wait_until(lambda: _running(mode) <= before)


async def with_timeout(client: AsyncClient, option: TimeoutOption) -> AsyncClient:
    """The client with other limits; it is awaited where the colours' wrapper makes it so."""
    made: object = client.with_options(timeout=option)
    return cast("AsyncClient", await made if inspect.isawaitable(made) else made)


def assert_failed(problem: BaseException | None, fault: Fault, expected: Fails) -> None:
    """The error is the right one, tells all that it should, and keeps what it should."""
    assert problem is not None, "it did not fail"
    assert_ours(problem)
    assert isinstance(problem, expected.kind)
    assert isinstance(problem, julep.ApiError | julep.NetworkError)
    shown = str(problem)
    assert fault.call.method in shown
    assert (expected.path or fault.call.path) in shown
    assert expected.message in shown
    assert len(shown) < 2000
    if expected.attempts is not None:
        assert problem.attempts == expected.attempts
    if problem.attempts > 1:
        assert len(problem.__notes__) >= problem.attempts - 1
    if expected.status is not None:
        assert isinstance(problem, julep.ApiError)
        assert problem.status_code == expected.status
    if expected.phase is not None:
        assert isinstance(problem, julep.RequestTimeoutError)
        assert problem.phase == expected.phase
    if expected.partial is not None:
        assert isinstance(problem, julep.StreamInterruptedError)
        assert problem.partial.text == expected.partial
    if isinstance(problem, julep.RateLimitError):
        assert problem.retry_after == expected.retry_after
    curl = problem.as_curl()
    assert curl.startswith("curl ")
    assert fault.call.path in curl
    notes = "".join(getattr(problem, "__notes__", ()))
    assert CANARY not in everything_of(problem) + curl + notes


async def _call(client: AsyncClient, fault: Fault) -> BaseException | None:
    """Make the fault's call; give the error that came of it."""
    timeout = await with_timeout(client, fault.timeout)
    try:
        assert await fault.call.run(timeout) == fault.call.expected
    except julep.JulepError as error:
        return error
    return None


async def _is_usable(client: AsyncClient, server: FaultServer) -> None:
    """The next calls are answered, by their own answers."""
    server.on_connect.clear()
    server.steps[:] = [GET.response]
    for _ in range(_NEXT):
        assert await GET.run(client) == GET.expected


def _announced(step: Step, over: threading.Event) -> Step:
    """The step, which tells when it is over."""

    async def announced(exchange: Exchange) -> bool:
        keep = await step(exchange)
        over.set()
        return keep

    return announced


def _running(mode: Mode) -> set[object]:
    """What runs beside the test itself: tasks, or threads. What ended meanwhile is not ours."""
    if mode == "asyncio":
        return {*asyncio.all_tasks()}
    if mode == "trio":
        return {*range(trio.lowlevel.current_statistics().tasks_living)}  # they have no names
    return {*threading.enumerate()}


def _seconds(timeout: TimeoutOption) -> float:
    return timeout if isinstance(timeout, int | float) else 2.0

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
from tests.sdk.faults.helpers.fault import GET, Fails, Fault, Limits
from tests.sdk.faults.helpers.steps import FaultServer, go_on, now, until
from tests.sdk.helpers.modes import Colour, client_of
from tests.sdk.transport.helpers.scripted_server import Exchange, Step
from tests.sdk.transport.helpers.support import assert_ours
from tests.sdk.transport.test_secrets import CANARY, everything_of

QUICK: Final = julep.RetryPolicy(max_retries=1, initial_delay=0.01, max_delay=0.02)
"""One more attempt, at once."""

PATIENT: Final = QUICK._replace(max_retries=8, initial_delay=0.001)
"""So many that a busy machine, on which further attempts are too slow, makes no difference."""

_NEXT: Final = 2
"""How many further calls show that a client is usable."""

_GRACE: Final = 5.0
"""Seconds beyond a call's limit: machines may be busy."""


async def meets(colour: Colour, fault: Fault, caplog: pytest.LogCaptureFixture) -> FaultServer:
    """Every attempt of a call meets the fault."""
    caplog.set_level(logging.DEBUG)
    over = threading.Event()
    server = FaultServer([_announced(fault.step, over)])
    if fault.greets:
        server.greetings[:] = [fault.step]
    with server:
        async with settled(colour, server) as client:
            started = now()
            problem = await _call(client, fault)
            assert now() - started < _seconds(fault.limits) + _GRACE
            outcome = fault.outcome
            if isinstance(outcome, Fails) and not (outcome.or_gives and problem is None):
                assert_failed(problem, fault, outcome)
            else:
                assert problem is None, problem
            if fault.ends:
                await until(over.is_set)
            await _is_usable(client, server)
    assert CANARY not in caplog.text
    return server


async def survives(colour: Colour, fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    """Only the first attempt of a call meets the fault."""
    caplog.set_level(logging.DEBUG)
    server = FaultServer([fault.step, fault.ask.good])
    if fault.greets:
        server.steps[:] = [fault.ask.good]
        server.greetings[:] = [fault.step, go_on]
    with server:
        async with settled(colour, server, PATIENT) as client:
            assert await _call(client, fault) is None
            await _is_usable(client, server)
    keys = {request.header("idempotency-key") for request in server.received[:-_NEXT]}
    assert len(keys) == 1, keys
    assert CANARY not in caplog.text


@asynccontextmanager
async def settled(
    colour: Colour, server: FaultServer, retry: julep.RetryPolicy = QUICK
) -> AsyncGenerator[AsyncClient, None]:
    """A client that leaves nothing behind: no connection, no task, no thread."""
    before = _running(colour)
    settings = {"api_key": CANARY, "headers": {"x-other-key": CANARY}}
    async with client_of(colour, server.url, retry=retry, timeout=60, **settings) as client:
        yield client
        assert CANARY not in repr(client)
    await until(lambda: not server.open)
    await until(lambda: _running(colour) <= before)


async def limited(client: AsyncClient, limits: Limits) -> AsyncClient:
    """The client with other limits; it is awaited where the colours' wrapper makes it so."""
    made: object = client.with_options(timeout=limits)
    return cast("AsyncClient", await made if inspect.isawaitable(made) else made)


def assert_failed(problem: BaseException | None, fault: Fault, expected: Fails) -> None:
    """The error is the right one, tells all that it should, and keeps what it should."""
    assert problem is not None, "it did not fail"
    assert_ours(problem)
    assert isinstance(problem, expected.kind)
    assert isinstance(problem, julep.ApiError | julep.NetworkError)
    shown = str(problem)
    assert fault.ask.method in shown
    assert (expected.names or fault.ask.path) in shown
    assert expected.says in shown
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
    assert fault.ask.path in curl
    notes = "".join(getattr(problem, "__notes__", ()))
    assert CANARY not in everything_of(problem) + curl + notes


async def _call(client: AsyncClient, fault: Fault) -> BaseException | None:
    """Make the fault's call; give the error that came of it."""
    limits = await limited(client, fault.limits)
    try:
        assert await fault.ask.run(limits) == fault.ask.right
    except julep.JulepError as error:
        return error
    return None


async def _is_usable(client: AsyncClient, server: FaultServer) -> None:
    """The next calls are answered, by their own answers."""
    server.greetings.clear()
    server.steps[:] = [GET.good]
    for _ in range(_NEXT):
        assert await GET.run(client) == GET.right


def _announced(step: Step, over: threading.Event) -> Step:
    """The step, which tells when it is over."""

    async def announced(exchange: Exchange) -> bool:
        keep = await step(exchange)
        over.set()
        return keep

    return announced


def _running(colour: Colour) -> set[object]:
    """What runs beside the test itself: tasks, or threads. What ended meanwhile is not ours."""
    if colour == "asyncio":
        return {*asyncio.all_tasks()}
    if colour == "trio":
        return {*range(trio.lowlevel.current_statistics().tasks_living)}  # they have no names
    return {*threading.enumerate()}


def _seconds(limits: Limits) -> float:
    return limits if isinstance(limits, int | float) else 2.0

"""Checks of how a client handles a fault, and that it stays usable and leaves nothing behind."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Final

import pytest
import trio

import julep
from julep import AsyncClient
from tests.sdk.faults.helpers.fault import GET, LONG_TIMEOUT, STREAM, Fails, Fault, TimeoutOption
from tests.sdk.faults.helpers.steps import FaultServer, proceed
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.waiting import wait_until
from tests.sdk.transport.helpers.scripted_server import Exchange, Step
from tests.sdk.transport.helpers.secrets import CANARY, everything_of
from tests.sdk.transport.helpers.support import assert_ours

QUICK_RETRY: Final = julep.RetryPolicy(max_retries=1, initial_delay=0.01, max_delay=0.02)
"""One retry, without a delay to speak of."""

MANY_RETRIES: Final = QUICK_RETRY._replace(max_retries=8, initial_delay=0.001)
"""So many that further attempts may time out on a busy machine."""

_NEXT: Final = 2
"""The number of further calls that show that a client is usable."""

_HANG: Final = 60.0
"""Seconds after which a call hangs: no call of these tests takes as long on a busy machine."""

_SCALES: Final = (1, 5, 25)
"""Factors of a timeout that is too short for a busy machine."""


async def check_every_attempt(mode: Mode, fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    """Check a call whose every attempt meets the fault.

    A stream must begin within a timeout that expires later in it. On a busy machine it may not, so
    the check is repeated with a longer timeout before it fails: the outcome does not depend on the
    timeout's length.
    """
    caplog.set_level(logging.DEBUG)
    is_timed_stream = fault.call is STREAM and fault.timeout != LONG_TIMEOUT
    for scale in _SCALES if is_timed_stream else _SCALES[:1]:
        try:
            await _check(mode, fault, scaled(fault.timeout, scale))
        except AssertionError:
            if not is_timed_stream or scale == _SCALES[-1]:
                raise
        else:
            break
    assert CANARY not in caplog.text


async def _check(mode: Mode, fault: Fault, option: TimeoutOption) -> None:
    step_ended = threading.Event()
    server = FaultServer([_with_event(fault.step, step_ended)])
    if fault.before_request:
        server.on_connect[:] = [fault.step]
    with server:
        async with tracked_client(mode, server) as client:
            started = monotonic()
            error = await _call(client.with_options(timeout=option), fault)
            assert monotonic() - started < _HANG
            server.call_ended.set()
            outcome = fault.outcome
            if isinstance(outcome, Fails) and not (outcome.may_succeed and error is None):
                assert_failed(error, fault, outcome)
            else:
                assert error is None, error
            if fault.waits_for_step:
                await wait_until(step_ended.is_set)
            await _check_usable(client, server)


async def check_recovery(mode: Mode, fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    """Check a call of which only the first attempt meets the fault."""
    caplog.set_level(logging.DEBUG)
    server = FaultServer([fault.step, fault.call.response])
    if fault.before_request:
        server.steps[:] = [fault.call.response]
        server.on_connect[:] = [fault.step, proceed]
    with server:
        async with tracked_client(mode, server, MANY_RETRIES) as client:
            assert await _call(client.with_options(timeout=fault.timeout), fault) is None
            server.call_ended.set()
            await _check_usable(client, server)
    keys = {request.header("idempotency-key") for request in server.received[:-_NEXT]}
    assert len(keys) == 1, keys
    assert CANARY not in caplog.text


@asynccontextmanager
async def tracked_client(
    mode: Mode, server: FaultServer, retry: julep.RetryPolicy = QUICK_RETRY
) -> AsyncGenerator[AsyncClient, None]:
    """Create a client, and check that it leaves no connection, task and thread behind."""
    before = _running(mode)
    settings = {"api_key": CANARY, "headers": {"x-other-key": CANARY}}
    async with make_client(mode, server.url, retry=retry, timeout=60, **settings) as client:
        yield client
        assert CANARY not in repr(client)
    await wait_until(lambda: not server.open_connections)
    await wait_until(lambda: _running(mode) <= before)


def scaled(timeout: TimeoutOption, factor: float) -> TimeoutOption:
    """Multiply the timeouts that are meant to expire."""
    if isinstance(timeout, julep.Timeout):
        return julep.Timeout(*(each and (each * factor if each < 1 else each) for each in timeout))
    return timeout * factor


def assert_failed(error: BaseException | None, fault: Fault, expected: Fails) -> None:
    """Check an error's type, attributes and message, and that it shows no secret."""
    assert error is not None, "it did not fail"
    assert_ours(error)
    assert isinstance(error, expected.kind)
    assert isinstance(error, julep.ApiError | julep.NetworkError)
    shown = str(error)
    assert fault.call.method in shown
    assert (expected.path or fault.call.path) in shown
    assert expected.message in shown
    assert len(shown) < 2000
    if expected.attempts is not None:
        assert error.attempts == expected.attempts
    if error.attempts > 1:
        assert len(error.__notes__) >= error.attempts - 1
    if expected.status is not None:
        assert isinstance(error, julep.ApiError)
        assert error.status_code == expected.status
    if expected.phase is not None:
        assert isinstance(error, julep.RequestTimeoutError)
        assert error.phase == expected.phase
    if expected.partial is not None:
        assert isinstance(error, julep.StreamInterruptedError | julep.ApiError)
        assert error.partial is not None
        assert error.partial.text == expected.partial
    if isinstance(error, julep.RateLimitError):
        assert error.retry_after == expected.retry_after
    curl = error.as_curl()
    assert curl.startswith("curl ")
    assert fault.call.path in curl
    notes = "".join(getattr(error, "__notes__", ()))
    assert CANARY not in everything_of(error) + curl + notes


async def _call(client: AsyncClient, fault: Fault) -> BaseException | None:
    """Make the fault's call, and return its error."""
    try:
        assert await fault.call.run(client) == fault.call.expected
    except julep.JulepError as error:
        return error
    return None


async def _check_usable(client: AsyncClient, server: FaultServer) -> None:
    """Check that the next calls return what their own responses say."""
    server.on_connect.clear()
    server.steps[:] = [GET.response]
    for _ in range(_NEXT):
        assert await GET.run(client) == GET.expected


def _with_event(step: Step, ended: threading.Event) -> Step:
    """Return the step with an event for its end."""

    async def run(exchange: Exchange) -> bool:
        keep = await step(exchange)
        ended.set()
        return keep

    return run


def _running(mode: Mode) -> set[object]:
    """Return the running tasks, or threads, of this process."""
    if mode == "asyncio":
        return {*asyncio.all_tasks()}
    if mode == "trio":
        return {*range(trio.lowlevel.current_statistics().tasks_living)}  # they have no names
    return {*threading.enumerate()}

"""Waiting for conditions instead of for a time, which a busy machine exceeds."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Concatenate, Final, ParamSpec

import anyio
import pytest

from julep import Timeout

P = ParamSpec("P")

HANG: Final = 60.0
"""Seconds after which something hangs, however busy the machine is."""


PATIENT: Final = Timeout(HANG, HANG, HANG, HANG, HANG)
"""Timeouts that do not expire on a busy machine, for calls after one whose timeout expired."""

_SCALES: Final = (1, 6, 30)


def at_any_scale(
    test: Callable[Concatenate[float, P], Awaitable[None]],
) -> Callable[P, Awaitable[None]]:
    """Repeat a test with longer times, by which it multiplies its own, before it fails.

    A timeout that expires in the middle of a call may expire before it on a machine that stalls.
    What is tested does not depend on its length, so that a fault fails with each.
    """

    @functools.wraps(test)
    async def run(*args: P.args, **kwargs: P.kwargs) -> None:
        for scale in _SCALES[:-1]:
            try:
                return await test(scale, *args, **kwargs)
            except (Exception, pytest.fail.Exception):  # noqa: BLE001, S110  # the last one counts
                pass
        return await test(_SCALES[-1], *args, **kwargs)

    # The scale is no fixture.
    signature = inspect.signature(test)
    fixtures = list(signature.parameters.values())[1:]
    run.__signature__ = signature.replace(parameters=fixtures)  # type: ignore[attr-defined]  # of inspect
    return run


async def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for a condition that another thread or another task makes true."""
    with anyio.fail_after(HANG):
        while not condition():  # noqa: ASYNC110  # the condition has no event
            await anyio.sleep(0.002)


async def cancel_when(
    condition: Callable[[], bool], function: Callable[..., Awaitable[object]], *args: object
) -> None:
    """Call an async function that never returns, and cancel it soon after the condition holds."""
    ended = False

    async def call() -> None:
        nonlocal ended
        await function(*args)
        ended = True

    async with anyio.create_task_group() as group:
        group.start_soon(call)
        await wait_until(condition)
        await anyio.sleep(0.05)
        group.cancel_scope.cancel()
    assert not ended

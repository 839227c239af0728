"""Waiting for conditions instead of for a time, which a busy machine exceeds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import anyio

from julep import Timeout

HANG: Final = 60.0
"""Seconds after which something hangs, however busy the machine is."""


PATIENT: Final = Timeout(HANG, HANG, HANG, HANG, HANG)
"""Timeouts that do not expire on a busy machine, for calls after one whose timeout expired."""


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

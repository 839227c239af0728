"""Calls that don't wait before their retries, so that tests of failures are fast."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from julep._calls import driver

# A moment is left to servers, whose work a call may be waiting for.
_MOMENT: Final = 0.001

_lock: Final = threading.Lock()
_recorders: Final[list[list[float]]] = []


@contextmanager
def skipped_delays() -> Iterator[list[float]]:
    """Skip the delays of all clients while a ``with`` block lasts.

    These are the delays before retries, and those between two looks at a job.

    Returns:
        The delays that were skipped, in seconds, which the block may read.

    Example:
        >>> from julep.testing import skipped_delays
        >>> with skipped_delays() as delays, julep.Client() as client:
        ...     agents = client.agents.list()
        >>> delays  # no request failed
        []
    """
    delays: list[float] = []
    with _lock:
        _recorders.append(delays)
        driver.sleep, driver.sleep_async = _skip, _skip_async
    try:
        yield delays
    finally:
        with _lock:
            # By identity: lists of equal delays are equal.
            _recorders[:] = [each for each in _recorders if each is not delays]
            if not _recorders:
                driver.sleep, driver.sleep_async = _sleep, _sleep_async


_sleep, _sleep_async = driver.sleep, driver.sleep_async


def _skip(seconds: float, check_open: Callable[[], None]) -> None:
    _record(seconds)
    _sleep(min(seconds, _MOMENT), check_open)


async def _skip_async(seconds: float, check_open: Callable[[], None]) -> None:
    _record(seconds)
    await _sleep_async(min(seconds, _MOMENT), check_open)


def _record(seconds: float) -> None:
    with _lock:
        for delays in _recorders:
            delays.append(seconds)

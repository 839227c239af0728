"""Turns of the threads that use the database: in order of arrival, and a share for the background.

A job waits with each of its steps behind the units of work of all requests. Under many of them
hardly any job would end, if the background did not have a turn among so many.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, Final, NamedTuple, TypeVar

_T = TypeVar("_T")

BACKGROUND_TURN: Final = 8
"""Of so many units of work, at least one is of the background while it waits."""

IN_BACKGROUND: Final = ContextVar("julep_server_in_background", default=False)
"""Whether a task, and each task that it creates, works in the background."""


class _Unit(NamedTuple):
    number: int
    future: Future[Any]
    run: Callable[[], Any]


class Turns:
    """Runs units of work in threads, in an order that gives the background its turns.

    Args:
        threads: The threads.
    """

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._requests = deque[_Unit]()
        self._background = deque[_Unit]()
        # Units of requests since the last one of the background.
        self._since = 0

    def submit(self, run: Callable[[], _T]) -> Future[_T]:
        """Run a unit of work of the current task when its turn comes."""
        future = Future[_T]()
        waiting = self._background if IN_BACKGROUND.get() else self._requests
        waiting.append(_Unit(next(self._numbers), future, run))
        # As often as there are units; each time, the one whose turn it is runs.
        self._threads.submit(self._run_next)
        return future

    def _run_next(self) -> None:
        unit = self._next()
        if not unit.future.set_running_or_notify_cancel():
            return
        try:
            result = unit.run()
        except BaseException as error:  # noqa: BLE001 - raised where the result is awaited
            unit.future.set_exception(error)
        else:
            unit.future.set_result(result)

    def _next(self) -> _Unit:
        with self._lock:
            requests, background = self._requests, self._background
            if background and (
                not requests
                or background[0].number < requests[0].number
                or self._since >= BACKGROUND_TURN - 1
            ):
                self._since = 0
                return background.popleft()
            self._since += 1
            return requests.popleft()

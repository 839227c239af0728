"""Calls of other libraries in threads of their own, which a request can leave alone.

Nothing can interrupt a library that waits for a socket, while a request ends when its time is over,
when its client is closed, and when a signal's handler raises.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from sys import getrefcount
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from julep._http.deadlines import Deadlines
    from julep._http.sync_lease import SyncLease

T = TypeVar("T")

# Threads that something else may refer to, such as the frames of an exception: where the last
# reference to a thread goes, Python runs code that would swallow Ctrl-C in the main thread.
_kept: Final = deque[Thread]()

# An end must not take longer, however many threads are kept.
_MAX_LOOKED_AT: Final = 16

# What the messages of a RuntimeError have in common: "can't start new thread", and "can't create
# new thread at interpreter shutdown". A signal's handler may raise a RuntimeError, too.
_NO_THREAD: Final = "new thread"


def start_thread(name: str, target: Callable[[], object]) -> Thread | None:
    """Start a thread that nothing needs to wait for.

    A signal's handler may raise while Python waits for the thread to begin; Python then raises a
    RuntimeError about its own lock instead.

    Returns:
        The thread; None if none can be started: there are too many, or the interpreter ends.
    """

    def run() -> None:
        try:
            target()
        finally:
            _release_ended()

    thread = Thread(target=run, name=name, daemon=True)
    _kept.append(thread)
    try:
        thread.start()
    except RuntimeError as error:
        if _NO_THREAD in str(error):
            _release_ended()  # no other thread will
            return None
        raise (error.__context__ or error) from None
    return thread


def _release_ended() -> None:
    """Release threads that nothing else refers to; Python refers to those that run."""
    unshared = object()
    for _ in range(min(len(_kept), _MAX_LOOKED_AT)):
        with suppress(IndexError):  # another thread may have released the last one
            thread = _kept.popleft()
            if getrefcount(thread) > getrefcount(unshared):
                _kept.append(thread)


def run_in_thread(name: str, target: Callable[[], object]) -> None:
    """Run a function in a thread, or in this one if none can be started."""
    if start_thread(name, target) is None:
        target()


def finish_in_thread(function: Callable[[], object]) -> None:
    """Call a function in a thread, where no signal interrupts it, and wait for its end."""
    thread = start_thread("julep request", function)
    if thread is None:
        function()
    else:
        thread.join()


class Background(Generic[T]):
    """A call in a thread of its own.

    Args:
        function: What is called.
    """

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._results: list[T] = []
        self._error: BaseException | None = None
        self._is_done = False

    def result(self, lease: SyncLease[Any], deadlines: Deadlines) -> T:
        """Start the call, wait for its end, and return or raise its outcome.

        Raises:
            RequestTimeoutError: When no time remains.
            NetworkError: When the client is closed meanwhile.
        """
        wake = lease.expect_wake()
        run = copy_context().run
        run_in_thread("julep request", lambda: run(self._run, wake))
        lease.wait(lambda: self._is_done, deadlines)
        if not self._is_done:
            raise deadlines.closed_error()
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _run(self, wake: Callable[[], None]) -> None:
        try:
            self._results.append(self._function())
        except BaseException as error:  # noqa: BLE001  # raised where the request waits
            self._error = error
        self._is_done = True
        with suppress(RuntimeError):  # it was woken already
            wake()

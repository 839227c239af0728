"""Loading httpx for a first request, in a thread that the request leaves when its time is over.

httpx and what it imports take a third of a second, and several where other programs are busy: a
call with a limit of one second cannot wait for them. An import cannot be interrupted.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from julep._http.background import start_thread
from julep._http.deadlines import Deadlines
from julep._http.fork import LOADING
from julep._http.pool import reset_in_child
from julep._http.shared_run import SharedRun
from julep._http.sync_lease import SyncLease, wait_for_run

if TYPE_CHECKING:
    from julep._http.messages import Request


class Loading(SharedRun):
    """Builds a transport, which a client's first requests wait for.

    Args:
        build: Builds it. What it raises, the requests raise themselves: they call it again.
    """

    def __init__(self, build: Callable[[], object]) -> None:
        super().__init__()
        self._build = build
        self._is_over = False
        reset_in_child(self)

    @property
    def is_over(self) -> bool:
        return self._is_over

    def start(self) -> bool:
        """Start it in a thread; return whether one could be started."""
        return start_thread(LOADING, self._run) is not None

    def _run(self) -> None:
        # Not Exception alone: requests wait for the end, also after a panic of a library in Rust.
        with suppress(BaseException):
            self._build()
        self.end()

    def end(self) -> None:
        """Let nothing wait for it any more."""
        self._is_over = True
        self.wake_all()

    def after_fork(self) -> None:
        """Wait for nothing: its thread does not run in a child."""
        self._is_over = True


def wait_for_loading(loading: Loading, request: Request) -> None:
    """Wait until a transport is built, or its client is closed.

    Raises:
        RequestTimeoutError: When the time of the call is over before.
    """
    deadlines = Deadlines(request)
    deadlines.start("total")
    wait_for_run(loading, SyncLease[Any](), deadlines)


async def wait_for_loading_async(loading: Loading, request: Request) -> None:
    """Wait until a transport is built, or its client is closed.

    Raises:
        RequestTimeoutError: When the time of the call is over before.
    """
    from julep._http.async_lease import AsyncDeadlines, wait_for_run  # anyio is expensive

    deadlines = AsyncDeadlines(request)
    with deadlines:
        deadlines.start("total")
        return await wait_for_run(loading)
    raise deadlines.timeout_error()

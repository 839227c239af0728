"""The turn of an async request, and its deadlines; `julep._http.sync_lease` mirrors it."""

from __future__ import annotations

import math
import socket
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from anyio import CancelScope, Event, current_time, move_on_after, wait_readable
from anyio.lowlevel import checkpoint_if_cancelled

from julep._http.deadlines import Deadline, Deadlines
from julep._http.leases import LOOK_AGAIN_SECONDS, Leasable, Lease, Leases

if TYPE_CHECKING:
    from julep._errors.requests import Phase
    from julep._http.shared_run import SharedRun

C = TypeVar("C", bound=Leasable)


class AsyncDeadlines(Deadlines):
    """Deadlines that end their ``with`` block when a step takes too long."""

    _scope: CancelScope
    _offset: float

    def __enter__(self) -> None:
        self._offset = current_time() - monotonic()
        self._scope = CancelScope()
        self._scope.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        return bool(self._scope.__exit__(kind, error, traceback))

    def cancel(self) -> None:
        """End the ``with`` block now."""
        self._scope.cancel()

    def start(self, phase: Phase) -> Deadline | None:
        return self._end_by(super().start(phase))

    def start_total(self) -> Deadline | None:
        return self._end_by(super().start_total())

    def _end_by(self, deadline: Deadline | None) -> Deadline | None:
        self._scope.deadline = math.inf if deadline is None else deadline.moment + self._offset
        return deadline


class AsyncLease(Lease[C]):
    """The turn of one request."""

    __slots__ = ("_deadlines", "_turn")

    def __init__(self, deadlines: AsyncDeadlines) -> None:
        super().__init__()
        self._deadlines = deadlines
        self._turn: Event | None = None

    async def wait(self, is_done: Callable[[], bool]) -> None:
        """Wait until something is done, which a `wake` may report, or the client is closed."""
        while not (self.is_cut or is_done()):
            self._turn = turn = Event()
            with move_on_after(LOOK_AGAIN_SECONDS):
                await turn.wait()

    def wake(self) -> None:
        """Let the request look again whether it may go on; on its event loop."""
        if self._turn is not None:
            self._turn.set()

    def cut(self) -> None:
        """End the request, whatever it waits for."""
        super().cut()
        self._deadlines.cancel()


async def wait_for_turn(leases: Leases[C], lease: AsyncLease[C], deadlines: AsyncDeadlines) -> None:
    """Wait until fewer requests are in flight than are allowed."""
    # A call that is cancelled already, or has no time left, must not send anything.
    await checkpoint_if_cancelled()
    deadlines.check_total()
    deadlines.start("pool")
    leases.add(lease)
    if not leases.may_run(lease):
        await lease.wait(lambda: leases.may_run(lease))
    lease.check_open(deadlines)


async def wait_for_run(run: SharedRun) -> None:
    """Wait for the end of what runs in another thread."""
    here, there = socket.socketpair()
    with here, there:
        there.setblocking(False)

        def wake() -> None:
            with suppress(OSError):  # the request did not wait for the end
                there.send(b"!")

        run.when_over(wake)
        while not run.is_over:
            await wait_readable(here)

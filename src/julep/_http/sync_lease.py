"""The turn of a sync request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from julep._http.leases import LOOK_AGAIN_SECONDS, Leasable, Lease, Leases

if TYPE_CHECKING:
    from julep._http.deadlines import Deadlines
    from julep._http.shared_run import SharedRun

C = TypeVar("C", bound=Leasable)


class SyncLease(Lease[C]):
    """The turn of one request."""

    __slots__ = ("_turn",)

    def __init__(self) -> None:
        super().__init__()
        self._turn: Lock | None = None

    def expect_wake(self) -> Callable[[], None]:
        """Note every `wake` from now on, for the next `wait`; return a function that wakes, too."""
        self._turn = turn = Lock()
        turn.acquire()
        return turn.release

    def wait(self, is_done: Callable[[], bool], deadlines: Deadlines) -> None:
        """Wait until something is done, which a `wake` may report, or the client is closed.

        Raises:
            RequestTimeoutError: When no time remains.
        """
        turn = self._turn
        while turn is not None and not (self.is_cut or is_done()):
            turn.acquire(timeout=deadlines.within(LOOK_AGAIN_SECONDS))

    def wake(self) -> None:
        """Let the request look again whether it may go on; from any thread."""
        if self._turn is not None:
            with suppress(RuntimeError):  # it was woken already
                self._turn.release()


def wait_for_turn(leases: Leases[C], lease: SyncLease[C], deadlines: Deadlines) -> None:
    """Wait until fewer requests are in flight than are allowed."""
    deadlines.check_total()
    deadlines.start("pool")
    leases.add(lease)
    if not leases.may_run(lease):
        lease.expect_wake()
        lease.wait(lambda: leases.may_run(lease), deadlines)
    lease.check_open(deadlines)


def wait_for_run(run: SharedRun, lease: SyncLease[C], deadlines: Deadlines) -> None:
    """Wait for the end of what runs in another thread, or of the client."""
    run.when_over(lease.expect_wake())
    lease.wait(lambda: run.is_over, deadlines)

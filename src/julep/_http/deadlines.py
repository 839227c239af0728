"""The deadlines of one request: of each of its steps, and of the whole call."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple

from julep.errors import NetworkError, RequestTimeoutError

if TYPE_CHECKING:
    from julep._errors.requests import Phase
    from julep._http.messages import Request

_MISSING: Final[dict[Phase, str]] = {
    "connect": "no connection",
    "pool": "no free connection",
    "read": "no response",
    "total": "not sent",
    "write": "no response",
}

_LATER_SECONDS: Final = 0.05


class Deadline(NamedTuple):
    """When a step must have ended.

    Attributes:
        moment: The time by the monotonic clock.
        seconds: The limit that it follows from.
        is_total: Whether that limit is the whole call's.
    """

    moment: float
    seconds: float
    is_total: bool


def nearest_deadline(
    step: float | None, total: float | None, deadline: float | None
) -> Deadline | None:
    """Return the nearer of a step's own deadline and the whole call's; None if there is neither.

    Args:
        step: Seconds that the step may take.
        total: Seconds that the whole call may take.
        deadline: When the whole call must have ended, by the monotonic clock.
    """
    if step is None:
        return None if deadline is None else Deadline(deadline, total or 0.0, is_total=True)
    moment = monotonic() + step
    if deadline is not None and deadline <= moment:
        return Deadline(deadline, total or 0.0, is_total=True)
    return Deadline(moment, step, is_total=False)


class Deadlines:
    """The deadlines of the steps of one request.

    Attributes:
        request: The request that they belong to.
    """

    def __init__(self, request: Request) -> None:
        self.request = request
        self._phase: Phase = "pool"
        self._current: Deadline | None = None

    def start(self, phase: Phase) -> Deadline | None:
        """Start a step, and return its deadline."""
        timeout = self.request.timeout
        self._phase = phase
        self._current = nearest_deadline(
            getattr(timeout, phase), timeout.total, self.request.deadline
        )
        return self._current

    def check_total(self) -> None:
        """Check that time remains for the whole call: without any, nothing must be sent.

        Raises:
            RequestTimeoutError: When none remains.
        """
        if self.request.deadline is not None:
            self.start("total")
            self.remaining()

    def start_total(self) -> Deadline | None:
        """Start the time in which the whole call must end, and return that deadline.

        It is a little later than the call's: the limits of the steps, which a library observes by
        itself, come first and name the step.
        """
        deadline = self.request.deadline
        if deadline is not None:
            deadline += _LATER_SECONDS
        self._phase = "read"
        self._current = nearest_deadline(None, self.request.timeout.total, deadline)
        return self._current

    def shorten(self, seconds: float) -> None:
        """Let all further steps together take at most this many seconds from now."""
        deadline = monotonic() + seconds
        if self.request.deadline is not None:
            deadline = min(deadline, self.request.deadline)
        self.request = self.request._replace(deadline=deadline)

    def remaining(self) -> float | None:
        """Return the seconds that remain for the step; None for no limit.

        Raises:
            RequestTimeoutError: When none remain.
        """
        if self._current is None:
            return None
        seconds = self._current.moment - monotonic()
        if seconds <= 0:
            raise self.timeout_error()
        return seconds

    def within(self, seconds: float) -> float:
        """Return the seconds that remain for the step, at most this many.

        Raises:
            RequestTimeoutError: When none remain.
        """
        remaining = self.remaining()
        return seconds if remaining is None else min(seconds, remaining)

    def closed_error(self) -> NetworkError:
        """Return the error for a request that was in flight when its client was closed."""
        return NetworkError(f"{self.request.summary}: the client was closed")

    def timeout_error(self) -> RequestTimeoutError:
        """Return the error for a step that took too long."""
        phase, current = self._phase, self._current
        seconds = current.seconds if current else 0.0
        return RequestTimeoutError(
            f"{self.request.summary}: {_MISSING[phase]} within {seconds:g} s ({phase} timed out)",
            phase="total" if current and current.is_total else phase,
        )

"""Looking up addresses in DNS, in threads that nothing needs to wait for.

The system's resolver cannot be interrupted, and may take half a minute to fail. A request that has
no time left leaves it alone, and so does a program that ends.
"""

from __future__ import annotations

import os
from time import monotonic
from typing import TYPE_CHECKING, Final

from julep._http.background import run_in_thread
from julep._http.shared_run import SharedRun
from julep._http.sockets import Address, resolve

if TYPE_CHECKING:
    from julep._http.urls import Origin

# Requests that come within this time share one look-up. Later ones do not depend on one that hangs.
_SHARED_SECONDS: Final = 1.0


class Lookup(SharedRun):
    """A look-up that runs.

    Attributes:
        result: The addresses, or why there are none; None until it has ended.
    """

    def __init__(self, origin: Origin) -> None:
        super().__init__()
        self.result: list[Address] | OSError | None = None
        self._origin = origin
        self._since = monotonic()

    @property
    def is_over(self) -> bool:
        return self.result is not None

    @property
    def is_recent(self) -> bool:
        """Whether it began a moment ago."""
        return monotonic() - self._since < _SHARED_SECONDS

    def start(self) -> None:
        """Start it in a thread."""
        run_in_thread("julep look-up", self._run)

    def addresses(self) -> list[Address]:
        """Return the addresses.

        Raises:
            OSError: When there are none, or the look-up has not ended.
        """
        if isinstance(self.result, list):
            return self.result
        raise TimeoutError if self.result is None else self.result.with_traceback(None)

    def _run(self) -> None:
        try:
            self.result = resolve(self._origin)
        except OSError as error:
            self.result = error.with_traceback(None)
        self.forget()
        self.wake_all()

    def forget(self) -> None:
        """Let later requests start their own."""
        if _running.get(self._origin) is self:
            _running.pop(self._origin, None)


_running: dict[Origin, Lookup] = {}


def look_up(origin: Origin) -> Lookup:
    """Return the look-up of an origin's host that runs, or start one."""
    found = _running.get(origin)
    if found is None or not found.is_recent:
        found = Lookup(origin)
        found.start()
        # Only now: where a signal's handler raises, others would wait for one that never ends.
        _running[origin] = found
        if found.is_over:
            found.forget()
    return found


if hasattr(os, "register_at_fork"):
    # The threads of the parent process do not run in a child.
    os.register_at_fork(after_in_child=_running.clear)

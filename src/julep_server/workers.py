"""Several processes of one server, which share its socket and its database."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from julep_server.monitoring.shared_metrics import forget_process

_RESTART_DELAY = 1.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_log = logging.getLogger("julep_server")


class Workers:
    """Starts processes that serve, replaces those that die, and stops them by signals.

    They are forked before any thread is started. The first one is alone until it serves: it opens
    and migrates the database, and if it can't, no other is started.

    Args:
        count: The number of processes.
        serve: Serves in the process; called with a function to call when the database is open,
            which returns whether the process is the first one.
    """

    def __init__(self, count: int, serve: Callable[[Callable[[], bool]], None]) -> None:
        self._count = count
        self._serve = serve
        self._children: set[int] = set()
        self._stopping = False
        # Its other end is closed when this process ends, however it does.
        self._watched, self._held = os.pipe()

    def run(self) -> int:
        """Serve until a signal stops it, and return the exit status."""
        ready, when_ready = os.pipe()
        self._start(when_ready)
        os.close(when_ready)
        for number in _SIGNALS:
            signal.signal(number, self._stop)
        if not os.read(ready, 1):
            return self._wait()
        while len(self._children) < self._count and not self._stopping:
            self._start()
        while not self._stopping:
            self._wait()
            if not self._stopping:
                _log.error("a worker has ended, and another one is started")
                time.sleep(_RESTART_DELAY)
                self._start()
        while self._children:
            self._wait()
        return 0

    def _start(self, when_ready: int | None = None) -> None:
        # A signal in between would be handled twice, or by the wrong one of the two.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        if self._stopping:
            # Nobody would stop it.
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            return
        child = os.fork()
        if child:
            self._children.add(child)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            return
        status = 1
        try:
            # Until the server has handlers of its own, a signal ends the process.
            for number in _SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            # Signals of the terminal reach the first process alone, which passes them on once.
            os.setpgid(0, 0)
            os.close(self._held)
            threading.Thread(target=self._end_with_parent, name="parent", daemon=True).start()
            self._serve(lambda: _write(when_ready))
            status = 0
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else 1
        finally:
            # Not the parent's cleanup, which would be done twice.
            os._exit(status)

    def _end_with_parent(self) -> None:
        os.read(self._watched, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        for child in self._children:
            # It may have been waited for a moment ago.
            with suppress(ProcessLookupError):
                os.kill(child, number)

    def _wait(self) -> int:
        """Wait until a process has ended, and return its exit status."""
        child, status = os.wait()
        self._children.discard(child)
        forget_process(child)
        return os.waitstatus_to_exitcode(status)


def _write(pipe: int | None) -> bool:
    if pipe is None:
        return False
    os.write(pipe, b"1")
    os.close(pipe)
    return True

"""A program in a pseudo-terminal: what it shows, and what a person types."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from select import select
from shutil import which
from types import TracebackType
from typing import Self

# The terminal is the program's own: Ctrl-C reaches it, and fish starts.
_SESSION = ("setsid", "--ctty") if which("setsid") else ()
JULEP = (sys.executable, "-W", "error", "-m", "julep")


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let programs that are started meanwhile be interrupted, also if these tests ignore Ctrl-C.

    A shell lets what it runs in the background ignore it, and all that is started from there.
    """
    handler = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


class Terminal:
    """Runs a program until it ends, or the block does.

    Args:
        *words: The program and its arguments.
        columns: The terminal's width.
        environment: Variables that it gets, too.
    """

    def __init__(
        self, *words: str, columns: int = 100, environment: Mapping[str, str] | None = None
    ) -> None:
        self._end, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        with _interruptible():
            self.process = subprocess.Popen(
                (*_SESSION, *words),
                stdin=terminal,
                stdout=terminal,
                stderr=terminal,
                env={**os.environ, "TERM": "dumb", **(environment or {})},
                close_fds=True,
            )
        os.close(terminal)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._end)

    def type(self, text: str) -> None:
        """Type a text; a line ends with a line feed."""
        os.write(self._end, text.encode())

    def until(self, awaited: str) -> str:
        """Return what is shown, up to a text that must come."""
        found = b""
        while awaited.encode() not in found:
            piece = os.read(self._end, 1)
            assert piece, found.decode()
            found += piece
        return found.decode()

    def some(self) -> None:
        """Read what is shown, if anything comes soon: a terminal that is full stops its program."""
        if select([self._end], [], [], 0.05)[0]:
            os.read(self._end, 4096)

    def rest(self, status: int = 0) -> str:
        """Return what is shown until the program ends, which must be with this status."""
        shown = b""
        while True:
            try:
                piece = os.read(self._end, 4096)
            except OSError:  # how Linux reports the end
                break
            if not piece:
                break
            shown += piece
        assert self.process.wait(60) == status, shown.decode()
        return shown.decode().replace("\r\n", "\n")

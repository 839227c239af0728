"""Servers as separate processes, which are killed, drained and started again on their ports."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.server.helpers.postgres import Cluster


class ServerProcess:
    """A server's process.

    Args:
        arguments: Options of ``julep serve``.
        log: The file to which it appends its log.

    Attributes:
        port: Its port, which it keeps when it is started again.
    """

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        self._arguments = arguments
        self._log = log
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    @property
    def pid(self) -> int:
        """The id of the running process."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process has been started and not been stopped."""
        return self._process is not None

    @property
    def root(self) -> str:
        """The server's URL."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the process, and wait until it serves."""
        command = [sys.executable, "-m", "julep_server", "serve", "--port", str(self.port)]
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [*command, *self._arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                # Of the calling shell; options must not depend on it.
                env={k: v for k, v in os.environ.items() if not k.startswith("JULEP_SERVER_")},
            )
        assert process.stdout is not None
        found = re.search(r"http://[^/]+:(\d+)/", process.stdout.readline())
        self._process = process
        if found is None:
            self.stop(signal.SIGKILL)
            raise RuntimeError(
                f"the server has not started: {self._log.read_text('utf-8')[-2000:]}"
            )
        self.port = int(found[1])

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end of the process, and return its status."""
        process = self._process
        if process is None:
            return 0
        process.send_signal(number)
        status = process.wait()
        if process.stdout is not None:
            process.stdout.close()
        self._process = None
        return status


@contextmanager
def new_database(kind: str) -> Generator[tuple[str, Cluster | None, Path]]:
    """Create a database; yield its URL, its PostgreSQL server, and a folder for files.

    Args:
        kind: ``sqlite`` or ``postgresql``.
    """
    with tempfile.TemporaryDirectory(prefix="julep-chaos-") as folder:
        if kind == "postgresql":
            with Cluster() as cluster:
                yield cluster.new_database(), cluster, Path(folder)
        elif kind == "sqlite":
            yield f"sqlite:///{folder}/julep.db", None, Path(folder)
        else:
            raise SystemExit(f"the database is sqlite or postgresql; got {kind}")

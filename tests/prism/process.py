"""Prism as a process of its own: a proxy that validates what passes, or a mock of the contract."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

CONTRACT = Path(__file__).parents[2] / "openapi.yaml"
STARTS_WITHIN = 60.0
LISTENING = re.compile(r"Prism is listening on (http://\S+)")

KEY = "key"
"""The contract wants a key with every request, and so does Prism; a local server takes any."""


class Prism:
    """A Prism on a free port, as long as a ``with`` block lasts.

    Args:
        kind: ``proxy`` or ``mock``.
        arguments: Prism's own, after the contract.
    """

    def __init__(self, kind: str, *arguments: str) -> None:
        # scripts/prism has put both there.
        program = ("node", os.environ["JULEP_TEST_PRISM"])
        self._command = [*program, kind, str(CONTRACT), *arguments, "--port", "0"]
        self.url = ""

    def __enter__(self) -> Self:
        self._folder = TemporaryDirectory()
        self._log = Path(self._folder.name) / "log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        limit = time.monotonic() + STARTS_WITHIN
        while not (listening := LISTENING.search(self.log)):
            if self._process.poll() is not None or time.monotonic() > limit:
                said = self.log
                self._stop()
                raise RuntimeError(f"Prism did not start: {said}")
            time.sleep(0.02)
        self.url = listening[1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()

    @property
    def log(self) -> str:
        """All that it has said."""
        return self._log.read_text(encoding="utf-8")

    def _stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

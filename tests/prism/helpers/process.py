"""Prism as a process: a proxy that validates requests and responses, or a mock of the contract."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self
from uuid import uuid4

import httpx

CONTRACT = Path(__file__).parents[3] / "openapi.yaml"
START_TIMEOUT = 60.0
MARKER = "/last-request"

KEY = "key"
"""The contract, and so Prism, requires a key with every request; a local server accepts any."""


class Prism:
    """A Prism on a free port, for the duration of a ``with`` block.

    Args:
        kind: ``proxy`` or ``mock``.
        arguments: Prism's arguments after the contract.
    """

    def __init__(self, kind: str, *arguments: str) -> None:
        # scripts/prism sets both.
        program = ("node", os.environ["JULEP_TEST_PRISM"])
        self._command = [*program, kind, str(CONTRACT), *arguments, "--port", "0"]
        self.url = ""

    def start(self) -> Self:
        """Start Prism; return when it responds."""
        self._folder = TemporaryDirectory()
        self._log = Path(self._folder.name) / "log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        try:
            self.url = self._wait_for(r"Prism is listening on (http://\S+)")[1]
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop Prism and remove its log."""
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def errors(self) -> list[str]:
        """Return the violations in its log.

        A connection that breaks between it and the server is none: the SDK sends the request again.
        """
        # The log lags behind the responses: wait for the line of a last request.
        last = f"{MARKER}-{uuid4()}"
        httpx.get(f"{self.url}{last}")
        self._wait_for(f"get {last} .*✖")
        return [
            line
            for line in self._read().splitlines()
            if "✖" in line and MARKER not in line and "FetchError" not in line
        ]

    def _read(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def _wait_for(self, pattern: str) -> re.Match[str]:
        limit = time.monotonic() + START_TIMEOUT
        while not (found := re.search(pattern, log := self._read())):
            if self._process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError(f"Prism did not log {pattern!r}: {log}")
            time.sleep(0.02)
        return found

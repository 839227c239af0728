"""A server in a separate process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def serving(
    *arguments: str, environment: dict[str, str] | None = None
) -> Generator[tuple[subprocess.Popen[str], str], None, None]:
    """Start a server in a separate process; yield the process and the API's URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "julep_server", "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+/api", line)
        assert found, line
        yield process, found[0]
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()

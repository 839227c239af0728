"""Programs that tests run in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence


def run_program(
    source: str,
    *arguments: str,
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    asserts: bool = False,
    timeout: float = 100,
) -> subprocess.CompletedProcess[str]:
    """Run a program with the modules that this process finds.

    Args:
        source: The program.
        arguments: The program's arguments.
        options: Python's options, such as ``-W error``.
        environment: The variables, by default those of this process.
        asserts: Whether the program asserts: -O, which would strip its asserts, is not passed on.
        timeout: Seconds after which it fails; by default less than pytest allows a test.
    """
    variables = {**(os.environ if environment is None else environment)}
    variables["PYTHONPATH"] = os.pathsep.join(sys.path)
    if asserts:
        variables["PYTHONOPTIMIZE"] = ""
    return subprocess.run(
        [sys.executable, *options, "-c", source, *arguments],
        env=variables,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )

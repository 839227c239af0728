"""Runs a checkout's generator, which is imported once: each run is a process of its own.

    GENERATOR_PYTHON runs.py CHECKOUT

Reads a list of arguments from each line, and prints the status, the output and the errors.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from pathlib import Path
from tempfile import TemporaryFile


def run(main: str, arguments: list[str]) -> tuple[int, str, str]:
    """Run the generator's main function in a process of its own."""
    with TemporaryFile("w+") as output, TemporaryFile("w+") as errors:
        child = os.fork()
        if child == 0:
            os.dup2(output.fileno(), 1)
            os.dup2(errors.fileno(), 2)
            sys.argv = [main, *arguments]
            status = 70
            try:
                runpy.run_path(main, run_name="__main__")
            except SystemExit as done:
                status = done.code if isinstance(done.code, int) else 1
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        _, ended = os.waitpid(child, 0)
        for file in (output, errors):
            file.seek(0)
        return os.waitstatus_to_exitcode(ended), output.read(), errors.read()


def serve(root: Path) -> None:
    """Run what is requested, until there is no more."""
    folder = root / "scripts" / "generator"
    sys.path.insert(0, str(folder))
    for name in ("build", "partial", "changes.command"):
        __import__(name)
    for line in sys.stdin:
        done = run(str(folder / "__main__.py"), json.loads(line))
        sys.stdout.write(json.dumps(done) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))

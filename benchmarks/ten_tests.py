"""The cost of tests with the fixtures of `julep.testing`: the ten of the app in docs/examples.

    .venv/bin/python -m benchmarks.ten_tests

It prints the CPU time of each test with its fixtures, without the start of pytest and the imports
of the test module. The first test also imports the server.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1] / "docs/examples/test_fastapi_app.py"


class Clock:
    """Measures each test: seconds of CPU, also those of the server's thread."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}
        self._begun = 0.0

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Begin."""
        del nodeid
        self._begun = time.process_time()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """End."""
        self.taken[nodeid.partition("::")[2]] = time.process_time() - self._begun


def main() -> int:
    """Run the tests, and print their times."""
    clock = Clock()
    options = ["-q", "-p", "no:xdist", "-p", "no:cacheprovider"]
    failed = pytest.main([*options, str(TESTS)], plugins=[clock])
    for name, seconds in (*clock.taken.items(), ("all", sum(clock.taken.values()))):
        print(f"{seconds:.2f} s  {name}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

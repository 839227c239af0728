"""What new processes cost: importing, making a client, checking a first call.

Run it by ``.venv/bin/python -m benchmarks.imports``. Where rich is installed, httpx imports it for
its command line; then its own import is dearer than it is for most.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
from time import perf_counter
from typing import Final, NamedTuple

from benchmarks._side_by_side import pin, rows_of, show

CASES: Final = {
    "import httpx": "import httpx; httpx.Client; httpx.AsyncClient",
    "bare Python": "pass",
    "import julep": "import julep; julep.Client; julep.AsyncClient",
    "julep, and a client": "import julep; julep.Client()",
    "julep, and the sessions of a client": "import julep; julep.Client().sessions",
    "httpx, and a client": "import httpx; httpx.Client()",
}


class Spent(NamedTuple):
    """Seconds that one process took."""

    wall: float
    cpu: float


def spent(statement: str) -> Spent:
    """Run a statement in a process of its own."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True, env=environment)
    wall, after = perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main(rounds: int = 15) -> None:
    """Print the tables."""
    pin()
    for statement in CASES.values():
        spent(statement)
    found: dict[str, list[Spent]] = {name: [] for name in CASES}
    order = list(CASES)
    for _ in range(rounds):
        random.shuffle(order)
        for name in order:
            found[name].append(spent(CASES[name]))
    wall = {name: [each.wall for each in those] for name, those in found.items()}
    cpu = {name: [each.cpu for each in those] for name, those in found.items()}
    show("New processes, wall time", rows_of(wall))
    show("New processes, CPU time", rows_of(cpu))


if __name__ == "__main__":
    main()

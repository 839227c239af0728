"""The cost of new processes: importing, making a client, a first response.

Run it by ``.venv/bin/python -m benchmarks.imports``. Where click and rich are installed, httpx
imports them for its command line; here it finds none, as in most environments.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
from time import perf_counter
from typing import Final, NamedTuple

from benchmarks import _bodies as bodies
from benchmarks import _fixture
from benchmarks._side_by_side import Row, pin, rows_of, show

_HTTPX: Final = "import sys; sys.modules['click'] = None; import httpx; "
CASES: Final = {
    "import httpx": _HTTPX + "httpx.Client; httpx.AsyncClient",
    "bare Python": "pass",
    "import julep": "import julep; julep.Client; julep.AsyncClient",
    "julep, and a client": "import julep; julep.Client()",
    "julep, and the sessions of a client": "import julep; julep.Client().sessions",
    "httpx, and a client": _HTTPX + "httpx.Client()",
}
_FIRST: Final = {
    "httpx, and a first response": (
        _HTTPX + "c = httpx.Client(); c.get('{url}/sessions/{id}').raise_for_status().json(); "
        "c.close()"
    ),
    "bare Python": "pass",
    "julep, and a first response": (
        "import julep; c = julep.Client(base_url='{url}'); c.sessions.get('{id}'); c.close()"
    ),
}


class Spent(NamedTuple):
    """Seconds of one process."""

    wall: float
    cpu: float


def spent(statement: str) -> Spent:
    """Run a statement in a process of its own."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True, env=environment)
    wall, after = perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def measure(cases: dict[str, str], rounds: int) -> dict[str, list[Spent]]:
    """Run each case in new processes, in turns."""
    pin()
    for statement in cases.values():
        spent(statement)
    found: dict[str, list[Spent]] = {name: [] for name in cases}
    order = list(cases)
    for _ in range(rounds):
        random.shuffle(order)
        for name in order:
            found[name].append(spent(cases[name]))
    return found


def imported(rounds: int) -> list[Row]:
    """Compare the wall time of new processes that import, and make clients."""
    found = measure(CASES, rounds)
    return rows_of({name: [each.wall for each in those] for name, those in found.items()})


def first_response(port: int, rounds: int) -> list[Row]:
    """Compare the CPU time of new processes up to a first response, beyond bare Python's."""
    url = f"http://127.0.0.1:{port}/api"
    cases = {name: code.format(url=url, id=bodies.SESSION) for name, code in _FIRST.items()}
    found = measure(cases, rounds)
    bare = found.pop("bare Python")
    return rows_of(
        {
            name: [each.cpu - nothing.cpu for each, nothing in zip(those, bare, strict=True)]
            for name, those in found.items()
        }
    )


def main(rounds: int = 15) -> None:
    """Print the tables."""
    show("New processes, wall time", imported(rounds))
    with _fixture.running() as port:
        show("New processes, CPU time beyond bare Python", first_response(port, rounds))


if __name__ == "__main__":
    main()

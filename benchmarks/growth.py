"""Growth of costs: with the number of calls, the items of a list, the calls in flight.

Run it by ``scripts/bench growth [CALLS]``, 1,000,000 calls by default.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

import httpx

import julep
from benchmarks import _bodies as bodies
from benchmarks import _fixture
from benchmarks._side_by_side import pin, seconds_of
from julep._json import text as _json
from julep_api.models import ListSessionsResponse

STEPS = 10


def by_items(largest: int = 100_000) -> dict[int, tuple[float, float]]:
    """Return the µs an item, and the ratio to json.loads, of reading ever longer lists."""
    found: dict[int, tuple[float, float]] = {}
    count = 1
    while count <= largest:
        text = bodies.page(count)
        times = max(1, 3000 // count)
        read: list[float] = []
        parsed: list[float] = []
        for _ in range(5):
            parsed.append(seconds_of(partial(json.loads, text), times))
            read.append(seconds_of(partial(_models, text), times))
        ratio = median(one / other for one, other in zip(read, parsed, strict=True))
        found[count] = median(read) / count * 1e6, ratio
        count *= 10
    return found


def by_calls_in_flight(port: int, calls: int = 4000) -> dict[int, float]:
    """Return the calls a second with ever more in flight, the median of three runs each."""
    found: dict[int, list[float]] = {10: [], 100: [], 1000: []}

    async def rate(several: int) -> float:
        async with julep.AsyncClient(base_url=_url(port)) as client:
            get = partial(client.sessions.get, bodies.SESSION)
            await client.gather((get for _ in range(several)), limit=several)  # connections
            gc.collect()
            start = perf_counter()
            await client.gather((get for _ in range(calls)), limit=several)
            return calls / (perf_counter() - start)

    for _ in range(3):
        for several, rates in found.items():
            rates.append(asyncio.run(rate(several)))
    return {several: median(rates) for several, rates in found.items()}


def by_calls(port: int, calls: int) -> None:
    """Print the cost of calls, and the memory in use, with the number of calls made.

    The time of httpx is measured in the same minute, since a machine's speed varies.
    """
    with julep.Client(base_url=_url(port)) as client, httpx.Client() as theirs:
        url = f"{_url(port)}/sessions/{bodies.SESSION}"
        get = partial(client.sessions.get, bodies.SESSION)
        seconds_of(get, 1000)
        print(f"{'calls made':>12}{'µs a call':>12}{'to httpx':>10}{'blocks':>10}{'KiB':>10}")
        for step in range(1, STEPS + 1):
            seconds = seconds_of(get, calls // STEPS)
            other = seconds_of(lambda: theirs.get(url).raise_for_status().json(), 500)
            gc.collect()
            made, blocks = calls // STEPS * step, sys.getallocatedblocks()
            print(
                f"{made:12,}{seconds * 1e6:12.1f}{seconds / other:10.2f}{blocks:10,}"
                f"{_resident():10,}",
                flush=True,
            )


def main(calls: int) -> None:
    """Print the tables."""
    pin()
    print(f"{'items':>12}{'µs an item':>12}{'to json':>10}")
    for count, (microseconds, ratio) in by_items().items():
        print(f"{count:12,}{microseconds:12.2f}{ratio:10.2f}")
    with _fixture.running() as port:
        print(f"\n{'in flight':>12}{'calls a second':>16}")
        for several, rate in by_calls_in_flight(port).items():
            print(f"{several:12,}{rate:16,.0f}")
        print()
        by_calls(port, calls)


def _models(text: bytes) -> object:
    return ListSessionsResponse.from_dict(_json.loads(text))


def _resident() -> int:
    """Return the KiB of memory that this process uses; 0 if the system does not report it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}/api"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

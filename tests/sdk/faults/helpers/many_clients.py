"""A program that makes many clients, and says how much memory that took.

Arguments: the colour, and the URL of a server that answers. Prints bytes for each way, as JSON.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias, cast

import anyio

from julep import AsyncClient
from tests.sdk.faults.helpers.fault import GET
from tests.sdk.helpers.modes import Mode, make_client

Make: TypeAlias = Callable[[], AsyncClient]

_STATM: Final = Path("/proc/self/statm")


def resident() -> int:
    """The memory that this process has, in bytes; where that is not told, the most it ever had."""
    if _STATM.exists():
        return int(_STATM.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def kept() -> int:
    """The memory that this process has when what it no longer needs is gone."""
    gc.collect()
    return resident()


async def use(client: AsyncClient) -> None:
    assert await GET.run(client) == GET.expected


async def made_and_closed(make: Make) -> int:
    """10,000 clients, one after another: what the last 9,000 left."""
    before = 0
    for number in range(10_000):
        if number == 1000:
            before = kept()
        await make().aclose()
    return kept() - before


async def used_and_closed(make: Make) -> int:
    """1,000 clients that each made a call: what the last 800 left."""
    before = 0
    for number in range(1000):
        if number == 200:
            before = kept()
        async with make() as client:
            await use(client)
    return kept() - before


async def alive(make: Make) -> int:
    """1,000 clients at once that made no call: the memory of each."""
    await make().aclose()
    before = kept()
    clients = [make() for _ in range(1000)]
    after = kept()
    for client in clients:
        await client.aclose()
    return (after - before) // 1000


async def alive_and_used(make: Make) -> int:
    """1,000 clients at once, each with an open connection: the memory of each."""
    async with make() as first:
        await use(first)
    before = kept()
    clients = [make() for _ in range(1000)]
    for client in clients:
        await use(client)
    after = kept()
    for client in clients:
        await client.aclose()
    return (after - before) // 1000


async def all_ways(make: Make) -> dict[str, int]:
    ways = (made_and_closed, used_and_closed, alive, alive_and_used)
    return {way.__name__: await way(make) for way in ways}


def main(mode: Mode, url: str) -> None:
    # A thousand connections are more than many systems allow a process at first.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4096), most))
    backend = "trio" if mode == "trio" else "asyncio"
    grown = anyio.run(all_ways, lambda: make_client(mode, url), backend=backend)
    sys.stdout.write(json.dumps(grown))


if __name__ == "__main__":
    main(cast("Mode", sys.argv[1]), sys.argv[2])

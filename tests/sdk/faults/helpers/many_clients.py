"""A program that creates many clients, and prints how much memory they take.

Arguments: the mode, and the URL of a server. Prints the bytes of each kind of use, as JSON.
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
    """Return this process's memory in bytes; its maximum where the system does not report it."""
    if _STATM.exists():
        return int(_STATM.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def kept() -> int:
    """Return this process's memory after a garbage collection."""
    gc.collect()
    return resident()


async def call(client: AsyncClient) -> None:
    assert await GET.run(client) == GET.expected


async def made_and_closed(make: Make) -> int:
    """Create 10,000 clients one after another; return the memory that the last 9,000 left."""
    before = 0
    for number in range(10_000):
        if number == 1000:
            before = kept()
        await make().aclose()
    return kept() - before


async def used_and_closed(make: Make) -> int:
    """Make a call with each of 1,000 clients; return the memory that the last 800 left."""
    before = 0
    for number in range(1000):
        if number == 200:
            before = kept()
        async with make() as client:
            await call(client)
    return kept() - before


async def alive(make: Make) -> int:
    """Create 1,000 clients at once, without a call; return the memory of each."""
    await make().aclose()
    before = kept()
    clients = [make() for _ in range(1000)]
    after = kept()
    for client in clients:
        await client.aclose()
    return (after - before) // 1000


async def alive_and_used(make: Make) -> int:
    """Create 1,000 clients at once, each with a connection; return the memory of each."""
    async with make() as first:
        await call(first)
    before = kept()
    clients = [make() for _ in range(1000)]
    for client in clients:
        await call(client)
    after = kept()
    for client in clients:
        await client.aclose()
    return (after - before) // 1000


async def all_uses(make: Make) -> dict[str, int]:
    uses = (made_and_closed, used_and_closed, alive, alive_and_used)
    return {use.__name__: await use(make) for use in uses}


def main(mode: Mode, url: str) -> None:
    # A thousand connections are more than many systems allow a process at first.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4096), most))
    backend = "trio" if mode == "trio" else "asyncio"
    grown = anyio.run(all_uses, lambda: make_client(mode, url), backend=backend)
    sys.stdout.write(json.dumps(grown))


if __name__ == "__main__":
    main(cast("Mode", sys.argv[1]), sys.argv[2])

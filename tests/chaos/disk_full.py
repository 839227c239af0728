"""A server whose database's disk becomes full, and gets room again, while clients write and read.

Run by hand: ``scripts/chaos full sqlite``. The disk is a small tmpfs, which only root may mount.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from julep_server.commands import operations
from tests.chaos.fleet import log_lines
from tests.chaos.ledger import Client, Counts
from tests.chaos.server_process import ServerProcess, new_database

CLIENTS: Final = 8
FULL_FOR: Final = 25.0
"""Seconds for which the disk stays full."""

_BYTES: Final = 4000
_AFTERWARDS: Final = 20
# Larger than an empty database of its kind.
_MEGABYTES: Final = {"sqlite": 4, "postgresql": 20}


@dataclass
class Result:
    """What the clients were told."""

    counts: Counts = field(default_factory=Counts)
    acknowledged: int = 0
    before: int = 0
    reads: Counter[int] = field(default_factory=Counter[int])
    ready: Counter[int] = field(default_factory=Counter[int])
    full_seconds: float = 0.0
    differences: list[str] = field(default_factory=list[str])
    logs: Counter[str] = field(default_factory=Counter[str])


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Generator[None]:
    """Mount a small file system at a folder."""
    options = f"size={megabytes}m,mode=777"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


async def run(url: str, folder: Path, disk: Path) -> Result:
    """Write until the disk is full, go on for a while, enlarge it, and compare what is stored."""
    result = Result()
    server = ServerProcess(["--database", url, "--log-level", "warning"], folder / "log0")
    await asyncio.to_thread(server.start)
    try:
        async with httpx.AsyncClient(base_url=server.root, timeout=60, trust_env=False) as http:
            clients = [
                Client(http, result.counts, f"client {n}", 0, random.Random(n))  # noqa: S311
                for n in range(CLIENTS)
            ]
            writing = [asyncio.create_task(_write(client)) for client in clients]
            while not _refusals(result.counts):  # noqa: ASYNC110 - there is no event of it
                await asyncio.sleep(0.05)
            result.before = sum(len(client.users) for client in clients)
            began = time.monotonic()
            while time.monotonic() - began < FULL_FOR:
                result.reads[(await http.get("/api/users?limit=1")).status_code] += 1
                result.ready[(await http.get("/readyz?exclude=model")).status_code] += 1
                await asyncio.sleep(0.2)
            result.full_seconds = time.monotonic() - began
            await asyncio.to_thread(_enlarge, disk)
            for client in clients:
                await _until_written(client)
            for task in writing:
                task.cancel()
            await asyncio.gather(*writing, return_exceptions=True)
            result.acknowledged = sum(len(client.users) for client in clients)
            result.differences = await _differences(http, clients)
    finally:
        await asyncio.to_thread(server.stop)
    result.logs = log_lines(folder)
    result.differences += [f"julep db check: {problem}" for problem in operations.check(url)]
    return result


async def _write(client: Client) -> None:
    while True:
        # Random, because databases compress texts.
        about = f"{client.counts.keys} {client.chance.randbytes(_BYTES // 2).hex()}"
        user = await client.create("/users", {"name": client.name, "about": about})
        client.users[user] = about


def _refusals(counts: Counts) -> int:
    return counts.repeated["storage_full"] + counts.repeated["database_unavailable"]


def _enlarge(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=200m", disk], check=True)


async def _until_written(client: Client) -> None:
    wanted = len(client.users) + _AFTERWARDS
    limit = time.monotonic() + 120
    while len(client.users) < wanted:
        if time.monotonic() > limit:
            raise AssertionError(f"{client.name} can't write again: {client.counts.repeated}")
        await asyncio.sleep(0.05)


async def _differences(http: httpx.AsyncClient, clients: list[Client]) -> list[str]:
    told = {user: about for client in clients for user, about in client.users.items()}
    stored: dict[str, str] = {}
    while page := (
        await http.get("/api/users", params={"limit": 100, "offset": len(stored)})
    ).json()["items"]:
        stored |= {user["id"]: user["about"] for user in page}
    lost = [user for user, about in told.items() if stored.get(user) != about]
    # Each client may have had one write under way when it was cancelled.
    more = max(0, len(stored.keys() - told.keys()) - len(clients))
    return [f"lost: {lost}"] * bool(lost) + [f"{more} users more than were created"] * bool(more)


def main(kind: str) -> int:
    with new_database(kind) as (_, cluster, folder):
        disk = folder / "disk"
        disk.mkdir()
        with small_disk(disk, _MEGABYTES[kind]):
            # The log of PostgreSQL stays on another disk: the server ends when that is full.
            file = f"sqlite:///{disk}/julep.db"
            url = file if cluster is None else cluster.new_database(disk)
            result = asyncio.run(run(url, folder, disk))
    counts = result.counts
    lines = [
        f"{kind}: {result.before} writes until the disk was full",
        f"full for {result.full_seconds:.0f} s; {result.acknowledged} acknowledged in the end",
        f"refused meanwhile: {dict(counts.repeated)}",
        f"reads meanwhile: {dict(result.reads)}; /readyz: {dict(result.ready)}",
        *(f"log, {count} times: {line}" for line, count in result.logs.items()),
        *(f"WRONG, {count} times: {text}" for text, count in counts.wrong.items()),
        *(f"DIFFERS: {text}" for text in result.differences),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return int(bool(counts.wrong or result.differences))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

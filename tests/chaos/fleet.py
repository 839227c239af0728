"""Three servers on one database behind a round-robin proxy, which are killed while clients write.

Run by hand: ``scripts/chaos fleet sqlite 5000 500``.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from julep_server.commands import operations
from tests.chaos.echo_model import EchoModel
from tests.chaos.ledger import Client, Counts
from tests.chaos.round_robin import RoundRobin
from tests.chaos.server_process import ServerProcess, new_database
from tests.chaos.tables import rows_of_tables

SERVERS: Final = 3
CLIENTS: Final = 16
WORDS: Final = 20
_LASTING: Final = 4
"""Clients that go on until enough servers are killed."""


@dataclass(frozen=True)
class Plan:
    """What is done to the servers, and how often on average.

    Attributes:
        writes: The number of writes.
        chats: The number of chats, half of them streamed.
        pause: Seconds between two blows against the same server, at most.
        cut: The share of connections that are cut.
        restarts: Seconds between two restarts of the database's server, at most.
        seed: Of all random choices.
        servers: The number of servers.
        kills: The least number of servers that are killed: some clients make more calls until then.
    """

    writes: int
    chats: int
    pause: float = 12.0
    cut: float = 0.15
    restarts: float = 20.0
    seed: int = 1
    servers: int = SERVERS
    kills: int = 1


@dataclass
class Result:
    """What happened, and what differs from what the clients were told.

    Attributes:
        more: How often a client made another write and two chats to be there at a kill.
    """

    counts: Counts = field(default_factory=Counts)
    blows: Counter[str] = field(default_factory=Counter[str])
    connections: int = 0
    cut: int = 0
    model_calls: int = 0
    more: int = 0
    seconds: float = 0.0
    differences: list[str] = field(default_factory=list[str])
    logs: Counter[str] = field(default_factory=Counter[str])


async def run(
    url: str, folder: Path, plan: Plan, restart_database: Callable[[], None] | None = None
) -> Result:
    """Make the calls while servers are killed, and compare what is stored.

    Args:
        url: The URL of an empty database.
        folder: A folder for the servers' logs.
        plan: What is done.
        restart_database: Restarts the database's server without a clean end, if it has one.
    """
    result = Result()
    began = time.monotonic()
    chance = random.Random(plan.seed)  # noqa: S311  # it has to be repeatable
    async with EchoModel(WORDS, pause=0.02) as model:
        options = ["--database", url, "--model-url", model.url, "--model", "echo", "--drain", "0.2"]
        options += ["--log-level", "warning", "--max-connections", "0"]
        servers = [ServerProcess(options, folder / f"log{n}") for n in range(plan.servers)]
        # One migrates the database; that others may do so at once, other tests check.
        await asyncio.gather(*(asyncio.to_thread(server.start) for server in servers))
        try:
            async with RoundRobin([s.port for s in servers], plan.cut, plan.seed) as proxy:
                # At times two are away, and never all.
                standing = list(servers)
                blows = [
                    asyncio.create_task(_strike(standing, plan, chance, result.blows))
                    for _ in servers[1:]
                ]
                if restart_database is not None:
                    again = _restart(restart_database, plan, chance, result.blows)
                    blows.append(asyncio.create_task(again))
                clients = await _clients(proxy.url, plan, result)
                result.connections, result.cut = proxy.connections, proxy.cut
                for blow in blows:
                    blow.cancel()
                await asyncio.gather(*blows, return_exceptions=True)
                result.differences += await _differences(standing[0].root, clients)
        finally:
            # One that is being started is waited for, so that it can be stopped.
            await asyncio.get_running_loop().shutdown_default_executor()
            for server in servers:
                server.stop()
        result.model_calls = model.calls.total()
    result.differences += _left(url, clients, result.counts)
    result.logs = log_lines(folder)
    result.seconds = time.monotonic() - began
    return result


async def _clients(url: str, plan: Plan, result: Result) -> list[Client]:
    """Let all clients do their share, each request on a connection of its own."""
    counts, blows = result.counts, result.blows
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60, trust_env=False) as http:

        async def work(number: int) -> Client:
            chance = random.Random(f"{plan.seed}/{number}")  # noqa: S311  # as above
            client = Client(http, counts, f"client {number}", WORDS, chance)
            await client.begin()
            await client.work(_share(plan.writes, number), _share(plan.chats, number))
            while number < _LASTING and blows[signal.SIGKILL.name] < plan.kills:
                result.more += 1
                await client.work(1, 2)
            return client

        return list(await asyncio.gather(*(work(number) for number in range(CLIENTS))))


def _share(total: int, number: int) -> int:
    return total // CLIENTS + (number < total % CLIENTS)


async def _strike(
    standing: list[ServerProcess], plan: Plan, chance: random.Random, blows: Counter[str]
) -> None:
    """End servers at random moments, by a kill or a drain, and start them again.

    Args:
        standing: The servers that no other call has ended.
        plan: How often.
        chance: Chooses.
        blows: Counts the signals.
    """
    while True:
        await asyncio.sleep(chance.uniform(plan.pause / 10, plan.pause))
        number = chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM])
        server = standing.pop(chance.randrange(len(standing)))
        blows[number.name] += 1
        await asyncio.to_thread(_end_and_start, server, number)
        standing.append(server)


def _end_and_start(server: ServerProcess, number: signal.Signals) -> None:
    server.stop(number)
    # The database may be restarting too.
    for attempt in range(20):
        try:
            server.start()
        except RuntimeError:
            if attempt == 19:
                raise
            time.sleep(0.5)
        else:
            return


async def _restart(
    restart: Callable[[], None], plan: Plan, chance: random.Random, blows: Counter[str]
) -> None:
    while True:
        await asyncio.sleep(chance.uniform(plan.restarts / 4, plan.restarts))
        await asyncio.to_thread(restart)
        blows["database"] += 1


async def _differences(root: str, clients: list[Client]) -> list[str]:
    async with httpx.AsyncClient(base_url=root, timeout=60, trust_env=False) as http:
        found = [text for client in clients for text in await client.differences(http)]
        users: dict[str, str] = {}
        offset = 0
        while page := (
            await http.get("/api/users", params={"limit": 1000, "offset": offset})
        ).json()["items"]:
            users |= {user["id"]: user["about"] for user in page}
            offset += len(page)
    told = {user: about for client in clients for user, about in client.users.items()}
    if lost := told.keys() - users.keys():
        found.append(f"lost users: {lost}")
    if more := users.keys() - told.keys():
        found.append(f"users that were deleted, or created twice: {more}")
    changed = [u for u in told.keys() & users.keys() if told[u] != users[u]]
    found += [f"user {u}: the server has {users[u]}, the client {told[u]}" for u in changed]
    return found


def _left(url: str, clients: list[Client], counts: Counts) -> list[str]:
    """Compare the rows of all tables, where nothing may be left of what was repeated."""
    found = rows_of_tables(url)
    expected = {
        "agents": len(clients),
        "sessions": len(clients),
        "messages": 2 * counts.chats,
        "users": sum(len(client.users) for client in clients),
        "docs": sum(len(client.docs) for client in clients),
        "tools": sum(len(client.tools) for client in clients),
        "idempotency": counts.keys,
    }
    differences = [
        f"{table}: {found[table]} rows, not {count}"
        for table, count in expected.items()
        if found[table] != count
    ]
    return differences + [f"julep db check: {problem}" for problem in operations.check(url)]


def log_lines(folder: Path) -> Counter[str]:
    """Count the different lines of the servers' logs."""
    found = Counter[str]()
    for log in folder.glob("log*"):
        for line in log.read_text("utf-8").splitlines():
            _, _, level, message = [*line.split(" ", 3), "", "", ""][:4]
            if level in ("WARNING", "ERROR"):
                found[message] += 1
            elif line.startswith("Traceback"):
                found[line] += 1
    return found


def report(kind: str, result: Result) -> str:
    """Describe a run."""
    counts = result.counts
    lines = [
        f"{kind}: {counts.writes} writes, {counts.chats} chats in {result.seconds:.0f} s",
        f"{result.cut} of {result.connections} connections cut; {dict(result.blows)}",
        f"{result.model_calls} calls of the model",
        f"{counts.resumed} streams resumed, {counts.restarted} read anew",
        f"repeated: {dict(counts.repeated)}",
        f"the slowest call took {counts.longest[0]:.0f} s: {counts.longest[1]}",
        *(f"log, {count} times: {line}" for line, count in result.logs.most_common(30)),
        *(f"WRONG, {count} times: {text}" for text, count in counts.wrong.items()),
        *(f"DIFFERS: {text}" for text in result.differences),
    ]
    if not (counts.wrong or result.differences):
        lines.append(f"{kind}: nothing lost, nothing done twice")
    return "\n".join(lines)


def main(kind: str, writes: int, chats: int) -> int:
    pause = float(os.environ.get("CHAOS_PAUSE", "12"))
    seed = int(os.environ.get("CHAOS_SEED", "1"))
    plan = Plan(writes, chats, pause=pause, restarts=2 * pause, seed=seed)
    with new_database(kind) as (url, cluster, folder):
        restart = None if cluster is None else cluster.restart
        result = asyncio.run(run(url, folder, plan, restart))
    sys.stdout.write(report(kind, result) + "\n")
    return int(bool(result.counts.wrong or result.differences))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

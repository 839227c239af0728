"""Many calls through a proxy that kills connections, and a comparison with the server's data.

Run by hand: ``scripts/chaos 2000 200``.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import anyio

import julep
from julep import AsyncClient
from julep.managers.types import DocDict, FunctionDefDict
from julep_server import LocalServer
from tests.sdk.faults.helpers.lossy_proxies import KillingProxy
from tests.sdk.helpers.modes import Mode, make_client

MODES: Final[tuple[Mode, ...]] = ("sync", "asyncio", "trio")
WORKERS: Final = 8

# An attempt fails with a probability of a fifth: all eleven of a call, once in fifty million.
_RETRY: Final = julep.RetryPolicy(max_retries=10, initial_delay=0.005, max_delay=0.05)


@dataclass
class Worker:
    """Makes calls one after another, and records what the server must have stored of them."""

    client: AsyncClient
    name: str
    agent_id: str
    session_id: str
    chance: random.Random
    users: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    docs: list[str] = field(default_factory=list[str])
    tools: list[str] = field(default_factory=list[str])
    messages: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    calls: int = 0

    @classmethod
    async def new(cls, client: AsyncClient, number: int, seed: int) -> Worker:
        agent = await client.agents.create(name=f"agent {number}")
        session = await client.sessions.create(agent_id=agent.id)
        chance = random.Random(f"{seed}/{number}")  # noqa: S311  # it has to be repeatable
        return cls(client, f"worker {number}", agent.id, session.id, chance)

    async def work(self, calls: int, streams: int) -> None:
        """Make so many calls and streamed chats, in a random order."""
        kinds = [True] * streams + [False] * calls
        self.chance.shuffle(kinds)
        for is_streamed in kinds:
            self.calls += 1
            await (self.stream() if is_streamed else self.chance.choice(_CALLS)(self))

    async def create_user(self) -> None:
        name = self._unique("user")
        user = await self.client.users.create(name=name, about="new", metadata={"of": self.name})
        assert user.name == name
        self.users[user.id] = (name, "new")

    async def get_user(self) -> None:
        if self.users:
            chosen = self._some_user()
            user = await self.client.users.get(chosen)
            assert (user.name, user.about) == self.users[chosen]

    async def update_user(self) -> None:
        if self.users:
            chosen, about = self._some_user(), self._unique("about")
            name, _ = self.users[chosen]
            overwrite = self.chance.random() < 0.5
            user = await self.client.users.update(
                user_id=chosen, name=name, about=about, overwrite=overwrite
            )
            assert (user.name, user.about) == (name, about)
            self.users[chosen] = (name, about)

    async def delete_user(self) -> None:
        if self.users:
            chosen = self._some_user()
            await self.client.users.delete(chosen)
            del self.users[chosen]

    async def list_users(self) -> None:
        found = await self.client.users.list(limit=1000, metadata_filter={"of": self.name})
        assert all(user.id in self.users for user in found)

    async def create_doc(self) -> None:
        title = self._unique("doc")
        doc: DocDict = {"title": title, "content": f"The text of {title}"}
        await self.client.docs.create(agent_id=self.agent_id, doc=doc)
        self.docs.append(title)

    async def create_tool(self) -> None:
        # A second tool of the same name is refused, so a repeated request fails here too.
        name = self._unique("tool").replace(" ", "_")
        function: FunctionDefDict = {"name": name, "parameters": {"type": "object"}}
        await self.client.tools.create(self.agent_id, {"type": "function", "function": function})
        self.tools.append(name)

    async def chat(self) -> None:
        said = self._unique("words")
        reply = await self.client.sessions.chat(
            self.session_id, [{"role": "user", "content": said}]
        )
        self._record(said, reply.text)

    async def stream(self) -> None:
        said = self._unique("streamed words")
        async with await self.client.sessions.chat(
            self.session_id, [{"role": "user", "content": said}], stream=True
        ) as pieces:
            text = "".join([piece.text async for piece in pieces])
        self._record(said, text)

    async def history(self) -> None:
        found = await self.client.sessions.history(self.session_id, limit=1000)
        assert [(each.role.value, str(each.content)) for each in found] == self.messages[:1000]

    def _record(self, said: str, answered: str) -> None:
        assert said in answered
        self.messages += [("user", said), ("assistant", answered)]

    def _some_user(self) -> str:
        return self.chance.choice(list(self.users))

    def _unique(self, what: str) -> str:
        return f"{what} {self.calls} of {self.name}"


_CALLS: Final[list[Callable[[Worker], Awaitable[None]]]] = [
    Worker.create_user,
    Worker.get_user,
    Worker.update_user,
    Worker.delete_user,
    Worker.list_users,
    Worker.create_doc,
    Worker.create_tool,
    Worker.chat,
    Worker.chat,
    Worker.history,
]


@dataclass
class Figures:
    """The figures of a run."""

    calls: int
    connections: int
    killed: int
    seconds: float


def run(mode: Mode, calls: int, streams: int, seed: int) -> Figures:
    """Make the calls in concurrent workers, and compare the server's data.

    Raises:
        AssertionError: When something was lost, or done twice.
    """
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "chaos.db"
        began = time.monotonic()
        with (
            LocalServer(database=f"sqlite:///{database}") as server,
            KillingProxy([], server=urlsplit(server.url).port or 0, seed=seed) as proxy,
        ):
            url = f"{proxy.url}/api"
            if mode == "sync":
                workers = _sync(url, calls, streams, seed)
            else:
                workers = anyio.run(_async, mode, url, calls, streams, seed, backend=mode)
        _compare(database, workers)
        made = sum(worker.calls for worker in workers)
        return Figures(made, proxy.connections, proxy.killed, time.monotonic() - began)


def _shares(total: int) -> list[int]:
    """Return each worker's share of a number of calls."""
    return [total // WORKERS + (number < total % WORKERS) for number in range(WORKERS)]


def _sync(url: str, calls: int, streams: int, seed: int) -> list[Worker]:
    """Share a sync client among threads."""

    async def work(client: AsyncClient, number: int) -> Worker:
        worker = await Worker.new(client, number, seed)
        await worker.work(_shares(calls)[number], _shares(streams)[number])
        return worker

    async def run_workers() -> list[Worker]:
        async with make_client("sync", url, retry=_RETRY) as client:
            with ThreadPoolExecutor(WORKERS) as pool:
                jobs = [pool.submit(asyncio.run, work(client, n)) for n in range(WORKERS)]
                return [job.result() for job in jobs]

    return asyncio.run(run_workers())


async def _async(mode: Mode, url: str, calls: int, streams: int, seed: int) -> list[Worker]:
    """Share an async client among tasks."""
    workers: list[Worker] = []

    async def work(client: AsyncClient, number: int) -> None:
        worker = await Worker.new(client, number, seed)
        workers.append(worker)
        await worker.work(_shares(calls)[number], _shares(streams)[number])

    async with (
        make_client(mode, url, retry=_RETRY) as client,
        anyio.create_task_group() as group,
    ):
        for number in range(WORKERS):
            group.start_soon(work, client, number)
    return workers


def _compare(database: Path, workers: list[Worker]) -> None:
    """Check that the server has what the workers did: nothing less, and nothing more."""
    with closing(sqlite3.connect(database)) as connection:

        def rows(query: str) -> list[tuple[object, ...]]:
            return list(connection.execute(f"{query} ORDER BY 1"))

        named = [
            (identifier, *user) for worker in workers for identifier, user in worker.users.items()
        ]
        assert rows("SELECT id, name, about FROM users") == sorted(named)
        assert rows("SELECT id FROM agents") == sorted((worker.agent_id,) for worker in workers)
        assert rows("SELECT id FROM sessions") == sorted((worker.session_id,) for worker in workers)
        titles = [(title,) for worker in workers for title in worker.docs]
        assert rows("SELECT title FROM docs") == sorted(titles)
        tools = [(tool,) for worker in workers for tool in worker.tools]
        assert rows("SELECT name FROM tools") == sorted(tools)
        query = "SELECT role, content FROM messages WHERE session_id = ? ORDER BY seq"
        for worker in workers:
            found = connection.execute(query, [worker.session_id])
            assert [(role, json.loads(content)) for role, content in found] == worker.messages
        total = sum(len(worker.messages) for worker in workers)
        assert rows("SELECT count(*) FROM messages") == [(total,)]


def main(calls: int, streams: int) -> None:
    seed = int(os.environ.get("CHAOS_SEED", "1"))
    for mode in MODES:
        figures = run(mode, calls, streams, seed)
        sys.stdout.write(
            f"{mode}: {figures.calls} calls, {figures.killed} of {figures.connections}"
            f" connections killed, nothing lost, nothing done twice ({figures.seconds:.1f} s)\n"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

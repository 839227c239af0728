"""A server under mixed calls for a long time, with its resources at every minute.

What is kept for a day or a month is made that old after five minutes, so that half an hour shows
whether it is deleted. Run by hand: ``scripts/soak 30 sqlite``.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg

from tests.chaos.echo_model import EchoModel, answer_to
from tests.chaos.server_process import ServerProcess, new_database
from tests.chaos.tables import age_rows, rows_of_tables

RATE: Final = 20
"""Calls a second."""

_SESSIONS: Final = 40
_USERS: Final = 200
_DOCS: Final = 40
_TURNS: Final = 12
_FIRST_KEY: Final = "the-first-key"
_AGE_AFTER: Final = 300
"""Seconds after which what is kept for a time is made old."""

_PIECES: Final = 2**15
"""The words whose tokens the offline embedder keeps in memory."""

_HEAD: Final = (
    "| minute | calls | failed | MiB | descriptors | connections | threads | database, MiB |\n"
    "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
)


@dataclass
class Load:
    """Mixed calls of one client; what they create is deleted again, so that data stay bounded.

    Attributes:
        failures: Calls with an unexpected result, by a description.
    """

    http: httpx.AsyncClient
    model: EchoModel
    key: str = _FIRST_KEY
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311
    calls: int = 0
    failures: Counter[str] = field(default_factory=Counter[str])
    agent: str = ""
    users: list[str] = field(default_factory=list[str])
    docs: list[str] = field(default_factory=list[str])
    speakers: list[str] = field(default_factory=list[str])
    used: Counter[str] = field(default_factory=Counter[str])
    sessions: dict[str, int] = field(default_factory=dict[str, int])

    async def begin(self) -> None:
        """Create the agent and the users of all sessions."""
        self.speakers = [await self._create("/users", {"name": f"user {n}"}) for n in range(10)]
        self.agent = await self._create("/agents", {"name": "Ada", "instructions": ["Be brief."]})
        # Fills what is bounded by a number of words; chats, which have new ones, would take hours.
        words = " ".join(str(number) for number in range(10**6, 10**6 + _PIECES))
        owner = f"/agents/{self.agent}"
        doc = await self._create(f"{owner}/docs", {"title": "words", "content": words})
        await self._send("DELETE", f"{owner}/docs/{doc}", 202)

    async def step(self) -> None:
        """Make one call, or a few that belong together."""
        work = self.chance.choice(_MIX)
        self.calls += 1
        try:
            await work(self)
        except (httpx.HTTPError, AssertionError) as error:
            self.failures[f"{work.__name__}: {type(error).__name__} {error}"[:300]] += 1

    async def create_user(self) -> None:
        body = {"name": f"user {self.calls}", "about": "new", "metadata": {"n": self.calls % 7}}
        self.users.append(await self._create("/users", body))
        if len(self.users) > _USERS:
            await self._send("DELETE", f"/users/{self.users.pop(0)}", 202)

    async def change_user(self) -> None:
        if self.users:
            path = f"/users/{self.chance.choice(self.users[_USERS // 2 :] or self.users[-1:])}"
            await self._send("PATCH", path, 200, {"about": f"changed {self.calls}"})

    async def read_users(self) -> None:
        params = {"metadata_filter": json.dumps({"n": 3}), "limit": "20"}
        await self._send("GET", "/users", 200, params=params)

    async def create_doc(self) -> None:
        body = {"title": f"doc {self.calls}", "content": f"Shop {self.calls} opens at nine. " * 20}
        self.docs.append(await self._create(f"/agents/{self.agent}/docs", body))
        if len(self.docs) > _DOCS:
            await self._send("DELETE", f"/agents/{self.agent}/docs/{self.docs.pop(0)}", 202)

    async def search(self) -> None:
        params = {"query": "when does the shop open", "agent_id": self.agent}
        await self._send("GET", "/docs/search", 200, params=params)
        await self._send("GET", f"/agents/{self.agent}/memories", 200, params={"query": "bread"})

    async def create_session(self) -> None:
        body = {
            "agent_id": self.agent,
            "user_id": self.chance.choice(self.speakers),
            "situation": "A shop.",
            # Half of its turns: what is older is summarised.
            "token_budget": 200,
            "context_overflow": "adaptive",
        }
        self.sessions[await self._create("/sessions", body)] = 0

    async def chat(self) -> None:
        session, said = await self._turn()
        body = {"messages": [{"role": "user", "content": said}]}
        with self._using(session):
            response = await self._send("POST", f"/sessions/{session}/chat", 200, body)
        answered = response.json()["response"][0][0]["content"]
        assert answered == answer_to(said, self.model.words)

    async def stream(self) -> None:
        session, said = await self._turn()
        with self._using(session):
            _, text, ended = await self._read_stream(session, said, self._headers(), None)
        assert ended
        assert text == answer_to(said, self.model.words)

    async def stream_cut(self) -> None:
        """Read a part of a stream, close the connection, and resume it."""
        session, said = await self._turn()
        headers = self._headers()
        most = self.chance.randrange(1, 13)
        with self._using(session):
            last, text, _ = await self._read_stream(session, said, headers, most)
            headers |= {"Last-Event-ID": last, "Authorization": f"Bearer {self.key}"}
            _, rest, ended = await self._read_stream(session, said, headers, None)
        assert ended
        assert text + rest == answer_to(said, self.model.words)

    async def read_history(self) -> None:
        if self.sessions:
            session = self.chance.choice(list(self.sessions))
            with self._using(session):
                await self._send("GET", f"/sessions/{session}/history", 200, params={"limit": "20"})
            await self._send("GET", "/sessions", 200, params={"limit": "20"})

    async def _turn(self) -> tuple[str, str]:
        """Return a session, after which there may be one less, and what to say in it."""
        if len(self.sessions) < _SESSIONS:
            await self.create_session()
        session = self.chance.choice(list(self.sessions))
        self.sessions[session] += 1
        if self.sessions[session] > _TURNS and not self.used[session]:
            del self.sessions[session]
            await self._send("DELETE", f"/sessions/{session}", 202)
            return await self._turn()
        return session, f"call {self.calls} of the load"

    @contextmanager
    def _using(self, session: str) -> Generator[None]:
        """Keep a session from being deleted meanwhile."""
        self.used[session] += 1
        try:
            yield
        finally:
            self.used[session] -= 1
            if not self.used[session]:
                del self.used[session]

    async def _read_stream(
        self, session: str, said: str, headers: dict[str, str], most: int | None
    ) -> tuple[str, str, bool]:
        """Read so many events; return the last one's id, the text, and whether the stream ended."""
        body = {"messages": [{"role": "user", "content": said}], "stream": True}
        path, last, text, count = f"/api/sessions/{session}/chat", "", "", 0
        reading = self.http.stream("POST", path, json=body, headers=headers)
        async with reading as response:
            assert response.status_code == 200, await response.aread()
            async for line in response.aiter_lines():
                if line.startswith("id: "):
                    last = line[4:]
                elif line == "data: [DONE]":
                    return last, text, True
                elif line.startswith("data: "):
                    data = json.loads(line[6:])
                    assert "error" not in data, data
                    text += data["delta"].get("content", "")
                    count += 1
                    if count == most:
                        break
        return last, text, False

    def _headers(self) -> dict[str, str]:
        key = f"{self.calls}-{self.chance.random()}"
        return {"Authorization": f"Bearer {self.key}", "Idempotency-Key": key}

    async def _create(self, path: str, body: dict[str, Any]) -> str:
        return str((await self._send("POST", path, 201, body)).json()["id"])

    async def _send(
        self, method: str, path: str, status: int, body: Any = None, **more: Any
    ) -> httpx.Response:
        headers = self._headers()
        path = f"/api{path}"
        response = await self.http.request(method, path, json=body, headers=headers, **more)
        assert response.status_code == status, response.text
        return response


_MIX: Final[list[Callable[[Load], Awaitable[None]]]] = [
    *[Load.create_user] * 3,
    *[Load.change_user] * 3,
    *[Load.read_users] * 3,
    Load.create_doc,
    *[Load.search] * 2,
    *[Load.chat] * 2,
    *[Load.stream] * 1,
    *[Load.stream_cut] * 2,
    *[Load.read_history] * 3,
]


@dataclass(frozen=True)
class Resources:
    """What a server uses at one moment."""

    memory: float
    descriptors: int
    connections: int
    threads: int
    database: float


def resources(pid: int, url: str) -> Resources:
    """Measure what a server and its template processes use."""
    pids = [pid, *_children(pid)]
    memory = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in pids)
    opened = [_target(file) for file in Path(f"/proc/{pid}/fd").iterdir()]
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        connections = opened.count(path)
        files = [Path(path), Path(f"{path}-wal")]
        size = sum(file.stat().st_size for file in files if file.exists())
    else:
        with psycopg.connect(url) as connection:
            query = (
                "SELECT count(*) FILTER (WHERE pid <> pg_backend_pid()),"
                " pg_database_size(current_database())"
                " FROM pg_stat_activity WHERE datname = current_database()"
            )
            connections, size = connection.execute(query).fetchone() or (0, 0)
    return Resources(
        memory * os.sysconf("SC_PAGE_SIZE") / 2**20,
        len(opened),
        connections,
        len(list(Path(f"/proc/{pid}/task").iterdir())),
        size / 2**20,
    )


def _children(pid: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def _target(file: Path) -> str:
    try:
        return str(file.readlink())
    except FileNotFoundError:
        return ""


async def _operate(load: Load, url: str, folder: Path) -> None:
    """Rotate the key and write a backup, again and again, by the commands of an operator."""
    for number in range(1, sys.maxsize):
        await asyncio.sleep(45)
        rotated = await asyncio.to_thread(
            _command, "keys", "rotate", "soak", "--grace", "5m", "--database", url
        )
        load.key = rotated.strip()
        if number % 2:
            file = folder / "backup"
            file.unlink(missing_ok=True)
            await asyncio.to_thread(_command, "db", "backup", str(file), "--database", url)


async def _age(url: str) -> None:
    """Make old what was stored five minutes ago, again and again."""
    while True:
        await asyncio.sleep(30)
        await asyncio.to_thread(age_rows, url, _AGE_AFTER)


def _command(*arguments: str) -> str:
    command = [sys.executable, "-m", "julep_server", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stderr}")
    return done.stdout


async def soak(seconds: float, kind: str, *, interval: float = 60.0) -> Load:
    """Run the load for so long, and write the server's resources once an interval."""
    with new_database(kind) as (url, _, folder):
        async with EchoModel(words=12, pause=0.01) as model:
            arguments = ["--database", url, "--model-url", model.url, "--model", "echo"]
            arguments += ["--api-key", f"soak:{_FIRST_KEY}", "--log-level", "warning"]
            log = folder / "log"
            server = ServerProcess(arguments, log)
            await asyncio.to_thread(server.start)
            try:
                async with httpx.AsyncClient(
                    base_url=server.root, timeout=60, trust_env=False
                ) as http:
                    load = Load(http, model)
                    await load.begin()
                    await _run(load, server, url, folder, seconds, interval)
            finally:
                await asyncio.to_thread(server.stop)
                sys.stdout.write(f"jobs' requests to the model: {model.jobs}\n")
                sys.stdout.write(f"rows: {json.dumps(rows_of_tables(url))}\n")
                sys.stdout.write(f"log:\n{log.read_text('utf-8')[-3000:]}\n")
    return load


async def _run(
    load: Load, server: ServerProcess, url: str, folder: Path, seconds: float, interval: float
) -> None:
    sys.stdout.write(_HEAD)
    background = [
        asyncio.create_task(_operate(load, url, folder)),
        asyncio.create_task(_age(url)),
    ]
    began = shown = time.monotonic()
    running: set[asyncio.Task[None]] = set()
    minute = 0
    while (moment := time.monotonic()) - began < seconds:
        for task in background:
            if task.done():
                task.result()
        if len(running) < 3 * RATE:
            task = asyncio.create_task(load.step())
            running.add(task)
            task.add_done_callback(running.discard)
        if moment - shown >= interval:
            shown += interval
            minute += 1
            found = await asyncio.to_thread(resources, server.pid, url)
            sys.stdout.write(
                f"| {minute} | {load.calls} | {load.failures.total()} | {found.memory:.1f}"
                f" | {found.descriptors} | {found.connections} | {found.threads}"
                f" | {found.database:.1f} |\n"
            )
            sys.stdout.flush()
        # Of the clock, so that a busy machine does not lower the rate.
        await asyncio.sleep(max(0.0, began + load.calls / RATE - time.monotonic()))
    for task in background:
        task.cancel()
    await asyncio.gather(*background, *running, return_exceptions=True)
    for failure, count in load.failures.most_common():
        sys.stdout.write(f"{count} times: {failure}\n")


def main(minutes: float, kind: str) -> None:
    load = asyncio.run(soak(minutes * 60, kind))
    sys.stdout.write(f"{kind}: {load.calls} calls, {load.failures.total()} failed\n")


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2])

"""Storage: migrations, concurrency, and nothing acknowledged is lost."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from julep_server import LocalServer
from julep_server.db.engine import Database
from julep_server.db.tables import metadata
from tests.server.support import Api


@contextmanager
def serving(
    *arguments: str, environment: dict[str, str] | None = None
) -> Generator[tuple[subprocess.Popen[str], str], None, None]:
    """A server in a process of its own, and its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "julep_server", "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+/api", line)
        assert found, line
        yield process, found[0]
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _is_a_plain_name(name: str | None, *_: object) -> bool:
    return not str(name).startswith("passages_index")


def test_the_migrations_make_exactly_the_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    for _ in range(2):
        Database(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        options: dict[str, Any] = {
            "version_table": "julep_schema",
            # The full text index is a virtual table, and SQLite's own tables behind it.
            "include_name": _is_a_plain_name,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        assert "julep_schema" in inspect(connection).get_table_names()
    engine.dispose()


def test_a_percent_sign_or_a_space_in_the_path_does_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / "100% sure"
    folder.mkdir()
    with LocalServer(database=f"sqlite:///{folder / 'x.db'}") as server, Api(server.url) as api:
        api.make("users")
    assert (folder / "x.db").exists()


def test_acknowledged_writes_survive_a_kill(tmp_path: Path) -> None:
    """Writers note each acknowledged id; the process is killed under them; all must be there."""
    file = str(tmp_path / "x.db")
    acknowledged: list[str] = []
    with serving("--database", file) as (process, url):
        with Api(url) as api:
            agent = api.make("agents")["id"]
            session = api.make("sessions", agent_id=agent)["id"]

        def write() -> None:
            with httpx.Client(base_url=url, trust_env=False) as client:
                try:
                    while True:
                        made = client.post("/users", json={"metadata": {"n": 1}}).json()
                        acknowledged.append(made["id"])
                        body = {"messages": [{"role": "user", "content": made["id"]}]}
                        client.post(f"/sessions/{session}/chat", json=body).raise_for_status()
                        acknowledged.append(f"said {made['id']}")
                except httpx.HTTPError:
                    return

        writers = [threading.Thread(target=write) for _ in range(4)]
        for writer in writers:
            writer.start()
        while len(acknowledged) < 60:
            assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
        for writer in writers:
            writer.join()
    with LocalServer(database=f"sqlite:///{file}") as server, Api(server.url) as api:
        users = {item["id"] for item in api.get("/users", params={"limit": 1000}).json()["items"]}
        said = {
            f"said {message['content']}"
            for message in api.history(session, limit=1000)
            if message["role"] == "user"
        }
    assert set(acknowledged) <= users | said


@pytest.mark.parametrize("memory", [True, False])
def test_many_writers_and_readers_at_once(tmp_path: Path, memory: bool) -> None:
    database = "sqlite://" if memory else f"sqlite:///{tmp_path / 'x.db'}"
    with LocalServer(database=database) as server, Api(server.url) as api:
        user = api.make("users")["id"]

        def work(number: int) -> int:
            made = api.http.post("/users", json={"name": str(number)})
            changed = api.http.patch(f"/users/{user}", json={"metadata": {str(number): number}})
            read = api.http.get("/users", params={"limit": 5})
            return made.status_code + changed.status_code + read.status_code

        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(work, range(100))) == {201 + 200 + 200}
        # No change was lost to another that was made at the same time.
        assert api.get(f"/users/{user}").json()["metadata"] == {str(n): n for n in range(100)}


def test_two_processes_share_one_file(tmp_path: Path) -> None:
    file = str(tmp_path / "x.db")
    with (
        serving("--database", file) as (_, one),
        serving("--database", file) as (_, two),
        Api(one) as first,
        Api(two) as second,
    ):
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(Api.make, [first, second] * 20, ["users"] * 40))
        for user in made:
            assert (
                first.get(f"/users/{user['id']}").json()
                == second.get(f"/users/{user['id']}").json()
            )

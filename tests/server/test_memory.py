"""Memory: what a call leaves behind does not grow with the number of calls."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Callable, Sized
from itertools import count, pairwise
from typing import TypeGuard

import httpx
import pytest

from julep_server import LocalServer, housekeeping
from julep_server.db import engine
from julep_server.streaming import runs
from tests.server.helpers.endpoint import EndpointServer

pytestmark = pytest.mark.once

CALLS = 5
"""Of each kind in one round; what is left by each call grows by at least as much in every round."""

ROUNDS = 16
"""At most; most runs need four. What a task happens to hold, or a cache that fills, ends before."""

_NUMBERS = count()
_CACHED = ("urllib.parse", "psycopg._queries")
"""Modules that keep the last 128 URLs, and queries, in a cache that this many calls do not fill."""


@pytest.mark.timeout(300)
def test_no_call_leaves_objects_behind(database_url: str) -> None:
    # In a process of its own: other servers of these tests leave objects meanwhile.
    command = [sys.executable, "-m", "tests.server.test_memory", database_url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {}


def growth(database_url: str) -> dict[str, int]:
    """Return by how much the objects of each type, and each container, grow in every round."""
    # Of finished streams, 256 are kept for those that resume.
    setattr(runs, "_MAX_FINISHED", 1)  # noqa: B010 - a constant
    # Each connection has its own cache of statements, which many take long to fill.
    setattr(engine, "_READERS", 1)  # noqa: B010
    setattr(engine, "_WRITERS", 1)  # noqa: B010
    setattr(housekeeping, "INTERVAL", 3600.0)  # noqa: B010
    with (
        EndpointServer() as endpoints,
        LocalServer(
            database=database_url, model_url=(endpoint := endpoints.new()).url, model="small"
        ) as server,
        httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http,
    ):
        calls = Calls(http)
        found: list[Counter[str]] = []
        # The first round fills caches, which are bounded.
        while len(found) < 4 or (len(found) < ROUNDS and grown(found[1:])):
            for kind in KINDS:
                for _ in range(CALLS):
                    kind(calls)
            endpoint.reset()
            found.append(alive())
    return grown(found[1:])


def grown(found: list[Counter[str]]) -> dict[str, int]:
    """Return what grew in every round, by the least that it did."""
    least = {name: min(new[name] - old[name] for old, new in pairwise(found)) for name in found[0]}
    return {name: number for name, number in least.items() if number >= CALLS}


def alive() -> Counter[str]:
    """Count the objects of each type, and the items of each container."""
    gc.collect()
    found: Counter[str] = Counter()
    objects: list[object] = gc.get_objects()
    for each in objects:
        kind = type(each)
        if kind.__module__ not in _CACHED:
            found[f"{kind.__module__}.{kind.__qualname__}"] += 1
        if _is_container(each):
            found[f"{kind.__name__} {id(each)}"] = len(each)
    return found


def _is_container(each: object) -> TypeGuard[Sized]:
    return isinstance(each, (dict, list, set, deque))


class Calls:
    """Calls of a server whose data stay the same."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self.agent = self.send("POST", "/agents", 201, {"name": "Ada"})["id"]
        self.user = self.send("POST", "/users", 201, {"name": "Ben"})["id"]
        about = {"agent_id": self.agent, "user_id": self.user, "token_budget": 100}
        template = {"situation": "Talk to {{ user.name }}.", "context_overflow": "truncate"}
        self.session = self.send("POST", "/sessions", 201, {**about, **template})["id"]

    def send(self, method: str, path: str, status: int, body: object = None) -> dict[str, str]:
        response = self._http.request(method, path, json=body, headers=new_key())
        assert response.status_code == status, response.text
        found: dict[str, str] = response.json()
        return found

    def read(self) -> None:
        self.send("GET", f"/users/{self.user}", 200)

    def read_many(self) -> None:
        self.send("GET", '/users?metadata_filter={"n":1}&limit=5', 200)

    def read_missing(self) -> None:
        self.send("GET", f"/users/00000000-0000-4000-8000-{next(_NUMBERS):012}", 404)

    def write(self) -> None:
        user = self.send("POST", "/users", 201, {"name": "new", "metadata": {"n": 1}})["id"]
        self.send("PATCH", f"/users/{user}", 200, {"about": f"number {next(_NUMBERS)}"})
        self.send("DELETE", f"/users/{user}", 202)

    def write_nonsense(self) -> None:
        self.send("POST", "/users", 422, {"name": next(_NUMBERS)})

    def search(self) -> None:
        body = {"title": "doc", "content": f"The shop {next(_NUMBERS)} opens at nine."}
        doc = self.send("POST", f"/agents/{self.agent}/docs", 201, body)["id"]
        self.send("GET", f"/docs/search?query=shop&agent_id={self.agent}", 200)
        self.send("DELETE", f"/agents/{self.agent}/docs/{doc}", 202)

    def chat(self) -> None:
        self.send("POST", f"/sessions/{self.session}/chat", 200, self._said(stream=False))

    def stream_cut(self) -> None:
        """Read one event of a stream, close the connection, and resume the stream."""
        path, body, headers = f"/sessions/{self.session}/chat", self._said(stream=True), new_key()
        with self._http.stream("POST", path, json=body, headers=headers) as response:
            last = next(line for line in response.iter_lines() if line.startswith("id: "))
        headers["Last-Event-ID"] = last.removeprefix("id: ")
        with self._http.stream("POST", path, json=body, headers=headers) as response:
            *_, data = (line for line in response.iter_lines() if line)
        assert data == "data: [DONE]"

    def _said(self, *, stream: bool) -> dict[str, object]:
        said = [{"role": "user", "content": f"message {next(_NUMBERS)}"}]
        return {"messages": said, "stream": stream}


def new_key() -> dict[str, str]:
    return {"Idempotency-Key": f"key {next(_NUMBERS)}"}


KINDS: list[Callable[[Calls], None]] = [
    Calls.read,
    Calls.read_many,
    Calls.read_missing,
    Calls.write,
    Calls.write_nonsense,
    Calls.search,
    Calls.chat,
    Calls.stream_cut,
]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(growth(sys.argv[1])))

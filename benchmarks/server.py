"""The server's CPU time for a request, against a bare Starlette route on the same rows.

Both run in threads of this process, so that their time is the process's without the client's
thread. The time of a PostgreSQL server, which is a process of its own, is the same for both and
does not count. ``scripts/bench --only "the server"`` runs it.
"""

from __future__ import annotations

import gc
import http.client
import json
import random
import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import process_time, thread_time
from typing import Any, Final, TypeAlias

from benchmarks import _bare
from benchmarks._side_by_side import Row, rows_of
from julep_server import LocalServer
from tests.server.helpers.postgres import Cluster

CALLS: Final = 40
HISTORY: Final = 10
SESSIONS: Final = 100

Call: TypeAlias = Callable[[], object]


@contextmanager
def database(kind: str) -> Generator[str]:
    """Make an empty database, and yield its URL."""
    if kind == "PostgreSQL":
        with Cluster() as cluster:
            yield cluster.new_database()
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'bench.db'}"


class Client:
    """One connection to a server, which reads whole responses."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """Make a request, and return the response's JSON."""
        data = None if body is None else json.dumps(body).encode()
        headers = {} if data is None else {"content-type": "application/json"}
        response = self._response(method, f"/api{path}", data, headers)
        text = response.read()
        if response.status >= 300:
            raise RuntimeError(text.decode())
        return json.loads(text)

    def _response(
        self, method: str, path: str, data: bytes | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        try:
            self._connection.request(method, path, data, headers)
            return self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # It was idle for long, while others were measured.
            self._connection.close()
            self._connection.request(method, path, data, headers)
            return self._connection.getresponse()


def measure(kind: str, rounds: int) -> dict[str, list[Row]]:
    """Return, for each route, the bare one's row and the server's."""
    with database(kind) as url, LocalServer(database=url) as server, _bare.running(url) as port:
        ours, bare = Client(int(server.root.rpartition(":")[2])), Client(port)
        calls = _calls(ours)
        found: dict[str, dict[str, list[float]]] = {}
        for number in range(rounds + 1):
            for name, call in calls.items():
                cases = {"Starlette": partial(call, bare), "julep": partial(call, ours)}
                for case, seconds in _together(cases).items():
                    if number:
                        found.setdefault(name, {}).setdefault(case, []).append(seconds)
    return {name: rows_of(each) for name, each in found.items()}


def _calls(ours: Client) -> dict[str, Callable[[Client], object]]:
    """Store what the calls read, and return the calls."""
    agent = ours("POST", "/agents", {"name": "Ada", "about": "Sells books."})["id"]
    fields = {
        "agent_id": agent,
        "situation": "You talk to a customer.",
        "metadata": {"plan": "pro"},
    }
    said = {"messages": [{"role": "user", "content": "Hello, where is my order?"}]}
    sessions: list[str] = [ours("POST", "/sessions", fields)["id"] for _ in range(SESSIONS)]
    for session in sessions:
        for _ in range(HISTORY // 2):
            ours("POST", f"/sessions/{session}/chat", said)
    user = ours("POST", "/users", {"name": "Grace", "about": "A customer."})["id"]
    numbers = iter(range(10**9))

    def next_session() -> str:
        # All histories get longer alike, and little in a run.
        return sessions[next(numbers) % SESSIONS]

    return {
        "GET a session": lambda client: client("GET", f"/sessions/{next_session()}"),
        "GET 100 sessions": lambda client: client("GET", "/sessions?limit=100"),
        "POST a user": lambda client: client(
            "POST", "/users", {"name": "Grace", "about": "A customer."}
        ),
        "PATCH a user": lambda client: client(
            "PATCH", f"/users/{user}", {"metadata": {"visits": next(numbers)}}
        ),
        "POST a chat": lambda client: client("POST", f"/sessions/{next_session()}/chat", said),
    }


def _together(cases: Mapping[str, Call]) -> dict[str, float]:
    order = random.sample(list(cases), len(cases))
    found = {name: _beside(cases[name], CALLS) for name in order}
    return {name: found[name] for name in cases}


def _beside(call: Call, times: int) -> float:
    """Return the seconds that other threads take while this one calls."""
    gc.collect()
    start = process_time() - thread_time()
    for _ in range(times):
        call()
    return (process_time() - thread_time() - start) / times

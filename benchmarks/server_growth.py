"""How the cost of requests grows with what is stored: ``scripts/bench server-growth``.

    scripts/bench server-growth [SESSIONS [MESSAGES]] [SQLite | PostgreSQL]

Rows are stored directly, as many as years of use would make, and the same requests are measured
with few and with many: sessions, the messages of one session, and as many documents and memories
of one agent. Each time is the CPU time of the server and of PostgreSQL's processes that work for
it, the least of several rounds. Time on the clock would measure also what else the machine does:
of a request's milliseconds on a busy one, most are spent waiting to be scheduled. A ratio of 1
means that a cost does not grow.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import process_time, thread_time
from typing import Any, Final, Self, TypeAlias
from urllib.parse import quote

import psycopg

from benchmarks._growth_rows import WANTED_WORD, Stored, grow
from benchmarks.server import Client, database
from julep_server import LocalServer

FEW: Final = 1_000, 10
"""Sessions, and messages, at the start."""

AIM: Final = 2.0
_CALLS: Final = 5
_ROUNDS: Final = 8
_UNCOUNTED: Final = 30
"""Requests before the first round, in which every connection prepares its statements."""

Request: TypeAlias = Callable[[], object]


class Clock:
    """The CPU time of the server in this process, and of PostgreSQL's processes.

    Args:
        url: The database.
    """

    def __init__(self, url: str) -> None:
        postgres = url.startswith("postgresql:")
        self._connection = psycopg.connect(url, autocommit=True) if postgres else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()

    def least(self, request: Request) -> float:
        """Return the milliseconds of a request: the least of several rounds."""
        for _ in range(_UNCOUNTED):
            request()
        times: list[float] = []
        for _ in range(_ROUNDS):
            gc.collect()
            start = self._now()
            for _ in range(_CALLS):
                request()
            times.append((self._now() - start) / _CALLS)
        return min(times) * 1e3

    def _now(self) -> float:
        # Without the thread of the client, which is this one.
        return self._database() + process_time() - thread_time()

    def _database(self) -> float:
        if self._connection is None:
            return 0.0
        query = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type IN ('client backend', 'parallel worker')"
            " AND pid <> pg_backend_pid()"
        )
        numbers = [row[0] for row in self._connection.execute(query)]
        # The first number is the process's time on a processor, in nanoseconds.
        found = [Path(f"/proc/{number}/schedstat").read_text().split()[0] for number in numbers]
        return sum(map(int, found)) / 1e9


def measure(kind: str, sessions: int, messages: int) -> dict[str, tuple[float, float]]:
    """Return the milliseconds of each request with few and with many rows."""
    found: dict[str, list[float]] = {}
    had = 0, 0
    with database(kind) as url:
        with LocalServer(database=url) as server:
            stored, others = _first_rows(_client(server))
        for total in (FEW, (sessions, messages)):
            # Without a server, which SQLite would keep from writing for long.
            more = total[0] - had[0], total[1] - had[1]
            grow(url, stored, sessions=more[0], messages=more[1], texts=more[1])
            had = total
            with LocalServer(database=url) as server, Clock(url) as clock:
                for name, request in _requests(_client(server), stored, others, *total).items():
                    found.setdefault(name, []).append(clock.least(request))
    return {name: (few, many) for name, (few, many) in found.items()}


def _client(server: LocalServer) -> Client:
    return Client(int(server.root.rpartition(":")[2]))


def _first_rows(client: Client) -> tuple[Stored, dict[str, str]]:
    """Store what is multiplied, and the sessions that other requests use."""

    def session(**fields: Any) -> str:
        common = {"metadata": {"kind": "other"}, "agent_id": agent}
        return str(client("POST", "/sessions", {**common, **fields})["id"])

    agent = client("POST", "/agents", {"name": "Ada"})["id"]
    rare = client("POST", "/agents", {"name": "Bea"})["id"]
    knowing = client("POST", "/agents", {"name": "Cleo"})["id"]
    user = client("POST", "/users", {"name": "Grace"})["id"]
    # With an embedder installed, it gets a vector before the response.
    doc = {"title": "Note", "content": "The lighthouse opens at noon."}
    client("POST", f"/agents/{knowing}/docs", doc)
    multiplied = session()
    session(metadata={"kind": "wanted"})
    session(agent_id=rare)
    chat = session(token_budget=2000, context_overflow="truncate")
    client("POST", f"/sessions/{chat}/chat", _said(remember=False))
    recalling = session(agent_id=knowing, user_id=user)
    return Stored(knowing, user, multiplied, chat), {"rare": rare, "recalling": recalling}


def _said(text: str = "word " * 100, **settings: object) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": text}], **settings}


def _requests(
    client: Client, stored: Stored, others: Mapping[str, str], sessions: int, messages: int
) -> dict[str, Request]:
    def get(path: str) -> Request:
        return lambda: client("GET", path)

    def filtered(value: str) -> Request:
        return get(f"/sessions?metadata_filter={quote(json.dumps({'kind': value}))}")

    def post(path: str, body: Mapping[str, object]) -> Request:
        return lambda: client("POST", path, body)

    new = {"agent_id": stored.agent, "metadata": {"kind": "new"}}
    doomed = [client("POST", "/sessions", new)["id"] for _ in range(_CALLS * _ROUNDS + _UNCOUNTED)]
    chat = f"/sessions/{stored.history}"
    recalling = f"/sessions/{others['recalling']}/chat"
    memories = f"/agents/{stored.agent}/memories"
    return {
        "GET a session": get(f"/sessions/{stored.session}"),
        "GET 100 sessions": get("/sessions"),
        "GET 10 sessions with their number": get("/sessions?limit=10&with_total=true"),
        "GET 100 sessions from the middle on": get(f"/sessions?offset={sessions // 2}"),
        "GET the last 100 sessions": get(f"/sessions?offset={sessions - 100}"),
        "GET sessions of an agent that has one": get(f"/sessions?agent_id={others['rare']}"),
        "GET sessions by a filter that one fits": filtered("wanted"),
        "GET sessions by a filter that none fits": filtered("unheard"),
        "GET sessions by a filter that most fit": filtered("other"),
        "POST a session": post("/sessions", new),
        "PATCH a session": lambda: client(
            "PATCH", f"/sessions/{stored.session}", {"situation": "x"}
        ),
        "DELETE a session": lambda: client("DELETE", f"/sessions/{doomed.pop()}"),
        "POST a chat, budget of 2,000 tokens": post(f"{chat}/chat", _said(remember=False)),
        "GET 10 messages": get(f"{chat}/history?limit=10"),
        "GET the last 10 messages": get(f"{chat}/history?limit=10&offset={messages - 10}"),
        "POST a chat that recalls": post(
            recalling, _said(f"Where is the {WANTED_WORD}?", remember=False, record=False)
        ),
        "GET a search of documents": get(
            f"/docs/search?query={WANTED_WORD}&agent_id={stored.agent}&limit=5"
        ),
        "GET 10 documents": get(f"/agents/{stored.agent}/docs?limit=10"),
        "POST a document": post(f"/agents/{stored.agent}/docs", {"title": "T", "content": "New."}),
        "GET 10 memories": get(f"{memories}?limit=10"),
        "GET the last 10 memories": get(f"{memories}?limit=10&offset={messages - 10}"),
        "GET 10 memories by a query": get(f"{memories}?limit=10&query={WANTED_WORD}"),
        "GET the last 10 memories by a query": get(
            f"{memories}?limit=10&query={WANTED_WORD}&offset={messages - 10}"
        ),
    }


def main(sessions: int, messages: int, kinds: list[str]) -> None:
    """Print a table."""
    print(
        f"| | {FEW[0]:,} sessions, {FEW[1]} messages, ms | {sessions:,}, {messages:,} | ratio |\n"
        "| --- | ---: | ---: | ---: |"
    )
    for kind in kinds:
        for name, (few, many) in measure(kind, sessions, messages).items():
            print(f"| {kind}, {name} | {few:.2f} | {many:.2f} | {many / few:.2f} |", flush=True)


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:] if each.isdigit()]
    of_sessions = numbers[0] if numbers else 1_000_000
    of_messages = numbers[1] if len(numbers) > 1 else max(FEW[1], of_sessions // 100)
    main(
        of_sessions,
        of_messages,
        [each for each in sys.argv[1:] if not each.isdigit()] or ["SQLite", "PostgreSQL"],
    )

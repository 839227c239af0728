"""How the cost of requests grows with what is stored: ``scripts/bench server-growth [SESSIONS]``.

Rows are stored directly, as many as years of use would make, and the same requests are measured
with few and with many, on SQLite and PostgreSQL. Each time is the least of several, in wall time:
what a client waits, the database's work included. A ratio of 1 means that a cost does not grow.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, insert, select, text

from benchmarks.server import Client, database
from julep_server import LocalServer
from julep_server.db import tables

FEW: Final = 1_000, 10
"""Sessions, and messages of a session, at the start."""

_BATCH: Final = 10_000
_ROUNDS: Final = 15


def measure(kind: str, sessions: int, messages: int) -> dict[str, tuple[float, float]]:
    """Return the milliseconds of each request with few and with many rows."""
    with database(kind) as url, LocalServer(database=url) as server:
        client = Client(int(server.root.rpartition(":")[2]))
        agent = client("POST", "/agents", {"name": "Ada"})["id"]
        common = {"agent_id": agent, "metadata": {"kind": "other"}}
        first = client("POST", "/sessions", common)["id"]
        client("POST", "/sessions", {**common, "metadata": {"kind": "wanted"}})
        limited = {**common, "token_budget": 2000, "context_overflow": "truncate"}
        chat = client("POST", "/sessions", limited)["id"]
        said = {"messages": [{"role": "user", "content": "word " * 100}], "remember": False}
        client("POST", f"/sessions/{chat}/chat", said)
        found: dict[str, list[float]] = {}
        stored = 3, 2
        for total in (FEW, (sessions, messages)):
            _multiply(url, first, chat, total[0] - stored[0], total[1] - stored[1])
            stored = total
            for name, request in _requests(client, first, chat, total[0], said).items():
                found.setdefault(name, []).append(_least(request))
    return {name: (few * 1e3, many * 1e3) for name, (few, many) in found.items()}


def _requests(
    client: Client, session: str, chat: str, sessions: int, said: Mapping[str, Any]
) -> dict[str, Callable[[], object]]:
    def filtered(value: str) -> Callable[[], object]:
        path = f"/sessions?metadata_filter={quote(json.dumps({'kind': value}))}"
        return lambda: client("GET", path)

    return {
        "GET a session": lambda: client("GET", f"/sessions/{session}"),
        "GET 100 sessions": lambda: client("GET", "/sessions"),
        "GET the last 100 sessions": lambda: client("GET", f"/sessions?offset={sessions - 100}"),
        "GET sessions by a filter that one fits": filtered("wanted"),
        "GET sessions by a filter that none fits": filtered("unheard"),
        "GET sessions by a filter that most fit": filtered("other"),
        "PATCH a session": lambda: client("PATCH", f"/sessions/{session}", {"situation": "x"}),
        "POST a chat, budget of 2,000 tokens": lambda: client(
            "POST", f"/sessions/{chat}/chat", {**said, "record": False}
        ),
    }


def _least(request: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(_ROUNDS):
        start = perf_counter()
        request()
        times.append(perf_counter() - start)
    return min(times)


def _multiply(url: str, session: str, chat: str, sessions: int, messages: int) -> None:
    """Store copies of a session, and of a message of another one."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        ids = _copies(connection, tables.sessions, tables.sessions.c.id == session, sessions)
        entries = tables.metadata_entries
        entry = connection.execute(
            select(entries.c.entry).where(entries.c.resource_id == session)
        ).scalar_one()
        for start in range(0, len(ids), _BATCH):
            rows = [{"resource_id": each, "entry": entry} for each in ids[start : start + _BATCH]]
            connection.execute(insert(entries), rows)
        _copies(connection, tables.messages, tables.messages.c.session_id == chat, messages)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # As its autovacuum does, a minute later.
            connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def _copies(connection: Connection, table: Any, wanted: Any, count: int) -> list[str]:
    row = dict(connection.execute(select(table).where(wanted).limit(1)).mappings().one())
    del row["seq"]
    ids = [str(uuid.uuid4()) for _ in range(count)]
    for start in range(0, count, _BATCH):
        part = ids[start : start + _BATCH]
        connection.execute(insert(table), [{**row, "id": each} for each in part])
    return ids


def main(sessions: int) -> None:
    """Print a table."""
    messages = max(FEW[1], sessions // 100)
    print(f"| | {FEW[0]:,} sessions, ms | {sessions:,}, ms | ratio |\n| --- | ---: | ---: | ---: |")
    for kind in ("SQLite", "PostgreSQL"):
        for name, (few, many) in measure(kind, sessions, messages).items():
            print(f"| {kind}, {name} | {few:.2f} | {many:.2f} | {many / few:.2f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

"""The server's time for a request, compared with the time httpx needs to send one.

The server runs in a thread of this process, so its time is the process's without the client's
thread. The baseline is a GET by httpx from the fixture, of which only the client's time counts.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import process_time, thread_time

import httpx

import julep
from benchmarks import _bodies as bodies
from benchmarks._side_by_side import Row, rows_of
from julep_server import LocalServer

CALLS = 40


def measure(port: int, rounds: int) -> list[Row]:
    """Compare the server's times of some routes."""
    fixture = f"http://127.0.0.1:{port}/api/sessions/{bodies.SESSION}"
    with (
        LocalServer() as server,
        julep.Client(base_url=server.url) as ours,
        httpx.Client() as theirs,
    ):
        agent = ours.agents.create(name="Ada")
        user = ours.users.create(name="Grace")
        session = ours.sessions.create(agent_id=agent.id, user_id=user.id)
        for _ in range(100):
            ours.sessions.create(agent_id=agent.id, user_id=user.id)
        routes: dict[str, Callable[[], object]] = {
            "GET /sessions/ID": lambda: ours.sessions.get(session.id),
            "GET /sessions, 100 of them": lambda: ours.sessions.list(limit=100),
            "POST /users": lambda: ours.users.create(name="Grace"),
            "POST /sessions/ID/chat, offline model": lambda: ours.sessions.chat(
                session.id, bodies.MESSAGES, remember=False, record=False
            ),
        }
        found: dict[str, list[float]] = {"httpx": [], **{name: [] for name in routes}}
        for _ in range(rounds + 1):
            gc.collect()
            start = thread_time()
            for _ in range(CALLS):
                theirs.get(fixture).raise_for_status().json()
            found["httpx"].append((thread_time() - start) / CALLS)
            for name, call in routes.items():
                found[name].append(_beside(call))
        return rows_of({name: those[1:] for name, those in found.items()})


def _beside(call: Callable[[], object]) -> float:
    """Return the seconds that other threads take while this one calls."""
    start = process_time() - thread_time()
    for _ in range(CALLS):
        call()
    return (process_time() - thread_time() - start) / CALLS

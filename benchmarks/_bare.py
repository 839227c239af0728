"""Bare Starlette routes on the tables of a database that the server has made, by its driver alone.

They read and write the rows that the server's own routes do, in one transaction each, and check
nothing: what the server takes beyond them is what it adds.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeAlias

import psycopg
import uvicorn
from psycopg.rows import dict_row
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from julep_server.serving import bind

Row: TypeAlias = dict[str, Any]
Work: TypeAlias = Callable[[], Any]
_REPLY = "This answer takes the model no time, so that the rest of the chat's cost is what counts."


class Driver:
    """One connection on one thread, with the settings that the server has."""

    def __init__(self, url: str) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._sqlite = url.startswith("sqlite:///")
        self._connection: Any = self._thread.submit(self._connect, url).result()

    def _connect(self, url: str) -> Any:
        if not self._sqlite:
            return psycopg.Connection[Row].connect(url, autocommit=True, row_factory=dict_row)
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("PRAGMA synchronous=FULL")
        connection.row_factory = sqlite3.Row
        return connection

    def rows(self, query: str, *values: object) -> list[Row]:
        """Run a statement, and return its rows with their JSON parsed."""
        text = query if self._sqlite else query.replace("?", "%s")
        cursor = self._connection.execute(text, values)
        found = [dict(row) for row in cursor.fetchall()] if cursor.description else []
        if self._sqlite:
            for row in found:
                row |= {name: json.loads(row[name]) for name in ("metadata", "tags") if name in row}
        return found

    def commit(self, work: Work) -> Work:
        """Return the work in a transaction."""

        def in_transaction() -> Any:
            self._connection.execute("BEGIN IMMEDIATE" if self._sqlite else "BEGIN")
            found = work()
            self._connection.execute("COMMIT")
            return found

        return in_transaction

    async def run(self, work: Work) -> Any:
        """Run work on the connection's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        self._thread.submit(self._connection.close).result()
        self._thread.shutdown()


def routes(driver: Driver) -> list[Route]:
    """Return the routes."""
    rows = driver.rows

    async def get(request: Request) -> Response:
        wanted = request.path_params["id"]
        found = await driver.run(lambda: rows("SELECT * FROM sessions WHERE id = ?", wanted))
        return JSONResponse(found[0])

    async def every(request: Request) -> Response:
        limit = int(request.query_params["limit"])
        query = "SELECT * FROM sessions ORDER BY created_at DESC, seq DESC LIMIT ?"
        return JSONResponse({"items": await driver.run(lambda: rows(query, limit))})

    async def create(request: Request) -> Response:
        body, new, moment = await request.json(), str(uuid.uuid4()), time.time_ns() // 1000
        query = (
            "INSERT INTO users (id, tenant, name, about, metadata, created_at, updated_at)"
            " VALUES (?, 'bare', ?, ?, ?, ?, ?)"
        )
        values = (new, body["name"], body["about"], "{}", moment, moment)
        await driver.run(driver.commit(lambda: rows(query, *values)))
        return JSONResponse({"id": new, "created_at": moment}, 201)

    async def patch(request: Request) -> Response:
        body, wanted = await request.json(), request.path_params["id"]
        moment = time.time_ns() // 1000

        def work() -> None:
            found = rows("SELECT * FROM users WHERE id = ?", wanted)[0]
            merged = json.dumps({**found["metadata"], **body["metadata"]})
            query = "UPDATE users SET metadata = ?, updated_at = ? WHERE id = ?"
            rows(query, merged, moment, wanted)

        await driver.run(driver.commit(work))
        return JSONResponse({"id": wanted, "updated_at": moment})

    async def chat(request: Request) -> Response:
        body, wanted = await request.json(), request.path_params["id"]

        def work() -> list[Row]:
            found = rows("SELECT * FROM sessions WHERE id = ?", wanted)[0]
            rows("SELECT * FROM agents WHERE id = ?", found["agent_id"])
            return rows("SELECT * FROM messages WHERE session_id = ? ORDER BY seq", wanted)

        await driver.run(work)
        query = (
            "INSERT INTO messages (id, session_id, role, content, generated, created_at)"
            " VALUES (?, 'bare', ?, ?, ?, ?)"
        )
        new = [("user", body["messages"][0]["content"]), ("assistant", _REPLY)]

        def store() -> None:
            for role, content in new:
                values = (str(uuid.uuid4()), role, json.dumps(content), role == "user")
                rows(query, *values, time.time_ns() // 1000)

        await driver.run(driver.commit(store))
        return JSONResponse({"response": [[{"role": "assistant", "content": _REPLY}]]})

    return [
        Route("/api/sessions/{id}", get),
        Route("/api/sessions", every),
        Route("/api/users", create, methods=["POST"]),
        Route("/api/users/{id}", patch, methods=["PATCH"]),
        Route("/api/sessions/{id}/chat", chat, methods=["POST"]),
    ]


@contextmanager
def running(url: str) -> Generator[int]:
    """Serve the routes in a thread, as the server does; yield the port."""
    driver = Driver(url)
    bound = bind("127.0.0.1", 0)
    config = uvicorn.Config(
        Starlette(routes=routes(driver)), log_config=None, access_log=False, server_header=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.001)
        yield bound.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        driver.close()

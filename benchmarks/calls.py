"""The cost of whole calls, compared with the same requests by httpx: in sequence, and concurrent.

Run by ``scripts/bench``, in a process for each kind of client and parser of HTTP, so that none
affects another's caches.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

import httpx
import trio

import julep
from benchmarks import _bodies as bodies
from benchmarks._side_by_side import Row, acompare, compare

ONE: Final = f"/sessions/{bodies.SESSION}"
CHAT: Final[Any] = {"messages": bodies.MESSAGES, "max_tokens": 100}

# Without it, some of 500 concurrent requests end in httpx.PoolTimeout.
PATIENT: Final = httpx.Timeout(5.0, pool=None)


def url(port: int) -> str:
    return f"http://127.0.0.1:{port}/api"


def with_sync(port: int, rounds: int, seconds: float) -> dict[str, list[Row]]:
    """Compare each operation, with the sync client."""
    with julep.Client(base_url=url(port)) as ours, httpx.Client(base_url=url(port)) as theirs:
        sessions = ours.sessions

        def read() -> object:
            return theirs.get(ONE).raise_for_status().json()

        def read_page(limit: int) -> object:
            return theirs.get("/sessions", params={"limit": limit}).raise_for_status().json()

        def write(path: str, body: object) -> object:
            return theirs.post(path, json=body).raise_for_status().json()

        def their_stream() -> int:
            body = {**CHAT, "stream": True}
            with theirs.stream("POST", f"{ONE}/chat", json=body) as answer:
                return sum(_is_event(line) for line in answer.iter_lines())

        def our_stream() -> int:
            with sessions.chat(bodies.SESSION, bodies.MESSAGES, stream=True) as stream:
                return sum(1 for _ in stream)

        assert their_stream() == our_stream() == bodies.EVENTS - 1
        pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
            "get": (read, lambda: sessions.get(bodies.SESSION)),
            "list of 1": (partial(read_page, 1), lambda: sessions.list(limit=1)),
            "create": (
                partial(write, "/sessions", bodies.NEW),
                lambda: sessions.create(**bodies.NEW),
            ),
            "chat": (
                partial(write, f"{ONE}/chat", CHAT),
                lambda: sessions.chat(bodies.SESSION, bodies.MESSAGES, max_tokens=100),
            ),
            "list of 1,000": (
                partial(read_page, bodies.ITEMS),
                lambda: sessions.list(limit=bodies.ITEMS),
            ),
            "stream of 2,000 events": (their_stream, our_stream),
        }
        return {
            name: compare({"httpx": one, "julep": other}, rounds=rounds, seconds=seconds)
            for name, (one, other) in pairs.items()
        }


async def with_async(port: int, rounds: int, seconds: float) -> dict[str, list[Row]]:
    """Compare each operation, with the async client."""
    async with _clients(port) as (ours, theirs):
        sessions = ours.sessions

        async def read() -> object:
            return (await theirs.get(ONE)).raise_for_status().json()

        async def read_page(limit: int) -> object:
            answer = await theirs.get("/sessions", params={"limit": limit})
            return answer.raise_for_status().json()

        async def write(path: str, body: object) -> object:
            return (await theirs.post(path, json=body)).raise_for_status().json()

        async def their_stream() -> int:
            body = {**CHAT, "stream": True}
            async with theirs.stream("POST", f"{ONE}/chat", json=body) as answer:
                return sum([_is_event(line) async for line in answer.aiter_lines()])

        async def our_stream() -> int:
            stream = await sessions.chat(bodies.SESSION, bodies.MESSAGES, stream=True)
            async with stream:
                return sum([1 async for _ in stream])

        assert await their_stream() == await our_stream() == bodies.EVENTS - 1
        pairs: dict[
            str, tuple[Callable[[], Awaitable[object]], Callable[[], Awaitable[object]]]
        ] = {
            "get": (read, lambda: sessions.get(bodies.SESSION)),
            "list of 1": (partial(read_page, 1), lambda: sessions.list(limit=1)),
            "create": (
                partial(write, "/sessions", bodies.NEW),
                lambda: sessions.create(**bodies.NEW),
            ),
            "chat": (
                partial(write, f"{ONE}/chat", CHAT),
                lambda: sessions.chat(bodies.SESSION, bodies.MESSAGES, max_tokens=100),
            ),
            "list of 1,000": (
                partial(read_page, bodies.ITEMS),
                lambda: sessions.list(limit=bodies.ITEMS),
            ),
            "stream of 2,000 events": (their_stream, our_stream),
        }
        return {
            name: await acompare({"httpx": one, "julep": other}, rounds=rounds, seconds=seconds)
            for name, (one, other) in pairs.items()
        }


def on_asyncio(port: int, rounds: int, seconds: float) -> dict[str, list[Row]]:
    return asyncio.run(with_async(port, rounds, seconds))


def on_trio(port: int, rounds: int, seconds: float) -> dict[str, list[Row]]:
    return trio.run(with_async, port, rounds, seconds)


def in_flight(port: int, rounds: int, seconds: float) -> dict[str, list[Row]]:
    """Compare many concurrent gets, on asyncio; a time is that of one call."""

    async def compared(several: int, calls: int, rounds: int, seconds: float) -> list[Row]:
        async with _clients(port) as (ours, theirs):

            async def theirs_at_once() -> None:
                left = iter(range(calls))

                async def some() -> None:
                    for _ in left:
                        (await theirs.get(ONE)).raise_for_status().json()

                await asyncio.gather(*(some() for _ in range(several)))

            async def ours_at_once() -> None:
                get = partial(ours.sessions.get, bodies.SESSION)
                await ours.gather((get for _ in range(calls)), limit=several)

            rows = await acompare(
                {"httpx": theirs_at_once, "julep": ours_at_once}, rounds=rounds, seconds=seconds
            )
            return [row._replace(microseconds=row.microseconds / calls) for row in rows]

    return {
        "50 gets in flight": asyncio.run(compared(50, 500, rounds, seconds)),
        # One run of httpx takes many seconds here.
        "500 gets in flight": asyncio.run(compared(500, 2000, max(1, rounds // 5), 0)),
    }


def threads(port: int, rounds: int, seconds: float) -> dict[str, list[Row]]:
    """Compare gets of eight threads on one client; a time is that of one call."""
    calls = 400
    with (
        julep.Client(base_url=url(port)) as ours,
        httpx.Client(base_url=url(port)) as theirs,
        ThreadPoolExecutor(8) as pool,
    ):

        def all_of(get: Callable[[], object]) -> Callable[[], object]:
            def some() -> None:
                for _ in range(calls // 8):
                    get()

            return lambda: [each.result() for each in [pool.submit(some) for _ in range(8)]]

        cases = {
            "httpx": all_of(lambda: theirs.get(ONE).raise_for_status().json()),
            "julep": all_of(lambda: ours.sessions.get(bodies.SESSION)),
        }
        rows = compare(cases, rounds=rounds, seconds=seconds)
        rows = [row._replace(microseconds=row.microseconds / calls) for row in rows]
        return {"gets of 8 threads": rows}


@asynccontextmanager
async def _clients(port: int) -> AsyncGenerator[tuple[julep.AsyncClient, httpx.AsyncClient]]:
    async with (
        julep.AsyncClient(base_url=url(port)) as ours,
        httpx.AsyncClient(base_url=url(port), timeout=PATIENT) as theirs,
    ):
        yield ours, theirs


def _is_event(line: str) -> bool:
    """Read one line of a stream as users of httpx do."""
    if not line.startswith("data: ") or line == "data: [DONE]":
        return False
    json.loads(line[6:])
    return True

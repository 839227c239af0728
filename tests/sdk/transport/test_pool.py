"""Places for connections, those that are idle, and those that nobody closed."""

from __future__ import annotations

import gc
import socket
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import cast

import anyio
import pytest

from julep import RequestTimeoutError
from julep._http import sockets
from julep._http.async_transport import AsyncSocketTransport
from julep._http.messages import Response, StreamingResponse
from julep._http.sync_transport import SocketTransport
from julep._http.timeout import Timeout
from tests.sdk.colours import Colour
from tests.sdk.transport.servers import (
    STREAM_HEAD,
    Exchange,
    Server,
    stall_after,
)
from tests.sdk.transport.wires import (
    OK,
    answer_to,
    get,
    lost,
    new_wire,
    opened,
    stream_of,
    wire_of,
)

pytestmark = pytest.mark.anyio


async def test_when_all_places_are_taken_a_request_waits(colour: Colour) -> None:
    with Server([stream_of(b"a"), OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            body = await opened(wire, get(server.url, streamed=True))
            error = await lost(wire, get(server.url, timeout=Timeout(pool=0.1)))
            assert str(error).endswith("no free connection within 0.1 s (pool timed out)")
            assert isinstance(error, RequestTimeoutError)
            assert error.phase == "pool"
            assert [piece async for piece in body] == [b"a"]
            await answer_to(wire, get(server.url, timeout=Timeout(pool=0.1)))
    assert len(server.received) == 2


@pytest.mark.parametrize("colour", ["asyncio", "trio"])
async def test_tasks_wait_in_their_order(colour: Colour) -> None:
    order: list[int] = []

    async def ask(wire: AsyncSocketTransport, number: int) -> None:
        await answer_to(wire, get(server.url))
        order.append(number)

    with Server([OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            body_of = Server([stream_of(b"a")])
            with body_of:
                body = await opened(wire, get(body_of.url, streamed=True))
                async with anyio.create_task_group() as group:
                    for number in range(10):
                        group.start_soon(ask, wire, number)
                        await anyio.wait_all_tasks_blocked()
                    await body.aclose()
    assert order == list(range(10))


def test_threads_wait_in_their_order() -> None:
    order: list[int] = []
    wire = SocketTransport(max_connections=1)

    def ask(number: int) -> None:
        assert isinstance(wire.send(get(server.url)), Response)
        order.append(number)

    with Server([stream_of(b"a"), OK]) as server, ThreadPoolExecutor(10) as threads:
        open_one = wire.send(get(server.url, streamed=True))
        assert isinstance(open_one, StreamingResponse)
        waiting = cast("deque[object]", vars(vars(wire)["_pool"].slots)["_waiting"])
        for number in range(10):
            threads.submit(ask, number)
            while len(waiting) <= number:
                time.sleep(0.001)
        open_one.body.close()
    wire.close()
    assert order == list(range(10))


def test_threads_share_a_wire() -> None:
    wire = SocketTransport(max_connections=3)

    def ask(_: int) -> int:
        outcomes = [wire.send(get(server.url)) for _ in range(25)]
        return sum(isinstance(outcome, Response) for outcome in outcomes)

    with Server([OK]) as server, ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(ask, range(8))) == 200
        wire.close()
    assert server.connections <= 3


@pytest.mark.parametrize("colour", ["asyncio", "trio"])
async def test_idle_connections_are_few(colour: Colour) -> None:
    async def answer_late(exchange: Exchange) -> bool:
        while len(server.received) < 5:  # noqa: ASYNC110  # the test's loop is another
            await anyio.sleep(0.001)
        return await OK(exchange)

    with Server([answer_late] * 5 + [OK]) as server:
        async with wire_of(colour, max_idle=2) as wire:
            for expected in (5, 8):
                server.received.clear()
                async with anyio.create_task_group() as group:
                    for _ in range(5):
                        group.start_soon(answer_to, wire, get(server.url))
                assert server.connections == expected


async def test_idle_connections_do_not_grow_old(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server([OK]) as server, Server([OK]) as other:
        async with wire_of(colour, idle_seconds=30) as wire:
            await answer_to(wire, get(server.url))
            await answer_to(wire, get(server.url))
            assert server.connections == 1
            later = time.monotonic() + 31
            monkeypatch.setattr("julep._http.pool.monotonic", lambda: later)
            # Whatever is given back lets those go that are too old, wherever they lead.
            await answer_to(wire, get(other.url))
            await answer_to(wire, get(server.url))
            assert server.connections == 2


async def test_a_closed_wire_closes_what_is_given_back(colour: Colour) -> None:
    ended = threading.Event()

    async def step(exchange: Exchange) -> bool:
        await stream_of(b"a")(exchange)
        await exchange.stall()
        ended.set()
        return False

    with Server([step]) as server:
        wire = new_wire(colour)
        body = await opened(wire, get(server.url, streamed=True))
        await wire.aclose()
        await wire.aclose()
        assert [piece async for piece in body] == [b"a"]
        assert await anyio.to_thread.run_sync(ended.wait, 10)


async def test_a_wire_that_is_not_closed_warns_once(colour: Colour) -> None:
    with Server([OK]) as server:
        wire = new_wire(colour)
        await answer_to(wire, get(server.url))
        with pytest.warns(ResourceWarning) as warned:  # noqa: PT031  # it is gone by both
            del wire
            gc.collect()
    assert [str(warning.message).partition(":")[0] for warning in warned] == [
        "a client of julep was not closed"
    ]


async def test_a_wire_that_opened_nothing_need_not_be_closed(colour: Colour) -> None:
    new_wire(colour)
    gc.collect()


async def test_a_body_that_is_dropped_leaves_its_place(colour: Colour) -> None:
    with Server([stall_after(STREAM_HEAD), OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            body = await opened(wire, get(server.url, streamed=True))
            with pytest.warns(ResourceWarning, match="unclosed"):  # noqa: PT031  # as above
                del body
                gc.collect()
            await answer_to(wire, get(server.url, timeout=Timeout(pool=5)))


def test_a_dead_connection_is_told_from_a_live_one_without_poll(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for _ in range(2):
            assert not sockets.is_readable(ours)
            theirs.send(b"x")
            assert sockets.is_readable(ours)
            ours.recv(1)
            with suppress(AttributeError):
                monkeypatch.delattr("select.poll")

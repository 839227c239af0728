"""The pool of connections: its limit, idle connections, and unclosed ones."""

from __future__ import annotations

import gc
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import anyio
import pytest

from julep import RequestTimeoutError
from julep._http import sockets
from julep._http.async_transport import AsyncSocketTransport
from julep._http.leases import Leases
from julep._http.messages import Response, StreamingResponse
from julep._http.sync_transport import SocketTransport
from julep._http.timeout import Timeout
from julep.errors import NetworkError
from tests.sdk.helpers.modes import Mode
from tests.sdk.helpers.waiting import HANG
from tests.sdk.transport.helpers.scripted_server import (
    STREAM_HEAD,
    Exchange,
    Server,
    stall_after,
)
from tests.sdk.transport.helpers.transports import (
    OK,
    get,
    network_error_of,
    new_transport,
    open_body,
    open_transport,
    respond_events,
    response_to,
)

pytestmark = pytest.mark.anyio


async def test_a_request_waits_for_a_free_connection(mode: Mode) -> None:
    with Server([respond_events(b"a"), OK]) as server:
        async with open_transport(mode, max_connections=1) as transport:
            body = await open_body(transport, get(server.url, streamed=True))
            error = await network_error_of(transport, get(server.url, timeout=Timeout(pool=0.1)))
            assert str(error).endswith("no free connection within 0.1 s (pool timed out)")
            assert isinstance(error, RequestTimeoutError)
            assert error.phase == "pool"
            assert [piece async for piece in body] == [b"a"]
            await response_to(transport, get(server.url))
    assert len(server.received) == 2


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_tasks_wait_in_order(mode: Mode) -> None:
    order: list[int] = []

    async def send(transport: AsyncSocketTransport, number: int) -> None:
        await response_to(transport, get(server.url))
        order.append(number)

    with Server([OK]) as server:
        async with open_transport(mode, max_connections=1) as transport:
            body_of = Server([respond_events(b"a")])
            with body_of:
                body = await open_body(transport, get(body_of.url, streamed=True))
                async with anyio.create_task_group() as group:
                    for number in range(10):
                        group.start_soon(send, transport, number)
                        await anyio.wait_all_tasks_blocked()
                    await body.aclose()
    assert order == list(range(10))


def attribute_of(owner: object, name: str) -> Any:
    """Return a private attribute."""
    return vars(owner)[name]


def test_threads_wait_in_order() -> None:
    order: list[int] = []
    transport = SocketTransport(max_connections=1)

    def send(number: int) -> None:
        assert isinstance(transport.send(get(server.url)), Response)
        order.append(number)

    with Server([respond_events(b"a"), OK]) as server, ThreadPoolExecutor(10) as threads:
        open_one = transport.send(get(server.url, streamed=True))
        assert isinstance(open_one, StreamingResponse)
        leases: Leases[Any] = attribute_of(transport, "_pool").leases
        for number in range(10):
            threads.submit(send, number)
            while len(leases) <= number + 1:
                time.sleep(0.001)
        open_one.body.close()
    transport.close()
    assert order == list(range(10))


def test_threads_share_a_transport() -> None:
    transport = SocketTransport(max_connections=3)

    def send(_: int) -> int:
        outcomes = [transport.send(get(server.url)) for _ in range(25)]
        return sum(isinstance(outcome, Response) for outcome in outcomes)

    with Server([OK]) as server, ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(send, range(8))) == 200
        transport.close()
    assert server.connections <= 3


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_the_number_of_idle_connections_is_limited(mode: Mode) -> None:
    async def answer_late(exchange: Exchange) -> bool:
        while len(server.received) < 5:  # noqa: ASYNC110  # the event loop is another than the test's
            await anyio.sleep(0.001)
        return await OK(exchange)

    with Server([answer_late] * 5 + [OK]) as server:
        async with open_transport(mode, max_idle=2) as transport:
            for expected in (5, 8):
                server.received.clear()
                async with anyio.create_task_group() as group:
                    for _ in range(5):
                        group.start_soon(response_to, transport, get(server.url))
                assert server.connections == expected


async def test_the_age_of_idle_connections_is_limited(
    mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server([OK]) as server, Server([OK]) as other:
        async with open_transport(mode, idle_seconds=30) as transport:
            await response_to(transport, get(server.url))
            await response_to(transport, get(server.url))
            assert server.connections == 1
            later = time.monotonic() + 31
            monkeypatch.setattr("julep._http.pool.monotonic", lambda: later)
            # A connection that is returned closes those that are too old, of any origin.
            await response_to(transport, get(other.url))
            await response_to(transport, get(server.url))
            assert server.connections == 2


async def test_a_closed_transport_closes_returned_connections(mode: Mode) -> None:
    ended = threading.Event()

    async def step(exchange: Exchange) -> bool:
        await respond_events(b"a")(exchange)
        await exchange.stall()
        ended.set()
        return False

    with Server([step]) as server:
        transport = new_transport(mode)
        body = await open_body(transport, get(server.url, streamed=True))
        await transport.aclose()
        await transport.aclose()
        try:
            assert [piece async for piece in body] == [b"a"]
        except NetworkError as error:  # not all of it had arrived
            assert "the client was closed" in str(error)  # noqa: PT017  # it need not be raised
        assert await anyio.to_thread.run_sync(ended.wait, HANG)


async def test_an_unclosed_transport_warns_once(mode: Mode) -> None:
    with Server([OK]) as server:
        transport = new_transport(mode)
        await response_to(transport, get(server.url))
        with pytest.warns(ResourceWarning) as warned:  # noqa: PT031  # it is gone by both
            del transport
            gc.collect()
    assert [str(warning.message).partition(":")[0] for warning in warned] == [
        "a client of julep was not closed"
    ]


async def test_an_unused_transport_need_not_be_closed(mode: Mode) -> None:
    new_transport(mode)
    gc.collect()


async def test_a_dropped_body_releases_its_connection(mode: Mode) -> None:
    with Server([stall_after(STREAM_HEAD), OK]) as server:
        async with open_transport(mode, max_connections=1) as transport:
            body = await open_body(transport, get(server.url, streamed=True))
            del body
            await response_to(transport, get(server.url, timeout=Timeout(pool=HANG)))


def test_readability_of_a_socket_without_poll(
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

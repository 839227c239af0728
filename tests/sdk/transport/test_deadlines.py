"""Timeouts of whole calls and of their phases, over our own sockets and by a client of httpx."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

import julep
from julep import AsyncClient, RetryPolicy, Timeout
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.resources import HELLO
from tests.sdk.helpers.waiting import HANG, PATIENT, at_any_scale
from tests.sdk.transport.helpers.scripted_server import (
    SESSION,
    STREAM_HEAD,
    Exchange,
    Server,
    Step,
    chat_event,
    http_chunk,
    respond_error,
    respond_json,
    stall_after,
)
from tests.sdk.transport.helpers.support import assert_ours, users_client

pytestmark = pytest.mark.anyio

ID = SESSION["id"]
LIMIT = 0.3
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n"


class Clients:
    """Creates clients that send over our own sockets, or by a client of httpx."""

    def __init__(self, mode: Mode, way: str, kept: AsyncExitStack) -> None:
        self._colour: Mode = mode
        self._way = way
        self._kept = kept

    async def make(self, url: str, **settings: Any) -> AsyncClient:
        if self._way == "library":
            # Its own timeouts do not count.
            made = users_client(self._colour, timeout=None)
            settings["http_client"] = await self._kept.enter_async_context(made)
        return await self._kept.enter_async_context(make_client(self._colour, url, **settings))


@pytest.fixture(params=["sockets", "library"])
async def clients(mode: Mode, request: pytest.FixtureRequest) -> AsyncIterator[Clients]:
    async with AsyncExitStack() as kept:
        yield Clients(mode, request.param, kept)


async def get(client: AsyncClient) -> None:
    assert (await client.sessions.get(ID)).id == ID


def drip(begun: bytes, drop: bytes) -> Step:
    """Send these bytes, and then others repeatedly until the peer closes the connection."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(begun)
        while not exchange.reader.at_eof():
            await exchange.write(drop)
            await asyncio.sleep(0.02)
        return False

    return step


HEAD_DRIPS = drip(HEAD, b"x-a: b\r\n")
DRIPS: dict[str, Step] = {
    "a body": drip(HEAD + b"\r\n", b" "),
    "a chunked body": drip(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", http_chunk(b" ")
    ),
    "a body without an end": drip(b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    "an error's body": drip(
        b"HTTP/1.1 500 Oh\r\ntransfer-encoding: chunked\r\n\r\n", http_chunk(b" ")
    ),
}


async def refused_in_all(client: AsyncClient, limit: float = LIMIT) -> julep.RequestTimeoutError:
    """Get a session, and check that the call exceeds its total timeout."""
    began = time.monotonic()
    with pytest.raises(julep.RequestTimeoutError) as caught:
        await get(client)
    assert time.monotonic() - began > limit * 0.9
    assert_ours(caught.value)
    assert f"within {limit:g} s" in str(caught.value)
    assert caught.value.phase == "total"
    assert caught.value.attempts == 1
    return caught.value


@pytest.mark.parametrize("step", DRIPS.values(), ids=DRIPS.keys())
@at_any_scale
async def test_a_slow_body_ends_at_the_total_timeout(
    scale: float, clients: Clients, step: Step
) -> None:
    limit = LIMIT * scale
    with Server([step]) as server:
        client = await clients.make(server.url, timeout=limit)
        await refused_in_all(client, limit)
        server.steps[:] = [respond_json(SESSION)]
        await get(client.with_options(timeout=PATIENT))
    assert len(server.received) == 2


async def test_slow_headers_end_at_the_total_timeout(clients: Clients) -> None:
    with Server([HEAD_DRIPS]) as server:
        client = await clients.make(server.url, timeout=LIMIT)
        await refused_in_all(client)
        server.steps[:] = [respond_json(SESSION)]
        await get(client.with_options(timeout=PATIENT))


@at_any_scale
async def test_the_total_timeout_covers_all_attempts(scale: float, clients: Clients) -> None:
    """Each attempt is lost after a while; the delays count as well."""

    async def lose_late(exchange: Exchange) -> bool:
        await asyncio.sleep(0.1 * scale)
        exchange.reset()
        return False

    policy = RetryPolicy(max_retries=1000, initial_delay=10, max_delay=10)
    with Server([lose_late]) as server:
        client = await clients.make(server.url, timeout=2.0 * scale, retry=policy)
        began = time.monotonic()
        with pytest.raises(julep.NetworkError) as caught:
            await get(client)
        assert time.monotonic() - began < HANG
    error = caught.value
    assert_ours(error)
    assert 1 < error.attempts < 30
    # The last attempt may have had no time left to be sent.
    assert error.attempts - 1 <= len(server.received) <= error.attempts


@pytest.mark.parametrize("status", [429, 503])
async def test_a_delay_beyond_the_total_timeout_is_not_awaited(
    clients: Clients, status: int
) -> None:
    with Server([respond_error(status, {"retry-after": "50"}), respond_json(SESSION)]) as server:
        client = await clients.make(server.url, timeout=40.0)
        began = time.monotonic()
        with pytest.raises(julep.ApiError) as caught:
            await get(client)
        assert time.monotonic() - began < 30
    assert caught.value.status_code == status
    assert caught.value.__notes__ == ["the call's timeout leaves no time for another attempt"]
    assert len(server.received) == 1


async def test_a_delay_within_the_total_timeout_is_awaited(clients: Clients) -> None:
    with Server([respond_error(429, {"retry-after": "1"}), respond_json(SESSION)]) as server:
        client = await clients.make(server.url, timeout=PATIENT)
        began = time.monotonic()
        await get(client)
        assert time.monotonic() - began > 0.9


STREAMS: dict[str, Step] = {
    "text": drip(STREAM_HEAD + http_chunk(chat_event("Hi")), http_chunk(chat_event("o"))),
    "comments": drip(STREAM_HEAD + http_chunk(chat_event("Hi")), http_chunk(b": hello\n")),
    "nothing": stall_after(STREAM_HEAD + http_chunk(chat_event("Hi"))),
}


@pytest.mark.parametrize("step", STREAMS.values(), ids=STREAMS.keys())
@at_any_scale
async def test_the_total_timeout_covers_reading_a_stream(
    scale: float, clients: Clients, step: Step
) -> None:
    with Server([step, respond_json(SESSION)]) as server:
        client = await clients.make(server.url, timeout=1.0 * scale)
        events = await client.sessions.chat(ID, HELLO, stream=True)
        with pytest.raises(julep.StreamInterruptedError, match=f"within {scale} s") as caught:
            await events.get_final_response()
        await get(client.with_options(timeout=PATIENT))
    assert_ours(caught.value)
    assert caught.value.partial.text.startswith("Hi")
    assert len(server.received) == 2


async def test_the_read_timeout_of_each_attempt(clients: Clients) -> None:
    with Server([stall_after(), stall_after(), respond_json(SESSION)]) as server:
        client = await clients.make(server.url, timeout=Timeout(read=0.2), max_retries=1)
        with pytest.raises(julep.RequestTimeoutError, match=r"within 0\.2 s") as caught:
            await get(client)
        await get(client.with_options(timeout=PATIENT))
    assert_ours(caught.value)
    assert (caught.value.phase, caught.value.attempts) == ("read", 2)


async def test_the_write_timeout(clients: Clients) -> None:
    """It reads nothing, so that writing blocks once the buffers are full."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        client = await clients.make(url, timeout=Timeout(write=0.2), max_retries=0)
        with pytest.raises(julep.RequestTimeoutError) as caught:
            await client.post("/x", "a" * 20_000_000)
    assert_ours(caught.value)
    assert caught.value.phase == "write"


async def test_slow_responses_without_a_timeout(clients: Clients) -> None:
    async def answer_late(exchange: Exchange) -> bool:
        await asyncio.sleep(0.3)
        return await respond_json(SESSION)(exchange)

    async def stream_late(exchange: Exchange) -> bool:
        await exchange.write(STREAM_HEAD + http_chunk(chat_event("Hi", "stop")))
        await asyncio.sleep(0.3)
        await exchange.write(http_chunk(b"data: [DONE]\n\n") + http_chunk(b""))
        return True

    with Server([answer_late, stream_late]) as server:
        client = await clients.make(server.url, timeout=0.1)
        patient = client.with_options(timeout=None)
        await get(patient)
        events = await patient.sessions.chat(ID, HELLO, stream=True)
        assert (await events.get_final_response()).text == "Hi"


@at_any_scale
async def test_each_call_has_its_own_deadline(scale: float, mode: Mode) -> None:
    """It starts with the call, not with the client."""

    async def answer_late(exchange: Exchange) -> bool:
        await asyncio.sleep(0.1 * scale)
        return await respond_json(SESSION)(exchange)

    with Server([answer_late]) as server:
        async with make_client(mode, server.url, timeout=0.5 * scale) as client:
            for _ in range(6):
                await get(client)


@at_any_scale
async def test_the_total_timeout_covers_connecting(
    scale: float, clients: Clients, full_backlog_url: str
) -> None:
    client = await clients.make(full_backlog_url, timeout=LIMIT * scale)
    error = await refused_in_all(client, LIMIT * scale)
    assert "connect" in str(error)

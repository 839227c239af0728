"""The limit of a whole call, and of its steps: over our own sockets, and by a library's client."""

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
from tests.sdk.colours import Colour, client_of
from tests.sdk.support import HELLO
from tests.sdk.transport.servers import (
    SESSION,
    STREAM_HEAD,
    Exchange,
    Server,
    Step,
    chunk,
    json_answer,
    piece,
    refusal,
    stall_after,
)
from tests.sdk.transport.support import assert_ours, own_client

pytestmark = pytest.mark.anyio

ID = SESSION["id"]
LIMIT = 0.3
FAR = 30.0
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n"


class Clients:
    """Makes clients that send over sockets of our own, or by a client of httpx."""

    def __init__(self, colour: Colour, way: str, kept: AsyncExitStack) -> None:
        self._colour: Colour = colour
        self._way = way
        self._kept = kept

    async def make(self, url: str, **settings: Any) -> AsyncClient:
        if self._way == "library":
            # Its own limits are none of ours.
            made = own_client(self._colour, timeout=None)
            settings["http_client"] = await self._kept.enter_async_context(made)
        return await self._kept.enter_async_context(client_of(self._colour, url, **settings))


@pytest.fixture(params=["sockets", "library"])
async def clients(colour: Colour, request: pytest.FixtureRequest) -> AsyncIterator[Clients]:
    async with AsyncExitStack() as kept:
        yield Clients(colour, request.param, kept)


async def get(client: AsyncClient) -> None:
    assert (await client.sessions.get(ID)).id == ID


def drip(begun: bytes, drop: bytes) -> Step:
    """Send a beginning, and then a little again and again, for ever."""

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
    "a chunked body": drip(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", piece(b" ")),
    "a body without an end": drip(b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    "an error's body": drip(b"HTTP/1.1 500 Oh\r\ntransfer-encoding: chunked\r\n\r\n", piece(b" ")),
}


async def refused_in_all(client: AsyncClient, limit: float = LIMIT) -> julep.RequestTimeoutError:
    """Get a session, for which the call's time does not do."""
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
async def test_a_body_that_drips_is_not_waited_for_beyond_the_limit(
    clients: Clients, step: Step
) -> None:
    with Server([step, json_answer(SESSION)]) as server:
        client = await clients.make(server.url, timeout=LIMIT)
        await refused_in_all(client)
        await get(client)
    assert len(server.received) == 2


# A library's client that blocks cannot be ended within a step, as its docstring says.
@pytest.mark.parametrize(
    ("colour", "clients"),
    [
        ("blocking", "sockets"),
        ("asyncio", "sockets"),
        ("asyncio", "library"),
        ("trio", "sockets"),
        ("trio", "library"),
    ],
    indirect=["clients"],
)
async def test_a_head_that_drips_is_not_waited_for_beyond_the_limit(clients: Clients) -> None:
    with Server([HEAD_DRIPS, json_answer(SESSION)]) as server:
        client = await clients.make(server.url, timeout=LIMIT)
        await refused_in_all(client)
        await get(client)


async def test_the_limit_is_that_of_all_attempts_together(clients: Clients) -> None:
    """Each is lost after a while; the pauses count as well."""

    async def lose_late(exchange: Exchange) -> bool:
        await asyncio.sleep(0.1)
        exchange.reset()
        return False

    policy = RetryPolicy(max_retries=1000, initial_delay=10, max_delay=10)
    with Server([lose_late]) as server:
        client = await clients.make(server.url, timeout=1.0, retry=policy)
        began = time.monotonic()
        with pytest.raises(julep.NetworkError) as caught:
            await get(client)
        assert time.monotonic() - began < 10
    error = caught.value
    assert_ours(error)
    assert 1 < error.attempts < 15
    # The last attempt may have had no time left to be sent.
    assert error.attempts - 1 <= len(server.received) <= error.attempts


@pytest.mark.parametrize("status", [429, 503])
async def test_a_pause_beyond_the_limit_is_not_waited_for(clients: Clients, status: int) -> None:
    with Server([refusal(status, {"retry-after": "20"}), json_answer(SESSION)]) as server:
        client = await clients.make(server.url, timeout=10.0)
        began = time.monotonic()
        with pytest.raises(julep.ApiError) as caught:
            await get(client)
        assert time.monotonic() - began < 8
    assert caught.value.status_code == status
    assert caught.value.__notes__ == ["the call's timeout leaves no time for another attempt"]
    assert len(server.received) == 1


async def test_a_pause_within_the_limit_is_waited_for(clients: Clients) -> None:
    with Server([refusal(429, {"retry-after": "1"}), json_answer(SESSION)]) as server:
        client = await clients.make(server.url, timeout=FAR)
        began = time.monotonic()
        await get(client)
        assert time.monotonic() - began > 0.9


STREAMS: dict[str, Step] = {
    "text": drip(STREAM_HEAD + piece(chunk("Hi")), piece(chunk("o"))),
    "comments": drip(STREAM_HEAD + piece(chunk("Hi")), piece(b": hello\n")),
    "nothing": stall_after(STREAM_HEAD + piece(chunk("Hi"))),
}


@pytest.mark.parametrize("step", STREAMS.values(), ids=STREAMS.keys())
async def test_the_limit_covers_the_reading_of_a_stream(clients: Clients, step: Step) -> None:
    with Server([step, json_answer(SESSION)]) as server:
        client = await clients.make(server.url, timeout=LIMIT)
        events = await client.sessions.chat(ID, HELLO, stream=True)
        with pytest.raises(julep.StreamInterruptedError, match=r"within 0\.3 s") as caught:
            await events.get_final_response()
        await get(client.with_options(timeout=FAR))
    assert_ours(caught.value)
    assert caught.value.partial.text.startswith("Hi")
    assert len(server.received) == 2


async def test_silence_has_a_limit_of_its_own(clients: Clients) -> None:
    with Server([stall_after(), stall_after(), json_answer(SESSION)]) as server:
        client = await clients.make(server.url, timeout=Timeout(read=0.2), max_retries=1)
        with pytest.raises(julep.RequestTimeoutError, match=r"within 0\.2 s") as caught:
            await get(client)
        await get(client)
    assert_ours(caught.value)
    assert (caught.value.phase, caught.value.attempts) == ("read", 2)


async def test_a_server_that_does_not_take_the_request_has_a_limit(clients: Clients) -> None:
    """It reads nothing, so that what is sent stays where it is once the buffers are full."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        client = await clients.make(url, timeout=Timeout(write=0.2), max_retries=0)
        with pytest.raises(julep.RequestTimeoutError) as caught:
            await client.post("/x", "a" * 20_000_000)
    assert_ours(caught.value)
    assert caught.value.phase == "write"


async def test_without_any_limit_a_server_may_take_its_time(clients: Clients) -> None:
    async def answer_late(exchange: Exchange) -> bool:
        await asyncio.sleep(0.3)
        return await json_answer(SESSION)(exchange)

    async def stream_late(exchange: Exchange) -> bool:
        await exchange.write(STREAM_HEAD + piece(chunk("Hi", "stop")))
        await asyncio.sleep(0.3)
        await exchange.write(piece(b"data: [DONE]\n\n") + piece(b""))
        return True

    with Server([answer_late, stream_late]) as server:
        client = await clients.make(server.url, timeout=0.1)
        patient = client.with_options(timeout=None)
        await get(patient)
        events = await patient.sessions.chat(ID, HELLO, stream=True)
        assert (await events.get_final_response()).text == "Hi"


async def test_a_deadline_holds_for_each_call_by_itself(colour: Colour) -> None:
    """It begins with the call, not with the client."""

    async def answer_late(exchange: Exchange) -> bool:
        await asyncio.sleep(0.25)
        return await json_answer(SESSION)(exchange)

    with Server([answer_late]) as server:
        async with client_of(colour, server.url, timeout=2.0) as client:
            for _ in range(9):
                await get(client)


async def test_nobody_picks_up(clients: Clients, deaf: str) -> None:
    client = await clients.make(deaf, timeout=LIMIT)
    error = await refused_in_all(client)
    assert "connect" in str(error)

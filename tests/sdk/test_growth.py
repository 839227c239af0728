"""That nothing grows but what has to: with the calls made, the items read, the events of a stream.

By counts alone; how long it takes is measured by ``scripts/bench growth``.
"""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

import pytest

from julep import AsyncClient
from julep._http import exchange
from julep._http.h11_parser import H11Parser
from julep._http.httptools_parser import HttptoolsParser
from tests.sdk.colours import Colour, client_of
from tests.sdk.transport.servers import (
    DONE,
    SESSION,
    STREAM_HEAD,
    USAGE,
    Exchange,
    Server,
    chunk,
    json_answer,
    piece,
)

# They take half a minute, and what they count is this project's: once is enough.
pytestmark = pytest.mark.once

ID = SESSION["id"]
MESSAGES: Any = [{"role": "user", "content": "Where is my order?"}]
REPLY: dict[str, Any] = {
    "id": ID,
    "finish_reason": "stop",
    "usage": USAGE,
    "jobs": [],
    "doc_ids": {"agent_doc_ids": [], "user_doc_ids": []},
    "response": [
        [{"id": ID, "role": "assistant", "content": "Hi", "created_at": "2026-05-31T12:34:56Z"}]
    ],
}


@pytest.fixture(params=[H11Parser, HttptoolsParser], ids=["h11", "httptools"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the libraries that read answers."""
    monkeypatch.setattr(exchange, "parser_class", request.param)


@contextmanager
def canned(answer: bytes) -> Generator[str]:
    """A server for one connection, in a thread that keeps nothing of what it is asked."""

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            while connection.recv(65536):
                try:
                    connection.sendall(answer)
                except ConnectionError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/api"
        thread.join(10)
    assert not thread.is_alive()


def own(client: AsyncClient) -> AsyncClient:
    """Undo what lets a blocking client be awaited: what `gather` calls has to block."""
    return getattr(client, "_wrapped", client)


def whole(value: object) -> bytes:
    body = json.dumps(value).encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(body) + body


def blocks() -> int:
    gc.collect()
    return sys.getallocatedblocks()


@contextmanager
def counting_ours() -> Generator[Callable[[], int]]:
    """Count the calls of functions in our packages; a generator's every step is one."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        name = frame.f_globals.get("__name__", "")
        count += event == "call" and name.partition(".")[0] in ("julep", "julep_api")

    before = sys.getprofile()
    gc.collect()
    gc.disable()  # what goes away in the meantime may be ours
    sys.setprofile(note)
    try:
        yield lambda: count
    finally:
        sys.setprofile(before)
        gc.enable()


@pytest.mark.anyio
@pytest.mark.usefixtures("reader")
async def test_no_memory_is_kept_of_a_call(colour: Colour) -> None:
    with canned(whole(SESSION)) as url:
        async with client_of(colour, url) as client:
            for _ in range(300):  # what is made once, caches that fill
                await client.sessions.get(ID)
            before = blocks()
            for _ in range(3000):
                await client.sessions.get(ID)
            assert blocks() - before < 300


async def get(client: AsyncClient) -> None:
    await client.sessions.get(ID)


async def chat(client: AsyncClient) -> None:
    await client.sessions.chat(ID, MESSAGES)


@pytest.mark.anyio
@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    ("answer", "call", "bound"),
    [
        # An older anyio lets an awaited call take a few steps more.
        (SESSION, get, 126),
        (REPLY, chat, 156),
    ],
    ids=["get", "chat"],
)
async def test_a_whole_call_takes_few_functions_of_ours(
    colour: Colour, answer: object, call: Callable[[AsyncClient], Awaitable[None]], bound: int
) -> None:
    with canned(whole(answer)) as url:
        async with client_of(colour, url) as client:
            for _ in range(2):
                await call(client)
            first = await fewest(client, call)
            for _ in range(500):
                await call(client)
            later = await fewest(client, call)
    assert later == first <= bound


async def fewest(client: AsyncClient, call: Callable[[AsyncClient], Awaitable[None]]) -> int:
    """Count a call's functions a few times: an answer that comes in two pieces takes some more."""
    counts: list[int] = []
    for _ in range(5):
        with counting_ours() as counted:
            await call(client)
            counts.append(counted())
    return min(counts)


@pytest.mark.anyio
@pytest.mark.usefixtures("reader")
async def test_of_a_stream_only_its_text_is_kept(colour: Colour) -> None:
    events = [piece(chunk(" word", event_id=str(number))) for number in range(20_000)]
    with canned(STREAM_HEAD + b"".join(events) + piece(DONE) + piece(b"")) as url:
        async with client_of(colour, url) as client:
            stream = await client.sessions.chat(ID, MESSAGES, stream=True)
            counted: list[int] = []
            number = 0
            async for _ in stream:
                number += 1
                if number % 500 == 0:
                    counted.append(blocks())
            reply = await stream.get_final_response()
            assert reply.text == " word" * 20_000
    # What was received at once is read already, and that is not always as much.
    assert min(counted[-10:]) - min(counted[:10]) < 2000


@pytest.mark.anyio
async def test_of_very_many_calls_only_the_limit_is_under_way(colour: Colour) -> None:
    together = asyncio.Barrier(50)
    running = most = 0

    async def answer_fifty(exchange: Exchange) -> bool:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await together.wait()  # for ever, if fewer came
        running -= 1
        return await json_answer(SESSION)(exchange)

    with Server([answer_fifty]) as server:
        async with client_of(colour, server.url) as client:
            call = partial(own(client).sessions.get, ID)
            found = await client.gather((call for _ in range(10_000)), limit=50)
    assert len(found) == 10_000
    assert most == 50
    assert server.connections == 50

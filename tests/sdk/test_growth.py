"""Growth of memory and of work with the number of calls, items and events, by counts.

``scripts/bench growth`` measures the times.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import pairwise
from statistics import median
from types import FrameType
from typing import Any

import pytest

from julep import AsyncClient
from julep._http import exchange
from julep._http.h11_parser import H11Parser
from julep._http.httptools_parser import HttptoolsParser
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.helpers.waiting import HANG
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    STREAM_HEAD,
    USAGE,
    RespondTogether,
    Server,
    chat_event,
    http_chunk,
    respond_json,
)

# They take a while, and their counts are the same in every environment.
pytestmark = pytest.mark.once

# With JULEP_TEST_ROUNDS=3000 they take three times as long.
ROUNDS = int(os.environ.get("JULEP_TEST_ROUNDS", "1000"))

STEP = 100
"""Calls between two counts of memory."""

PIECES = 1024
"""Events between two counts of memory: a stream joins as many pieces of its text to one."""

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
    """Run the test with each parser of HTTP/1.1."""
    monkeypatch.setattr(exchange, "parser_class", request.param)


@contextmanager
def serving(respond: Callable[[socket.socket], None]) -> Generator[str]:
    """A server of one connection, in a thread that keeps nothing of its requests."""

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            while connection.recv(65536):
                try:
                    respond(connection)
                except ConnectionError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/api"
        thread.join(HANG)
    assert not thread.is_alive()


def canned(response: bytes) -> AbstractContextManager[str]:
    return serving(lambda connection: connection.sendall(response))


def whole(value: object) -> bytes:
    body = json.dumps(value).encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(body) + body


def blocks() -> int:
    gc.collect()
    return sys.getallocatedblocks()


def growth(counted: list[int]) -> float:
    """Return by how much a step grows: the middle one, since other threads hold blocks as well."""
    return median(later - earlier for earlier, later in pairwise(counted))


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
    gc.disable()  # finalizers of our objects would count
    sys.setprofile(note)
    try:
        yield lambda: count
    finally:
        sys.setprofile(before)
        gc.enable()


@pytest.fixture(autouse=True)
def without_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls are not traced, even if a library that another test uses has loaded OpenTelemetry."""
    monkeypatch.delitem(sys.modules, "opentelemetry.trace", raising=False)


@pytest.mark.anyio
@pytest.mark.usefixtures("reader")
async def test_a_call_leaves_no_memory(mode: Mode) -> None:
    with canned(whole(SESSION)) as url:
        async with make_client(mode, url) as client:
            for _ in range(300):  # objects that are made once, and caches
                await client.sessions.get(ID)
            counted = [blocks()]
            for _ in range(ROUNDS // STEP):
                for _ in range(STEP):
                    await client.sessions.get(ID)
                counted.append(blocks())
    assert growth(counted) < STEP / 2


async def get(client: AsyncClient) -> None:
    await client.sessions.get(ID)


async def chat(client: AsyncClient) -> None:
    await client.sessions.chat(ID, MESSAGES)


@pytest.mark.anyio
@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    ("response", "call", "bound"),
    [
        # With an older anyio an async call takes a few steps more.
        (SESSION, get, 127),
        (REPLY, chat, 156),
    ],
    ids=["get", "chat"],
)
async def test_a_call_takes_few_functions_of_the_package(
    mode: Mode, response: object, call: Callable[[AsyncClient], Awaitable[None]], bound: int
) -> None:
    with canned(whole(response)) as url:
        async with make_client(mode, url) as client:
            for _ in range(2):
                await call(client)
            first = await fewest(client, call)
            for _ in range(150):
                await call(client)
            later = await fewest(client, call)
    assert later == first <= bound


async def fewest(client: AsyncClient, call: Callable[[AsyncClient], Awaitable[None]]) -> int:
    """Count a call's functions a few times: a response in two pieces takes some more."""
    counts: list[int] = []
    for _ in range(5):
        with counting_ours() as counted:
            await call(client)
            counts.append(counted())
    return min(counts)


@pytest.mark.anyio
@pytest.mark.usefixtures("reader")
async def test_a_stream_keeps_only_its_text(mode: Mode) -> None:
    """Counted when all that was sent is read, since how much is received at once varies."""
    steps = max(4, ROUNDS // PIECES)
    wanted = threading.Semaphore(1)

    def respond(connection: socket.socket) -> None:
        connection.sendall(STREAM_HEAD)
        for step in range(steps):
            assert wanted.acquire(timeout=HANG)
            numbers = range(step * PIECES, (step + 1) * PIECES)
            events = [http_chunk(chat_event(" word", event_id=str(number))) for number in numbers]
            connection.sendall(b"".join(events))
        assert wanted.acquire(timeout=HANG)
        connection.sendall(http_chunk(DONE) + http_chunk(b""))

    counted: list[int] = []
    number = 0
    with serving(respond) as url:
        async with make_client(mode, url) as client:
            stream = await client.sessions.chat(ID, MESSAGES, stream=True)
            async for _ in stream:
                number += 1
                if number % PIECES == 0:
                    counted.append(blocks())
                    wanted.release()
            reply = await stream.get_final_response()
            assert reply.text == " word" * number
    assert len(counted) == steps
    assert growth(counted) < PIECES / 4


@pytest.mark.anyio
async def test_gather_keeps_only_the_limit_of_calls(mode: Mode) -> None:
    together = RespondTogether(50, respond_json(SESSION))
    with Server([together]) as server:
        async with make_client(mode, server.url) as client:
            call = partial(unwrapped(client).sessions.get, ID)
            found = await client.gather((call for _ in range(3 * ROUNDS)), limit=50)
    assert len(found) == 3 * ROUNDS
    assert together.most == 50
    assert server.connections == 50


BODIES = """
import resource
from julep._http.content_encoding import BodyCollector

def collect():
    body = BodyCollector(*(bytes([each]) * 65536 for each in range(7))).body()
    return body.decode()

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

for _ in range(5):
    collect()
before = faults()
for _ in range(20):
    collect()
print(faults() - before)
"""


def test_a_long_body_takes_the_memory_of_the_one_before() -> None:
    """The C library would return it to the system, which is asked for every page of it again."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("MALLOC_")}
    command = [sys.executable, "-c", BODIES]
    done = subprocess.run(command, env=environ, capture_output=True, check=True, text=True)
    if platform.libc_ver()[0] == "glibc":
        assert int(done.stdout) < 100  # a body has 112 pages

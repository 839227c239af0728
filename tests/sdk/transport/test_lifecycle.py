"""Opening, sharing and closing clients."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import anyio
import anyio.to_thread
import pytest

import julep
from julep import AsyncClient, Client
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.programs import run_program
from tests.sdk.helpers.resources import HELLO
from tests.sdk.helpers.waiting import HANG
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    STREAM_HEAD,
    Exchange,
    Server,
    chat_event,
    http_chunk,
    respond_json,
    respond_stream,
    stall_after,
)

SESSION_ID = SESSION["id"]


@pytest.mark.anyio
async def test_a_client_may_be_closed_twice(mode: Mode) -> None:
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            await client.sessions.get(SESSION_ID)
            await client.aclose()
        await client.aclose()
        unused = make_client(mode, server.url)
        await unused.aclose()
        await unused.aclose()


@pytest.mark.anyio
@pytest.mark.parametrize("used", [False, True])
async def test_a_call_of_a_closed_client_raises(mode: Mode, used: bool) -> None:
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            if used:
                await client.sessions.get(SESSION_ID)
        for call in (
            client.sessions.get(SESSION_ID),
            client.sessions.chat(SESSION_ID, HELLO, stream=True),
        ):
            with pytest.raises(julep.ConfigurationError, match="closed"):
                await call
    assert len(server.received) == int(used)


@pytest.mark.anyio
async def test_closing_a_client_closes_its_connections(mode: Mode) -> None:
    ended = Event()

    async def answer_and_wait(exchange: Exchange) -> bool:
        await respond_json(SESSION)(exchange)
        await exchange.stall()
        ended.set()
        return False

    with Server([answer_and_wait]) as server:
        async with make_client(mode, server.url) as client:
            await client.sessions.get(SESSION_ID)
            assert not ended.is_set()
        with anyio.fail_after(HANG):
            await anyio.to_thread.run_sync(ended.wait)


@pytest.mark.anyio
async def test_calls_one_after_another_share_a_connection(mode: Mode) -> None:
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            for _ in range(10):
                await client.sessions.get(SESSION_ID)
    assert server.connections == 1


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_tasks_share_a_client(mode: Mode) -> None:
    names: list[str] = []

    async def chat(client: AsyncClient) -> None:
        for _ in range(5):
            names.append((await client.sessions.get(SESSION_ID)).id)
            events = await client.sessions.chat(SESSION_ID, HELLO, stream=True)
            assert (await events.get_final_response()).text == "Hi"

    async def respond(exchange: Exchange) -> bool:
        await asyncio.sleep(0.002)
        if exchange.request.method == "GET":
            return await respond_json(SESSION)(exchange)
        return await respond_stream(chat_event("Hi", "stop"), DONE)(exchange)

    with Server([respond]) as server:
        async with make_client(mode, server.url) as client, anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(chat, client)
    assert names == [SESSION_ID] * 100
    assert server.connections <= 20


def test_threads_share_a_client() -> None:
    together = Barrier(8)

    def work(client: Client) -> int:
        together.wait(HANG)
        return sum(client.sessions.get(SESSION_ID).id == SESSION_ID for _ in range(25))

    with (
        Server([respond_json(SESSION)]) as server,
        Client(base_url=server.url) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        assert sum(pool.map(work, [client] * 8)) == 200
    assert len(server.received) == 200
    assert server.connections <= 8


PRELUDE = """
import asyncio, contextlib, gc, logging, sys
import trio
import julep

# It warns of slow steps, and the first step imports the HTTP library; what is lost is an error.
logging.getLogger("asyncio").setLevel(logging.ERROR)

url, session = sys.argv[1:]
messages = [{"role": "user", "content": "Hi"}]

async def get(client):
    assert (await client.sessions.get(session)).id == session

async def get_and_close(client):
    async with client:
        await get(client)

async def leave_early(client):
    async with await client.sessions.chat(session, messages, stream=True) as events:
        async for event in events:
            assert event.text == "Hi"
            break
    assert client.api is not None
"""

PROGRAMS = {
    "loops one after another": """
client = julep.AsyncClient(base_url=url)
for _ in range(3):
    asyncio.run(get(client))
    trio.run(get, client)
asyncio.run(get_and_close(client))
""",
    "loops at the same time": """
from concurrent.futures import ThreadPoolExecutor
client = julep.AsyncClient(base_url=url)
with ThreadPoolExecutor(8) as pool:
    jobs = [pool.submit(asyncio.run, get(client)) for _ in range(16)]
    jobs += [pool.submit(trio.run, get, client) for _ in range(16)]
    assert [job.result() for job in jobs] == [None] * 32
""",
    "unclosed clients": """
client = julep.AsyncClient(base_url=url)
asyncio.run(get(client))
trio.run(get, client)
del client
gc.collect()
""",
    "streams left early": """
client = julep.AsyncClient(base_url=url)
for _ in range(2):
    asyncio.run(leave_early(client))
    trio.run(leave_early, client)
with julep.Client(base_url=url) as sync_client:
    with sync_client.sessions.chat(session, messages, stream=True) as events:
        assert next(events).text == "Hi"
""",
    "a client that is never used": """
julep.Client(base_url=url)
julep.AsyncClient(base_url=url)
gc.collect()
assert "httpx" not in sys.modules
""",
    "a context of TLS for each client": """
import socket, ssl
made = []
make = ssl.create_default_context
ssl.create_default_context = lambda **settings: made.append(settings) or make(**settings)
with socket.socket() as unused:  # it does not listen
    unused.bind(("127.0.0.1", 0))
    settings = {"base_url": f"https://127.0.0.1:{unused.getsockname()[1]}", "max_retries": 0}
    for _ in range(3):
        with contextlib.suppress(julep.NetworkError):
            asyncio.run(get_and_close(julep.AsyncClient(**settings)))
        with contextlib.suppress(julep.NetworkError), julep.Client(**settings) as sync_client:
            sync_client.sessions.get(session)
assert len(made) == 1, made
""",
    "a loop that ends within a stream": """
async def leave_open(client):
    events = await client.sessions.chat(session, messages, stream=True)
    assert (await anext(events)).text == "Hi"
    await client.aclose()
    await events.aclose()
client = julep.AsyncClient(base_url=url)
asyncio.run(leave_open(client))
client = julep.AsyncClient(base_url=url)
trio.run(leave_open, client)
""",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_nothing_is_left_open(program: str) -> None:
    """Python's development mode reports sockets, tasks, generators and coroutines left open."""

    async def respond(exchange: Exchange) -> bool:
        if exchange.request.method == "GET":
            return await respond_json(SESSION)(exchange)
        return await stall_after(STREAM_HEAD + http_chunk(chat_event("Hi")))(exchange)

    options = ["-X", "dev", "-W", "error"]
    with Server([respond]) as server:
        done = run_program(PRELUDE + program, server.url, SESSION_ID, options=options, asserts=True)
    assert (done.returncode, done.stderr) == (0, "")

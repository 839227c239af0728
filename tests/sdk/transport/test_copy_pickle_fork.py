"""Clients that are copied, pickled, and used after a fork."""

from __future__ import annotations

import asyncio
import copy
import multiprocessing
import os
import pickle
import ssl
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import httpx
import pytest

import julep
from julep import AsyncClient, Client, Timeout
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.helpers.programs import run_program
from tests.sdk.transport.helpers.scripted_server import (
    SESSION,
    STREAM_HEAD,
    Exchange,
    Server,
    chat_event,
    http_chunk,
    respond_error,
    respond_json,
    stall_after,
)
from tests.sdk.transport.helpers.secrets import CANARY
from tests.sdk.transport.helpers.support import assert_ours

ID = SESSION["id"]

each_kind = pytest.mark.parametrize("kind", [Client, AsyncClient])


def sent_by(kind: type[Client | AsyncClient], client: Any) -> None:
    """Make a call and close the client."""

    async def call() -> None:
        async with client:
            await client.sessions.get(ID)

    if kind is AsyncClient:
        asyncio.run(call())
    else:
        with client:
            client.sessions.get(ID)


@each_kind
def test_pickling_keeps_the_settings(kind: type[Client | AsyncClient]) -> None:
    with Server([respond_error(503), respond_json(SESSION)]) as server:
        make: Any = kind
        client = make(
            base_url=server.url + "/api",
            timeout=Timeout(read=7),
            max_retries=1,
            headers={"x-team": "blue"},
            query={"a": "b"},
            max_connections=3,
        )
        again: Any = pickle.loads(pickle.dumps(client))  # noqa: S301  # our own
        assert repr(again) == repr(client)
        assert again._config == client._config
        assert again._connections.config == client._connections.config
        assert type(again) is kind
        sent_by(kind, again)
    assert [request.target for request in server.received] == [f"/api/sessions/{ID}?a=b"] * 2
    assert server.received[0].header("x-team") == "blue"


@each_kind
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_secrets_are_pickled_by_option_only(
    kind: type[Client | AsyncClient], protocol: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JULEP_API_KEY", raising=False)
    secrets: dict[str, Any] = {
        "api_key": CANARY,
        "headers": {"X-Other-Key": CANARY, "Cookie": CANARY, "x-team": "blue"},
        "query": {"access_token": CANARY, "a": "b"},
    }
    kept = pickle.dumps(kind(**secrets), protocol)
    assert CANARY.encode() not in kept
    again = pickle.loads(kept)  # noqa: S301  # our own
    assert {"authorization", "cookie", "x-other-key"}.isdisjoint(again._config.headers)
    assert again._config.headers["x-team"] == "blue"
    assert again._config.query == (("a", "b"),)

    asked_for: Any = kind(pickle_api_key=True, **secrets)
    again = pickle.loads(pickle.dumps(asked_for, protocol))  # noqa: S301  # our own
    assert again._config == asked_for._config
    assert CANARY in str(again._config.headers)


@each_kind
def test_an_unpickled_client_takes_the_key_of_its_environment(
    kind: type[Client | AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    without = pickle.dumps(kind(CANARY))
    with_key = pickle.dumps(kind("taken along", pickle_api_key=True))
    monkeypatch.setenv("JULEP_API_KEY", "found here")
    with Server([respond_json(SESSION)]) as server:
        monkeypatch.setenv("JULEP_API_URL", server.url)
        for kept, key in ((without, "found here"), (with_key, "taken along")):
            arrived = pickle.loads(kept)  # noqa: S301  # our own
            assert arrived._config.headers["authorization"] == f"Bearer {key}"
            # The URL is one of the pickled settings.
            assert arrived.base_url == "http://127.0.0.1:8080/api"


@pytest.mark.anyio
async def test_managers_and_methods_are_copied_and_pickled_as_their_client_is(
    mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JULEP_API_KEY", raising=False)
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url, api_key=CANARY, max_connections=3) as client:
            await client.sessions.get(ID)  # an open socket cannot be pickled
            real: Any = unwrapped(client)
            for kept in (real.api, real.sessions, real.sessions.get):
                assert CANARY.encode() not in pickle.dumps(kept)
            assert copy.copy(real.api) is copy.deepcopy(real.api) is real.api
            assert copy.deepcopy(real.sessions).api_client is real.api
            get: Any = pickle.loads(pickle.dumps(real.sessions.get))  # noqa: S301  # our own
            driver = get.__self__.api_client
            assert type(driver) is type(real.api)
            assert driver._connections.config == real._connections.config
            if mode == "sync":
                get(ID)
                driver.close()
            else:
                await get(ID)
                await driver.aclose()
    keys = [request.header("authorization") for request in server.received]
    assert keys == [f"Bearer {CANARY}", None]


@each_kind
def test_settings_that_cannot_be_pickled_are_named(kind: type[Client | AsyncClient]) -> None:
    theirs: Any = httpx.Client() if kind is Client else httpx.AsyncClient()
    proxy = "http://me:" + CANARY + "@proxy.test:3128"
    refused: list[tuple[str, dict[str, Any]]] = [
        ("http_client: ", {"http_client": theirs}),
        ("tls: ", {"tls": ssl.create_default_context()}),
        ("proxy: ", {"proxy": proxy}),
    ]
    for name, settings in refused:
        with pytest.raises(julep.ConfigurationError, match=f"^{name}") as caught:
            pickle.dumps(kind(**settings))
        assert_ours(caught.value)
        assert CANARY not in str(caught.value)
    kept: list[dict[str, Any]] = [{"proxy": "http://proxy.test:3128"}]
    kept.append({"proxy": proxy, "pickle_api_key": True})
    for settings in kept:
        again = pickle.loads(pickle.dumps(kind(**settings)))  # noqa: S301  # our own
        assert again._connections.config.proxy == settings["proxy"]
    if isinstance(theirs, httpx.Client):
        theirs.close()
    else:
        asyncio.run(theirs.aclose())


def ask_elsewhere(client: Client | AsyncClient) -> tuple[int, str]:
    """Make a call in this process."""
    if isinstance(client, Client):
        with client:
            return os.getpid(), client.sessions.get(ID).id

    async def call(client: AsyncClient) -> str:
        async with client:
            return (await client.sessions.get(ID)).id

    return os.getpid(), asyncio.run(call(client))


def test_an_unpickled_client_in_a_spawned_process() -> None:
    spawning = multiprocessing.get_context("spawn")
    with Server([respond_json(SESSION)]) as server, ProcessPoolExecutor(1, spawning) as workers:
        clients = [kind("key", server.url, pickle_api_key=True) for kind in (Client, AsyncClient)]
        for process, found in workers.map(ask_elsewhere, clients, timeout=60):
            assert process != os.getpid()
            assert found == ID
    assert [request.header("authorization") for request in server.received] == ["Bearer key"] * 2


@pytest.mark.anyio
@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy])
async def test_a_copy_shares_the_connections(mode: Mode, make: Callable[[Any], Any]) -> None:
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url, api_key=CANARY) as client:
            await client.sessions.get(ID)
            again: Any = make(unwrapped(client))
            assert type(again) is type(unwrapped(client))
            got: Any = again.sessions.get(ID)
            assert (got if mode == "sync" else await got).id == ID
    assert len(server.received) == 2
    assert server.connections == 1
    assert {request.header("authorization") for request in server.received} == {f"Bearer {CANARY}"}


@pytest.mark.anyio
async def test_closing_a_copy_leaves_the_client_open(mode: Mode) -> None:
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            again: Any = copy.copy(unwrapped(client))
            if mode == "sync":
                again.close()
            else:
                await again.aclose()
            await client.sessions.get(ID)


FORKED = """
import asyncio, gc, os, sys
import julep

url, session = sys.argv[1:]
os.environ.pop("JULEP_API_KEY", None)

def get(client):
    assert client.sessions.get(session).id == session

async def aget(client):
    assert (await client.sessions.get(session)).id == session

def in_child(work):
    child = os.fork()
    if child == 0:
        try:
            work()
            gc.collect()
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""

PROGRAMS = {
    "one client": """
with julep.Client(base_url=url) as client:
    get(client)
    in_child(lambda: [get(client) for _ in range(3)])
    get(client)
    in_child(client.close)
    get(client)
""",
    "with options": """
with julep.Client(base_url=url) as client:
    other = client.with_options(timeout=5)
    get(other)
    in_child(lambda: (get(other), get(client)))
    get(client)
""",
    "a stream": """
with julep.Client(base_url=url) as client:
    with client.sessions.chat(session, [{"role": "user", "content": "Hi"}], stream=True) as events:
        assert next(events).text == "Hi"
        in_child(lambda: get(client))
        assert next(events).text == "Ho"
    get(client)
""",
    "through a proxy": """
with julep.Client(base_url="http://julep.test", proxy=url) as client:
    get(client)
    in_child(lambda: [get(client) for _ in range(3)])
    get(client)
""",
    "async": """
client = julep.AsyncClient(base_url=url)
asyncio.run(aget(client))
in_child(lambda: asyncio.run(aget(client)))
asyncio.run(aget(client))
""",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_a_client_is_used_on_both_sides_of_a_fork(program: str) -> None:
    requested = asyncio.Event()

    async def respond(exchange: Exchange) -> bool:
        if exchange.request.method == "GET":
            requested.set()
            return await respond_json(SESSION)(exchange)
        await exchange.write(STREAM_HEAD + http_chunk(chat_event("Hi")))
        await requested.wait()
        return await stall_after(http_chunk(chat_event("Ho")))(exchange)

    with Server([respond]) as server:
        done = run_program(FORKED + program, server.url, ID, options=["-W", "error"], asserts=True)
    assert (done.returncode, done.stderr) == (0, "")
    # The two processes share no connection: each has opened its own.
    assert server.connections >= 2

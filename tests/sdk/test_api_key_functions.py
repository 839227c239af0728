"""API keys by a function: called for every request, sync or async, and kept nowhere."""

from __future__ import annotations

import pickle
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from julep import AsyncClient, Client, ConfigurationError, RetryPolicy
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.stub import Stub
from tests.sdk.transport.helpers.scripted_server import (
    SESSION,
    Server,
    respond_error,
    respond_json,
)

CANARY = "canary-7d0b5e21"
FAST = RetryPolicy(max_retries=2, initial_delay=0)


class Keys:
    """A function that returns another key each time."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        return f"{CANARY}-{self.count}"


def function_of(kind: str) -> Callable[[], str | Awaitable[str]]:
    keys = Keys()

    async def akey() -> str:
        return keys()

    return keys if kind == "sync" else akey


@pytest.fixture(params=["sync", "async"])
def key(request: pytest.FixtureRequest, mode: Mode) -> Callable[[], str | Awaitable[str]]:
    # A sync client takes no async function: its case is that of another test.
    return function_of("sync" if mode == "sync" else request.param)


@pytest.mark.anyio
async def test_every_request_has_a_new_key(mode: Mode, key: Any) -> None:
    steps = [respond_json(SESSION), respond_error(503), respond_json(SESSION)]
    with Server(steps) as server:
        async with make_client(mode, server.url, api_key=key, retry=FAST) as client:
            for _ in range(2):
                await client.sessions.get(SESSION["id"])
            other = client.with_options(timeout=5)
            await other.sessions.get(SESSION["id"])
            fixed = client.with_options(api_key="fixed")
            await fixed.sessions.get(SESSION["id"])
    sent = [request.header("authorization") for request in server.received]
    numbered = [f"Bearer {CANARY}-{number}" for number in range(1, 5)]
    assert sent == [*numbered, "Bearer fixed"]


@pytest.mark.anyio
async def test_a_key_that_cannot_be_sent_is_an_error(mode: Mode, stub: Stub) -> None:
    def failing() -> str:
        raise LookupError("the vault is sealed")

    for function, kind, message in (
        (failing, LookupError, "the vault is sealed"),
        (lambda: None, ConfigurationError, "expected a function that returns a str, got a NoneT"),
        (lambda: f"{CANARY}\n", ConfigurationError, "api_key: expected printable ASCII"),
    ):
        async with make_client(mode, stub.url, api_key=function) as client:
            with pytest.raises(kind, match=message) as raised:
                await client.users.list(limit=1)
        assert CANARY not in str(raised.value)
    assert stub.requests == []


@pytest.mark.anyio
async def test_an_empty_key_is_none(mode: Mode, stub: Stub) -> None:
    stub.response = {"items": []}
    async with make_client(mode, stub.url, api_key=lambda: "") as client:
        await client.users.list(limit=1)
    async with make_client(
        mode, stub.url, api_key=Keys(), headers={"Authorization": "Basic abc"}
    ) as client:
        await client.users.list(limit=1)
    sent = [request.headers.get("authorization") for request in stub.requests]
    assert sent == [None, "Basic abc"]


def test_a_sync_client_takes_no_async_function(stub: Stub) -> None:
    async def key() -> str:
        return CANARY

    wrong: Any = key
    with pytest.raises(ConfigurationError, match="api_key: expected a plain function"):
        Client(wrong)
    with pytest.raises(ConfigurationError, match="api_key: expected a plain function"):
        Client().with_options(api_key=wrong)
    hidden: Any = lambda: key()  # noqa: E731, PLW0108
    with (
        Client(hidden, stub.url) as client,
        pytest.raises(ConfigurationError, match="returns a str, got a coroutine"),
    ):
        client.users.list(limit=1)


@pytest.mark.parametrize("make", [Client, AsyncClient])
def test_neither_the_function_nor_a_key_is_kept(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JULEP_API_KEY", raising=False)
    client = make(Keys(), pickle_api_key=True)
    kept = pickle.dumps(client)
    assert b"Keys" not in kept
    assert "Keys" not in repr(client) + repr(client._config)
    assert "authorization" not in client._config.headers
    monkeypatch.setenv("JULEP_API_KEY", "of-the-environment")
    again = pickle.loads(kept)  # noqa: S301  # our own
    assert again._config.headers["authorization"] == "Bearer of-the-environment"
    assert again._config.key_function is None


@pytest.mark.anyio
async def test_the_openai_package_gets_the_keys_too(mode: Mode, key: Any, stub: Stub) -> None:
    stub.response = {"id": "a", "choices": [], "created": 1, "model": "m", "object": "x"}
    async with make_client(mode, stub.url, api_key=key) as client:
        for _ in range(2):
            created: Any = client.chat.completions
            messages: Any = [{"role": "user", "content": "Hi"}]
            result = created.create(model="m", messages=messages)
            await result if mode != "sync" else result
    sent = [request.headers["authorization"] for request in stub.requests]
    assert sent == [f"Bearer {CANARY}-1", f"Bearer {CANARY}-2"]


def test_a_client_of_an_async_function(stub: Stub) -> None:
    async def key() -> str:
        return CANARY

    other: Any = AsyncClient(key, stub.url).with_options(api_key=key)
    assert other._config.key_function is key

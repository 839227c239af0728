"""respx, pytest-httpx and vcrpy see the calls that httpx sends; its logs hide their secrets."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from pytest_httpx import HTTPXMock

import julep
from julep import AsyncClient
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.resources import HELLO
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    Server,
    chat_event,
    respond_json,
)
from tests.sdk.transport.helpers.support import users_client

pytestmark = pytest.mark.anyio

ID = SESSION["id"]
URL = "http://julep.test/api"
STREAM = chat_event("Hi") + chat_event("!", "stop") + DONE
VCR: Any = import_module("vcr")  # it has no types
EVENTS = {"content-type": "text/event-stream"}


@pytest.fixture(params=["http_client", "JULEP_TRANSPORT"])
def make(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Create a client whose requests are sent by httpx, in one of the two ways."""

    @asynccontextmanager
    async def with_client(mode: Mode, url: str = URL) -> AsyncGenerator[AsyncClient, None]:
        async with (
            users_client(mode) as own,
            make_client(mode, url, http_client=own, max_retries=0) as client,
        ):
            yield client

    @asynccontextmanager
    async def by_environment(mode: Mode, url: str = URL) -> AsyncGenerator[AsyncClient, None]:
        monkeypatch.setenv("JULEP_TRANSPORT", "httpx")
        async with make_client(mode, url, max_retries=0) as client:
            yield client

    return with_client if request.param == "http_client" else by_environment


async def text_of_a_chat(client: AsyncClient) -> str:
    async with await client.sessions.chat(ID, HELLO, stream=True) as stream:
        return (await stream.get_final_response()).text


async def test_respx(mode: Mode, make: Any) -> None:
    with respx.mock(base_url=URL) as mocked:
        got = mocked.get(f"/sessions/{ID}").respond(json=SESSION)
        chat = mocked.post(f"/sessions/{ID}/chat").respond(content=STREAM, headers=EVENTS)
        mocked.get("/sessions/down").mock(side_effect=httpx.ConnectError("no route"))
        async with make(mode) as client:
            assert (await client.sessions.get(ID)).id == ID
            assert await text_of_a_chat(client) == "Hi!"
            with pytest.raises(julep.NetworkError, match="no route"):
                await client.get("/sessions/down")
        assert (got.call_count, chat.call_count) == (1, 1)


async def test_pytest_httpx(mode: Mode, make: Any, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url=f"{URL}/sessions/{ID}", json=SESSION)
    httpx_mock.add_response(url=f"{URL}/sessions/{ID}/chat", content=STREAM, headers=EVENTS)
    httpx_mock.add_exception(httpx.ReadTimeout("slow"), url=f"{URL}/sessions/slow")
    async with make(mode) as client:
        assert (await client.sessions.get(ID)).id == ID
        assert await text_of_a_chat(client) == "Hi!"
        with pytest.raises(julep.RequestTimeoutError):
            await client.get("/sessions/slow")
    assert len(httpx_mock.get_requests()) == 3


async def test_vcrpy(mode: Mode, make: Any, tmp_path: Path) -> None:
    cassette = str(tmp_path / "cassette.yaml")
    with Server([respond_json(SESSION)]) as server:
        for _ in range(2):
            with VCR.use_cassette(cassette, filter_headers=["authorization"]):
                async with make(mode, server.url) as client:
                    assert (await client.sessions.get(ID)).id == ID
    assert len(server.received) == 1  # the second time, it was the cassette's response


@pytest.mark.parametrize("mode", ["sync", "asyncio"])
async def test_logs_of_httpx_hide_the_secrets_of_our_requests_alone(
    mode: Mode, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JULEP_TRANSPORT", "httpx")
    caplog.set_level(logging.DEBUG)
    with Server([respond_json(SESSION, headers={"x-seen": "key-0123456789"})]) as server:
        query = {"token": "short", "page": "1"}
        async with make_client(mode, server.url, api_key="key-0123456789", query=query) as client:
            await client.sessions.get(SESSION["id"])
        ours = [record.getMessage() for record in caplog.records]
        caplog.clear()
        async with httpx.AsyncClient(headers={"authorization": "key-0123456789"}) as other:
            await other.get(f"{server.url}/x?token=short")
        theirs = [record.getMessage() for record in caplog.records]
    assert any("/sessions/" in line and "?token=[hidden]&page=1" in line for line in ours)
    assert any("b'x-seen', b'[hidden]'" in line for line in ours)
    assert not any("key-0123456789" in line or "short" in line for line in ours)
    assert any("/x?token=short" in line for line in theirs)
    assert any("b'x-seen', b'key-0123456789'" in line for line in theirs)

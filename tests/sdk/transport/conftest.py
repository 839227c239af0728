from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
import trustme

from julep import AsyncClient, Client, RetryPolicy
from julep._http import exchange
from julep._http.h11_parser import H11Parser
from julep._http.httptools_parser import HttptoolsParser
from tests.sdk.helpers.resources import HELLO
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    Server,
    chat_event,
    respond_json,
    respond_stream,
)


@pytest.fixture(autouse=True)
def short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the delays before retries, which have tests of their own."""
    backoff = RetryPolicy._backoff  # pyright: ignore[reportPrivateUsage]  # private, and patched below

    def shortened(policy: RetryPolicy, attempts: int) -> float:
        return backoff(policy, attempts) / 250

    monkeypatch.setattr(RetryPolicy, "_backoff", shortened)


@pytest.fixture(params=[H11Parser, HttptoolsParser], ids=["h11", "httptools"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the test with each parser of HTTP/1.1."""
    monkeypatch.setattr(exchange, "parser_class", request.param)


@pytest.fixture(scope="session", autouse=True)
def _loaded_modules() -> None:
    """Load what a first call loads, which takes longer than some timeouts of these tests."""

    async def call(library: httpx.AsyncClient | None = None) -> None:
        async with AsyncClient(base_url=server.url, http_client=library) as client:
            await client.sessions.get(SESSION["id"])
            await (await client.sessions.chat(SESSION["id"], HELLO, stream=True)).aclose()

    async def call_twice() -> None:
        await call()
        async with httpx.AsyncClient() as library:
            await call(library)

    steps = [respond_json(SESSION), respond_stream(chat_event("Hi", "stop"), DONE)]
    with Server(steps * 4) as server:
        asyncio.run(call_twice())
        with Client(base_url=server.url) as client:
            client.sessions.get(SESSION["id"])
            client.sessions.chat(SESSION["id"], HELLO, stream=True).close()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def cafile(authority: trustme.CA, tmp_path: Path) -> Path:
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    return file

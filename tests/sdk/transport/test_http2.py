"""HTTP/2, which is sent by httpx."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import anyio
import httpx
import httpx2
import pytest
import trustme

import julep
from julep import AsyncClient
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.helpers.resources import HELLO
from tests.sdk.transport.helpers.certificates import server_context
from tests.sdk.transport.helpers.http2_server import Http2Server
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    Server,
    chat_event,
    respond_json,
)
from tests.sdk.transport.helpers.secrets import CANARY
from tests.sdk.transport.helpers.support import users_client

pytestmark = pytest.mark.anyio

ID = SESSION["id"]


async def get(client: AsyncClient) -> None:
    assert (await client.sessions.get(ID)).id == ID


async def read(client: AsyncClient) -> str:
    events = await client.sessions.chat(ID, HELLO, stream=True)
    return (await events.get_final_response()).text


async def test_http2_is_negotiated(mode: Mode, authority: trustme.CA, cafile: Path) -> None:
    tls = julep.tls_context(cafile=cafile)
    body = json.dumps(SESSION).encode()
    with Http2Server(
        "application/json", [body[:9], body[9:]], tls=server_context(authority)
    ) as server:
        url = f"https://127.0.0.1:{server.port}/api"
        async with make_client(mode, url, tls=tls, http2=True, api_key="secret") as client:
            await get(client)
            found = await client.with_raw_response(unwrapped(client).sessions.get, ID)
            await client.post("/x", {"a": "b"})
    assert found.request_id == "req-2"
    assert server.connections == 1
    assert server.requests[0][":path"] == f"/api/sessions/{ID}"
    assert server.requests[0]["authorization"] == "Bearer secret"
    assert server.bodies == {5: b'{"a":"b"}'}


async def test_a_stream_by_http2(mode: Mode, authority: trustme.CA, cafile: Path) -> None:
    tls = julep.tls_context(cafile=cafile)
    pieces = [chat_event("H"), chat_event("i", "stop"), DONE]
    with Http2Server("text/event-stream", pieces, tls=server_context(authority)) as server:
        url = f"https://127.0.0.1:{server.port}"
        async with make_client(mode, url, tls=tls, http2=True) as client:
            for _ in range(3):
                assert await read(client) == "Hi"
    assert server.connections == 1


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_calls_share_a_connection_by_http2(
    mode: Mode, authority: trustme.CA, cafile: Path
) -> None:
    tls = julep.tls_context(cafile=cafile)
    body = json.dumps(SESSION).encode()
    with Http2Server("application/json", [body], tls=server_context(authority)) as server:
        url = f"https://127.0.0.1:{server.port}"
        async with make_client(mode, url, tls=tls, http2=True) as client:
            await get(client)
            async with anyio.create_task_group() as group:
                for _ in range(10):
                    group.start_soon(get, client)
    assert len(server.requests) == 11
    assert server.connections == 1


async def test_an_error_without_a_status_is_no_result(
    mode: Mode, authority: trustme.CA, cafile: Path
) -> None:
    """The library takes it for a 200: see docs/decisions/0056."""
    tls = julep.tls_context(cafile=cafile)
    body = json.dumps({"error": {"message": "no such session", "code": "not_found"}}).encode()
    with Http2Server(
        "application/json", [body], status=None, tls=server_context(authority)
    ) as server:
        url = f"https://127.0.0.1:{server.port}"
        async with make_client(mode, url, tls=tls, http2=True, max_retries=0) as client:
            with pytest.raises(julep.InvalidResponseError):
                await get(client)
    assert len(server.requests) == 1


async def test_a_server_without_http2_gets_http1(
    mode: Mode, authority: trustme.CA, cafile: Path
) -> None:
    tls = julep.tls_context(cafile=cafile)
    with Server([respond_json(SESSION)], tls=server_context(authority)) as server:
        async with make_client(mode, server.url, tls=tls, http2=True) as client:
            await get(client)
    assert len(server.received) == 1


async def test_a_client_of_http2_leaves_others_unchanged(mode: Mode) -> None:
    """The protocols that are offered are set in the TLS context, which clients share."""
    async with make_client(mode, "https://127.0.0.1:9", http2=True, max_retries=0) as client:
        with pytest.raises(julep.NetworkError):
            await get(client)
    from julep._http.tls import shared_tls

    assert shared_tls() is not shared_tls(http2=True)


@pytest.mark.parametrize("whose", ["ours", "httpx", "httpx2"])
async def test_no_log_of_http2_has_the_key(
    mode: Mode,
    authority: trustme.CA,
    cafile: Path,
    whose: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("hpack", "hpack.hpack", "hpack.table", "h2", "httpcore", "httpx"):
        caplog.set_level(logging.DEBUG, name)
    tls = julep.tls_context(cafile=cafile)
    body = json.dumps(SESSION).encode()
    with Http2Server("application/json", [body], tls=server_context(authority)) as server:
        url = f"https://127.0.0.1:{server.port}"
        secrets: Any = {"api_key": CANARY, "headers": {"x-other-key": CANARY}}
        if whose == "ours":
            async with make_client(mode, url, tls=tls, http2=True, **secrets) as client:
                await get(client)
        else:
            library = {"httpx": httpx, "httpx2": httpx2}[whose]
            async with (
                users_client(mode, library, verify=tls, http2=True) as own,
                make_client(mode, url, http_client=own, **secrets) as client,
            ):
                await get(client)
    assert server.requests[0]["authorization"] == f"Bearer {CANARY}"
    assert caplog.text
    assert CANARY not in caplog.text


async def test_http2_requires_its_package(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:

    def missing(name: str) -> None:
        assert name == "h2"

    monkeypatch.setattr("julep._http.httpx_transport.find_spec", missing)
    async with make_client(mode, "https://julep.test", http2=True) as client:
        with pytest.raises(julep.ConfigurationError, match=r"julep\[http2\]"):
            await get(client)

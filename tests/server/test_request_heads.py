"""Heads of requests by RFC 9112: what it allows is served, and what it forbids gets a 400."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest
import uvicorn
from uvicorn.server import ServerState

from julep_server import LocalServer
from julep_server.http.limited_protocol import limited_protocol
from julep_server.http.request_head import origin_form, without_upgrade
from julep_server.settings import Settings

pytestmark = pytest.mark.once

Connection: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter, list[Any]]

HOST = b"Host: localhost\r\n"
POST = b"POST /api/users HTTP/1.1\r\nContent-Type: application/json\r\n"
BODY = b'{"name": "Grace"}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"%x\r\n%b\r\n0\r\n" % (len(BODY), BODY)
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
WEBSOCKET = b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def get(target: bytes = b"/healthz", headers: bytes = HOST, method: bytes = b"GET") -> bytes:
    return b"%b %b HTTP/1.1\r\n%b\r\n" % (method, target, headers)


def post(headers: bytes, body: bytes) -> bytes:
    return POST + HOST + headers + b"\r\n" + body


def exchange(server: LocalServer, *parts: bytes) -> bytes:
    """Send parts, and return all that comes until the server closes the connection."""
    parsed = urlsplit(server.root)
    found = b""
    with socket.create_connection((parsed.hostname, parsed.port), 20) as connection:
        for part in parts:
            connection.sendall(part)
        while part := connection.recv(65_536):
            found += part
    return found


def statuses(found: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", found)]


@pytest.mark.parametrize(
    "request_",
    [
        get(headers=b""),
        get(headers=HOST * 2),
        get(headers=HOST + b"Host: 127.0.0.1\r\n"),
        *(
            get(headers=b"Host: %b\r\n" % host)
            for host in (
                b"a b",
                b"a/b",
                b"a?b",
                b"a#b",
                b"a@localhost",
                b"a, b",
                b"localhost:x",
                b"localhost:80:80",
                b"[::1",
                b"::1",
                b"[::1]x",
                b"%zz",
                b"\xffx",
                b"http://localhost",
            )
        ),
        get(b"/healthz#a"),
        get(b"/healthz?a#b"),
        get(b"/heal thz"),
        get(b"*"),
        get(b"ftp://localhost/healthz"),
        get(b"http:///healthz"),
        get(b"http://user@localhost/healthz"),
        get(b"http://localhost/healthz", headers=b""),
        post(LENGTH + CHUNKED, BODY),
        post(CHUNKED + LENGTH, CHUNKS + b"\r\n"),
        post(LENGTH + b"Content-Length: 3\r\n", BODY),
        post(b"Content-Length: 17, 3\r\n", BODY),
        post(b"Content-Length: +17\r\n", BODY),
        get(headers=HOST + b"X: a\r\n b\r\n"),
        get(headers=HOST + b"X: a\0b\r\n"),
        get(headers=HOST + b"X\0: a\r\n"),
        get(headers=HOST + b"X : a\r\n"),
    ],
)
def test_a_malformed_head_is_refused_at_once(server: LocalServer, request_: bytes) -> None:
    # What follows on the connection is not read as another request.
    found = exchange(server, request_ + LAST)
    assert statuses(found) == [400]
    head, _, body = found.partition(b"\r\n\r\n")
    assert b"\r\nconnection: close" in head
    error = json.loads(body)["error"]
    assert error["code"] == "bad_request"
    assert error["details"] == [{"path": "", "message": error["message"]}]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (get(headers=b"Host:\r\n"), 200),
        (get(headers=b"Host: localhost:\r\n"), 200),
        (get(headers=b"Host: [::1]:8080\r\n"), 200),
        (get(headers=b"Host: a_b.example\r\n"), 200),
        (get(b"http://localhost/healthz"), 200),
        (get(b"HTTPS://localhost:80/healthz?a=b"), 200),
        (get(b"http://localhost"), 200),
        (get(b"*", method=b"OPTIONS"), 204),
        (get(headers=HOST + b"X_Y: a\r\nX-Z: \xc3\xa9\r\n"), 200),
        (get(headers=HOST + LENGTH) + BODY, 200),
        (get(headers=HOST + CHUNKED) + CHUNKS + b"\r\n", 200),
        (b"\r\n" + get(), 200),
        (get(headers=HOST + H2C), 200),
        (get(headers=HOST + WEBSOCKET), 200),
        (post(H2C + LENGTH, BODY), 201),
        (post(WEBSOCKET + CHUNKED, CHUNKS + b"\r\n"), 201),
        (post(CHUNKED, CHUNKS + b"Host: a\r\nAuthorization: Bearer b\r\n\r\n"), 201),
    ],
)
@pytest.mark.parametrize("size", [1_000_000, 1])
def test_what_is_allowed_is_served(
    server: LocalServer, request_: bytes, status: int, size: int
) -> None:
    parts = [request_[start : start + size] for start in range(0, len(request_), size)]
    # The connection goes on with the next request.
    assert statuses(exchange(server, *parts, LAST)) == [status, 200]
    assert statuses(exchange(server, request_ + LAST)) == [status, 200]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (b"GET /healthz HTTP/1.0\r\n\r\n", [200]),
        (b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", [200]),
        (b"GET /healthz HTTP/1.0\r\n" + HOST * 2 + b"\r\n", [400]),
        (b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n", [405]),
        (post(b"Transfer-Encoding: gzip, chunked\r\n", CHUNKS + b"\r\n"), [501]),
        (post(LENGTH + b"Expect: 100-continue\r\nConnection: close\r\n", BODY), [100, 201]),
        # What HTTP/1.0 does not know is not sent.
        (
            POST.replace(b"1.1", b"1.0") + LENGTH + b"Expect: 100-continue\r\n\r\n" + BODY,
            [201],
        ),
    ],
)
def test_the_connection_ends(server: LocalServer, request_: bytes, expected: list[int]) -> None:
    assert statuses(exchange(server, request_)) == expected


def test_pages_are_judged_by_the_host_that_a_url_names(server: LocalServer) -> None:
    found = exchange(server, get(b"http://example.com/api/users") + LAST)
    assert statuses(found) == [403, 200]
    assert b"example.com" in found


def test_a_request_that_has_arrived_is_read_before_an_idle_connection_is_closed() -> None:
    """The loop was busy meanwhile, and its timer is called first."""

    async def main() -> None:
        async with connection(ok) as (reader, writer, protocols):
            for _ in range(3):
                writer.write(get())
                await reader.readuntil(b"\r\n\r\nok")
                protocols[0].timeout_keep_alive_handler()
            # Nothing more comes: it is closed.
            assert await reader.read() == b""

    asyncio.run(main())


def test_a_request_with_others_behind_it_learns_that_its_client_is_gone() -> None:
    """Otherwise it writes to a closed connection, and the log has a traceback."""
    begun = asyncio.Event()
    found: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        begun.set()
        found.append((await receive())["type"])
        await ok(scope, receive, send)
        found.append("sent")

    async def main() -> None:
        async with connection(app) as (_, writer, protocols), asyncio.timeout(20):
            writer.write(get() * 3)
            await begun.wait()
            writer.close()
            while protocols[0].tasks:
                await asyncio.wait(protocols[0].tasks)

    asyncio.run(main())
    assert found == ["http.disconnect", "sent"]


@asynccontextmanager
async def connection(app: Any) -> AsyncIterator[Connection]:
    """A connection to a server in this loop, and the server's ends of all connections."""
    loop = asyncio.get_running_loop()
    config = uvicorn.Config(app, lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    kind: Any = limited_protocol(Settings())
    protocols: list[Any] = []

    def protocol() -> asyncio.Protocol:
        made: asyncio.Protocol = kind(config=config, server_state=state, app_state={})
        protocols.append(made)
        return made

    async with await loop.create_server(protocol, "127.0.0.1", 0) as listening:
        reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
        yield reader, writer, protocols
        writer.close()
        await writer.wait_closed()


async def ok(_scope: Any, _receive: Any, send: Any) -> None:
    """An application whose responses are all the same."""
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
    )
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (b"/a?b=http://c", (b"/a?b=http://c", None)),
        (b"//a/b", (b"//a/b", None)),
        (b"http://a:1/b?c", (b"/b?c", b"a:1")),
        (b"http://a?c=/d", (b"/?c=/d", b"a")),
    ],
)
def test_a_target_becomes_a_path(target: bytes, expected: tuple[bytes, bytes | None]) -> None:
    assert origin_form(b"GET", target) == expected


def test_a_head_without_upgrade_has_all_other_headers() -> None:
    headers = [(b"host", b"a"), (b"upgrade", b"h2c"), (b"x", b"1"), (b"x", b"2")]
    found = without_upgrade(b"POST", b"/a", "1.1", headers)
    assert found == b"POST /a HTTP/1.1\r\nhost: a\r\nx: 1\r\nx: 2\r\n\r\n"

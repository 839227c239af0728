"""Exchanges of requests and responses over our own sockets, and the reuse of connections."""

from __future__ import annotations

import gzip
import socket
import threading

import anyio
import pytest

from julep import RequestTimeoutError
from julep._http import content_encoding
from julep._http.messages import Response
from julep._http.sockets import Address
from julep._http.urls import Origin
from tests.sdk.helpers.modes import Mode
from tests.sdk.helpers.waiting import HANG
from tests.sdk.transport.helpers.scripted_server import (
    Exchange,
    Server,
    Step,
    http_chunk,
    raw,
    reset_after,
    respond,
    respond_json,
)
from tests.sdk.transport.helpers.transports import (
    OK,
    get,
    network_error_of,
    open_transport,
    response_to,
    unreadable_response_of,
)

pytestmark = pytest.mark.anyio


@pytest.mark.usefixtures("reader")
async def test_requests_one_after_another_share_a_connection(mode: Mode) -> None:
    with Server([OK, respond_json({}, 404), OK]) as server:
        async with open_transport(mode) as transport:
            first = await response_to(transport, get(server.url, "/a?b=c"))
            assert first == Response(200, {"content-length": "5"}, b"hello")
            assert (await response_to(transport, get(server.url))).status == 404
            sent = get(server.url, method="POST", content=b"{}")
            assert (await response_to(transport, sent)).body == b"hello"
            assert (await response_to(transport, get(server.url, method="DELETE"))).status == 200
    assert server.connections == 1
    requests = [(received.method, received.target, received.body) for received in server.received]
    assert requests[0] == ("GET", "/a?b=c", b"")
    assert requests[2:] == [("POST", "/x", b"{}"), ("DELETE", "/x", b"")]
    assert server.received[0].header("authorization") == "Bearer secret"


CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"

FRAMINGS = {
    "chunks": raw(CHUNKED + http_chunk(b"hel") + http_chunk(b"lo") + http_chunk(b""), keep=True),
    "until closed": raw(b"HTTP/1.1 200 OK\r\n\r\nhello"),
    "the old version": raw(b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello", keep=True),
    "connection: close": respond(200, b"hello", {"connection": "close"}),
    "a surplus": raw(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello, world", keep=True),
    "a hint before": raw(
        b"HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n"
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        keep=True,
    ),
    "gzip": respond(200, gzip.compress(b"hello"), {"content-encoding": "gzip"}),
}
SHARED = {"chunks", "a hint before", "gzip"}


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("framing", FRAMINGS)
async def test_which_connections_are_reused(mode: Mode, framing: str) -> None:
    with Server([FRAMINGS[framing]]) as server:
        async with open_transport(mode) as transport:
            for _ in range(3):
                assert (await response_to(transport, get(server.url))).body == b"hello"
    assert server.connections == (1 if framing in SHARED else 3)


async def test_a_closed_idle_connection_is_not_reused(mode: Mode) -> None:
    closed = threading.Event()

    async def answer_and_close(exchange: Exchange) -> bool:
        await OK(exchange)
        exchange.writer.close()
        await exchange.writer.wait_closed()
        closed.set()
        return False

    with Server([answer_and_close, OK]) as server:
        async with open_transport(mode) as transport:
            await response_to(transport, get(server.url))
            await anyio.to_thread.run_sync(closed.wait, 10)
            await response_to(transport, get(server.url, method="POST"))
    assert server.connections == 2


LOSSES: dict[str, tuple[Step, str]] = {
    "closed": (raw(b""), "the server closed the connection without a response"),
    "reset": (reset_after(), "connection reset"),
    "within the head": (raw(b"HTTP/1.1 200 OK\r\nx: "), "closed the connection without a response"),
    "within the body": (
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell"),
        "closed the connection before its response was complete",
    ),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "the server's response is not HTTP/1.1"),
    "bad chunks": (raw(CHUNKED + b"zz\r\n"), "a body that breaks the rules of HTTP/1.1"),
}


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(("step", "problem"), LOSSES.values(), ids=LOSSES.keys())
async def test_a_lost_response_is_a_network_error(mode: Mode, step: Step, problem: str) -> None:
    with Server([step, OK]) as server:
        async with open_transport(mode, max_connections=1) as transport:
            error = await network_error_of(transport, get(server.url, "/x?secret=1"))
            assert str(error).startswith(f"GET {server.url}/x: ")
            assert problem in str(error)
            assert not isinstance(error, RequestTimeoutError)
            await response_to(transport, get(server.url))


async def test_a_closed_port_is_a_network_error(mode: Mode) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        async with open_transport(mode, max_connections=1) as transport:
            for _ in range(2):
                error = await network_error_of(
                    transport, get(f"http://127.0.0.1:{bound.getsockname()[1]}")
                )
                assert "connection refused" in str(error)


async def test_an_invalid_host_is_a_network_error(mode: Mode) -> None:
    async with open_transport(mode) as transport:
        assert "address was not found" in str(
            await network_error_of(transport, get(f"http://{'a' * 64}.test"))
        )


async def test_every_address_of_a_host_is_tried(
    mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server([OK]) as server, socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        ports = [bound.getsockname()[1], server.port]

        def known(_: Origin) -> list[Address]:
            return [Address(socket.AF_INET, ("127.0.0.1", port)) for port in ports]

        monkeypatch.setattr("julep._http.lookup.resolve", known)
        async with open_transport(mode) as transport:
            await response_to(transport, get("http://julep.test"))
            ports.pop()
            assert "refused" in str(await network_error_of(transport, get("http://other.test")))


async def test_a_response_before_the_whole_request_was_read(mode: Mode) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            for _ in range(2):
                connection, _ = listening.accept()
                with connection:
                    connection.recv(1000)
                    connection.sendall(b"HTTP/1.1 413 Too Long\r\ncontent-length: 2\r\n\r\n{}")

        serving = threading.Thread(target=serve)
        serving.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with open_transport(mode) as transport:
            for _ in range(2):
                sent = get(url, method="POST", content=bytes(20_000_000))
                assert await response_to(transport, sent) == Response(
                    413, {"content-length": "2"}, b"{}"
                )
        serving.join(HANG)


async def test_a_long_body_is_sent_and_received(mode: Mode) -> None:
    async def echo(exchange: Exchange) -> bool:
        return await respond(200, exchange.request.body)(exchange)

    content = bytes(range(256)) * 20_000
    with Server([echo]) as server:
        async with open_transport(mode) as transport:
            for _ in range(2):
                sent = get(server.url, method="POST", content=content)
                assert (await response_to(transport, sent)).body == content
    assert server.connections == 1


UNREADABLE: dict[str, tuple[Step, str]] = {
    "an unknown encoding": (respond(200, b"..", {"content-encoding": "br"}), "not accepted"),
    "no gzip": (respond(500, b"hello", {"content-encoding": "gzip"}), "not gzip"),
    "half a gzip": (
        respond(200, gzip.compress(b"hello")[:-1], {"content-encoding": "gzip"}),
        "cut short",
    ),
    "too long": (respond(200, b"x" * 1001), "longer than 1000 bytes"),
    "too long when decoded": (
        respond(200, gzip.compress(bytes(1001)), {"content-encoding": "gzip"}),
        "longer than 1000 bytes",
    ),
}


@pytest.mark.parametrize(("step", "problem"), UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_a_body_that_cannot_be_read(
    mode: Mode, step: Step, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_encoding, "MAX_BODY_BYTES", 1000)
    with Server([step, OK]) as server:
        async with open_transport(mode, max_connections=1) as transport:
            found = await unreadable_response_of(transport, get(server.url))
            assert problem in found.problem
            assert found.status in (200, 500)
            assert "content-length" in found.headers
            await response_to(transport, get(server.url))
    assert server.connections == 2

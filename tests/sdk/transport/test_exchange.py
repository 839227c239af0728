"""Sending requests over sockets of our own: what comes of it, and of the connection."""

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
from tests.sdk.colours import Colour
from tests.sdk.transport.servers import (
    Exchange,
    Server,
    Step,
    answer,
    json_answer,
    piece,
    raw,
    reset_after,
)
from tests.sdk.transport.wires import (
    OK,
    answer_to,
    get,
    lost,
    unfit,
    wire_of,
)

pytestmark = pytest.mark.anyio


@pytest.mark.usefixtures("reader")
async def test_requests_one_after_another_share_a_connection(colour: Colour) -> None:
    with Server([OK, json_answer({}, 404), OK]) as server:
        async with wire_of(colour) as wire:
            first = await answer_to(wire, get(server.url, "/a?b=c"))
            assert first == Response(200, {"content-length": "5"}, b"hello")
            assert (await answer_to(wire, get(server.url))).status == 404
            sent = get(server.url, method="POST", content=b"{}")
            assert (await answer_to(wire, sent)).body == b"hello"
            assert (await answer_to(wire, get(server.url, method="DELETE"))).status == 200
    assert server.connections == 1
    asked = [(received.method, received.target, received.body) for received in server.received]
    assert asked[0] == ("GET", "/a?b=c", b"")
    assert asked[2:] == [("POST", "/x", b"{}"), ("DELETE", "/x", b"")]
    assert server.received[0].header("authorization") == "Bearer secret"


CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"

FRAMINGS = {
    "chunks": raw(CHUNKED + piece(b"hel") + piece(b"lo") + piece(b""), keep=True),
    "until closed": raw(b"HTTP/1.1 200 OK\r\n\r\nhello"),
    "the old version": raw(b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello", keep=True),
    "said to be closed": answer(200, b"hello", {"connection": "close"}),
    "a surplus": raw(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello, world", keep=True),
    "a hint before": raw(
        b"HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n"
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        keep=True,
    ),
    "gzip": answer(200, gzip.compress(b"hello"), {"content-encoding": "gzip"}),
}
SHARED = {"chunks", "a hint before", "gzip"}


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("framing", FRAMINGS)
async def test_a_connection_is_used_again_only_when_it_can_be(colour: Colour, framing: str) -> None:
    with Server([FRAMINGS[framing]]) as server:
        async with wire_of(colour) as wire:
            for _ in range(3):
                assert (await answer_to(wire, get(server.url))).body == b"hello"
    assert server.connections == (1 if framing in SHARED else 3)


async def test_an_idle_connection_that_the_server_closed_is_not_used(colour: Colour) -> None:
    closed = threading.Event()

    async def answer_and_close(exchange: Exchange) -> bool:
        await OK(exchange)
        exchange.writer.close()
        await exchange.writer.wait_closed()
        closed.set()
        return False

    with Server([answer_and_close, OK]) as server:
        async with wire_of(colour) as wire:
            await answer_to(wire, get(server.url))
            await anyio.to_thread.run_sync(closed.wait, 10)
            await answer_to(wire, get(server.url, method="POST"))
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
async def test_an_answer_that_is_lost_is_told(colour: Colour, step: Step, problem: str) -> None:
    with Server([step, OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            error = await lost(wire, get(server.url, "/x?secret=1"))
            assert str(error).startswith(f"GET {server.url}/x: ")
            assert problem in str(error)
            assert not isinstance(error, RequestTimeoutError)
            await answer_to(wire, get(server.url))


async def test_a_server_that_is_not_there(colour: Colour) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        async with wire_of(colour, max_connections=1) as wire:
            for _ in range(2):
                error = await lost(wire, get(f"http://127.0.0.1:{bound.getsockname()[1]}"))
                assert "connection refused" in str(error)


async def test_a_host_that_cannot_be(colour: Colour) -> None:
    async with wire_of(colour) as wire:
        assert "address was not found" in str(await lost(wire, get(f"http://{'a' * 64}.test")))


async def test_every_address_of_a_host_is_tried(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server([OK]) as server, socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        ports = [bound.getsockname()[1], server.port]

        def known(_: Origin) -> list[Address]:
            return [Address(socket.AF_INET, ("127.0.0.1", port)) for port in ports]

        for name in ("julep._http.sync_transport", "julep._http.async_transport"):
            monkeypatch.setattr(f"{name}.resolve", known)
        async with wire_of(colour) as wire:
            await answer_to(wire, get("http://julep.test"))
            ports.pop()
            assert "refused" in str(await lost(wire, get("http://other.test")))


async def test_a_server_that_answers_before_it_has_read_all(colour: Colour) -> None:
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
        async with wire_of(colour) as wire:
            for _ in range(2):
                sent = get(url, method="POST", content=bytes(20_000_000))
                assert await answer_to(wire, sent) == Response(413, {"content-length": "2"}, b"{}")
        serving.join(10)


async def test_a_long_body_is_sent_and_read_whole(colour: Colour) -> None:
    async def echo(exchange: Exchange) -> bool:
        return await answer(200, exchange.request.body)(exchange)

    content = bytes(range(256)) * 20_000
    with Server([echo]) as server:
        async with wire_of(colour) as wire:
            for _ in range(2):
                sent = get(server.url, method="POST", content=content)
                assert (await answer_to(wire, sent)).body == content
    assert server.connections == 1


UNFIT: dict[str, tuple[Step, str]] = {
    "an unknown encoding": (answer(200, b"..", {"content-encoding": "br"}), "not accepted"),
    "no gzip": (answer(500, b"hello", {"content-encoding": "gzip"}), "not gzip"),
    "half a gzip": (
        answer(200, gzip.compress(b"hello")[:-1], {"content-encoding": "gzip"}),
        "cut short",
    ),
    "too long": (answer(200, b"x" * 1001), "longer than 1000 bytes"),
    "too long when decoded": (
        answer(200, gzip.compress(bytes(1001)), {"content-encoding": "gzip"}),
        "longer than 1000 bytes",
    ),
}


@pytest.mark.parametrize(("step", "problem"), UNFIT.values(), ids=UNFIT.keys())
async def test_a_body_that_cannot_be_had_is_told(
    colour: Colour, step: Step, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_encoding, "MAX_BODY_BYTES", 1000)
    with Server([step, OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            found = await unfit(wire, get(server.url))
            assert problem in found.problem
            assert found.status in (200, 500)
            assert "content-length" in found.headers
            await answer_to(wire, get(server.url))
    assert server.connections == 2

"""Sending requests over sockets of our own: what comes of it, and of the connection."""

from __future__ import annotations

import gc
import gzip
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import cast

import anyio
import pytest

from julep import RequestTimeoutError, _exchange, _http1, _sockets
from julep._async_wire import AsyncPoolWire
from julep._blocking_wire import BlockingPoolWire
from julep._h11 import H11Reader
from julep._httptools import HttptoolsReader
from julep._sockets import Address
from julep._timeout import Timeout
from julep._urls import Origin
from julep._wire import Answer, Opened
from julep.errors import NetworkError
from tests.sdk.colours import Colour
from tests.sdk.transport.servers import (
    STREAM_HEAD,
    Exchange,
    Server,
    Step,
    answer,
    json_answer,
    piece,
    raw,
    reset_after,
    stall_after,
)
from tests.sdk.transport.wires import answer_to, get, lost, new_wire, opened, unfit, wire_of

pytestmark = pytest.mark.anyio

OK = answer(200, b"hello")


@pytest.fixture(params=[H11Reader, HttptoolsReader], ids=["h11", "httptools"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the libraries that read answers."""
    monkeypatch.setattr(_http1, "_make", request.param)


@pytest.mark.usefixtures("reader")
async def test_requests_one_after_another_share_a_connection(colour: Colour) -> None:
    with Server([OK, json_answer({}, 404), OK]) as server:
        async with wire_of(colour) as wire:
            first = await answer_to(wire, get(server.url, "/a?b=c"))
            assert first == Answer(200, {"content-length": "5"}, b"hello")
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
    "closed": (raw(b""), "the server closed the connection without an answer"),
    "reset": (reset_after(), "connection reset"),
    "within the head": (raw(b"HTTP/1.1 200 OK\r\nx: "), "closed the connection without an answer"),
    "within the body": (
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell"),
        "closed the connection before its answer was whole",
    ),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "the server's answer is not HTTP/1.1"),
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
        assert "no address" in str(await lost(wire, get(f"http://{'a' * 64}.test")))


async def test_every_address_of_a_host_is_tried(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server([OK]) as server, socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        ports = [bound.getsockname()[1], server.port]

        def known(_: Origin) -> list[Address]:
            return [Address(socket.AF_INET, ("127.0.0.1", port)) for port in ports]

        for name in ("julep._blocking_wire", "julep._async_wire"):
            monkeypatch.setattr(f"{name}.addresses", known)
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
                assert await answer_to(wire, sent) == Answer(413, {"content-length": "2"}, b"{}")
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
    "an unknown encoding": (answer(200, b"..", {"content-encoding": "br"}), "not asked for"),
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
    monkeypatch.setattr(_exchange, "LONGEST_ANSWER", 1000)
    with Server([step, OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            found = await unfit(wire, get(server.url))
            assert problem in found.problem
            assert found.status in (200, 500)
            assert "content-length" in found.headers
            await answer_to(wire, get(server.url))
    assert server.connections == 2


@pytest.fixture
def deaf() -> Iterator[str]:
    """The URL of a port where nobody picks up, since too many are waiting already."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for other in waiting:
            other.setblocking(False)
            other.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        for other in waiting:
            other.close()


HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n"
STALLS = {
    "before the head": stall_after(),
    "within the head": stall_after(HEAD[:-5]),
    "within the body": stall_after(HEAD + b"{"),
}


@pytest.mark.parametrize("step", STALLS.values(), ids=STALLS.keys())
async def test_silence_is_waited_for_within_its_limit(colour: Colour, step: Step) -> None:
    with Server([step, OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            error = await lost(wire, get(server.url, timeout=Timeout(read=0.2, total=60)))
            assert str(error) == (f"GET {server.url}/x: no answer within 0.2 s (read timed out)")
            assert isinstance(error, RequestTimeoutError)
            assert error.phase == "read"
            await answer_to(wire, get(server.url))


async def test_the_limit_of_reading_is_one_of_silence(colour: Colour) -> None:
    async def drip(exchange: Exchange) -> bool:
        await exchange.write(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n")
        for _ in range(6):
            await anyio.sleep(0.1)
            await exchange.write(b".")
        return True

    with Server([drip]) as server:
        async with wire_of(colour) as wire:
            await answer_to(wire, get(server.url, timeout=Timeout(read=0.4)))
            until = time.monotonic() + 0.3
            whole = get(server.url, timeout=Timeout(read=0.4, total=0.3), until=until)
            error = await lost(wire, whole)
            assert "no answer within 0.3 s (read timed out)" in str(error)
            assert isinstance(error, RequestTimeoutError)
            assert error.phase == "total"


async def test_a_server_that_does_not_pick_up(colour: Colour, deaf: str) -> None:
    async with wire_of(colour, max_connections=1) as wire:
        for _ in range(2):
            error = await lost(wire, get(deaf, timeout=Timeout(connect=0.2)))
            assert str(error).endswith("no connection within 0.2 s (connect timed out)")
            assert isinstance(error, RequestTimeoutError)
            assert error.phase == "connect"


async def test_a_server_that_does_not_read(colour: Colour) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with wire_of(colour, max_connections=1) as wire:
            for _ in range(2):
                sent = get(
                    url, method="POST", content=bytes(30_000_000), timeout=Timeout(write=0.2)
                )
                error = await lost(wire, sent)
                assert str(error).endswith("no answer within 0.2 s (write timed out)")
                assert isinstance(error, RequestTimeoutError)
                assert error.phase == "write"


async def test_time_that_is_up_before_anything_is_sent(colour: Colour) -> None:
    with Server([OK]) as server:
        async with wire_of(colour) as wire:
            past = get(server.url, timeout=Timeout(total=1), until=time.monotonic() - 1)
            for _ in range(2):
                error = await lost(wire, past)
                assert isinstance(error, RequestTimeoutError)
                assert error.phase == "total"
                await answer_to(wire, get(server.url))
    assert len(server.received) == 2


async def test_when_all_places_are_taken_a_request_waits(colour: Colour) -> None:
    with Server([stream_of(b"a"), OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            body = await opened(wire, get(server.url, streamed=True))
            error = await lost(wire, get(server.url, timeout=Timeout(pool=0.1)))
            assert str(error).endswith("no free connection within 0.1 s (pool timed out)")
            assert isinstance(error, RequestTimeoutError)
            assert error.phase == "pool"
            assert [piece async for piece in body] == [b"a"]
            await answer_to(wire, get(server.url, timeout=Timeout(pool=0.1)))
    assert len(server.received) == 2


def stream_of(*pieces: bytes, head: bytes = STREAM_HEAD, end: bytes = b"0\r\n\r\n") -> Step:
    return raw(head + b"".join(map(piece, pieces)) + end, keep=True)


@pytest.mark.parametrize("colour", ["asyncio", "trio"])
async def test_tasks_wait_in_their_order(colour: Colour) -> None:
    order: list[int] = []

    async def ask(wire: AsyncPoolWire, number: int) -> None:
        await answer_to(wire, get(server.url))
        order.append(number)

    with Server([OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            body_of = Server([stream_of(b"a")])
            with body_of:
                body = await opened(wire, get(body_of.url, streamed=True))
                async with anyio.create_task_group() as group:
                    for number in range(10):
                        group.start_soon(ask, wire, number)
                        await anyio.wait_all_tasks_blocked()
                    await body.aclose()
    assert order == list(range(10))


def test_threads_wait_in_their_order() -> None:
    order: list[int] = []
    wire = BlockingPoolWire(max_connections=1)

    def ask(number: int) -> None:
        assert isinstance(wire.send(get(server.url)), Answer)
        order.append(number)

    with Server([stream_of(b"a"), OK]) as server, ThreadPoolExecutor(10) as threads:
        open_one = wire.send(get(server.url, streamed=True))
        assert isinstance(open_one, Opened)
        waiting = cast("deque[object]", vars(vars(wire)["_pool"].places)["_waiting"])
        for number in range(10):
            threads.submit(ask, number)
            while len(waiting) <= number:
                time.sleep(0.001)
        open_one.body.close()
    wire.close()
    assert order == list(range(10))


def test_threads_share_a_wire() -> None:
    wire = BlockingPoolWire(max_connections=3)

    def ask(_: int) -> int:
        outcomes = [wire.send(get(server.url)) for _ in range(25)]
        return sum(isinstance(outcome, Answer) for outcome in outcomes)

    with Server([OK]) as server, ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(ask, range(8))) == 200
        wire.close()
    assert server.connections <= 3


@pytest.mark.parametrize("colour", ["asyncio", "trio"])
async def test_idle_connections_are_few(colour: Colour) -> None:
    async def answer_late(exchange: Exchange) -> bool:
        while len(server.received) < 5:  # noqa: ASYNC110  # the test's loop is another
            await anyio.sleep(0.001)
        return await OK(exchange)

    with Server([answer_late] * 5 + [OK]) as server:
        async with wire_of(colour, max_idle=2) as wire:
            for expected in (5, 8):
                server.received.clear()
                async with anyio.create_task_group() as group:
                    for _ in range(5):
                        group.start_soon(answer_to, wire, get(server.url))
                assert server.connections == expected


async def test_idle_connections_do_not_grow_old(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server([OK]) as server, Server([OK]) as other:
        async with wire_of(colour, idle_seconds=30) as wire:
            await answer_to(wire, get(server.url))
            await answer_to(wire, get(server.url))
            assert server.connections == 1
            later = time.monotonic() + 31
            monkeypatch.setattr("julep._pool.monotonic", lambda: later)
            # Whatever is given back lets those go that are too old, wherever they lead.
            await answer_to(wire, get(other.url))
            await answer_to(wire, get(server.url))
            assert server.connections == 2


GZIPPED = STREAM_HEAD[:-2] + b"content-encoding: gzip\r\n\r\n"


@pytest.mark.usefixtures("reader")
async def test_an_open_answer_is_read_as_it_comes(colour: Colour) -> None:
    goes_on = threading.Event()

    async def step(exchange: Exchange) -> bool:
        await exchange.write(STREAM_HEAD + piece(b"first"))
        await anyio.to_thread.run_sync(goes_on.wait)
        await exchange.write(piece(b"second") + piece(b""))
        return True

    with Server([step, OK]) as server:
        async with wire_of(colour) as wire:
            outcome = await wire.send(get(server.url, streamed=True))
            assert isinstance(outcome, Opened)
            assert outcome.status == 200
            assert outcome.headers["x-request-id"] == "req-1"
            assert await anext(outcome.body) == b"first"
            goes_on.set()
            assert [piece async for piece in outcome.body] == [b"second"]
            assert [piece async for piece in outcome.body] == []
            await outcome.body.aclose()
            await answer_to(wire, get(server.url))
    assert server.connections == 1


async def test_an_open_answer_may_be_compressed(colour: Colour) -> None:
    sent = gzip.compress(b"data: 1\n\n" * 100_000)
    halves = sent[:500], sent[500:]
    with Server([stream_of(*halves, head=GZIPPED), OK]) as server:
        async with wire_of(colour) as wire:
            body = await opened(wire, get(server.url, streamed=True))
            assert b"".join([piece async for piece in body]) == b"data: 1\n\n" * 100_000
            await answer_to(wire, get(server.url))
    assert server.connections == 1


@pytest.mark.parametrize(
    "step",
    [
        answer(200, b"{}", {"content-type": "application/json"}),
        answer(503, b"{}", {"content-type": "text/event-stream"}),
        answer(200, b"{}"),
    ],
)
async def test_an_answer_that_is_no_stream_is_read_whole(colour: Colour, step: Step) -> None:
    with Server([step]) as server:
        async with wire_of(colour) as wire:
            assert (await answer_to(wire, get(server.url, streamed=True))).body == b"{}"


BODY_LOSSES: dict[str, tuple[Step, str]] = {
    "closed": (raw(STREAM_HEAD + piece(b"a")), "before its answer was whole"),
    "reset": (reset_after(STREAM_HEAD + piece(b"a")), "connection reset"),
    "bad chunks": (raw(STREAM_HEAD + piece(b"a") + b"zz\r\n"), "breaks the rules"),
    "silent": (stall_after(STREAM_HEAD + piece(b"a")), "no answer within 0.3 s (read"),
    "no gzip": (stream_of(b"hello, this is text", head=GZIPPED), "not gzip"),
    "half a gzip": (stream_of(gzip.compress(b"a")[:-1], head=GZIPPED), "cut short"),
}


@pytest.mark.parametrize(("step", "problem"), BODY_LOSSES.values(), ids=BODY_LOSSES.keys())
async def test_a_body_that_is_lost_is_told(colour: Colour, step: Step, problem: str) -> None:
    with Server([step, OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            body = await opened(wire, get(server.url, streamed=True, timeout=Timeout(read=0.3)))
            with pytest.raises(NetworkError) as caught:
                assert [piece async for piece in body] == [b"a"]
            assert problem in str(caught.value)
            assert [piece async for piece in body] == []
            await body.finish()
            await body.aclose()
            await answer_to(wire, get(server.url))


async def test_the_whole_call_s_limit_holds_for_a_body(colour: Colour) -> None:
    with Server([stall_after(STREAM_HEAD + piece(b"a"))]) as server:
        async with wire_of(colour) as wire:
            until = time.monotonic() + 0.3
            asked = get(server.url, streamed=True, timeout=Timeout(total=0.3), until=until)
            body = await opened(wire, asked)
            with pytest.raises(RequestTimeoutError, match=r"within 0\.3 s") as caught:
                assert [piece async for piece in body] == [b"a"]
            assert caught.value.phase == "total"


async def test_a_body_left_early_loses_its_connection(colour: Colour) -> None:
    with Server([stall_after(STREAM_HEAD + piece(b"a")), OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            body = await opened(wire, get(server.url, streamed=True))
            assert await anext(body) == b"a"
            await body.aclose()
            await body.aclose()
            assert [piece async for piece in body] == []
            await answer_to(wire, get(server.url))
    assert server.connections == 2


@pytest.mark.parametrize("end", [b"0\r\n\r\n", b""], ids=["ended", "endless"])
async def test_a_body_that_has_said_all_is_finished_soon(
    colour: Colour, end: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("julep._blocking_wire", "julep._async_wire"):
        monkeypatch.setattr(f"{name}.FINISHES_WITHIN", 0.2)
    with Server([stream_of(b"a", b"b", end=end), OK]) as server:
        async with wire_of(colour) as wire:
            body = await opened(wire, get(server.url, streamed=True))
            assert await anext(body) == b"a"
            with anyio.fail_after(10):
                await body.finish()
            await answer_to(wire, get(server.url))
    assert server.connections == (1 if end else 2)


@pytest.mark.parametrize("colour", ["asyncio", "trio"])
async def test_a_body_may_be_closed_while_a_task_reads_it(colour: Colour) -> None:
    with Server([stall_after(STREAM_HEAD), OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            body = await opened(wire, get(server.url, streamed=True))

            async def read() -> None:
                with pytest.raises(NetworkError):
                    await anext(body)

            async with anyio.create_task_group() as group:
                group.start_soon(read)
                await anyio.wait_all_tasks_blocked()
                await body.aclose()
            await answer_to(wire, get(server.url))


def test_a_body_may_be_closed_while_a_thread_reads_it() -> None:
    wire = BlockingPoolWire(max_connections=1)
    with Server([stall_after(STREAM_HEAD), OK]) as server, ThreadPoolExecutor(1) as threads:
        outcome = wire.send(get(server.url, streamed=True))
        assert isinstance(outcome, Opened)
        reading = threads.submit(next, outcome.body)
        while not vars(outcome.body)["_is_reading"]:
            time.sleep(0.001)
        time.sleep(0.05)  # until it really waits
        outcome.body.close()
        assert isinstance(reading.exception(10), NetworkError)
        assert isinstance(wire.send(get(server.url)), Answer)
        wire.close()


@pytest.mark.parametrize("colour", ["asyncio", "trio"])
@pytest.mark.parametrize("step", STALLS.values(), ids=STALLS.keys())
async def test_a_request_may_be_cancelled_at_any_time(colour: Colour, step: Step) -> None:
    with Server([step, OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            with anyio.move_on_after(0.1) as scope:
                await wire.send(get(server.url, timeout=Timeout(total=60), until=None))
            assert scope.cancelled_caught
            await answer_to(wire, get(server.url))
    assert server.connections == 2


@pytest.mark.parametrize("colour", ["asyncio", "trio"])
async def test_who_is_cancelled_already_sends_nothing(colour: Colour) -> None:
    with Server([OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            await answer_to(wire, get(server.url))
            with anyio.CancelScope() as scope:
                scope.cancel()
                await wire.send(get(server.url))
            assert scope.cancelled_caught
            await answer_to(wire, get(server.url))
    assert len(server.received) == 2
    assert server.connections == 1


@pytest.mark.parametrize("colour", ["asyncio", "trio"])
async def test_whoever_waits_for_a_place_may_be_cancelled(colour: Colour, deaf: str) -> None:
    with Server([stream_of(b"a", b"b"), OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            body = await opened(wire, get(server.url, streamed=True))
            with anyio.move_on_after(0.05):
                await wire.send(get(server.url))
            await body.finish()
            with anyio.move_on_after(0.05) as connecting:
                await wire.send(get(deaf))
            assert connecting.cancelled_caught
            await answer_to(wire, get(server.url))
    assert server.connections == 1


@pytest.mark.parametrize("colour", ["asyncio", "trio"])
async def test_a_body_may_be_cancelled(colour: Colour) -> None:
    with Server([stall_after(STREAM_HEAD + piece(b"a")), OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            body = await opened(wire, get(server.url, streamed=True))
            assert await anext(body) == b"a"
            with anyio.move_on_after(0.05) as scope:
                await anext(body)
            assert scope.cancelled_caught
            await answer_to(wire, get(server.url))


@pytest.mark.parametrize("streamed", [False, True])
def test_an_interrupt_closes_the_connection(streamed: bool) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    ours = signal.signal(signal.SIGUSR1, interrupt)
    main = threading.main_thread().ident
    assert main == threading.get_ident()
    wire = BlockingPoolWire(max_connections=1)
    try:
        with Server([stall_after(STREAM_HEAD if streamed else b""), OK]) as server:
            body = None
            if streamed:
                outcome = wire.send(get(server.url, streamed=True))
                assert isinstance(outcome, Opened)
                body = outcome.body
            timer = threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGUSR1))
            timer.start()
            with pytest.raises(KeyboardInterrupt):
                next(body) if body else wire.send(get(server.url))
            timer.join()
            assert isinstance(wire.send(get(server.url)), Answer)
            assert server.connections == 2
    finally:
        signal.signal(signal.SIGUSR1, ours)
        wire.close()


async def test_a_closed_wire_closes_what_is_given_back(colour: Colour) -> None:
    ended = threading.Event()

    async def step(exchange: Exchange) -> bool:
        await stream_of(b"a")(exchange)
        await exchange.stall()
        ended.set()
        return False

    with Server([step]) as server:
        wire = new_wire(colour)
        body = await opened(wire, get(server.url, streamed=True))
        await wire.aclose()
        await wire.aclose()
        assert [piece async for piece in body] == [b"a"]
        assert await anyio.to_thread.run_sync(ended.wait, 10)


async def test_a_wire_that_is_not_closed_warns_once(colour: Colour) -> None:
    with Server([OK]) as server:
        wire = new_wire(colour)
        await answer_to(wire, get(server.url))
        with pytest.warns(ResourceWarning) as warned:  # noqa: PT031  # it is gone by both
            del wire
            gc.collect()
    assert [str(warning.message).partition(":")[0] for warning in warned] == [
        "a client of julep was not closed"
    ]


async def test_a_wire_that_opened_nothing_need_not_be_closed(colour: Colour) -> None:
    new_wire(colour)
    gc.collect()


async def test_a_body_that_is_dropped_leaves_its_place(colour: Colour) -> None:
    with Server([stall_after(STREAM_HEAD), OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            body = await opened(wire, get(server.url, streamed=True))
            with pytest.warns(ResourceWarning, match="unclosed"):  # noqa: PT031  # as above
                del body
                gc.collect()
            await answer_to(wire, get(server.url, timeout=Timeout(pool=5)))


def test_a_dead_connection_is_told_from_a_live_one_without_poll(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for _ in range(2):
            assert not _sockets.is_readable(ours)
            theirs.send(b"x")
            assert _sockets.is_readable(ours)
            ours.recv(1)
            with suppress(AttributeError):
                monkeypatch.delattr("select.poll")

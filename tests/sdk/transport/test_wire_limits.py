"""How long a wire waits at each step, and what is left when it is cancelled."""

from __future__ import annotations

import signal
import socket
import threading
import time

import anyio
import pytest

from julep import RequestTimeoutError
from julep._http.messages import Response, StreamingResponse
from julep._http.sync_transport import SocketTransport
from julep._http.timeout import Timeout
from tests.sdk.colours import Colour
from tests.sdk.transport.servers import (
    STREAM_HEAD,
    Exchange,
    Server,
    Step,
    piece,
    stall_after,
)
from tests.sdk.transport.wires import (
    OK,
    answer_to,
    get,
    lost,
    opened,
    stream_of,
    wire_of,
)

pytestmark = pytest.mark.anyio


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
            assert str(error) == (f"GET {server.url}/x: no response within 0.2 s (read timed out)")
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
            deadline = time.monotonic() + 0.3
            whole = get(server.url, timeout=Timeout(read=0.4, total=0.3), deadline=deadline)
            error = await lost(wire, whole)
            assert "no response within 0.3 s (read timed out)" in str(error)
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
                assert str(error).endswith("no response within 0.2 s (write timed out)")
                assert isinstance(error, RequestTimeoutError)
                assert error.phase == "write"


async def test_time_that_is_up_before_anything_is_sent(colour: Colour) -> None:
    with Server([OK]) as server:
        async with wire_of(colour) as wire:
            past = get(server.url, timeout=Timeout(total=1), deadline=time.monotonic() - 1)
            for _ in range(2):
                error = await lost(wire, past)
                assert isinstance(error, RequestTimeoutError)
                assert error.phase == "total"
                await answer_to(wire, get(server.url))
    assert len(server.received) == 2


@pytest.mark.parametrize("colour", ["asyncio", "trio"])
@pytest.mark.parametrize("step", STALLS.values(), ids=STALLS.keys())
async def test_a_request_may_be_cancelled_at_any_time(colour: Colour, step: Step) -> None:
    with Server([step, OK]) as server:
        async with wire_of(colour, max_connections=1) as wire:
            with anyio.move_on_after(0.1) as scope:
                await wire.send(get(server.url, timeout=Timeout(total=60), deadline=None))
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
    wire = SocketTransport(max_connections=1)
    try:
        with Server([stall_after(STREAM_HEAD if streamed else b""), OK]) as server:
            body = None
            if streamed:
                outcome = wire.send(get(server.url, streamed=True))
                assert isinstance(outcome, StreamingResponse)
                body = outcome.body
            timer = threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGUSR1))
            timer.start()
            with pytest.raises(KeyboardInterrupt):
                next(body) if body else wire.send(get(server.url))
            timer.join()
            assert isinstance(wire.send(get(server.url)), Response)
            assert server.connections == 2
    finally:
        signal.signal(signal.SIGUSR1, ours)
        wire.close()

"""Timeouts of the transports by phase, cancellation, and interrupts."""

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
from tests.sdk.helpers.modes import Mode
from tests.sdk.helpers.waiting import at_any_scale, cancel_when
from tests.sdk.transport.helpers.scripted_server import (
    STREAM_HEAD,
    Exchange,
    Server,
    Step,
    http_chunk,
    stall_after,
)
from tests.sdk.transport.helpers.transports import (
    OK,
    get,
    network_error_of,
    open_body,
    open_transport,
    respond_events,
    response_to,
)

pytestmark = pytest.mark.anyio


HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n"
STALLS = {
    "before the head": stall_after(),
    "within the head": stall_after(HEAD[:-5]),
    "within the body": stall_after(HEAD + b"{"),
}


@pytest.mark.parametrize("step", STALLS.values(), ids=STALLS.keys())
async def test_the_read_timeout(mode: Mode, step: Step) -> None:
    with Server([step, OK]) as server:
        async with open_transport(mode, max_connections=1) as transport:
            error = await network_error_of(
                transport, get(server.url, timeout=Timeout(read=0.2, total=60))
            )
            assert str(error) == (f"GET {server.url}/x: no response within 0.2 s (read timed out)")
            assert isinstance(error, RequestTimeoutError)
            assert error.phase == "read"
            await response_to(transport, get(server.url))


@at_any_scale
async def test_the_read_timeout_limits_silence(scale: float, mode: Mode) -> None:
    async def drip(exchange: Exchange) -> bool:
        await exchange.write(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n")
        for _ in range(6):
            await anyio.sleep(0.2 * scale)
            await exchange.write(b".")
        return True

    with Server([drip]) as server:
        async with open_transport(mode) as transport:
            await response_to(transport, get(server.url, timeout=Timeout(read=1.0 * scale)))
            total = 0.3 * scale
            timeout = Timeout(read=1.0 * scale, total=total)
            whole = get(server.url, timeout=timeout, deadline=time.monotonic() + total)
            error = await network_error_of(transport, whole)
            assert f"no response within {total:g} s (read timed out)" in str(error)
            assert isinstance(error, RequestTimeoutError)
            assert error.phase == "total"


async def test_the_connect_timeout_of_a_transport(mode: Mode, full_backlog_url: str) -> None:
    async with open_transport(mode, max_connections=1) as transport:
        for _ in range(2):
            error = await network_error_of(
                transport, get(full_backlog_url, timeout=Timeout(connect=0.2))
            )
            assert str(error).endswith("no connection within 0.2 s (connect timed out)")
            assert isinstance(error, RequestTimeoutError)
            assert error.phase == "connect"


async def test_the_write_timeout_of_a_transport(mode: Mode) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with open_transport(mode, max_connections=1) as transport:
            for _ in range(2):
                sent = get(
                    url, method="POST", content=bytes(30_000_000), timeout=Timeout(write=0.2)
                )
                error = await network_error_of(transport, sent)
                assert str(error).endswith("no response within 0.2 s (write timed out)")
                assert isinstance(error, RequestTimeoutError)
                assert error.phase == "write"


async def test_a_deadline_in_the_past(mode: Mode) -> None:
    with Server([OK]) as server:
        async with open_transport(mode) as transport:
            past = get(server.url, timeout=Timeout(total=1), deadline=time.monotonic() - 1)
            for _ in range(2):
                error = await network_error_of(transport, past)
                assert isinstance(error, RequestTimeoutError)
                assert error.phase == "total"
                await response_to(transport, get(server.url))
    assert len(server.received) == 2


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
@pytest.mark.parametrize("step", STALLS.values(), ids=STALLS.keys())
async def test_cancelling_a_request(mode: Mode, step: Step) -> None:
    with Server([step, OK]) as server:
        async with open_transport(mode, max_connections=1) as transport:
            request = get(server.url, timeout=Timeout(total=60), deadline=None)
            await cancel_when(lambda: bool(server.received), transport.send, request)
            await response_to(transport, get(server.url))
    assert server.connections == 2


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_a_cancelled_task_sends_nothing(mode: Mode) -> None:
    with Server([OK]) as server:
        async with open_transport(mode, max_connections=1) as transport:
            await response_to(transport, get(server.url))
            with anyio.CancelScope() as scope:
                scope.cancel()
                await transport.send(get(server.url))
            assert scope.cancelled_caught
            await response_to(transport, get(server.url))
    assert len(server.received) == 2
    assert server.connections == 1


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_cancelling_while_waiting_for_a_connection(mode: Mode, full_backlog_url: str) -> None:
    with Server([respond_events(b"a", b"b"), OK]) as server:
        async with open_transport(mode, max_connections=1) as transport:
            body = await open_body(transport, get(server.url, streamed=True))
            with anyio.move_on_after(0.05):
                await transport.send(get(server.url))
            await body.finish()
            with anyio.move_on_after(0.05) as connecting:
                await transport.send(get(full_backlog_url))
            assert connecting.cancelled_caught
            await response_to(transport, get(server.url))
    assert server.connections == 1


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_cancelling_the_reading_of_a_body(mode: Mode) -> None:
    with Server([stall_after(STREAM_HEAD + http_chunk(b"a")), OK]) as server:
        async with open_transport(mode, max_connections=1) as transport:
            body = await open_body(transport, get(server.url, streamed=True))
            assert await anext(body) == b"a"
            with anyio.move_on_after(0.05) as scope:
                await anext(body)
            assert scope.cancelled_caught
            await response_to(transport, get(server.url))


@pytest.mark.parametrize("streamed", [False, True])
def test_an_interrupt_closes_the_connection(streamed: bool) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    ours = signal.signal(signal.SIGUSR1, interrupt)
    main = threading.main_thread().ident
    assert main == threading.get_ident()
    transport = SocketTransport(max_connections=1)
    try:
        with Server([stall_after(STREAM_HEAD if streamed else b""), OK]) as server:
            body = None
            if streamed:
                outcome = transport.send(get(server.url, streamed=True))
                assert isinstance(outcome, StreamingResponse)
                body = outcome.body
            timer = threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGUSR1))
            timer.start()
            with pytest.raises(KeyboardInterrupt):
                next(body) if body else transport.send(get(server.url))
            timer.join()
            assert isinstance(transport.send(get(server.url)), Response)
            assert server.connections == 2
    finally:
        signal.signal(signal.SIGUSR1, ours)
        transport.close()

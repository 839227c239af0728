"""Streamed bodies of the transports: read piece by piece, lost, closed early, and finished."""

from __future__ import annotations

import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from julep import RequestTimeoutError
from julep._http.messages import Response, StreamingResponse
from julep._http.sync_transport import SocketTransport
from julep._http.timeout import Timeout
from julep.errors import NetworkError
from tests.sdk.helpers.modes import Mode
from tests.sdk.helpers.waiting import HANG, at_any_scale
from tests.sdk.transport.helpers.scripted_server import (
    STREAM_HEAD,
    Exchange,
    Server,
    Step,
    http_chunk,
    raw,
    reset_after,
    respond,
    stall_after,
)
from tests.sdk.transport.helpers.transports import (
    OK,
    get,
    open_body,
    open_transport,
    respond_events,
    response_to,
)

pytestmark = pytest.mark.anyio

GZIPPED = STREAM_HEAD[:-2] + b"content-encoding: gzip\r\n\r\n"


@pytest.mark.usefixtures("reader")
async def test_a_stream_is_read_piece_by_piece(mode: Mode) -> None:
    goes_on = threading.Event()

    async def step(exchange: Exchange) -> bool:
        await exchange.write(STREAM_HEAD + http_chunk(b"first"))
        await anyio.to_thread.run_sync(goes_on.wait)
        await exchange.write(http_chunk(b"second") + http_chunk(b""))
        return True

    with Server([step, OK]) as server:
        async with open_transport(mode) as transport:
            outcome = await transport.send(get(server.url, streamed=True))
            assert isinstance(outcome, StreamingResponse)
            assert outcome.status == 200
            assert outcome.headers["x-request-id"] == "req-1"
            assert await anext(outcome.body) == b"first"
            goes_on.set()
            assert [piece async for piece in outcome.body] == [b"second"]
            assert [piece async for piece in outcome.body] == []
            await outcome.body.aclose()
            await response_to(transport, get(server.url))
    assert server.connections == 1


async def test_a_compressed_stream(mode: Mode) -> None:
    sent = gzip.compress(b"data: 1\n\n" * 100_000)
    halves = sent[:500], sent[500:]
    with Server([respond_events(*halves, head=GZIPPED), OK]) as server:
        async with open_transport(mode) as transport:
            body = await open_body(transport, get(server.url, streamed=True))
            assert b"".join([piece async for piece in body]) == b"data: 1\n\n" * 100_000
            await response_to(transport, get(server.url))
    assert server.connections == 1


@pytest.mark.parametrize(
    "step",
    [
        respond(200, b"{}", {"content-type": "application/json"}),
        respond(503, b"{}", {"content-type": "text/event-stream"}),
        respond(200, b"{}"),
    ],
)
async def test_a_response_that_is_no_stream_is_read_whole(mode: Mode, step: Step) -> None:
    with Server([step]) as server:
        async with open_transport(mode) as transport:
            assert (await response_to(transport, get(server.url, streamed=True))).body == b"{}"


BODY_LOSSES: dict[str, tuple[Step, str]] = {
    "closed": (raw(STREAM_HEAD + http_chunk(b"a")), "before its response was complete"),
    "reset": (reset_after(STREAM_HEAD + http_chunk(b"a")), "connection reset"),
    "bad chunks": (raw(STREAM_HEAD + http_chunk(b"a") + b"zz\r\n"), "breaks the rules"),
    "silent": (stall_after(STREAM_HEAD + http_chunk(b"a")), "no response within 0.3 s (read"),
    "no gzip": (respond_events(b"hello, this is text", head=GZIPPED), "not gzip"),
    "half a gzip": (respond_events(gzip.compress(b"a")[:-1], head=GZIPPED), "cut short"),
}


@pytest.mark.parametrize(("step", "problem"), BODY_LOSSES.values(), ids=BODY_LOSSES.keys())
async def test_a_lost_body_raises(mode: Mode, step: Step, problem: str) -> None:
    seconds = 0.3 if "0.3 s" in problem else HANG
    with Server([step, OK]) as server:
        async with open_transport(mode, max_connections=1) as transport:
            body = await open_body(
                transport, get(server.url, streamed=True, timeout=Timeout(read=seconds))
            )
            with pytest.raises(NetworkError) as caught:
                assert [piece async for piece in body] == [b"a"]
            assert problem in str(caught.value)
            assert [piece async for piece in body] == []
            await body.finish()
            await body.aclose()
            await response_to(transport, get(server.url))


@at_any_scale
async def test_the_total_timeout_covers_a_body(scale: float, mode: Mode) -> None:
    with Server([stall_after(STREAM_HEAD + http_chunk(b"a"))]) as server:
        async with open_transport(mode) as transport:
            timeout, deadline = Timeout(total=scale), time.monotonic() + scale
            request = get(server.url, streamed=True, timeout=timeout, deadline=deadline)
            body = await open_body(transport, request)
            with pytest.raises(RequestTimeoutError, match=f"within {scale} s") as caught:
                assert [piece async for piece in body] == [b"a"]
            assert caught.value.phase == "total"


async def test_a_body_closed_early_closes_its_connection(mode: Mode) -> None:
    with Server([stall_after(STREAM_HEAD + http_chunk(b"a")), OK]) as server:
        async with open_transport(mode, max_connections=1) as transport:
            body = await open_body(transport, get(server.url, streamed=True))
            assert await anext(body) == b"a"
            await body.aclose()
            await body.aclose()
            assert [piece async for piece in body] == []
            await response_to(transport, get(server.url))
    assert server.connections == 2


@pytest.mark.parametrize("end", [b"0\r\n\r\n", b""], ids=["ended", "endless"])
async def test_finishing_a_body_that_was_received(
    mode: Mode, end: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("julep._http.sync_transport", "julep._http.async_transport"):
        monkeypatch.setattr(f"{name}.FINISH_SECONDS", HANG if end else 0.2)
    with Server([respond_events(b"a", b"b", end=end), OK]) as server:
        async with open_transport(mode) as transport:
            body = await open_body(transport, get(server.url, streamed=True))
            assert (await anext(body)).startswith(b"a")  # both pieces if they are received at once
            with anyio.fail_after(HANG):
                await body.finish()
            await response_to(transport, get(server.url))
    assert server.connections == (1 if end else 2)


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_closing_a_body_that_a_task_reads(mode: Mode) -> None:
    with Server([stall_after(STREAM_HEAD), OK]) as server:
        async with open_transport(mode, max_connections=1) as transport:
            body = await open_body(transport, get(server.url, streamed=True))

            async def read() -> None:
                with pytest.raises(NetworkError):
                    await anext(body)

            async with anyio.create_task_group() as group:
                group.start_soon(read)
                await anyio.wait_all_tasks_blocked()
                await body.aclose()
            await response_to(transport, get(server.url))


def test_closing_a_body_that_a_thread_reads() -> None:
    transport = SocketTransport(max_connections=1)
    with Server([stall_after(STREAM_HEAD), OK]) as server, ThreadPoolExecutor(1) as threads:
        outcome = transport.send(get(server.url, streamed=True))
        assert isinstance(outcome, StreamingResponse)
        reading = threads.submit(next, outcome.body)
        while not vars(outcome.body)["_is_reading"]:
            time.sleep(0.001)
        time.sleep(0.05)  # until it waits in the system call
        outcome.body.close()
        assert isinstance(reading.exception(HANG), NetworkError)
        assert isinstance(transport.send(get(server.url)), Response)
        transport.close()

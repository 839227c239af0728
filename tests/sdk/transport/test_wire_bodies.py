"""Answers that stay open: read as they come, lost, left early, and finished."""

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
from tests.sdk.colours import Colour
from tests.sdk.transport.servers import (
    STREAM_HEAD,
    Exchange,
    Server,
    Step,
    answer,
    piece,
    raw,
    reset_after,
    stall_after,
)
from tests.sdk.transport.wires import (
    OK,
    answer_to,
    get,
    opened,
    stream_of,
    wire_of,
)

pytestmark = pytest.mark.anyio

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
            assert isinstance(outcome, StreamingResponse)
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
    "closed": (raw(STREAM_HEAD + piece(b"a")), "before its response was complete"),
    "reset": (reset_after(STREAM_HEAD + piece(b"a")), "connection reset"),
    "bad chunks": (raw(STREAM_HEAD + piece(b"a") + b"zz\r\n"), "breaks the rules"),
    "silent": (stall_after(STREAM_HEAD + piece(b"a")), "no response within 0.3 s (read"),
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
            deadline = time.monotonic() + 0.3
            asked = get(server.url, streamed=True, timeout=Timeout(total=0.3), deadline=deadline)
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
    for name in ("julep._http.sync_transport", "julep._http.async_transport"):
        monkeypatch.setattr(f"{name}.FINISH_SECONDS", 0.2)
    with Server([stream_of(b"a", b"b", end=end), OK]) as server:
        async with wire_of(colour) as wire:
            body = await opened(wire, get(server.url, streamed=True))
            assert (await anext(body)).startswith(b"a")  # both pieces, if they came at once
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
    wire = SocketTransport(max_connections=1)
    with Server([stall_after(STREAM_HEAD), OK]) as server, ThreadPoolExecutor(1) as threads:
        outcome = wire.send(get(server.url, streamed=True))
        assert isinstance(outcome, StreamingResponse)
        reading = threads.submit(next, outcome.body)
        while not vars(outcome.body)["_is_reading"]:
            time.sleep(0.001)
        time.sleep(0.05)  # until it really waits
        outcome.body.close()
        assert isinstance(reading.exception(10), NetworkError)
        assert isinstance(wire.send(get(server.url)), Response)
        wire.close()

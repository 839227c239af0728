"""Streamed chats: whole, cut at every position, invalid, and closed early."""

from __future__ import annotations

import json
from collections.abc import Iterator
from threading import Event

import anyio
import anyio.to_thread
import pytest

import julep
from julep import AsyncChatStream, AsyncClient
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.resources import HELLO
from tests.sdk.helpers.streams import assert_over
from tests.sdk.helpers.waiting import HANG, at_any_scale, cancel_when
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    REPLY_ID,
    SESSION,
    STREAM_HEAD,
    USAGE,
    Exchange,
    Server,
    Step,
    chat_event,
    http_chunk,
    raw,
    reset_after,
    respond,
    respond_error,
    respond_json,
    respond_stream,
    stall_after,
)
from tests.sdk.transport.helpers.support import assert_ours

pytestmark = pytest.mark.anyio

EVENTS = (chat_event("Grü"), chat_event("ße "), chat_event("☃", "stop", usage=USAGE), DONE)
TEXTS = ["Grü", "ße ", "☃"]


async def opened(client: AsyncClient) -> AsyncChatStream:
    return await client.sessions.chat(SESSION["id"], HELLO, stream=True)


async def read(events: AsyncChatStream) -> list[str]:
    return [event.text async for event in events]


async def read_new(client: AsyncClient) -> list[str]:
    return await read(await opened(client))


@pytest.mark.parametrize("delay", [0.0, 0.005])
async def test_a_stream_is_read_to_its_end(mode: Mode, delay: float) -> None:
    with Server([respond_stream(*EVENTS, delay=delay)]) as server:
        async with make_client(mode, server.url) as client:
            events = await opened(client)
            assert await read(events) == TEXTS
            await assert_over(events)
            whole = await events.get_final_response()
    assert whole.text == "Grüße ☃"
    assert whole.id == REPLY_ID
    assert whole.finish_reason.value == "stop"
    assert whole.to_dict()["usage"] == USAGE


async def test_the_final_response_at_once(mode: Mode) -> None:
    with Server([respond_stream(b"".join(EVENTS))]) as server:
        async with make_client(mode, server.url) as client:
            async with await opened(client) as events:
                assert (await anext(events)).text == "Grü"
                assert (await events.get_final_response()).text == "Grüße ☃"
            assert (await events.get_final_response()).text == "Grüße ☃"


@pytest.mark.parametrize("delay", [0.0, 0.005])
async def test_a_stream_read_to_its_end_releases_its_connection(mode: Mode, delay: float) -> None:
    with Server([respond_stream(*EVENTS, delay=delay)]) as server:
        async with make_client(mode, server.url) as client:
            for _ in range(5):
                assert await read(await opened(client)) == TEXTS
    assert server.connections == 1


async def test_the_end_of_the_body_is_not_awaited(mode: Mode) -> None:
    endless = STREAM_HEAD + b"".join(http_chunk(event) for event in EVENTS)
    with Server([stall_after(endless), respond_json(SESSION)]) as server:
        async with make_client(mode, server.url, timeout=2 * HANG) as client:
            with anyio.fail_after(HANG):
                assert await read(await opened(client)) == TEXTS
            assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]


def cuts() -> Iterator[tuple[int, bytes, list[str]]]:
    """Yield every prefix of a stream's body with the texts of the complete events in it."""
    events = (chat_event("a"), chat_event("é"), chat_event("c", "stop"), DONE)
    body = b"".join(events)
    ends = [len(b"".join(events[: count + 1])) for count in range(3)]
    for end in range(len(body)):
        yield end, body[:end], ["a", "é", "c"][: sum(whole <= end for whole in ends)]


async def test_a_stream_cut_at_any_position(mode: Mode) -> None:
    chunked = STREAM_HEAD
    until_closed = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
    with Server([]) as server:
        async with make_client(mode, server.url) as client:
            for end, body, texts in cuts():
                sent = chunked + http_chunk(body) if end % 2 and body else until_closed + body
                server.steps[:] = [raw(sent)]
                events = await opened(client)
                seen = [(await anext(events)).text for _ in texts]
                with pytest.raises(julep.StreamInterruptedError) as caught:
                    await anext(events)
                error = caught.value
                assert seen == texts, end
                assert error.partial.text == "".join(texts)
                assert_ours(error)


LOSSES: dict[str, Step] = {
    "reset": reset_after(STREAM_HEAD + http_chunk(EVENTS[0])),
    "closed": raw(STREAM_HEAD + http_chunk(EVENTS[0])),
    "ended too early": raw(STREAM_HEAD + http_chunk(EVENTS[0]) + http_chunk(b"")),
    "broken chunks": raw(STREAM_HEAD + http_chunk(EVENTS[0]) + b"zz\r\n"),
    "silent": stall_after(STREAM_HEAD + http_chunk(EVENTS[0]) + http_chunk(b": still there\n")),
}


@pytest.mark.parametrize("step", LOSSES.values(), ids=LOSSES.keys())
@at_any_scale
async def test_the_error_of_a_lost_stream_has_the_received_text(
    scale: float, mode: Mode, step: Step
) -> None:
    with Server([step, step, respond_json(SESSION)]) as server:
        timeout = julep.Timeout(read=1.0 * scale)
        async with make_client(mode, server.url, timeout=timeout) as client:
            events = await opened(client)
            assert (await anext(events)).text == "Grü"
            with pytest.raises(julep.StreamInterruptedError) as caught:
                await anext(events)
            await assert_over(events)
            with pytest.raises(julep.StreamInterruptedError):
                await events.get_final_response()
            with pytest.raises(julep.StreamInterruptedError) as again:
                await (await opened(client)).get_final_response()
            assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]
    for error in (caught.value, again.value):
        assert_ours(error)
        assert error.partial.text == "Grü"
        assert str(error).count("POST ") == 1
    # A chat whose events have no ids is not retried once its stream has begun.
    assert len(server.received) == 3


@at_any_scale
async def test_silence_in_a_stream_is_a_timeout(scale: float, mode: Mode) -> None:
    with Server([LOSSES["silent"]]) as server:
        async with make_client(mode, server.url, timeout=1.0 * scale) as client:
            with pytest.raises(julep.StreamInterruptedError, match=f"within {scale} s"):
                await read(await opened(client))


@at_any_scale
async def test_a_slow_stream_does_not_time_out(scale: float, mode: Mode) -> None:
    events = [chat_event("a")] * 8
    with Server([respond_stream(*events, DONE, delay=0.2 * scale)]) as server:
        timeout = julep.Timeout(read=1.0 * scale)
        async with make_client(mode, server.url, timeout=timeout) as client:
            assert len(await read(await opened(client))) == 8


async def test_an_error_event(mode: Mode) -> None:
    problem = {"error": {"code": "model_failed", "message": "The model is gone"}}
    event = b"event: error\ndata: " + json.dumps(problem).encode() + b"\n\n"
    with Server([respond_stream(EVENTS[0] + event + DONE), respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            events = await opened(client)
            assert (await anext(events)).text == "Grü"
            with pytest.raises(julep.ApiError) as caught:
                await anext(events)
            await assert_over(events)
            assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]
    error = caught.value
    assert_ours(error)
    assert (error.code, error.message) == ("model_failed", "The model is gone")
    assert error.request_id == "req-1"


SKIPPED = [
    b": a comment\n\n",
    b"event: ping\ndata: {}\n\n",
    b"event: ping\ndata: no JSON\n\n",
    b"retry: 100\n\n",
    b"id: 9\n\n",
    b"\r\n\r\n\r",
]


async def test_comments_and_unknown_events_are_skipped(mode: Mode) -> None:
    events = [event for pair in zip(SKIPPED, [*EVENTS, b"", b""], strict=True) for event in pair]
    with Server([respond_stream(*filter(None, events))]) as server:
        async with make_client(mode, server.url) as client:
            assert await read(await opened(client)) == TEXTS


JUNK: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"data: {oops\n\n", "expected JSON"),
    "no object": (b"data: 7\n\n", "object"),
    "a wrong type": (chat_event("a").replace(b'"a"', b"7"), "delta.content: expected"),
    "nothing": (b"data\n\n", "got nothing"),
    "bytes that are no text": (b"data: \xff\n\n", "expected JSON"),
    "a byte order mark": (b"data: \xef\xbb\xbf{}\n\n", "it begins with a byte order mark"),
    "a long number": (b"data: " + b"9" * 5000 + b"\n\n", "a number of more than 4300 digits"),
}


@pytest.mark.parametrize(("junk", "message"), JUNK.values(), ids=JUNK.keys())
async def test_an_invalid_event_raises_with_its_problem(
    mode: Mode, junk: bytes, message: str
) -> None:
    with Server([respond_stream(EVENTS[0] + junk + DONE), respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            events = await opened(client)
            assert (await anext(events)).text == "Grü"
            with pytest.raises(julep.InvalidResponseError, match=message) as caught:
                await anext(events)
            await assert_over(events)
            assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]
    assert_ours(caught.value)
    assert caught.value.request_id == "req-1"


@pytest.mark.parametrize(
    "done",
    [b"data: [DONE]", b"data:[DONE]", b"data: [DONE] ", b"data:  [DONE]\t", b"data: [DONE]\ndata:"],
)
async def test_the_end_with_white_space(mode: Mode, done: bytes) -> None:
    with Server([respond_stream(*EVENTS[:-1], done + b"\n\n")]) as server:
        async with make_client(mode, server.url) as client:
            assert await read(await opened(client)) == TEXTS


@pytest.mark.parametrize("other", [b"DATA: [DONE]", b"data : [DONE]", b" data: [DONE]"])
async def test_fields_of_other_names_are_no_data(mode: Mode, other: bytes) -> None:
    """Names of fields are compared as they are: WHATWG HTML, section 9.2.6."""
    with Server([respond_stream(EVENTS[0], other + b"\n\n", *EVENTS[1:])]) as server:
        async with make_client(mode, server.url) as client:
            assert await read(await opened(client)) == TEXTS


@pytest.mark.parametrize("kind", ["application/json", "text/html", None])
async def test_a_response_that_is_not_a_stream_raises(mode: Mode, kind: str | None) -> None:
    step = respond(200, b"{}", {} if kind is None else {"content-type": kind})
    with Server([step]) as server:
        async with make_client(mode, server.url) as client:
            with pytest.raises(julep.InvalidResponseError, match="text/event-stream") as caught:
                await opened(client)
    assert_ours(caught.value)
    assert len(server.received) == 1


async def test_the_content_type_is_case_insensitive(mode: Mode) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream\r\n\r\n"
    with Server([raw(head + b"".join(EVENTS))]) as server:
        async with make_client(mode, server.url) as client:
            assert await read(await opened(client)) == TEXTS


async def test_an_error_response_to_a_streamed_chat(mode: Mode) -> None:
    with Server([respond_error(503), respond_error(422)]) as server:
        async with make_client(mode, server.url) as client:
            with pytest.raises(julep.UnprocessableEntityError) as caught:
                await opened(client)
    assert_ours(caught.value)
    assert caught.value.attempts == 2


async def test_closing_a_stream_early_closes_the_connection(mode: Mode) -> None:
    gone = Event()

    async def talk_until_left(exchange: Exchange) -> bool:
        await exchange.write(STREAM_HEAD + http_chunk(EVENTS[0] + EVENTS[1]))
        await exchange.stall()
        gone.set()
        return False

    with Server([talk_until_left, respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            async with await opened(client) as events:
                async for event in events:
                    assert event.text == "Grü"
                    break
            await assert_over(events)
            with pytest.raises(julep.StreamInterruptedError) as caught:
                await events.get_final_response()
            with anyio.fail_after(HANG):
                await anyio.to_thread.run_sync(gone.wait)
            await events.aclose()
            assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]
    assert caught.value.partial.text == "Grü"
    assert server.connections == 2


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
@pytest.mark.parametrize("sent", [b"", STREAM_HEAD, STREAM_HEAD + http_chunk(EVENTS[0])])
async def test_cancelling_a_stream(mode: Mode, sent: bytes) -> None:
    with Server([stall_after(sent), respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            await cancel_when(lambda: bool(server.received), read_new, client)
            assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]
    assert server.connections == 2


async def test_a_stream_of_a_closed_client_raises(
    mode: Mode,
) -> None:
    step = stall_after(STREAM_HEAD + http_chunk(EVENTS[0]))
    with Server([step]) as server:
        async with make_client(mode, server.url) as client:
            events = await opened(client)
            assert (await anext(events)).text == "Grü"
        with pytest.raises(julep.StreamInterruptedError) as caught:
            await anext(events)
    assert_ours(caught.value)
    assert caught.value.partial.text == "Grü"

"""Streams that are lost and resumed: the requests, their number, and the events."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

import julep
from julep import AsyncChatStream, AsyncClient, RetryPolicy
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.resources import HELLO
from tests.sdk.helpers.streams import assert_over
from tests.sdk.helpers.waiting import at_any_scale
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
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
    respond_error,
    respond_json,
    respond_stream,
    stall_after,
)
from tests.sdk.transport.helpers.support import assert_ours

pytestmark = pytest.mark.anyio

TEXTS = ["Grü", "ße ", "aus ", "☃"]
EVENTS = [
    *(chat_event(text, event_id=f"r:{number}") for number, text in enumerate(TEXTS[:-1], 1)),
    chat_event("☃", "stop", event_id="r:4", usage=USAGE),
    b"id: r:5\n" + DONE,
]


def since(exchange: Exchange) -> int:
    """Return how many events the client has received, by its Last-Event-ID."""
    last = exchange.request.header("last-event-id")
    return int(last.partition(":")[2]) if last else 0


def lost_after(count: int, lose: Callable[[bytes], Step]) -> Step:
    """Send so many events after those that the client has, and lose the connection."""

    async def step(exchange: Exchange) -> bool:
        begin = since(exchange)
        sent = b"".join(map(http_chunk, EVENTS[begin : begin + count]))
        return await lose(STREAM_HEAD + sent)(exchange)

    return step


async def go_on(exchange: Exchange) -> bool:
    return await respond_stream(*EVENTS[since(exchange) :])(exchange)


LOSSES: dict[str, Callable[[bytes], Step]] = {
    "a reset": reset_after,
    "a close": raw,
    "an end": lambda sent: raw(sent + http_chunk(b""), keep=True),
    "a broken chunk": lambda sent: raw(sent + b"zz\r\n"),
    "half an event": lambda sent: raw(sent + http_chunk(b"id: r:9\ndata: {")),
    "silence": stall_after,
}
ALL = [(count, loss) for count in range(1, 5) for loss in LOSSES]


async def opened(client: AsyncClient) -> AsyncChatStream:
    return await client.sessions.chat(SESSION["id"], HELLO, stream=True)


@pytest.mark.parametrize(("count", "loss"), ALL)
@at_any_scale
async def test_a_lost_stream_is_resumed(scale: float, mode: Mode, count: int, loss: str) -> None:
    with Server([lost_after(count, LOSSES[loss]), go_on]) as server:
        timeout = julep.Timeout(read=0.5 * scale)
        async with make_client(mode, server.url, timeout=timeout) as client:
            events = await opened(client)
            assert [event.text async for event in events] == TEXTS
            whole = await events.get_final_response()
    assert whole.text == "Grüße aus ☃"
    assert whole.to_dict()["usage"] == USAGE
    first, *resumed = [request.header("last-event-id") for request in server.received]
    assert first is None
    assert resumed == [f"r:{count}"]


async def test_resuming_repeats_the_same_request(mode: Mode) -> None:
    with Server([lost_after(1, raw), lost_after(1, raw), respond_error(503), go_on]) as server:
        async with make_client(mode, server.url, api_key="secret") as client:
            assert (await (await opened(client)).get_final_response()).text == "Grüße aus ☃"
    first, *others = server.received
    assert [other.header("last-event-id") for other in others] == ["r:1", "r:2", "r:2"]
    assert first.header("idempotency-key")
    assert json.loads(first.body) == {"messages": HELLO, "stream": True}
    for other in others:
        assert (other.method, other.target, other.body) == (first.method, first.target, first.body)
        assert other.without("last-event-id") == first.without()


async def test_the_delay_before_a_stream_is_resumed_is_the_servers(mode: Mode) -> None:
    delays: list[float] = []
    hooks = julep.Hooks(on_retry=lambda event: delays.append(event.delay))
    begun = raw(STREAM_HEAD + http_chunk(b"retry: 30\n" + EVENTS[0]))
    with Server([begun, lost_after(1, raw), go_on]) as server:
        async with make_client(mode, server.url, hooks=hooks) as client:
            assert (await (await opened(client)).get_final_response()).text == "Grüße aus ☃"
    assert delays == [0.03, 0.03]


async def test_a_delay_longer_than_the_policy_allows_ends_the_stream(mode: Mode) -> None:
    with Server([raw(STREAM_HEAD + http_chunk(b"retry: 60001\n" + EVENTS[0])), go_on]) as server:
        async with make_client(mode, server.url) as client:
            events = await opened(client)
            with pytest.raises(julep.StreamInterruptedError) as raised:
                await events.get_final_response()
    assert raised.value.partial.text == TEXTS[0]
    assert len(server.received) == 1


async def test_losses_are_counted_since_the_last_event(mode: Mode) -> None:
    """With one retry, each of four events may be followed by a loss, but not by two."""
    each = [lost_after(1, raw), lost_after(0, raw)]
    with Server([lost_after(1, raw)] * 5 + [go_on]) as server:
        async with make_client(mode, server.url, max_retries=1) as client:
            assert (await (await opened(client)).get_final_response()).text == "Grüße aus ☃"
    assert len(server.received) == 5
    with Server([*each, go_on]) as server:
        async with make_client(mode, server.url, max_retries=1) as client:
            with pytest.raises(julep.StreamInterruptedError) as caught:
                await (await opened(client)).get_final_response()
    assert_ours(caught.value)
    assert (caught.value.attempts, caught.value.partial.text) == (2, "Grü")
    assert len(server.received) == 2


@pytest.mark.parametrize(
    "policy", [RetryPolicy(max_retries=0), RetryPolicy(connection_errors=False)]
)
async def test_a_loss_without_retries_raises_at_once(mode: Mode, policy: RetryPolicy) -> None:
    with Server([lost_after(2, raw), go_on]) as server:
        async with make_client(mode, server.url, retry=policy) as client:
            with pytest.raises(julep.StreamInterruptedError) as caught:
                await (await opened(client)).get_final_response()
    error = caught.value
    assert_ours(error)
    assert (error.partial.text, error.attempts) == ("Grüße ", 1)
    assert "before" in str(error)
    assert "going on with it" not in str(error)
    assert len(server.received) == 1


@pytest.mark.parametrize("status", [400, 404, 409, 501])
async def test_an_error_response_to_resuming(mode: Mode, status: int) -> None:
    with Server([lost_after(1, raw), respond_error(status), respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            events = await opened(client)
            with pytest.raises(julep.StreamInterruptedError) as caught:
                await events.get_final_response()
            await assert_over(events)
            assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]
    error = caught.value
    assert_ours(error)
    assert f"resuming it failed: {status}: this is a {status}" in str(error)
    assert (error.partial.text, error.attempts) == ("Grü", 2)
    assert "last-event-id: r:1" in error.as_curl()
    assert any("attempt 1" in note for note in error.__notes__)


async def test_repeated_events_are_read_once(mode: Mode) -> None:
    for count in range(1, 5):
        with Server([lost_after(count, raw), respond_stream(*EVENTS)]) as server:
            async with make_client(mode, server.url) as client:
                events = await opened(client)
                assert [event.text async for event in events] == TEXTS
                assert (await events.get_final_response()).text == "Grüße aus ☃"


async def test_repeated_events_may_be_lost_again(mode: Mode) -> None:
    """Also before it has repeated all earlier events."""
    begun = raw(STREAM_HEAD + http_chunk(EVENTS[0]))
    with Server([lost_after(3, raw), begun, respond_stream(*EVENTS)]) as server:
        async with make_client(mode, server.url) as client:
            events = await opened(client)
            assert [event.text async for event in events] == TEXTS
    assert [request.header("last-event-id") for request in server.received[1:]] == ["r:3", "r:3"]


async def test_another_response_is_not_mixed_with_the_first(mode: Mode) -> None:
    other = chat_event("Zu spät", event_id="s:2").replace(b"5f0e4a8e", b"6f0e4a8e")
    with Server([lost_after(1, raw), respond_stream(other, DONE)]) as server:
        async with make_client(mode, server.url) as client:
            events = await opened(client)
            assert (await anext(events)).text == "Grü"
            with pytest.raises(julep.StreamInterruptedError, match="another answer") as caught:
                await anext(events)
            await assert_over(events)
    assert_ours(caught.value)
    assert caught.value.attempts == 2
    assert caught.value.partial.text == "Grü"


async def test_a_stream_without_ids_is_not_resumed(mode: Mode) -> None:
    with Server([raw(STREAM_HEAD + http_chunk(chat_event("Grü"))), go_on]) as server:
        async with make_client(mode, server.url) as client:
            with pytest.raises(julep.StreamInterruptedError) as caught:
                await (await opened(client)).get_final_response()
    assert (caught.value.partial.text, caught.value.attempts) == ("Grü", 1)
    assert len(server.received) == 1


async def test_a_stream_without_events_is_retried(mode: Mode) -> None:
    with Server([raw(STREAM_HEAD), raw(STREAM_HEAD + http_chunk(b": hello\n\n")), go_on]) as server:
        async with make_client(mode, server.url) as client:
            assert (await (await opened(client)).get_final_response()).text == "Grüße aus ☃"
    assert [request.header("last-event-id") for request in server.received] == [None] * 3
    assert len({request.header("idempotency-key") for request in server.received}) == 1


async def test_an_error_at_once_is_retried_like_its_status(mode: Mode) -> None:
    failure = b'event: error\ndata: {"error": {"message": "busy", "status": 503}}\n\n'
    event = b"retry: 3\nevent: ping\ndata: 1\n\n" + failure
    with Server(
        [respond_stream(event), go_on, respond_stream(event), respond_error(404)]
    ) as server:
        async with make_client(mode, server.url) as client:
            stream = await opened(client)
            assert [chunk.text async for chunk in stream] == TEXTS
            stream = await opened(client)
            with pytest.raises(julep.NotFoundError) as caught:
                await anext(stream)
            await assert_over(stream)
    assert_ours(caught.value)
    assert caught.value.partial is not None
    assert "503: busy" in caught.value.__notes__[0]
    assert "retry in 0.003 s" in caught.value.__notes__[0]


async def test_a_closed_stream_is_not_resumed(mode: Mode) -> None:
    with Server([lost_after(1, raw), go_on]) as server:
        async with make_client(mode, server.url) as client:
            async with await opened(client) as events:
                assert (await anext(events)).text == "Grü"
            await assert_over(events)
    assert len(server.received) == 1


async def test_a_stream_of_a_closed_client_is_not_resumed(mode: Mode) -> None:
    with Server([lost_after(1, stall_after), go_on]) as server:
        async with make_client(mode, server.url) as client:
            events = await opened(client)
            assert (await anext(events)).text == "Grü"
        with pytest.raises(julep.StreamInterruptedError, match="closed") as caught:
            await anext(events)
    assert_ours(caught.value)
    assert caught.value.partial.text == "Grü"
    assert len(server.received) == 1


async def test_resuming_is_reported_to_hooks(mode: Mode) -> None:
    heard: list[tuple[int, str]] = []

    def hear(event: julep.RetryEvent) -> None:
        heard.append((event.attempt, event.error.message))

    hooks = julep.Hooks(on_retry=hear)
    with Server([lost_after(1, raw), lost_after(1, raw), go_on]) as server:
        async with make_client(mode, server.url, hooks=hooks) as client:
            await (await opened(client)).get_final_response()
    assert [attempt for attempt, _ in heard] == [1, 2]
    assert all("before its response was complete" in message for _, message in heard)

"""Streams that are lost and gone on with: how the server is asked, how often, and what is read."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

import julep
from julep import AsyncChatStream, AsyncClient, RetryPolicy
from tests.sdk.colours import Colour, client_of
from tests.sdk.support import HELLO
from tests.sdk.transport.servers import (
    DONE,
    SESSION,
    STREAM_HEAD,
    USAGE,
    Exchange,
    Server,
    Step,
    chunk,
    json_answer,
    piece,
    raw,
    refusal,
    reset_after,
    stall_after,
    stream,
)
from tests.sdk.transport.support import assert_ours

pytestmark = pytest.mark.anyio

TEXTS = ["Grü", "ße ", "aus ", "☃"]
EVENTS = [
    *(chunk(text, event_id=f"r:{number}") for number, text in enumerate(TEXTS[:-1], 1)),
    chunk("☃", "stop", event_id="r:4", usage=USAGE),
    b"id: r:5\n" + DONE,
]


def since(exchange: Exchange) -> int:
    """How many events the client has, by what it says."""
    last = exchange.request.header("last-event-id")
    return int(last.partition(":")[2]) if last else 0


def lost_after(count: int, lose: Callable[[bytes], Step]) -> Step:
    """Go on after what the client has, with so many events, and lose the connection."""

    async def step(exchange: Exchange) -> bool:
        begin = since(exchange)
        sent = b"".join(map(piece, EVENTS[begin : begin + count]))
        return await lose(STREAM_HEAD + sent)(exchange)

    return step


async def go_on(exchange: Exchange) -> bool:
    return await stream(*EVENTS[since(exchange) :])(exchange)


LOSSES: dict[str, Callable[[bytes], Step]] = {
    "a reset": reset_after,
    "a close": raw,
    "an end": lambda sent: raw(sent + piece(b""), keep=True),
    "a broken chunk": lambda sent: raw(sent + b"zz\r\n"),
    "half an event": lambda sent: raw(sent + piece(b"id: r:9\ndata: {")),
    "silence": stall_after,
}
ALL = [(count, loss) for count in range(1, 5) for loss in LOSSES]


async def opened(client: AsyncClient) -> AsyncChatStream:
    return await client.sessions.chat(SESSION["id"], HELLO, stream=True)


@pytest.mark.parametrize(("count", "loss"), ALL)
async def test_a_lost_stream_goes_on(colour: Colour, count: int, loss: str) -> None:
    with Server([lost_after(count, LOSSES[loss]), go_on]) as server:
        async with client_of(colour, server.url, timeout=julep.Timeout(read=0.5)) as client:
            events = await opened(client)
            assert [event.text async for event in events] == TEXTS
            whole = await events.get_final_response()
    assert whole.text == "Grüße aus ☃"
    assert whole.to_dict()["usage"] == USAGE
    assert [request.header("last-event-id") for request in server.received] == [None, f"r:{count}"]


async def test_it_is_the_same_request_that_is_sent_again(colour: Colour) -> None:
    with Server([lost_after(1, raw), lost_after(1, raw), refusal(503), go_on]) as server:
        async with client_of(colour, server.url, api_key="secret") as client:
            assert (await (await opened(client)).get_final_response()).text == "Grüße aus ☃"
    first, *others = server.received
    assert [other.header("last-event-id") for other in others] == ["r:1", "r:2", "r:2"]
    assert first.header("idempotency-key")
    assert json.loads(first.body) == {"messages": HELLO, "stream": True}
    for other in others:
        assert (other.method, other.target, other.body) == (first.method, first.target, first.body)
        assert other.without("last-event-id") == first.without()


async def test_the_delay_before_a_stream_is_resumed_is_the_servers(colour: Colour) -> None:
    delays: list[float] = []
    hooks = julep.Hooks(on_retry=lambda event: delays.append(event.delay))
    begun = raw(STREAM_HEAD + piece(b"retry: 30\n" + EVENTS[0]))
    with Server([begun, lost_after(1, raw), go_on]) as server:
        async with client_of(colour, server.url, hooks=hooks) as client:
            assert (await (await opened(client)).get_final_response()).text == "Grüße aus ☃"
    assert delays == [0.03, 0.03]


async def test_a_delay_longer_than_the_policy_allows_ends_the_stream(colour: Colour) -> None:
    with Server([raw(STREAM_HEAD + piece(b"retry: 60001\n" + EVENTS[0])), go_on]) as server:
        async with client_of(colour, server.url) as client:
            events = await opened(client)
            with pytest.raises(julep.StreamInterruptedError) as raised:
                await events.get_final_response()
    assert raised.value.partial.text == TEXTS[0]
    assert len(server.received) == 1


async def test_losses_are_counted_since_the_last_event_that_came(colour: Colour) -> None:
    """With one retry, each of four events may be followed by a loss, but not by two."""
    each = [lost_after(1, raw), lost_after(0, raw)]
    with Server([lost_after(1, raw)] * 5 + [go_on]) as server:
        async with client_of(colour, server.url, max_retries=1) as client:
            assert (await (await opened(client)).get_final_response()).text == "Grüße aus ☃"
    assert len(server.received) == 5
    with Server([*each, go_on]) as server:
        async with client_of(colour, server.url, max_retries=1) as client:
            with pytest.raises(julep.StreamInterruptedError) as caught:
                await (await opened(client)).get_final_response()
    assert_ours(caught.value)
    assert (caught.value.attempts, caught.value.partial.text) == (2, "Grü")
    assert len(server.received) == 2


@pytest.mark.parametrize(
    "policy", [RetryPolicy(max_retries=0), RetryPolicy(connection_errors=False)]
)
async def test_without_retries_a_loss_is_told_at_once(colour: Colour, policy: RetryPolicy) -> None:
    with Server([lost_after(2, raw), go_on]) as server:
        async with client_of(colour, server.url, retry=policy) as client:
            with pytest.raises(julep.StreamInterruptedError) as caught:
                await (await opened(client)).get_final_response()
    error = caught.value
    assert_ours(error)
    assert (error.partial.text, error.attempts) == ("Grüße ", 1)
    assert "before" in str(error)
    assert "going on with it" not in str(error)
    assert len(server.received) == 1


@pytest.mark.parametrize("status", [400, 404, 409, 501])
async def test_a_server_that_cannot_go_on_says_why(colour: Colour, status: int) -> None:
    with Server([lost_after(1, raw), refusal(status), json_answer(SESSION)]) as server:
        async with client_of(colour, server.url) as client:
            events = await opened(client)
            with pytest.raises(julep.StreamInterruptedError) as caught:
                await events.get_final_response()
            assert [event async for event in events] == []
            assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]
    error = caught.value
    assert_ours(error)
    assert f"resuming it failed: {status}: this is a {status}" in str(error)
    assert (error.partial.text, error.attempts) == ("Grü", 2)
    assert "last-event-id: r:1" in error.as_curl()
    assert any("attempt 1" in note for note in error.__notes__)


async def test_what_a_server_says_again_is_read_once(colour: Colour) -> None:
    for count in range(1, 5):
        with Server([lost_after(count, raw), stream(*EVENTS)]) as server:
            async with client_of(colour, server.url) as client:
                events = await opened(client)
                assert [event.text async for event in events] == TEXTS
                assert (await events.get_final_response()).text == "Grüße aus ☃"


async def test_what_a_server_says_again_may_be_lost_again(colour: Colour) -> None:
    """Also before it has said all of what came before."""
    begun = raw(STREAM_HEAD + piece(EVENTS[0]))
    with Server([lost_after(3, raw), begun, stream(*EVENTS)]) as server:
        async with client_of(colour, server.url) as client:
            events = await opened(client)
            assert [event.text async for event in events] == TEXTS
    assert [request.header("last-event-id") for request in server.received[1:]] == ["r:3", "r:3"]


async def test_another_answer_is_not_mixed_with_the_first(colour: Colour) -> None:
    other = chunk("Zu spät", event_id="s:2").replace(b"5f0e4a8e", b"6f0e4a8e")
    with Server([lost_after(1, raw), stream(other, DONE)]) as server:
        async with client_of(colour, server.url) as client:
            events = await opened(client)
            assert (await anext(events)).text == "Grü"
            with pytest.raises(julep.StreamInterruptedError, match="another answer") as caught:
                await anext(events)
            assert [event async for event in events] == []
    assert_ours(caught.value)
    assert caught.value.attempts == 2
    assert caught.value.partial.text == "Grü"


async def test_without_ids_nothing_can_be_gone_on_with(colour: Colour) -> None:
    with Server([raw(STREAM_HEAD + piece(chunk("Grü"))), go_on]) as server:
        async with client_of(colour, server.url) as client:
            with pytest.raises(julep.StreamInterruptedError) as caught:
                await (await opened(client)).get_final_response()
    assert (caught.value.partial.text, caught.value.attempts) == ("Grü", 1)
    assert len(server.received) == 1


async def test_a_stream_of_which_nothing_came_is_asked_for_again(colour: Colour) -> None:
    with Server([raw(STREAM_HEAD), raw(STREAM_HEAD + piece(b": hello\n\n")), go_on]) as server:
        async with client_of(colour, server.url) as client:
            assert (await (await opened(client)).get_final_response()).text == "Grüße aus ☃"
    assert [request.header("last-event-id") for request in server.received] == [None] * 3
    assert len({request.header("idempotency-key") for request in server.received}) == 1


async def test_a_stream_that_was_left_is_not_gone_on_with(colour: Colour) -> None:
    with Server([lost_after(1, raw), go_on]) as server:
        async with client_of(colour, server.url) as client:
            async with await opened(client) as events:
                assert (await anext(events)).text == "Grü"
            assert [event async for event in events] == []
    assert len(server.received) == 1


async def test_with_the_client_closed_a_stream_is_not_gone_on_with(colour: Colour) -> None:
    with Server([lost_after(1, stall_after), go_on]) as server:
        async with client_of(colour, server.url) as client:
            events = await opened(client)
            assert (await anext(events)).text == "Grü"
        with pytest.raises(julep.StreamInterruptedError, match="closed") as caught:
            await anext(events)
    assert_ours(caught.value)
    assert caught.value.partial.text == "Grü"
    assert len(server.received) == 1


async def test_hooks_hear_of_what_is_sent_again(colour: Colour) -> None:
    heard: list[tuple[int, str]] = []

    def hear(event: julep.RetryEvent) -> None:
        heard.append((event.attempt, event.error.message))

    hooks = julep.Hooks(on_retry=hear)
    with Server([lost_after(1, raw), lost_after(1, raw), go_on]) as server:
        async with client_of(colour, server.url, hooks=hooks) as client:
            await (await opened(client)).get_final_response()
    assert [attempt for attempt, _ in heard] == [1, 2]
    assert all("before its response was complete" in message for _, message in heard)

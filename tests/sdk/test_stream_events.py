"""Streams of chats as texts, events and a snapshot; streams that are over, or left open."""

from __future__ import annotations

import copy
import gc
import pickle
import warnings
import weakref
from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from julep import (
    ApiError,
    ArgumentTypeError,
    AsyncClient,
    InvalidArgumentError,
    InvalidIdError,
    JulepError,
    NotFoundError,
    StreamClosedError,
    StreamInterruptedError,
)
from julep._calls.stream_events import StreamedMessage
from julep.managers.types import ToolDict
from julep.streams import (
    AnswerFinished,
    AsyncChatStream,
    StreamEvent,
    TextDelta,
    ToolCallArguments,
    ToolCallBegun,
)
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.helpers.resources import HELLO, UNKNOWN_ID, new_session
from tests.sdk.helpers.streams import assert_over
from tests.sdk.transport.helpers.scripted_server import (
    SESSION,
    STREAM_HEAD,
    Server,
    chat_event,
    http_chunk,
    stall_after,
)
from tests.server.helpers.endpoint import DONE, Endpoint, piece, usage_piece

pytestmark = pytest.mark.anyio

WEATHER: ToolDict = {"type": "function", "function": {"name": "weather", "parameters": {}}}
ANSWER = "This is Julep's offline model"


async def test_a_stream_is_entered_without_awaiting_it(client: AsyncClient) -> None:
    session = await new_session(client)
    async with client.sessions.stream(session.id, HELLO) as stream:
        texts = [text async for text in stream.text_stream]
    assert len(texts) > 10
    assert all(texts)
    response = await stream.get_final_response()
    assert response.text == "".join(texts)
    assert response.text.startswith(ANSWER)
    await assert_over(stream)


async def test_both_ways_return_the_same_class_and_take_the_same_settings(
    client: AsyncClient,
) -> None:
    session = await new_session(client)
    chat = await client.sessions.chat(session.id, HELLO, stream=True, max_tokens=3, record=False)
    stream = client.sessions.stream(session.id, HELLO, max_tokens=3, record=False)
    assert type(unwrapped_stream(stream)) is type(unwrapped_stream(chat))
    first, second = await chat.get_final_response(), await stream.get_final_response()
    assert first.text == second.text == "This is Julep's"
    assert await client.sessions.history(session.id) == []


async def test_the_request_is_sent_when_the_stream_is_entered_or_read(client: AsyncClient) -> None:
    prepared = client.sessions.stream(UNKNOWN_ID, HELLO)
    for attribute in ("status_code", "headers", "request_id", "snapshot"):
        with pytest.raises(StreamClosedError, match="the stream is not open: enter it first"):
            getattr(prepared, attribute)
    with pytest.raises(NotFoundError):
        async with prepared:
            pass
    session = await new_session(client)
    read = [chunk.text async for chunk in client.sessions.stream(session.id, HELLO)]
    assert "".join(read).startswith(ANSWER)


async def test_a_stream_that_was_closed_before_it_was_entered(client: AsyncClient) -> None:
    session = await new_session(client)
    stream = client.sessions.stream(session.id, HELLO)
    await stream.aclose()
    with pytest.raises(StreamClosedError, match="was closed before it was opened"):
        async with stream:
            pass
    assert await client.sessions.history(session.id) == []


async def test_invalid_arguments_raise_before_the_stream_is_entered(client: AsyncClient) -> None:
    cases: list[tuple[dict[str, object], type[JulepError], str]] = [
        ({"temperature": 3}, InvalidArgumentError, "temperature"),
        ({"temperature": "hot"}, ArgumentTypeError, "temperature"),
        ({"temprature": 1}, ArgumentTypeError, "temprature"),
        ({"stream": True}, ArgumentTypeError, "stream"),
        ({"messages": []}, InvalidArgumentError, "messages"),
        ({"session_id": "x"}, InvalidIdError, "session_id"),
    ]
    for wrong, kind, path in cases:
        given: Any = {"session_id": UNKNOWN_ID, "messages": HELLO, **wrong}
        with pytest.raises(kind) as caught:
            client.sessions.stream(**given)
        assert getattr(caught.value, "path", None) == path


async def test_the_response_around_a_stream(client: AsyncClient) -> None:
    session = await new_session(client)
    async with client.sessions.stream(session.id, HELLO) as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.request_id == stream.headers["x-request-id"]
        await stream.get_final_response()
    assert stream.status_code == 200


async def test_the_snapshot_grows(client: AsyncClient) -> None:
    session = await new_session(client)
    async with client.sessions.stream(session.id, HELLO) as stream:
        assert stream.snapshot.text == ""
        so_far = ""
        async for text in stream.text_stream:
            so_far += text
            assert stream.snapshot.text == so_far
        assert stream.snapshot == await stream.get_final_response()


async def test_events_of_a_text(client: AsyncClient) -> None:
    session = await new_session(client)
    async with client.sessions.stream(session.id, HELLO) as stream:
        *texts, last = [event async for event in stream.events()]
        response = await stream.get_final_response()
    assert {type(event) for event in texts} == {TextDelta}
    assert "".join(event.text for event in texts if isinstance(event, TextDelta)) == response.text
    assert last == AnswerFinished(response)
    with pytest.raises(AttributeError):
        last.response = response  # type: ignore[misc]  # it is frozen


async def test_events_of_calls(model_client: AsyncClient, endpoint: Endpoint) -> None:
    calls = [
        {"index": index, "id": str(index), "type": "function",
         "function": {"name": "weather", "arguments": arguments}}
        for index, arguments in enumerate(('{"city": "Lisbon"}', '{"city": "Oslo"}'))
    ]  # fmt: skip
    endpoint.pieces = [
        piece({"role": "assistant", "content": "Let me "}),
        piece({"content": "see."}),
        *(piece({"tool_calls": [call]}) for call in calls),
        piece({}, "tool_calls"),
        usage_piece(),
        DONE,
    ]
    session = await new_session(model_client)
    async with model_client.sessions.stream(session.id, HELLO, [WEATHER], record=False) as stream:
        events: list[StreamEvent] = [event async for event in stream.events()]
        response = await stream.get_final_response()
    assert events == [
        TextDelta("Let me "),
        TextDelta("see."),
        ToolCallBegun(0, "weather"),
        ToolCallArguments(0, "weather", '{"city": "Lisbon"}'),
        ToolCallBegun(1, "weather"),
        ToolCallArguments(1, "weather", '{"city": "Oslo"}'),
        AnswerFinished(response),
    ]
    assert [message.role for message in response.response[0]][1:] == ["function_call"] * 2
    async with model_client.sessions.stream(session.id, HELLO, [WEATHER]) as stream:
        assert [text async for text in stream.text_stream] == ["Let me ", "see."]


async def test_events_continue_where_another_iterator_stopped(client: AsyncClient) -> None:
    session = await new_session(client)
    async with client.sessions.stream(session.id, HELLO) as stream:
        assert (await anext(stream)).text == "This"
        assert await anext(stream.text_stream) == " is"
        events = stream.events()
        assert isinstance(await anext(events), TextDelta)
        rest = [event async for event in events]
    assert isinstance(rest[-1], AnswerFinished)
    assert rest[-1].response.text.startswith(ANSWER)


def test_calls_that_arrive_in_pieces() -> None:
    message = StreamedMessage("function_call")
    for text in ('{"name": "add", ', '"arguments": '):
        message.add(text)
        assert message.call_events(2) == []
    message.add('{"a": 1}}')
    expected = [ToolCallBegun(2, "add"), ToolCallArguments(2, "add", '{"a": 1}')]
    assert message.call_events(2) == expected
    assert message.call_events(2, is_over=True) == []

    broken = StreamedMessage("function_call")
    broken.name = "add"
    broken.add("{")
    assert broken.call_events(0) == []
    assert broken.call_events(0, is_over=True) == [
        ToolCallBegun(0, "add"),
        ToolCallArguments(0, "add", "{"),
    ]


async def test_a_model_that_fails_leaves_its_partial_answer(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    endpoint.pieces = [
        piece({"role": "assistant", "content": "A fine"}),
        piece({"content": " day"}),
    ]
    stream = model_client.sessions.stream(session.id, HELLO)
    with pytest.raises(ApiError) as caught:
        await stream.get_final_response()
    error = caught.value
    assert error.code == "model_interrupted"
    assert error.partial is not None
    assert error.partial.text == stream.snapshot.text == "A fine day"
    unpickled = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    for twin in (unpickled, copy.copy(error)):
        assert twin.partial == error.partial
    await assert_over(stream)
    with pytest.raises(StreamInterruptedError) as interrupted:
        await stream.get_final_response()
    assert interrupted.value.partial == error.partial


async def test_other_errors_have_no_partial_answer(client: AsyncClient) -> None:
    with pytest.raises(NotFoundError) as caught:
        await client.sessions.get(UNKNOWN_ID)
    assert caught.value.partial is None


@pytest.mark.parametrize("is_begun", [False, True])
async def test_a_stream_left_open_warns_once_of_itself(client: AsyncClient, is_begun: bool) -> None:
    session = await new_session(client)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        stream: Any = unwrapped(client).sessions.chat(session.id, HELLO, stream=True)
        stream = await stream if hasattr(stream, "__await__") else stream
        if is_begun:
            _ = next(stream) if hasattr(stream, "__next__") else await anext(stream)
        del stream
        gc.collect()
    (warning,) = caught
    assert warning.category is ResourceWarning
    path = f"/sessions/{session.id}/chat"
    assert f"a stream of {path} was neither read to its end nor closed" in str(warning.message)
    # Its connection is closed, and the client works.
    assert await client.sessions.get(session.id) == session


async def test_streams_that_are_read_closed_or_never_entered_warn_of_nothing(
    client: AsyncClient,
) -> None:
    session = await new_session(client)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        async with client.sessions.stream(session.id, HELLO) as entered:
            await anext(entered)
        opened = await client.sessions.chat(session.id, HELLO, stream=True)
        assert [chunk async for chunk in opened]
        prepared = client.sessions.stream(session.id, HELLO)
        del entered, opened, prepared
        gc.collect()


@pytest.mark.parametrize("is_read", [False, True])
async def test_a_stream_is_freed_without_the_cyclic_collector(
    client: AsyncClient, is_read: bool
) -> None:
    session = await new_session(client)
    async with client.sessions.stream(session.id, HELLO) as stream:
        if is_read:
            await stream.get_final_response()
    tracker = vars(unwrapped_stream(stream))["_tracker"]
    records = weakref.ref(tracker), weakref.ref(tracker.call)
    gc.disable()
    try:
        del stream, tracker
        assert [record() for record in records] == [None, None]
    finally:
        gc.enable()


def unwrapped_stream(stream: AsyncChatStream) -> object:
    return getattr(stream, "_wrapped", stream)


@pytest.mark.parametrize("mode", ["asyncio"])
async def test_texts_are_the_body_of_a_response_of_a_web_framework(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    """As FastAPI and Starlette send it; the request is made when the body is read."""
    session = await new_session(model_client)

    async def respond(_: Request) -> StreamingResponse:
        return StreamingResponse(model_client.sessions.stream(session.id, HELLO).text_stream)

    app = Starlette(routes=[Route("/", respond)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as web:
        response = await web.get("/")
    assert (response.status_code, response.text) == (200, "A fine day.")
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_a_second_task_cannot_read_a_stream_at_the_same_time(mode: Mode) -> None:
    began = stall_after(STREAM_HEAD + http_chunk(chat_event("A fine")))
    waits = anyio.Event()

    async def read_all(stream: AsyncChatStream) -> None:
        async for text in stream.text_stream:
            assert text == "A fine"
            waits.set()  # No other task runs before this one waits for the next text.

    with Server([began]) as server:
        async with (
            make_client(mode, server.url) as client,
            client.sessions.stream(SESSION["id"], HELLO) as stream,
            anyio.create_task_group() as group,
        ):
            group.start_soon(read_all, stream)
            await waits.wait()
            for items in (stream, stream.text_stream, stream.events()):
                with pytest.raises(StreamClosedError, match="another task or thread is reading"):
                    await anext(items)
            assert stream.snapshot.text == "A fine"
            group.cancel_scope.cancel()

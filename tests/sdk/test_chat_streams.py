from __future__ import annotations

import json
from collections.abc import AsyncIterator

import anyio
import httpx
import pytest

from julep import (
    ApiError,
    AsyncClient,
    BadRequestError,
    StreamInterruptedError,
    UnprocessableEntityError,
)
from julep.managers.types import ToolDict
from julep.types import ChatResponse, ChatResponseFinishReason
from julep_server import LocalServer
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.resources import HELLO, new_session
from tests.sdk.helpers.streams import assert_over
from tests.sdk.helpers.waiting import HANG
from tests.server.helpers.endpoint import DONE, Endpoint, piece, usage_piece

pytestmark = pytest.mark.anyio

WEATHER: ToolDict = {"type": "function", "function": {"name": "weather", "parameters": {}}}


@pytest.fixture
async def narrow_client(mode: Mode, server: LocalServer) -> AsyncIterator[AsyncClient]:
    """A client with one connection, so that a call that does not release it blocks the next."""
    one = httpx.Limits(max_connections=1)
    if mode == "sync":
        with httpx.Client(limits=one) as connection:
            yield make_client(mode, server.url, http_client=connection, timeout=HANG)
    else:
        async with httpx.AsyncClient(limits=one) as connection:
            yield make_client(mode, server.url, http_client=connection, timeout=HANG)


def said(response: ChatResponse) -> list[list[tuple[str, object, object]]]:
    """Return an answer without the ids and times of its messages, which a stream does not have."""
    return [
        [(message.role.value, message.content, message.name) for message in choice]
        for choice in response.response
    ]


async def test_chunks_add_up_to_the_answer(client: AsyncClient) -> None:
    session, other = await new_session(client), await new_session(client)
    whole = await client.sessions.chat(other.id, HELLO)
    stream = await client.sessions.chat(session.id, HELLO, stream=True)
    chunks = [chunk async for chunk in stream]
    assert len(chunks) > 10
    assert "".join(chunk.text for chunk in chunks) == whole.text
    assert len({chunk.id for chunk in chunks}) == 1
    assert [chunk.finish_reason for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-1].finish_reason == "stop"
    assert chunks[-1].usage == whole.usage

    response = await stream.get_final_response()
    assert response.id == chunks[0].id
    assert response.text == whole.text
    assert said(response) == said(whole)
    assert response.finish_reason is ChatResponseFinishReason.STOP
    assert (response.usage, response.doc_ids) == (whole.usage, whole.doc_ids)
    assert response.message.to_dict().keys() == {"role", "content"}
    history = await client.sessions.history(session.id)
    assert [message.content for message in history] == ["Hello", whole.text]


async def test_final_response_without_reading_chunks(client: AsyncClient) -> None:
    session = await new_session(client)
    stream = await client.sessions.chat(session.id, HELLO, stream=True)
    response = await stream.get_final_response()
    assert response.text.endswith("You said: Hello")
    assert await stream.get_final_response() == response
    await assert_over(stream)


async def test_final_response_after_some_chunks(client: AsyncClient) -> None:
    session = await new_session(client)
    async with await client.sessions.chat(session.id, HELLO, stream=True) as stream:
        assert (await anext(stream)).text == "This"
        assert (await anext(stream)).text == " is"
        response = await stream.get_final_response()
    assert response.text.startswith("This is Julep's offline model")
    assert response.text.endswith("You said: Hello")


async def test_closing_a_stream_early(narrow_client: AsyncClient) -> None:
    session = await new_session(narrow_client)
    async with await narrow_client.sessions.chat(session.id, HELLO, stream=True) as stream:
        assert (await anext(stream)).text == "This"
    await assert_over(stream)
    with pytest.raises(StreamInterruptedError) as caught:
        await stream.get_final_response()
    assert caught.value.partial.text == "This"

    # The connection is free again, and the answer was neither lost nor generated twice.
    with anyio.fail_after(HANG):
        # The server is another program, without an event to wait for.
        while len(await narrow_client.sessions.history(session.id)) < 2:  # noqa: ASYNC110
            await anyio.sleep(0.01)
    reply = await narrow_client.sessions.chat(session.id, [{"role": "user", "content": "More"}])
    history = await narrow_client.sessions.history(session.id)
    assert [message.content for message in history[::2]] == ["Hello", "More"]
    assert str(history[1].content).endswith("You said: Hello")
    assert history[3] == reply.message
    assert len(history) == 4


async def test_leaving_a_stream_by_an_error(narrow_client: AsyncClient) -> None:
    session = await new_session(narrow_client)

    async def leave() -> None:
        async with await narrow_client.sessions.chat(session.id, HELLO, stream=True) as stream:
            async for _ in stream:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await leave()
    assert await narrow_client.sessions.get(session.id) == session


async def test_closing_a_stream(narrow_client: AsyncClient) -> None:
    session = await new_session(narrow_client)
    stream = await narrow_client.sessions.chat(session.id, HELLO, stream=True)
    await stream.aclose()
    await stream.aclose()
    await assert_over(stream)
    assert await narrow_client.sessions.get(session.id) == session


async def test_a_stream_that_was_read_releases_its_connection(
    narrow_client: AsyncClient,
) -> None:
    session = await new_session(narrow_client)
    for number in range(3):
        stream = await narrow_client.sessions.chat(session.id, HELLO, stream=True)
        assert (await stream.get_final_response()).text.endswith("You said: Hello")
        assert len(await narrow_client.sessions.history(session.id)) == 2 * number + 2


async def test_settings_apply_to_a_stream(client: AsyncClient) -> None:
    session = await new_session(client)
    stream = await client.sessions.chat(session.id, HELLO, stream=True, max_tokens=3, record=False)
    response = await stream.get_final_response()
    assert (response.text, response.finish_reason) == (
        "This is Julep's",
        ChatResponseFinishReason.LENGTH,
    )
    assert await client.sessions.history(session.id) == []


async def test_a_streamed_tool_call(client: AsyncClient) -> None:
    session, other = await new_session(client), await new_session(client)
    whole = await client.sessions.chat(
        other.id,
        HELLO,
        tools=[WEATHER],
        tool_choice={"type": "function", "function": {"name": "weather"}},
    )
    stream = await client.sessions.chat(
        session.id,
        HELLO,
        tools=[WEATHER],
        tool_choice={"type": "function", "function": {"name": "weather"}},
        stream=True,
    )
    response = await stream.get_final_response()
    assert said(response) == said(whole)
    assert response.finish_reason is ChatResponseFinishReason.TOOL_CALLS
    assert json.loads(response.text) == {"name": "weather", "arguments": "{}"}


async def test_a_stream_of_several_messages(model_client: AsyncClient, endpoint: Endpoint) -> None:
    calls = [
        {"index": index, "id": str(index), "type": "function",
         "function": {"name": name, "arguments": "{}"}}
        for index, name in enumerate(("weather", "time"))
    ]  # fmt: skip
    endpoint.message, endpoint.reason = {"content": "Wait.", "tool_calls": calls}, "tool_calls"
    endpoint.pieces = [
        piece({"role": "assistant", "content": "Wait."}),
        *(piece({"tool_calls": [call]}) for call in calls),
        piece({}, "tool_calls"),
        usage_piece(),
        DONE,
    ]
    session, other = await new_session(model_client), await new_session(model_client)
    whole = await model_client.sessions.chat(other.id, HELLO, tools=[WEATHER])
    stream = await model_client.sessions.chat(session.id, HELLO, tools=[WEATHER], stream=True)
    response = await stream.get_final_response()
    assert [message.role for message in whole.response[0]] == [
        "assistant",
        "function_call",
        "function_call",
    ]
    assert said(response) == said(whole)


async def test_errors_before_the_first_chunk(client: AsyncClient) -> None:
    session = await new_session(client, situation="{{ 1 / 0 }}", render_templates=True)
    with pytest.raises(UnprocessableEntityError) as caught:
        await client.sessions.chat(session.id, HELLO, stream=True)
    assert [detail.path for detail in caught.value.details] == ["situation"]


async def test_errors_of_the_model(model_client: AsyncClient, endpoint: Endpoint) -> None:
    session = await new_session(model_client)
    endpoint.status = 400
    with pytest.raises(BadRequestError) as caught:
        await model_client.sessions.chat(session.id, HELLO, stream=True)
    assert "this is wrong" in caught.value.message
    assert await model_client.sessions.history(session.id) == []


async def test_a_model_that_fails_within_its_answer(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    endpoint.pieces = [piece({"role": "assistant", "content": "A fine"})]
    stream = await model_client.sessions.chat(session.id, HELLO, stream=True)
    assert (await anext(stream)).text == "A fine"
    with pytest.raises(ApiError) as caught:
        await anext(stream)
    assert caught.value.code == "model_interrupted"
    await assert_over(stream)
    with pytest.raises(StreamInterruptedError) as interrupted:
        await stream.get_final_response()
    assert interrupted.value.partial.text == "A fine"
    assert await model_client.sessions.history(session.id) == []


async def test_several_streams_at_once(client: AsyncClient) -> None:
    session = await new_session(client)
    streams = [
        await client.sessions.chat(
            session.id, [{"role": "user", "content": str(number)}], stream=True, record=False
        )
        for number in range(3)
    ]
    for _ in range(5):
        for stream in streams:
            assert (await anext(stream)).text
    for number, stream in enumerate(streams):
        assert (await stream.get_final_response()).text.endswith(f"You said: {number}")


async def test_stream_may_be_a_variable(client: AsyncClient) -> None:
    session = await new_session(client)
    for stream in (False, None):
        reply = await client.sessions.chat(session.id, HELLO, stream=stream)
        assert reply.text.endswith("You said: Hello")

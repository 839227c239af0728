"""Streams of runs: texts, calls of functions and their results, as they happen."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Mapping
from typing import Any

import pytest

import julep
from julep import (
    ApiError,
    AsyncClient,
    InvalidArgumentError,
    MaxTurnsError,
    NotApprovedError,
    NotFoundError,
    StreamClosedError,
    ToolResult,
)
from julep.managers.types import ToolDict
from julep.streams import AnswerFinished, RunEvent, TextDelta, ToolCallArguments, ToolCallBegun
from tests.sdk.helpers.resources import HELLO, UNKNOWN_ID, new_session
from tests.server.helpers.endpoint import Endpoint, piece

pytestmark = pytest.mark.anyio

TOOL: ToolDict = {"type": "function", "function": {"name": "temperature", "parameters": {}}}
OTHER: ToolDict = {"type": "function", "function": {"name": "other", "parameters": {}}}
LISBON = '{"city": "Lisbon"}'
OSLO = '{"city": "Oslo"}'


def temperature(city: str) -> float:
    """Measure how warm it is."""
    return {"Lisbon": 21.5, "Oslo": -3.0}[city]


def calls(*arguments: str, name: str = "temperature", content: str | None = None) -> dict[str, Any]:
    """Return a model's response that calls a function."""
    return {
        "content": content,
        "tool_calls": [
            {"id": f"c{n}", "type": "function", "function": {"name": name, "arguments": text}}
            for n, text in enumerate(arguments)
        ],
    }


async def test_texts_calls_and_results_come_as_they_happen(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls(LISBON, OSLO, content="Let me see."), {"content": "Warmer in Lisbon."}]
    async with model_client.sessions.stream_run(session.id, HELLO, [temperature]) as run:
        assert endpoint.requests == []
        events: list[RunEvent] = [event async for event in run]
    response = await run.get_final_response()
    assert events == [
        TextDelta("Let "),
        TextDelta("me "),
        TextDelta("see."),
        ToolCallBegun(0, "temperature"),
        ToolCallArguments(0, "temperature", LISBON),
        ToolCallBegun(1, "temperature"),
        ToolCallArguments(1, "temperature", OSLO),
        ToolResult("temperature", LISBON, "21.5"),
        ToolResult("temperature", OSLO, "-3.0"),
        TextDelta("Warmer "),
        TextDelta("in "),
        TextDelta("Lisbon."),
        AnswerFinished(response),
    ]
    assert response.text == "Warmer in Lisbon."
    assert [request["stream"] for request in endpoint.requests] == [True, True]
    history = await model_client.sessions.history(session.id)
    assert [message.role.value for message in history] == [
        "user",
        "assistant",
        "function_call",
        "function_call",
        "function",
        "function",
        "assistant",
    ]


async def test_the_texts_of_a_run(model_client: AsyncClient, endpoint: Endpoint) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls(LISBON), {"content": "It is warm."}]
    async with model_client.sessions.stream_run(session.id, HELLO, [temperature]) as run:
        assert [text async for text in run.text_stream] == ["It ", "is ", "warm."]


async def test_the_final_response_without_reading_events(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls(LISBON), {"content": "It is warm."}]
    run = model_client.sessions.stream_run(
        session.id, HELLO, [temperature], max_turns=2, temperature=0.5, record=False
    )
    assert (await run.get_final_response()).text == "It is warm."
    assert (await run.get_final_response()).text == "It is warm."
    assert {request["temperature"] for request in endpoint.requests} == {0.5}
    assert await model_client.sessions.history(session.id) == []
    with pytest.raises(StreamClosedError, match="was read to its end"):
        _ = [event async for event in run]


async def test_too_many_turns(model_client: AsyncClient, endpoint: Endpoint) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls(LISBON), calls(OSLO)]
    run = model_client.sessions.stream_run(session.id, HELLO, [temperature], max_turns=2)
    results: list[RunEvent] = []

    async def read() -> None:
        async for event in run:
            results.extend([event] if isinstance(event, ToolResult) else [])

    with pytest.raises(MaxTurnsError):
        await read()
    assert results == [ToolResult("temperature", LISBON, "21.5")]
    with pytest.raises(StreamClosedError, match="was closed before its end"):
        await anext(run)


async def test_the_call_of_another_tool_ends_the_run(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls("{}", name="other")]
    async with model_client.sessions.stream_run(session.id, HELLO, [temperature, OTHER]) as run:
        *_, last = [event async for event in run]
    assert isinstance(last, AnswerFinished)
    assert last.response.finish_reason == "tool_calls"


async def test_errors_are_raised_while_reading(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    async with model_client.sessions.stream_run(UNKNOWN_ID, HELLO) as run:
        with pytest.raises(NotFoundError):
            await anext(run)
    session = await new_session(model_client)
    endpoint.pieces = [piece({"role": "assistant", "content": "A fine"})]
    run = model_client.sessions.stream_run(session.id, HELLO)
    assert await anext(run) == TextDelta("A fine")
    with pytest.raises(ApiError) as caught:
        await anext(run)
    assert caught.value.partial is not None
    assert caught.value.partial.text == "A fine"
    with pytest.raises(StreamClosedError):
        await run.get_final_response()


async def test_invalid_arguments_raise_at_once(client: AsyncClient) -> None:
    with pytest.raises(InvalidArgumentError, match="max_turns"):
        client.sessions.stream_run(UNKNOWN_ID, HELLO, max_turns=0)
    with pytest.raises(julep.ArgumentTypeError, match="temprature"):
        client.sessions.stream_run(UNKNOWN_ID, HELLO, temprature=1)  # type: ignore[call-overload]  # a wrong name


async def test_a_call_that_is_not_approved(model_client: AsyncClient, endpoint: Endpoint) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls(LISBON), {"content": "I may not look."}]
    asked: list[tuple[str, object]] = []

    def approve(name: str, arguments: Mapping[str, object]) -> str:
        asked.append((name, dict(arguments)))
        return "it is late"

    run = model_client.sessions.stream_run(session.id, HELLO, [temperature], approve=approve)
    (result,) = [event async for event in run if isinstance(event, ToolResult)]
    assert asked == [("temperature", {"city": "Lisbon"})]
    assert isinstance(result.error, NotApprovedError)
    assert "it is late" in result.content


async def test_a_run_continues_from_the_history(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls(OSLO), {"content": "Cold."}]
    await model_client.sessions.chat(session.id, HELLO, [TOOL])
    continued = model_client.sessions.stream_run(session.id, tools=[temperature])
    events = [event async for event in continued]
    assert events == [
        ToolResult("temperature", OSLO, "-3.0"),
        TextDelta("Cold."),
        AnswerFinished(await continued.get_final_response()),
    ]


async def test_leaving_a_run_ends_it(model_client: AsyncClient, endpoint: Endpoint) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls(LISBON), {"content": "It is warm."}]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        async with model_client.sessions.stream_run(session.id, HELLO, [temperature]) as run:
            async for event in run:
                if isinstance(event, ToolCallBegun):
                    break
        with pytest.raises(StreamClosedError, match="was closed before its end"):
            await anext(run)
        del run
        gc.collect()
    assert len(endpoint.requests) == 1

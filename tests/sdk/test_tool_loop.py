"""The loop in which a model calls Python functions until it answers."""

from __future__ import annotations

import dataclasses
import json
import threading
from typing import Any

import anyio
import attrs
import pytest

import julep
from julep import AsyncClient, InvalidArgumentError, MaxTurnsError, ToolResult
from julep.managers.types import InputChatMlMessageDict, ToolDict
from julep.types import ChatResponse, InputChatMlMessage, InputChatMlMessageRole, Tool
from tests.sdk.helpers.modes import Mode
from tests.sdk.helpers.resources import new_session
from tests.sdk.helpers.waiting import HANG
from tests.server.helpers.endpoint import Endpoint

pytestmark = pytest.mark.anyio

SAID: list[InputChatMlMessageDict] = [{"role": "user", "content": "How warm is it in Lisbon?"}]


HELLO = InputChatMlMessage(role=InputChatMlMessageRole.USER, content="Hello")


def calls(*made: tuple[str, object]) -> dict[str, Any]:
    """Return a model's response that calls functions."""
    return {
        "content": None,
        "tool_calls": [
            {
                "id": f"c{n}",
                "type": "function",
                "function": {"name": name, "arguments": as_text(arguments)},
            }
            for n, (name, arguments) in enumerate(made)
        ],
    }


def as_text(arguments: object) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def sent_results(endpoint: Endpoint, turn: int = -1) -> list[Any]:
    """Return the results of the calls of a turn, as the model receives them."""
    messages = endpoint.requests[turn]["messages"]
    return [message["content"] for message in messages if message["role"] == "tool"]


def temperature(city: str) -> float:
    """Measure how warm it is.

    Args:
        city: Where to measure.
    """
    return {"Lisbon": 21.5, "Oslo": -3.0}[city]


async def test_a_function_is_called_and_its_result_sent(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls(("temperature", {"city": "Lisbon"})), {"content": "It is warm."}]
    reply = await model_client.sessions.run(session.id, SAID, tools=[temperature])
    assert reply.text == "It is warm."
    assert sent_results(endpoint) == ["21.5"]
    first, second = endpoint.requests
    (tool,) = first["tools"]
    assert tool["function"] == {
        "name": "temperature",
        "description": "Measure how warm it is.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "Where to measure."}},
            "required": ["city"],
            "additionalProperties": False,
        },
    }
    assert second["tools"] == first["tools"]
    history = await model_client.sessions.history(session.id)
    assert [message.role for message in history] == [
        "user",
        "function_call",
        "function",
        "assistant",
    ]


async def test_an_immediate_answer_ends_the_loop(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    reply = await model_client.sessions.run(session.id, [HELLO], max_turns=1, temperature=0.5)
    assert reply.text == "A fine day."
    (request,) = endpoint.requests
    assert request["temperature"] == 0.5


async def test_every_step_is_returned(model_client: AsyncClient, endpoint: Endpoint) -> None:
    session = await new_session(model_client)
    both = calls(("temperature", {"city": "Lisbon"}), ("temperature", {"city": "Oslo"}))
    endpoint.script = [both, {"content": "Warmer in Lisbon."}]
    walk = model_client.sessions.iterate_run(session.id, SAID, [temperature])
    assert endpoint.requests == []
    steps = [step async for step in walk]
    request, lisbon, oslo, answer = steps
    assert isinstance(request, ChatResponse)
    assert request.finish_reason == "tool_calls"
    assert lisbon == ToolResult("temperature", '{"city": "Lisbon"}', "21.5")
    assert oslo == ToolResult("temperature", '{"city": "Oslo"}', "-3.0")
    assert isinstance(answer, ChatResponse)
    assert answer.text == "Warmer in Lisbon."
    assert sent_results(endpoint) == ["21.5", "-3.0"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"city": "Atlantis"}, "KeyError: 'Atlantis'"),
        ({"city": 3}, "SchemaMismatchError: city: expected string; got 3"),
        ({}, "SchemaMismatchError: city: it is missing"),
        ({"city": "Oslo", "unit": "K"}, "SchemaMismatchError: unit: there is no such property"),
        ("{city", "SchemaMismatchError: the arguments are not JSON"),
        ([1], "SchemaMismatchError: expected an object; got [1]"),
    ],
)
async def test_errors_are_sent_to_the_model(
    model_client: AsyncClient, endpoint: Endpoint, arguments: object, message: str
) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls(("temperature", arguments)), {"content": "I do not know."}]
    walk = model_client.sessions.iterate_run(session.id, SAID, [temperature])
    _, failed, answer = [step async for step in walk]
    assert isinstance(failed, ToolResult)
    assert isinstance(failed.error, Exception)
    assert json.loads(failed.content)["error"].startswith(message)
    assert sent_results(endpoint) == [failed.content]
    assert isinstance(answer, ChatResponse)


async def test_too_many_turns_raise(model_client: AsyncClient, endpoint: Endpoint) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls(("temperature", {"city": "Oslo"})) for _ in range(3)]
    with pytest.raises(MaxTurnsError, match="no answer in 2 turns") as raised:
        await model_client.sessions.run(session.id, SAID, [temperature], max_turns=2)
    assert raised.value.response.finish_reason == "tool_calls"
    assert len(endpoint.requests) == 2


async def test_calls_of_other_tools_are_returned(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    dig: ToolDict = {"type": "function", "function": {"name": "dig", "parameters": {}}}
    hoe: dict[str, Any] = {"name": "hoe", "parameters": {}}
    model = Tool.from_dict({"type": "function", "id": session.id, "function": hoe})
    endpoint.script = [calls(("temperature", {"city": "Oslo"}), ("dig", {}))]
    steps = model_client.sessions.iterate_run(session.id, SAID, [dig, model, temperature])
    (reply,) = [step async for step in steps]
    assert isinstance(reply, ChatResponse)
    assert [message.role for message in reply.response[0]] == ["function_call"] * 2
    names = [tool["function"]["name"] for tool in endpoint.requests[0]["tools"]]
    assert names == ["dig", "hoe", "temperature"]


async def test_unrecorded_messages_are_sent_again(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls(("temperature", {"city": "Oslo"})), {"content": "Cold."}]
    reply = await model_client.sessions.run(session.id, SAID, [temperature], record=False)
    assert reply.text == "Cold."
    assert sent_results(endpoint) == ["-3.0"]
    roles = [message["role"] for message in endpoint.requests[-1]["messages"]]
    assert roles[-3:] == ["user", "assistant", "tool"]
    assert await model_client.sessions.history(session.id) == []


async def test_a_required_function_is_called_once(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls(("temperature", {"city": "Oslo"})), {"content": "Cold."}]
    choice: Any = {"type": "function", "function": {"name": "temperature"}}
    await model_client.sessions.run(session.id, SAID, [temperature], tool_choice=choice)
    first, second = endpoint.requests
    assert first["tool_choice"] == choice
    assert "tool_choice" not in second


@attrs.frozen
class Unit:
    name: str


@dataclasses.dataclass
class Point:
    x: int
    tags: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("result", "content"),
    [
        ("as it is", "as it is"),
        (None, "null"),
        ({"a": [1, True]}, '{"a": [1, true]}'),
        (Point(1, frozenset({"a"})), '{"x": 1, "tags": ["a"]}'),
        (Unit("m"), '{"name": "m"}'),
        (HELLO, '{"role": "user", "content": "Hello"}'),
        (1 + 2j, '"(1+2j)"'),
        ("half \ud800", "half \ufffd"),
    ],
)
async def test_a_result_is_sent_as_text_or_json(
    model_client: AsyncClient, endpoint: Endpoint, result: object, content: str
) -> None:
    def present() -> object:
        return result

    session = await new_session(model_client)
    endpoint.script = [calls(("present", {})), {"content": "Thanks."}]
    await model_client.sessions.run(session.id, SAID, [present])
    (found,) = sent_results(endpoint)
    assert found == content


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_calls_run_at_once(model_client: AsyncClient, endpoint: Endpoint) -> None:
    """Each of two calls waits for the other, so that they end only when they run at once."""
    met = anyio.Event()
    barrier = threading.Barrier(2, timeout=HANG)

    async def first() -> str:
        met.set()
        return "first"

    async def second() -> str:
        await met.wait()
        return "second"

    def sync(name: str) -> str:
        barrier.wait()
        return name

    session = await new_session(model_client)
    endpoint.script = [
        calls(("second", {}), ("first", {}), ("sync", {"name": "a"}), ("sync", {"name": "b"})),
        {"content": "Done."},
    ]
    with anyio.fail_after(HANG):
        await model_client.sessions.run(session.id, SAID, [first, second, sync])
    assert sent_results(endpoint) == ["second", "first", "a", "b"]


async def test_an_async_function_requires_an_async_client(
    model_client: AsyncClient, endpoint: Endpoint, mode: Mode
) -> None:
    async def present() -> str:
        return "given"

    session = await new_session(model_client)
    endpoint.script = [calls(("present", {})), {"content": "Thanks."}]
    if mode == "sync":
        with pytest.raises(InvalidArgumentError, match=r"tools\[0\]: present is async"):
            await model_client.sessions.run(session.id, SAID, [present])
        assert endpoint.requests == []
    else:
        await model_client.sessions.run(session.id, SAID, [present])
        assert sent_results(endpoint) == ["given"]


async def test_the_tool_result_is_a_public_name() -> None:
    assert julep.ToolResult is ToolResult

"""Answers that are read as Python types, calls that need an approval, and runs from the history."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Literal, TypedDict

import pytest

from julep import AsyncClient, InvalidOutputError, NotApprovedError, ToolResult
from julep.managers.types import InputChatMlMessageDict
from tests.sdk.helpers.resources import new_session
from tests.server.helpers.endpoint import Endpoint

pytestmark = pytest.mark.anyio

SAID: list[InputChatMlMessageDict] = [{"role": "user", "content": "Which city is it?"}]


@dataclasses.dataclass
class City:
    name: str
    people: int = 0


class Place(TypedDict):
    name: str


TYPES: dict[str, tuple[Any, str, object]] = {
    "a dataclass": (City, '{"name": "Bergen", "people": 3}', City("Bergen", 3)),
    "a TypedDict": (Place, '{"name": "Bergen"}', {"name": "Bergen"}),
    "a number": (int, "3", 3),
    "a list": (list[str], '["a", "b"]', ["a", "b"]),
    "a literal": (Literal["yes", "no"], '"yes"', "yes"),
}


@pytest.mark.parametrize("name", ["a dataclass", "a TypedDict"])
async def test_an_answer_is_read_as_a_type(
    model_client: AsyncClient, endpoint: Endpoint, name: str
) -> None:
    output, text, expected = TYPES[name]
    session = await new_session(model_client)
    endpoint.script = [{"content": text}]
    parsed = await model_client.sessions.parse(session.id, SAID, output)
    assert parsed.parsed == expected
    assert parsed.response.text == text
    (request,) = endpoint.requests
    assert request["response_format"]["type"] in ("json_object", "json_schema")


@pytest.mark.parametrize("name", TYPES)
async def test_the_offline_model_answers_with_a_value_of_the_type(
    client: AsyncClient, name: str
) -> None:
    output, _, expected = TYPES[name]
    session = await new_session(client)
    parsed = await client.sessions.parse(session.id, SAID, output)
    assert type(parsed.parsed) is type(expected)


async def test_a_wrong_answer_is_repaired_once(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    endpoint.script = [{"content": '{"people": 3}'}, {"content": '{"name": "Bergen"}'}]
    parsed = await model_client.sessions.parse(session.id, SAID, City)
    assert parsed.parsed == City("Bergen")
    first, second = endpoint.requests
    assert "name" in second["messages"][-1]["content"]
    assert second["response_format"] == first["response_format"]


@pytest.mark.parametrize(("repairs", "requests"), [(0, 1), (1, 2), (2, 3)])
async def test_an_answer_that_stays_wrong_is_an_error(
    model_client: AsyncClient, endpoint: Endpoint, repairs: int, requests: int
) -> None:
    session = await new_session(model_client)
    endpoint.message = {"content": '{"name": 5}'}
    with pytest.raises(InvalidOutputError) as raised:
        await model_client.sessions.parse(session.id, SAID, City, repairs=repairs)
    assert raised.value.text == '{"name": 5}'
    assert raised.value.path == "name"
    assert raised.value.response.text == '{"name": 5}'
    assert len(endpoint.requests) == requests


def call_of(name: str, arguments: object) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"content": None, "tool_calls": [{"id": "c0", "type": "function", "function": function}]}


@pytest.mark.parametrize("decision", [True, False, "it costs too much"])
async def test_a_call_is_made_only_when_it_is_approved(
    model_client: AsyncClient, endpoint: Endpoint, decision: Any
) -> None:
    made: list[str] = []
    asked: list[tuple[str, object]] = []

    def book(city: str) -> str:
        made.append(city)
        return "booked"

    def approve(name: str, arguments: Any) -> Any:
        asked.append((name, arguments))
        return decision

    session = await new_session(model_client)
    endpoint.script = [call_of("book", {"city": "Bergen"}), {"content": "Well."}]
    walk = model_client.sessions.iterate_run(session.id, SAID, [book], approve=approve)
    steps = [step async for step in walk]
    assert asked == [("book", {"city": "Bergen"})]
    assert made == (["Bergen"] if decision is True else [])
    (result,) = [step for step in steps if isinstance(step, ToolResult)]
    sent = endpoint.requests[-1]["messages"][-1]["content"]
    if decision is True:
        assert (result.content, result.error, sent) == ("booked", None, "booked")
    else:
        assert isinstance(result.error, NotApprovedError)
        assert (decision or "not approved") in sent


async def test_a_run_continues_from_the_history(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    made: list[str] = []

    def book(city: str) -> str:
        made.append(city)
        return "booked"

    session = await new_session(model_client)
    endpoint.script = [call_of("book", {"city": "Bergen"}), {"content": "Booked."}]
    walk = model_client.sessions.iterate_run(session.id, SAID, [book])
    await anext(aiter(walk))  # the model's call, after which the program ends
    assert made == []
    reply = await model_client.sessions.run(session.id, tools=[book])
    assert reply.text == "Booked."
    assert made == ["Bergen"]

"""Answers that are read as Python types: of parse and of runs, whole and streamed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any, Literal, TypedDict

import pytest

from julep import (
    ArgumentTypeError,
    AsyncClient,
    InvalidArgumentError,
    InvalidOutputError,
    StreamClosedError,
)
from julep.managers.types import CreateToolDict, InputChatMlMessageDict, ToolDict
from julep.streams import AnswerFinished, AnswerRejected, RunEvent, TextDelta
from tests.sdk.helpers.resources import UNKNOWN_ID, new_session
from tests.server.helpers.endpoint import Endpoint

pytestmark = pytest.mark.anyio

SAID: list[InputChatMlMessageDict] = [{"role": "user", "content": "Which city is it?"}]


@dataclasses.dataclass
class City:
    name: str
    people: int = 0


class Place(TypedDict):
    name: str


def temperature(city: str) -> float:
    """Measure how warm it is."""
    return 21.5


TYPES: dict[str, tuple[object, str, object]] = {
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


LENIENT: list[tuple[object, str, object]] = [
    (City, '```json\n{"name": "Bergen"}\n```', City("Bergen")),
    (City, 'Here it is:\n```\n{"name": "Bergen"}\n```\nAnything else?', City("Bergen")),
    (City, '\ufeff {"name": "Bergen"}\n', City("Bergen")),
    # The object that is made of what is none, and what a model writes that leaves it out.
    (int, '{"value": 3}', 3),
    (int, "3", 3),
    (list[int], "[1, 2]", [1, 2]),
    (bool, "true", True),
    (str, "Bergen, in Norway", "Bergen, in Norway"),
    (str, '"Bergen"', "Bergen"),
    (str, "2026", "2026"),
    (str, "true", "true"),
    (int | str, "2026", 2026),
    (Literal["1", "2"], "2", "2"),
    (Literal["yes", "no"], "yes", "yes"),
    (dict[str, int] | None, '{"value": 3}', {"value": 3}),
    (dict[str, int] | None, '{"value": {"a": 3}}', {"a": 3}),
    (City | None, '{"name": "Bergen"}', City("Bergen")),
]


@pytest.mark.parametrize(("output", "text", "expected"), LENIENT)
async def test_an_answer_is_read_however_it_is_wrapped(
    model_client: AsyncClient, endpoint: Endpoint, output: object, text: str, expected: object
) -> None:
    session = await new_session(model_client)
    endpoint.script = [{"content": text}]
    found = await model_client.sessions.parse(session.id, SAID, output, repairs=0)
    assert found.parsed == expected
    assert type(found.parsed) is type(expected)


@pytest.mark.parametrize(
    ("output", "text", "problem"),
    [
        (City, "It is Bergen.", "the answer is not JSON"),
        (City, "null", "expected an object; got None"),
        (City, '{"name": "Bergen", "height": 3}', "height: there is no such property"),
        (int, "three", "the answer is not JSON"),
        (list[int], '{"value": [1, "x"]}', r"value\[1\]: expected integer; got 'x'"),
        (str, '{"value": "Ber', "the answer is not JSON"),
        (str, '{"city": "Bergen"}', "expected string; got {'city': 'Bergen'}"),
        (Literal["yes", "no"], "maybe", "the answer is not JSON"),
    ],
)
async def test_an_answer_that_does_not_match_is_an_error(
    model_client: AsyncClient, endpoint: Endpoint, output: object, text: str, problem: str
) -> None:
    session = await new_session(model_client)
    endpoint.script = [{"content": text}]
    with pytest.raises(InvalidOutputError, match=problem) as raised:
        await model_client.sessions.parse(session.id, SAID, output, repairs=0)
    assert raised.value.text == text


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        (None, "output: expected a type; got None"),
        ("City", "output: 'City' has no JSON Schema: use the type instead of its name"),
        ({"type": "object"}, "output: {'type': 'object'} has no JSON Schema"),
        ([int], r"output: \[<class 'int'>\] has no JSON Schema"),
        (City("x"), r"output: City\(name='x', people=0\) has no JSON Schema"),
        (temperature, "output: <function temperature at .*> has no JSON Schema"),
    ],
)
async def test_what_is_no_type_is_refused(
    client: AsyncClient, output: object, problem: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=f"^{problem}") as raised:
        await client.sessions.parse(UNKNOWN_ID, SAID, output)
    assert raised.value.path == "output"


async def test_methods_without_an_output_name_those_that_have_one(client: AsyncClient) -> None:
    sessions: Any = client.sessions
    with pytest.raises(ArgumentTypeError, match=r"'output': sessions\.parse reads the answer"):
        await sessions.chat(UNKNOWN_ID, SAID, output=City)
    with pytest.raises(ArgumentTypeError, match=r"'output': sessions\.stream_run reads the"):
        sessions.stream(UNKNOWN_ID, SAID, output=City)
    with pytest.raises(ArgumentTypeError, match=r"'output': sessions\.run and sessions\.stream_r"):
        sessions.iterate_run(UNKNOWN_ID, SAID, output=City)
    with pytest.raises(ArgumentTypeError, match=r"class City: sessions\.parse reads the"):
        await sessions.chat(UNKNOWN_ID, SAID, response_format=City)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("response_model", "take the type as output"),
        ("output_type", "take the type as output"),
        ("functions", "functions are among the tools"),
        ("max_steps", "max_turns is the most requests"),
    ],
)
async def test_names_of_other_libraries_are_explained(
    client: AsyncClient, name: str, advice: str
) -> None:
    sessions: Any = client.sessions
    with pytest.raises(ArgumentTypeError, match=f"{advice}$") as raised:
        await sessions.run(UNKNOWN_ID, SAID, **{name: City})
    assert raised.value.path == name
    with pytest.raises(ArgumentTypeError, match=f"{advice}$"):
        sessions.stream_run(UNKNOWN_ID, SAID, **{name: City})


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


async def test_the_answer_of_a_run_is_read_as_a_type(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    endpoint.script = [
        call_of("temperature", {"city": "Bergen"}),
        {"content": '{"people": 3}'},
        {"content": '{"name": "Bergen", "people": 3}'},
    ]
    found = await model_client.sessions.run(session.id, SAID, [temperature], output=City)
    assert found.parsed == City("Bergen", 3)
    assert found.text == found.response.text == '{"name": "Bergen", "people": 3}'
    formats = [request["response_format"] for request in endpoint.requests]
    assert formats == [formats[0]] * 3
    assert endpoint.requests[1]["messages"][-1]["content"] == "21.5"
    assert "name: it is missing" in endpoint.requests[2]["messages"][-1]["content"]


async def test_a_run_without_functions_calls_no_tool_for_an_output(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    tool: CreateToolDict = {"type": "function", "function": {"name": "other", "parameters": {}}}
    agent = await model_client.agents.create(name="Ada", tools=[tool])
    session = await model_client.sessions.create(agent_id=agent.id)
    endpoint.script = [{"content": '{"name": "Bergen"}'}] * 4
    await model_client.sessions.parse(session.id, SAID, City)
    await model_client.sessions.run(session.id, SAID, output=City)
    await model_client.sessions.run(session.id, SAID, [temperature], output=City)
    await model_client.sessions.run(session.id, SAID)
    chosen = [request.get("tool_choice") for request in endpoint.requests]
    assert chosen == ["none", "none", None, None]


async def test_a_run_that_continues_has_an_output_too(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    endpoint.script = [
        call_of("temperature", {"city": "Bergen"}),
        {"content": '{"name": "Bergen"}'},
    ]
    await anext(aiter(model_client.sessions.iterate_run(session.id, SAID, [temperature])))
    found = await model_client.sessions.run(session.id, tools=[temperature], output=City)
    assert found.parsed == City("Bergen")


async def test_a_call_without_a_function_is_no_answer(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    other: ToolDict = {"type": "function", "function": {"name": "other", "parameters": {}}}
    endpoint.script = [call_of("other", {})] * 2
    with pytest.raises(InvalidOutputError, match="the model called other, which has no function"):
        await model_client.sessions.parse(session.id, SAID, City, [other])
    run = model_client.sessions.stream_run(session.id, SAID, [other], output=City)
    with pytest.raises(InvalidOutputError, match="the model called other"):
        await run.get_final_response()


async def test_a_streamed_answer_is_read_as_a_type(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    endpoint.script = [
        call_of("temperature", {"city": "Bergen"}),
        {"content": '{"people": 3}'},
        {"content": '{"name": "Bergen"}'},
    ]
    async with model_client.sessions.stream_run(
        session.id, SAID, [temperature], output=City, repairs=1
    ) as run:
        events = [event async for event in run]
    found = await run.get_final_response()
    assert found.parsed == City("Bergen")
    (rejected,) = [event for event in events if isinstance(event, AnswerRejected)]
    assert rejected.problem == "name: it is missing"
    assert rejected.response.text == '{"people": 3}'
    assert events[-1] == AnswerFinished(found.response)
    place = events.index(rejected)
    assert text_of(events[:place]) == '{"people": 3}'
    assert text_of(events[place:]) == '{"name": "Bergen"}'


async def test_a_streamed_answer_that_stays_wrong_is_an_error(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    endpoint.script = [{"content": '{"name": 5}'}]
    run = model_client.sessions.stream_run(session.id, SAID, output=City, repairs=0)
    assert await anext(run.text_stream)
    with pytest.raises(InvalidOutputError) as raised:
        _ = [event async for event in run]
    assert raised.value.text == '{"name": 5}'
    assert raised.value.path == "name"
    with pytest.raises(StreamClosedError):
        await run.get_final_response()


@pytest.mark.parametrize("name", TYPES)
async def test_the_offline_model_streams_a_value_of_the_type(
    client: AsyncClient, name: str
) -> None:
    output, _, expected = TYPES[name]
    session = await new_session(client)
    async with client.sessions.stream_run(session.id, SAID, output=output) as run:
        text = "".join([each async for each in run.text_stream])
    found = await run.get_final_response()
    assert type(found.parsed) is type(expected)
    assert text == found.text


def text_of(events: Sequence[RunEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_the_format_of_a_response_is_that_of_the_output(client: AsyncClient) -> None:
    sessions: Any = client.sessions
    for method in (sessions.parse, sessions.run):
        with pytest.raises(InvalidArgumentError, match=r"^response_format: the response's format"):
            await method(UNKNOWN_ID, SAID, output=City, response_format={"type": "text"})
    with pytest.raises(InvalidArgumentError, match=r"^response_format: the response's format"):
        sessions.stream_run(UNKNOWN_ID, SAID, output=City, response_format={"type": "text"})


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "1e999"])
async def test_a_number_that_json_does_not_have_is_no_answer(
    model_client: AsyncClient, endpoint: Endpoint, text: str
) -> None:
    session = await new_session(model_client)
    endpoint.script = [{"content": text}]
    with pytest.raises(InvalidOutputError) as caught:
        await model_client.sessions.parse(session.id, SAID, float, repairs=0)
    assert caught.value.text == text

"""Names of tools for endpoints, which accept fewer names than the API; and ids of their calls."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep_server.models.provider import ModelRequest
from julep_server.models.tool_names import ToolNames
from tests.server.helpers.api import UNKNOWN_ID, Api
from tests.server.helpers.endpoint import Endpoint

ACCEPTED = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONG = "x" * 80


def tool(name: str) -> dict[str, Any]:
    function: dict[str, Any] = {"name": name, "parameters": {"type": "object"}}
    return {"id": UNKNOWN_ID, "type": "function", "function": function}


def call_of(name: str, number: int = 0) -> dict[str, Any]:
    function = {"name": name, "arguments": "{}"}
    return {"id": f"c{number}", "type": "function", "function": function}


def offered(endpoint: Endpoint) -> list[str]:
    return [each["function"]["name"] for each in endpoint.requests[-1]["tools"]]


def called(endpoint: Endpoint) -> list[str]:
    """Return the names of the calls in the history that the endpoint received."""
    messages = endpoint.requests[-1]["messages"]
    calls = [call for message in messages for call in message.get("tool_calls", ())]
    return [call["function"]["name"] for call in calls]


@pytest.mark.parametrize(
    ("names", "sent"),
    [
        (["get_weather", "web-search"], ["get_weather", "web-search"]),
        (["web.search"], ["web_search"]),
        (["test name", "über"], ["test_name", "_ber"]),
        ([LONG], ["x" * 64]),
        # A name that is accepted stays, whichever comes first.
        (["web.search", "web_search"], ["web_search_15f83c80", "web_search"]),
        (["web_search", "web.search"], ["web_search", "web_search_15f83c80"]),
    ],
)
def test_a_name_becomes_one_that_endpoints_accept(
    model_api: Api, endpoint: Endpoint, names: list[str], sent: list[str]
) -> None:
    session = model_api.make("sessions")["id"]
    model_api.reply(session, tools=[tool(name) for name in names])
    assert offered(endpoint) == sent


NAMES = ["web.search", "web search", "web_search", LONG, LONG + "y", "天気", "気温", "..."]


def test_names_that_become_alike_stay_different(model_api: Api, endpoint: Endpoint) -> None:
    agent = model_api.make("agents", name="Ada", tools=[tool(name) for name in NAMES])
    session = model_api.make("sessions", agent_id=agent["id"])["id"]
    model_api.reply(session)
    first = offered(endpoint)
    assert len(set(first)) == len(NAMES)
    assert all(map(ACCEPTED.fullmatch, first))
    model_api.reply(session)
    assert offered(endpoint) == first


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_call_comes_back_by_the_tools_own_name(
    model_api: Api, endpoint: Endpoint, name: str, stream: bool
) -> None:
    session = model_api.make("sessions")["id"]
    tools = [tool(each) for each in NAMES]
    choice = {"type": "function", "function": {"name": name}}
    model_api.reply(session, tools=tools, tool_choice=choice)
    sent = endpoint.requests[-1]["tool_choice"]["function"]["name"]
    assert sent == offered(endpoint)[NAMES.index(name)]
    endpoint.script = [{"content": None, "tool_calls": [call_of(sent)]}]
    endpoint.reason = "tool_calls"
    if stream:
        chunk, *_ = model_api.events(session, tools=tools)
        content = chunk.data["delta"]["content"]
    else:
        content = model_api.reply(session, tools=tools)["response"][0][0]["content"]
    assert json.loads(content)["name"] == name
    assert json.loads(model_api.history(session)[-1]["content"])["name"] == name


def test_the_calls_of_the_history_have_the_names_of_the_tools(
    model_api: Api, endpoint: Endpoint
) -> None:
    session = model_api.make("sessions")["id"]
    messages = [
        {"role": "function_call", "content": json.dumps({"name": name, "arguments": {}})}
        for name in NAMES
    ]
    results = [{"role": "function", "name": name, "content": name} for name in NAMES]
    pairs = itertools.chain.from_iterable(zip(messages, results, strict=True))
    model_api.reply(session, messages=[*pairs], tools=[tool(name) for name in NAMES])
    assert called(endpoint) == offered(endpoint)
    sent = [each for each in endpoint.requests[-1]["messages"] if each["role"] == "tool"]
    assert [each["content"] for each in sent] == NAMES
    # The tools are gone, and the history is as valid as before.
    model_api.reply(session)
    assert all(map(ACCEPTED.fullmatch, called(endpoint)))
    assert len(set(called(endpoint))) == len(NAMES)


def test_a_call_of_an_unknown_tool_keeps_its_name(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    endpoint.script = [{"content": None, "tool_calls": [call_of("other")]}]
    reply = model_api.reply(session, tools=[tool("web.search")])
    assert json.loads(reply["response"][0][0]["content"])["name"] == "other"


def test_ids_of_calls_are_nine_letters_and_digits(model_api: Api, endpoint: Endpoint) -> None:
    """Some endpoints require it, others accept it; and each id is used again in every turn."""
    session = model_api.make("sessions")["id"]
    calls = [call_of("web.search", number) for number in range(20)]
    endpoint.script = [{"content": None, "tool_calls": calls}]
    model_api.reply(session, tools=[tool("web.search")])

    def ids() -> list[str]:
        return [
            call["id"]
            for message in endpoint.requests[-1]["messages"]
            for call in message.get("tool_calls", ())
        ]

    model_api.reply(session)
    first = ids()
    assert len(set(first)) == len(calls)
    assert all(re.fullmatch(r"[A-Za-z0-9]{9}", each) for each in first)
    model_api.reply(session)
    assert ids() == first


@given(st.lists(st.text(min_size=1, max_size=90), unique=True, max_size=8))
def test_every_name_has_one_of_its_own(names: list[str]) -> None:
    request = ModelRequest("small", messages=[], tools=[tool(name) for name in names])
    sent: list[Any] = [each["function"] for each in ToolNames(request).for_endpoint(request).tools]
    found = [function["name"] for function in sent]
    assert all(map(ACCEPTED.fullmatch, found))
    assert len(set(found)) == len(names)
    assert [name for name in found if name in names] == [
        name for name in names if ACCEPTED.fullmatch(name)
    ]

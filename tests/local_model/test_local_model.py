"""The local model: a real language model in the server's process, without a network."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

import julep
from julep_server import LocalServer
from julep_server.errors import ApiError
from julep_server.models.local import LocalModel
from julep_server.models.local_schemas import bounded, call_schema, forced_functions
from julep_server.models.provider import ModelRequest
from tests.local_model.helpers.environment import site_packages

pytestmark = pytest.mark.once

NAME = "SmolLM2-135M-Instruct, demo quality"
TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Return the weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "maxLength": 20}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
OTHER: dict[str, Any] = {"type": "function", "function": {"name": "get_time"}}


@dataclass
class Recipe:
    name: str
    minutes: int
    steps: list[str]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    """A server with the model, loaded once: it takes a second."""
    folder = str(site_packages())
    sys.path.append(folder)
    try:
        with LocalServer(model="local", chat_defaults={"seed": 1, "temperature": 0}) as running:
            yield running
    finally:
        sys.path.remove(folder)


@pytest.fixture
def client(server: LocalServer) -> Iterator[julep.Client]:
    with julep.Client(base_url=server.url, timeout=60) as client:
        yield client


@pytest.fixture
def session_id(client: julep.Client) -> str:
    agent = client.agents.create(name="Ada", about="a librarian")
    return client.sessions.create(agent_id=agent.id).id


def v1(server: LocalServer, path: str, body: dict[str, Any]) -> httpx.Response:
    return httpx.post(f"{server.root}/v1/{path}", json=body, timeout=60, trust_env=False)


def test_it_answers_a_question_and_is_labelled(
    server: LocalServer, client: julep.Client, session_id: str
) -> None:
    messages = [{"role": "user", "content": "What is the capital of France?"}]
    raw = client.with_raw_response(client.sessions.chat, session_id, messages, max_tokens=24)
    assert raw.headers["x-julep-model"] == NAME
    reply = raw.parsed
    assert "Paris" in reply.text
    assert 0 < reply.usage.completion_tokens <= 24
    assert reply.usage.prompt_tokens > 20
    healthz = httpx.get(f"{server.root}/healthz", trust_env=False)
    assert healthz.json() == {
        "status": "ok",
        "model": "local",
        "embedder": "wordllama-l2-supercat",
    }


def test_a_stream_has_the_text_token_by_token(client: julep.Client, session_id: str) -> None:
    with client.sessions.stream(session_id, "Name three colours.", max_tokens=8) as stream:
        pieces = list(stream.text_stream)
        response = stream.get_final_response()
    assert len(pieces) > 4
    assert response.text == "".join(pieces)
    assert response.finish_reason == "length"


def test_parse_reads_an_answer_that_is_held_to_the_schema(
    client: julep.Client, session_id: str
) -> None:
    answer = client.sessions.parse(session_id, "A recipe for pancakes, please.", Recipe)
    assert isinstance(answer.parsed, Recipe)
    assert answer.parsed.name


def test_a_forced_call_has_arguments_of_the_conversation(
    client: julep.Client, session_id: str
) -> None:
    def get_weather(city: str) -> str:
        """Return the weather of a city."""
        called.append(city)
        return "21.5 degrees"

    called: list[str] = []
    choice = {"type": "function", "function": {"name": "get_weather"}}
    result = client.sessions.run(
        session_id,
        "What is the weather in Oslo?",
        tools=[get_weather],
        tool_choice=choice,
        max_tokens=40,
    )
    assert [type(city) for city in called] == [str]
    assert result.text


def test_one_of_several_tools_is_called_and_none_by_itself(server: LocalServer) -> None:
    messages = [{"role": "user", "content": "The weather in Oslo?"}]
    body = {"messages": messages, "tools": [OTHER, TOOL], "temperature": 0, "max_tokens": 40}
    forced = v1(server, "chat/completions", {**body, "tool_choice": "required"}).json()
    (call,) = forced["choices"][0]["message"]["tool_calls"]
    assert call["function"]["name"] in ("get_time", "get_weather")
    assert isinstance(json.loads(call["function"]["arguments"]), dict)
    assert forced["choices"][0]["finish_reason"] == "tool_calls"
    free = v1(server, "chat/completions", {**body, "max_tokens": 5}).json()
    assert "tool_calls" not in free["choices"][0]["message"]


def test_a_pattern_is_matched(client: julep.Client, session_id: str) -> None:
    wanted = {"type": "regex", "pattern": "^(yes|no)/[0-9]{2}$"}
    reply = client.sessions.chat(session_id, "Is it late?", response_format=wanted)
    assert re.fullmatch("(yes|no)/[0-9]{2}", reply.text)


@pytest.mark.parametrize("path", ["chat/completions", "completions"])
def test_v1_is_streamed_while_it_is_written(server: LocalServer, path: str) -> None:
    said = {"messages": [{"role": "user", "content": "Hello"}], "prompt": "Hello"}
    body = {**said, "max_tokens": 5, "stream": True, "stream_options": {"include_usage": True}}
    *events, usage, done, _ = v1(server, path, body).text.split("\n\n")
    assert done == "data: [DONE]"
    assert json.loads(usage.removeprefix("data: "))["usage"]["completion_tokens"] == 5
    chunks = [json.loads(event.removeprefix("data: "))["choices"][0] for event in events]
    texts = [
        chunk["delta"].get("content", "") if "delta" in chunk else chunk["text"] for chunk in chunks
    ]
    assert len([text for text in texts if text]) > 3
    assert chunks[-1]["finish_reason"] == "length"


@pytest.mark.parametrize("streamed", [False, True])
def test_what_it_cannot_answer_is_a_400(server: LocalServer, streamed: bool) -> None:
    long = {"messages": [{"role": "user", "content": "word " * 5000}], "stream": streamed}
    nonsense = {"type": "json_schema", "json_schema": {"schema": {"type": "nonsense"}}}
    short = {"messages": [{"role": "user", "content": "Hi"}], "stream": streamed}
    for body, reason in (
        (long, "context size"),
        ({**short, "response_format": nonsense}, "nonsense"),
    ):
        response = v1(server, "chat/completions", body)
        assert response.status_code == 400, response.text
        assert response.json()["error"]["code"] == "model_refused"
        assert reason in response.json()["error"]["message"]


def test_an_answer_that_nobody_reads_any_more_is_stopped(server: LocalServer) -> None:
    body = {"messages": [{"role": "user", "content": "Count."}], "stream": True, "max_tokens": 4000}
    with httpx.stream(
        "POST", f"{server.root}/v1/chat/completions", json=body, timeout=60, trust_env=False
    ) as response:
        next(response.iter_lines())
    # It would take two minutes to write, and requests are answered one after the other.
    short = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
    assert v1(server, "chat/completions", short).status_code == 200


def _not_found(_name: str) -> None:
    return None


def test_without_its_packages_the_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("julep_server.settings.find_spec", _not_found)
    with pytest.raises(
        ValueError, match=r"pip install \"julep\[local\]\" && pip install --no-deps"
    ):
        LocalServer(model="local")


def test_a_model_that_cannot_be_loaded_is_a_503(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("no such file")

    async def complete() -> None:
        model = LocalModel()
        try:
            await model.complete(ModelRequest("local", [{"role": "user", "content": "Hi"}]), None)
        finally:
            await model.close()

    monkeypatch.setattr("julep_server.models.local._load", fail)
    with pytest.raises(ApiError, match="no such file") as failed:
        asyncio.run(complete())
    assert (failed.value.status, failed.value.code) == (503, "model_unavailable")


# --- schemas ---


def test_open_strings_and_arrays_get_an_end() -> None:
    schema: Any = {
        "type": "object",
        "properties": {
            "a": {"type": "string"},
            "b": {"type": "array", "items": {"type": "string", "maxLength": 3}, "minItems": 9},
            "c": {"type": "string", "enum": ["x"]},
            "d": {"anyOf": [{"type": "string", "minLength": 400}, {"type": "array"}]},
            "e": {"const": {"type": "string"}},
        },
    }
    assert bounded(schema) == {
        "type": "object",
        "properties": {
            "a": {"type": "string", "maxLength": 200},
            "b": {**schema["properties"]["b"], "maxItems": 9},
            "c": {"type": "string", "enum": ["x"]},
            "d": {
                "anyOf": [
                    {"type": "string", "minLength": 400, "maxLength": 400},
                    {"type": "array", "maxItems": 5},
                ]
            },
            "e": {"const": {"type": "string"}},
        },
    }


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (None, []),
        ("auto", []),
        ("none", []),
        ("required", ["get_time", "get_weather"]),
        ({"type": "function", "function": {"name": "get_time"}}, ["get_time"]),
    ],
)
def test_functions_that_must_be_called(choice: Any, names: list[str]) -> None:
    functions = forced_functions([OTHER, TOOL], choice)
    assert [function["name"] for function in functions] == names
    schemas: Any = call_schema(functions)["anyOf"]
    assert [schema["properties"]["name"]["const"] for schema in schemas] == names

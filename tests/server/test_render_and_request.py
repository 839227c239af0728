"""``render`` returns the request that the model then gets, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from julep_server import LocalServer, ModelRequest, ScriptedModel
from julep_server.json_text import dumps
from tests.server.helpers.api import Api, parse_events
from tests.server.helpers.endpoint import Endpoint

HELLO: dict[str, Any] = {"messages": [{"role": "user", "content": "Which tea does my cat like?"}]}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}}
FORECAST: dict[str, Any] = {
    "name": "get the weather",
    "description": "The weather, ü.",
    "parameters": {"type": "object", "properties": {"zone": {"type": "string"}}},
}
CALL = json.dumps({"name": "get the weather", "arguments": {"zone": "ü", "n": 1.0}})
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"b": {}, "a": {}}}
SETTINGS: dict[str, Any] = {
    "temperature": 0.3,
    "top_p": 1,
    "max_tokens": 90,
    "frequency_penalty": 0.0,
    "length_penalty": 1.5,
    "min_p": 0.01,
    "presence_penalty": 1e-7,
    "repetition_penalty": 1.0,
    "seed": 7,
    "stop": ["END", "\u2028"],
    "logit_bias": {"17": -5},
}


def answer(request: ModelRequest) -> str:
    return f"I saw {len(request.messages)} messages about green tea."


BODIES: dict[str, dict[str, Any]] = {
    "plain": HELLO,
    "settings": {**HELLO, **SETTINGS},
    "preset": {**HELLO, "preset": "fun", "seed": -1},
    "without recall": {**HELLO, "recall": False, "remember": False},
    "images": {
        "messages": [
            {"role": "user", "content": [IMAGE, {"type": "text", "text": "My cat? \U0001f408"}]}
        ]
    },
    "a schema": {**HELLO, "response_format": {"type": "json_object", "schema": SCHEMA}},
    "json": {**HELLO, "response_format": {"type": "json_object"}},
    "text": {**HELLO, "response_format": {"type": "text"}},
    "a regex": {**HELLO, "response_format": {"type": "regex", "pattern": "a+"}},
    "a chosen tool": {
        **HELLO,
        "tool_choice": {"type": "function", "function": {"name": "get the weather"}},
    },
    "no tool": {**HELLO, "tool_choice": "none"},
    "calls and results": {
        "messages": [
            {"role": "function_call", "content": CALL},
            {"role": "function_call", "content": CALL},
            {"role": "function", "name": "get the weather", "content": "Sunny"},
            {"role": "function", "name": "another", "content": "Rain"},
            {"role": "user", "content": "And now?", "name": "Bo <B>"},
        ]
    },
    "a role to find": {"messages": [{"role": "auto", "content": "Go on about tea."}]},
    "templates": {
        "messages": [
            {"role": "system", "content": "{{ agent.name }}, {{ user.name }}, {{ session.id }}"},
            {"role": "user", "content": "{{ user.name }}"},
        ]
    },
    "not recorded": {**HELLO, "record": False},
    "explained": {**HELLO, "explain": True},
    "nothing": {"messages": [{"role": "user", "content": ""}]},
}


@pytest.fixture(scope="module")
def scripted() -> Iterator[tuple[ScriptedModel, Api]]:
    model = ScriptedModel(answer)
    with (
        LocalServer(model=model, chat_defaults={"top_p": 0.5, "max_tokens": 77}) as server,
        Api(server.url) as api,
    ):
        yield model, api


@pytest.fixture(scope="module")
def session(scripted: tuple[ScriptedModel, Api]) -> str:
    """A session whose prompt has every kind of part; each test adds to its history."""
    return full_session(scripted[1])


def full_session(api: Api, **fields: Any) -> str:
    doc = {"title": "Cats", "content": ["Cats drink green tea.", "Tea is a drink of cats."]}
    agent = api.make(
        "agents",
        about="A cook.",
        instructions=["Be kind.", "Be brief."],
        docs=[doc],
        tools=[{"type": "function", "function": FORECAST}],
        default_settings={"temperature": 0.9, "preset": "code", "stop": ["."]},
    )
    user = api.make("users", name="Bo", about="Has a cat.", docs=[doc])
    session = api.make(
        "sessions",
        agent_id=agent["id"],
        user_id=user["id"],
        situation="A kitchen with {{ 1 + 1 }} cats.",
        **{"render_templates": True, **fields},
    )
    api.wait_done(api.reply(session["id"], "I like green tea. My cat moved to Bergen."))
    return str(session["id"])


def rendered(api: Api, session: str, body: dict[str, Any]) -> str:
    response = api.post(f"/sessions/{session}/render", body)
    assert response.status_code == 200, response.text
    return dumps(response.json()["request"])


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("name", BODIES)
def test_it_is_what_the_scripted_model_gets(
    scripted: tuple[ScriptedModel, Api], session: str, name: str, streamed: bool
) -> None:
    model, api = scripted
    body = {**BODIES[name], "stream": streamed}
    before = len(model.asked)
    request = rendered(api, session, body)
    assert len(model.asked) == before
    response = api.post(f"/sessions/{session}/chat", body)
    assert response.status_code == 200, response.text
    assert dumps(model.asked[-1].to_json(streamed=streamed)) == request


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("overflow", ["truncate", "adaptive", None])
def test_also_where_the_history_has_no_room(
    scripted: tuple[ScriptedModel, Api], overflow: str | None, streamed: bool
) -> None:
    model, api = scripted
    budget = None if overflow is None else 70
    session = full_session(api, token_budget=budget, context_overflow=overflow)
    for turn in range(4):
        body = {"messages": [{"role": "user", "content": f"Turn {turn}."}], "stream": streamed}
        request = rendered(api, session, body)
        response = api.post(f"/sessions/{session}/chat", body)
        assert dumps(model.asked[-1].to_json(streamed=streamed)) == request
        # Jobs change the next prompt.
        api.wait_done(response.json() if not streamed else parse_events(response.text)[-2].data)
    history = len(api.history(session)) - 2
    assert (len(model.asked[-1].messages) - 2 < history) is (overflow is not None)


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_an_endpoint_among_several_gets_these_bytes(endpoint: Endpoint, streamed: bool) -> None:
    models = [f"fast={endpoint.url},model=small", f"deep={endpoint.url},model=large"]
    endpoint.knows_all = True
    endpoint.refuses = ["seed", "max_tokens"]
    with LocalServer(models=models, model_fallback=["fast"]) as server, Api(server.url) as api:
        for name in ("deep", "fast", "unknown"):
            agent = api.make(
                "agents", model=name, tools=[{"type": "function", "function": FORECAST}]
            )
            session = api.make("sessions", agent_id=agent["id"])["id"]
            # The second time, what the endpoint refused is known.
            for body in (BODIES["settings"], BODIES["calls and results"], BODIES["settings"]):
                sent = {**body, "stream": streamed}
                request = rendered(api, session, sent)
                endpoint.contents.clear()
                assert api.post(f"/sessions/{session}/chat", sent).status_code == 200
                assert endpoint.contents[0] == request.encode()

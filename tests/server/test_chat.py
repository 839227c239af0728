"""A chat's prompt, flags, settings, tools and history, as the endpoint receives them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from julep_server.chat.settings import PRESETS
from tests.server.helpers.api import UNKNOWN_ID, Api, error_of, paths_of
from tests.server.helpers.endpoint import USAGE, Endpoint, piece

FUNCTION: dict[str, Any] = {
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {}},
}
TOOL: dict[str, Any] = {"id": UNKNOWN_ID, "type": "function", "function": FUNCTION}
IMAGE = {"type": "image_url", "image_url": {"url": "https://images.test/x.jpg", "detail": "low"}}


def prompt(endpoint: Endpoint) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = endpoint.requests[-1]["messages"]
    return messages


def test_a_response_has_the_documented_fields(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    response = model_api.reply(session)
    message = response["response"][0][0]
    assert (message["role"], message["content"]) == ("assistant", "A fine day.")
    assert (response["finish_reason"], response["usage"]) == ("stop", USAGE)
    assert response["doc_ids"] == {"agent_doc_ids": [], "user_doc_ids": []}
    assert response["jobs"] == []
    assert model_api.history(session)[1] == message


def test_the_sections_of_the_prompt_are_in_order(model_api: Api, endpoint: Endpoint) -> None:
    agent = model_api.make("agents", name="Ada", about="a gardener", instructions=["One.", "Two."])
    user = model_api.make("users", name="Bo", about="likes roses")
    session = model_api.make(
        "sessions", agent_id=agent["id"], user_id=user["id"], situation="In a garden."
    )["id"]
    model_api.reply(session, "first")
    model_api.reply(session, "second")
    system, *rest = prompt(endpoint)
    assert system == {
        "role": "system",
        "content": "In a garden.\n\nAbout the agent Ada: a gardener\n\n"
        "About the user Bo: likes roses\n\nInstructions:\n- One.\n- Two.",
    }
    assert rest == [
        {"role": "user", "content": "first"},
        {"role": "assistant", "content": "A fine day."},
        {"role": "user", "content": "second"},
    ]


@pytest.mark.parametrize(("record", "stored"), [(True, 2), (None, 2), (False, 0)])
def test_record_decides_what_is_stored(
    api: Api, session_id: str, record: bool | None, stored: int
) -> None:
    api.reply(session_id, record=record, remember=record, recall=record)
    assert len(api.history(session_id)) == stored


def test_history_keeps_content_as_it_was_sent(api: Api, session_id: str) -> None:
    parts = [{"type": "text", "text": "What is this?"}, IMAGE]
    messages = [
        {"role": "user", "content": "a string", "name": "Bo B."},
        {"role": "user", "content": parts},
        {"role": "user", "content": "\u2028 line\r\nend \u0000 \U0001f33b"},
    ]
    api.reply(session_id, messages=messages)
    stored = api.history(session_id)
    assert [
        {k: m[k] for k in ("role", "content", "name") if k in m} for m in stored[:3]
    ] == messages
    assert stored == sorted(stored, key=lambda message: message["created_at"])
    assert api.history(session_id, limit=2, offset=1) == stored[1:3]


def test_parts_and_names_reach_the_endpoint(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    parts = [{"type": "text", "text": "What is this?"}, IMAGE]
    model_api.reply(
        session,
        messages=[
            {"role": "user", "content": parts, "name": "Bo <b> B."},
        ],
    )
    assert prompt(endpoint)[-1] == {"role": "user", "content": parts, "name": "Bo_b_B."}


@pytest.mark.parametrize(
    ("before", "role"),
    [([], "user"), (["user"], "assistant"), (["user", "assistant"], "user"), (["system"], "user")],
)
def test_role_auto_becomes_the_role_of_the_next_turn(
    api: Api, session_id: str, before: list[str], role: str
) -> None:
    messages = [{"role": item, "content": "x"} for item in [*before, "auto"]]
    api.reply(session_id, messages=messages)
    assert [message["role"] for message in api.history(session_id)][:-1] == [*before, role]


def test_a_message_to_continue_is_the_prompts_last(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    begun = {"role": "assistant", "content": "Once upon", "continue": True}
    model_api.reply(session, messages=[{"role": "user", "content": "Tell."}, begun])
    assert prompt(endpoint)[-1] == {"role": "assistant", "content": "Once upon"}


# --- settings ---


def test_only_set_settings_are_sent_to_the_endpoint(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    model_api.reply(session, temperature=None, stop=None, max_tokens=None, seed=-1)
    assert endpoint.requests[-1].keys() == {"model", "messages"}
    assert endpoint.headers[-1]["authorization"] == "Bearer endpoint-key"


def test_settings_are_layered(model_api: Api, endpoint: Endpoint) -> None:
    settings = {"preset": "fun", "temperature": 0.3, "presence_penalty": 0.1}
    agent = model_api.make("agents", default_settings=settings)
    session = model_api.make("sessions", agent_id=agent["id"])["id"]
    model_api.reply(session, presence_penalty=0.2, max_tokens=5, stop=["x"], seed=7)
    sent = endpoint.requests[-1]
    expected = {
        "temperature": 0.3,
        "top_p": PRESETS["fun"]["top_p"],
        "presence_penalty": 0.2,
        "max_tokens": 5,
        "stop": ["x"],
        "seed": 7,
    }
    assert {name: sent.get(name) for name in expected} == expected
    assert sent.keys() == {"model", "messages", *expected}


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_presets_set_their_settings(model_api: Api, endpoint: Endpoint, preset: str) -> None:
    session = model_api.make("sessions")["id"]
    model_api.reply(session, preset=preset)
    sent = endpoint.requests[-1]
    assert {k: v for k, v in sent.items() if k not in ("model", "messages")} == PRESETS[preset]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"type": "text"}, None),
        ({"type": "json_object"}, {"type": "json_object"}),
        (
            {"type": "json_object", "schema": {"type": "object"}},
            {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": {"type": "object"}},
            },
        ),
        ({"type": "regex", "pattern": "a+"}, {"type": "regex", "pattern": "a+"}),
    ],
)
def test_response_formats_are_converted(
    model_api: Api, endpoint: Endpoint, given: Any, sent: Any
) -> None:
    session = model_api.make("sessions")["id"]
    model_api.reply(session, response_format=given)
    assert endpoint.requests[-1].get("response_format") == sent


# --- tools ---


def test_the_requests_tools_override_the_agents_by_name(model_api: Api, endpoint: Endpoint) -> None:
    kept: dict[str, Any] = {"name": "kept", "parameters": {}}
    tools = [{"type": "function", "function": kept}, {"type": "webhook", "function": FUNCTION}]
    agent = model_api.make("agents", tools=tools)
    session = model_api.make("sessions", agent_id=agent["id"])["id"]
    model_api.reply(session)
    assert [tool["function"] for tool in endpoint.requests[-1]["tools"]] == [kept, FUNCTION]
    other = {**FUNCTION, "description": "better"}
    model_api.reply(session, tools=[{**TOOL, "function": other}], tool_choice="none")
    sent = endpoint.requests[-1]
    assert [tool["function"] for tool in sent["tools"]] == [kept, other]
    assert sent["tool_choice"] == "none"


def test_a_tool_can_be_chosen_by_name(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    choice = {"type": "function", "function": {"name": "get_weather"}}
    model_api.reply(session, tools=[TOOL], tool_choice=choice)
    assert endpoint.requests[-1]["tool_choice"] == choice
    for tools in ([TOOL], None):
        wrong = {"type": "function", "function": {"name": "other"}}
        response = model_api.chat(session, tools=tools, tool_choice=wrong)
        assert paths_of(response) == ["tool_choice.function.name"]


def test_calls_and_results_are_paired_for_the_endpoint(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    arguments = ['{"city":"Visby"}', '{"city":"Oslo"}']
    calls = [
        {"id": f"c{i}", "type": "function", "function": {"name": "get_weather", "arguments": text}}
        for i, text in enumerate(arguments)
    ]
    endpoint.message, endpoint.reason = {"content": None, "tool_calls": calls}, "tool_calls"
    response = model_api.reply(session, "Weather?", tools=[TOOL])
    assert response["finish_reason"] == "tool_calls"
    messages = response["response"][0]
    assert [message["role"] for message in messages] == ["function_call"] * 2
    assert [json.loads(message["content"]) for message in messages] == [
        {"name": "get_weather", "arguments": text} for text in arguments
    ]
    endpoint.message, endpoint.reason = {"content": "Fine."}, "stop"
    results = [
        {"role": "function", "name": "get_weather", "content": text} for text in ("sun", "rain")
    ]
    model_api.reply(session, messages=results, tools=[TOOL])
    _, question, called, first, second = prompt(endpoint)
    identifiers = [call["id"] for call in called["tool_calls"]]
    assert question == {"role": "user", "content": "Weather?"}
    assert called["role"] == "assistant"
    assert [call["function"]["arguments"] for call in called["tool_calls"]] == arguments
    assert len(set(identifiers)) == 2
    assert first == {"role": "tool", "tool_call_id": identifiers[0], "content": "sun"}
    assert second == {"role": "tool", "tool_call_id": identifiers[1], "content": "rain"}


def test_a_call_without_a_result_gets_a_placeholder(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    call = {"role": "function_call", "content": '{"name": "f", "arguments": {"a": 1}}'}
    said = {"role": "user", "content": "Never mind."}
    model_api.reply(session, messages=[call, said])
    _, called, result, last = prompt(endpoint)
    assert called["tool_calls"][0]["function"] == {"name": "f", "arguments": '{"a":1}'}
    assert (result["role"], result["content"]) == ("tool", "(no result was given)")
    assert last == said


def test_a_result_without_a_call_becomes_a_user_message(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    model_api.reply(session, messages=[{"role": "function", "name": "f", "content": "42"}])
    assert prompt(endpoint)[-1] == {"role": "user", "content": "Result of f: 42"}


def test_streamed_calls_are_collected(model_api: Api, endpoint: Endpoint) -> None:
    def part(name: str | None, text: str) -> str:
        function = {"name": name, "arguments": text}
        return piece({"tool_calls": [{"index": 0, "function": function}]})

    endpoint.pieces = [
        part("f", ""),
        part(None, '{"a"'),
        part(None, ":1}"),
        piece({}, "tool_calls"),
    ]
    session = model_api.make("sessions")["id"]
    call, last, done = model_api.events(session)
    assert call.data["delta"]["role"] == "function_call"
    assert json.loads(call.data["delta"]["content"]) == {"name": "f", "arguments": '{"a":1}'}
    assert (last.data["finish_reason"], done.data) == ("tool_calls", "[DONE]")
    assert model_api.history(session)[-1]["role"] == "function_call"


# --- token budget ---


@pytest.mark.parametrize(
    ("overflow", "budget", "seen"),
    [
        ("truncate", 30, ["two", "three"]),
        ("truncate", 1, []),
        ("truncate", 10_000, ["one", "two", "three"]),
        # A budget alone truncates.
        (None, 30, ["two", "three"]),
        (None, 10_000, ["one", "two", "three"]),
    ],
)
def test_the_oldest_history_leaves_the_prompt(
    model_api: Api, endpoint: Endpoint, overflow: str | None, budget: int, seen: list[str]
) -> None:
    session = model_api.make("sessions", token_budget=budget, context_overflow=overflow)["id"]
    for word in ("one", "two", "three"):
        model_api.reply(
            session, word + " word" * 8, messages=[{"role": "user", "content": word + " word" * 8}]
        )
    model_api.reply(session, "last")
    sent = [
        message["content"].split()[0] for message in prompt(endpoint) if message["role"] == "user"
    ]
    assert sent == [*seen, "last"]
    assert len(model_api.history(session)) == 8


def test_an_unknown_session_is_404(api: Api) -> None:
    assert error_of(api.chat(UNKNOWN_ID), 404)["message"] == f"session {UNKNOWN_ID} was not found"

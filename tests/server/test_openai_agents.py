"""Agents behind OpenAI's API: names, sessions, transcripts, streams, tools."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, TypeAlias

import httpx
import pytest

from julep_server import LocalServer
from tests.server.helpers.api import UNKNOWN_ID, Api, error_of
from tests.server.helpers.endpoint import DONE, Endpoint, piece
from tests.server.helpers.openai_api import (
    SESSION,
    answer_of,
    ask,
    chunks_of,
    post,
    root_of,
    wait_for_memories,
)

ClientOf: TypeAlias = Callable[[str], Api]
OTHERS = [
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello, Grace."},
    {"role": "user", "content": "And now?"},
]
TOOL: dict[str, Any] = {
    "type": "function",
    "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}},
}


def call(identifier: str, name: str = "get_time", arguments: str = "{}") -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"id": identifier, "type": "function", "function": function}


@pytest.fixture
def agent(model_api: Api) -> str:
    """The name of a new agent of the server whose model is the endpoint."""
    name = f"Ada {uuid.uuid4()}"
    model_api.make("agents", name=name, about="a tutor", instructions=["Be kind."])
    return name


def prompt_of(endpoint: Endpoint) -> list[tuple[str, Any]]:
    """Return the roles and contents of the last prompt, without its system message."""
    messages = endpoint.requests[-1]["messages"]
    assert messages[0]["role"] == "system"
    return [(message["role"], message["content"]) for message in messages[1:]]


# --- names ---


@pytest.fixture(scope="module")
def with_keys() -> Iterator[LocalServer]:
    with LocalServer(api_keys=["a", "b", "c", "d"]) as server:
        yield server


@pytest.fixture
def client(with_keys: LocalServer) -> Iterator[ClientOf]:
    """Opens clients, each of a key that is a tenant of its own."""
    with ExitStack() as stack:
        yield lambda key: stack.enter_context(Api(with_keys.url, key))


def models(api: Api, name: str = "") -> Any:
    response = api.http.get(f"{root_of(api)}/models{name}")
    assert response.status_code == 200, response.text
    return response.json()


def test_a_tenants_agents_are_listed_beside_the_models(client: ClientOf) -> None:
    api = client("a")
    ada, bob, other = (api.make("agents", name=name)["id"] for name in ("Ada", "Bob", "Bob"))
    listed = models(api)
    assert listed["object"] == "list"
    names = [model["id"] for model in listed["data"]]
    # The name of several agents stands for none of them.
    assert names == ["offline", "agent:Ada", f"agent:{bob}", f"agent:{other}"]
    assert {model["object"] for model in listed["data"]} == {"model"}
    assert models(api, "/agent:Ada") == listed["data"][1] == models(api, f"/agent:{ada}")
    key = {"Authorization": "Bearer d"}
    theirs = api.http.get(f"{root_of(api)}/models", headers=key).json()["data"]
    assert [model["id"] for model in theirs] == ["offline"]
    refused = api.http.get(f"{root_of(api)}/models/agent:Ada", headers=key)
    assert error_of(refused, 404)["code"] == "model_not_found"


def test_an_agent_is_called_by_its_name_or_its_id(client: ClientOf) -> None:
    api = client("b")
    ada = api.make("agents", name="Ada")["id"]
    # A name in the form of an id: the id takes precedence.
    api.make("agents", name=ada, about="an impostor")
    for name in ("Ada", ada, ada.upper()):
        response = ask(api, name, "Hi")
        assert "impostor" not in str(answer_of(response))
        assert response.json()["model"] == f"agent:{name}"
        assert response.headers["x-julep-model"] == "offline"


def test_an_agent_that_cannot_be_found_is_an_error(client: ClientOf) -> None:
    api = client("c")
    for _ in range(2):
        api.make("agents", name="Bob")
    theirs = api.make("agents", name="Ada")["id"]
    for name in ("Nobody", "", UNKNOWN_ID):
        assert error_of(ask(api, name, "Hi"), 404)["code"] == "model_not_found"
    assert "agent:ID" in error_of(ask(api, "Bob", "Hi"), 400)["message"]
    api.http.headers["Authorization"] = "Bearer d"
    assert ask(api, theirs, "Hi").status_code == 404
    assert ask(api, "Ada", "Hi").status_code == 404


# --- sessions ---


def test_sessions_are_of_their_tenant(client: ClientOf) -> None:
    ours, theirs = client("c"), client("d")
    found: list[str] = []
    for api in (ours, theirs):
        agent = api.make("agents")["id"]
        found.append(ask(api, agent, "Hi", user="grace").headers[SESSION])
        users = api.get("/users", params={"metadata_filter": '{"openai_user": "grace"}'}).json()
        assert len(users["items"]) == 1
    agent = theirs.make("agents")["id"]
    assert ask(theirs, agent, "Hi", session=found[0]).status_code == 404
    assert len(ours.history(found[0])) == 2


def test_without_a_name_the_transcript_is_the_session(
    model_api: Api, endpoint: Endpoint, agent: str
) -> None:
    before = len(model_api.get("/sessions", params={"limit": 1000}).json()["items"])
    response = ask(model_api, agent, {"role": "system", "content": "Be brief."}, *OTHERS)
    assert answer_of(response) == {"role": "assistant", "content": "A fine day."}
    assert SESSION.lower() not in response.headers
    system = endpoint.requests[-1]["messages"][0]["content"]
    assert system.startswith("Be brief.\n\n")
    assert "a tutor" in system
    assert "Be kind." in system
    assert prompt_of(endpoint) == [(item["role"], item["content"]) for item in OTHERS]
    # Nothing is stored: neither the session nor its messages.
    assert len(model_api.get("/sessions", params={"limit": 1000}).json()["items"]) == before


def test_a_user_pins_a_session_with_memory(model_api: Api, endpoint: Endpoint, agent: str) -> None:
    name = f"grace-{uuid.uuid4()}"
    endpoint.answers_to_jobs = ['[{"content": "Grace lives in Bergen.", "type": "belief"}]']
    first = ask(model_api, agent, "I live in Bergen.", user=name)
    session_id = first.headers[SESSION]
    session = model_api.get(f"/sessions/{session_id}").json()
    assert session["metadata"] == {"openai_user": name}
    user = model_api.get(f"/users/{session['user_id']}").json()
    assert (user["name"], user["metadata"]) == (name, {"openai_user": name})
    (memory,) = wait_for_memories(model_api, session["agent_id"], user["id"])
    assert memory["content"] == "Grace lives in Bergen."

    # The new message alone is enough, and so is the whole conversation.
    second = ask(model_api, agent, "Where do I live?", user=name)
    assert second.headers[SESSION] == session_id
    assert "Grace lives in Bergen." in endpoint.requests[-1]["messages"][0]["content"]
    expected = [
        ("user", "I live in Bergen."),
        ("assistant", "A fine day."),
        ("user", "Where do I live?"),
    ]
    assert prompt_of(endpoint) == expected
    answer = {"role": "assistant", "content": "A fine day."}
    ask(model_api, agent, "I live in Bergen.", answer, "Where do I live?", answer, "OK", user=name)
    assert prompt_of(endpoint) == [*expected, ("assistant", "A fine day."), ("user", "OK")]
    assert len(model_api.history(session_id)) == 6


def test_users_and_headers_name_sessions_apart(model_api: Api, agent: str) -> None:
    other = str(model_api.make("agents", name=f"Bob {uuid.uuid4()}")["name"])
    stored = model_api.make("users", name="Grace")["id"]
    named: list[dict[str, Any]] = [
        {"user": "grace"},
        {"user": "hal"},
        {"user": stored},
        {"session": "first"},
        {"user": "grace", "session": "first"},
    ]
    found = [ask(model_api, name, "Hi", **names) for name in (agent, other) for names in named]
    again = [ask(model_api, name, "Hi", **names) for name in (agent, other) for names in named]
    sessions = [response.headers[SESSION] for response in found]
    assert sessions == [response.headers[SESSION] for response in again]
    assert len(set(sessions)) == 10
    users = [model_api.get(f"/sessions/{each}").json().get("user_id") for each in sessions]
    grace, hal, known, nobody, grace_again = users[:5]
    assert users[5:] == users[:5]
    assert (known, nobody, grace_again) == (stored, None, grace)
    assert len({grace, hal, stored}) == 3


def test_a_header_names_a_stored_session(model_api: Api, endpoint: Endpoint, agent: str) -> None:
    agent_id = models(model_api, f"/agent:{agent}")["julep_id"].removeprefix("agent:")
    user_id = model_api.make("users")["id"]
    session = model_api.make(
        "sessions", agent_id=agent_id, user_id=user_id, situation="The first lesson."
    )
    given = [{"role": "system", "content": "Be brief."}, *OTHERS]
    assert answer_of(ask(model_api, agent, *given, session=session["id"], user=user_id))
    system = endpoint.requests[-1]["messages"][0]["content"]
    assert system.startswith("The first lesson.\n\nBe brief.\n\n")
    # A history that has none of the answers gets the whole transcript, without its instructions.
    history = model_api.history(session["id"])
    assert [item["content"] for item in history[:3]] == [item["content"] for item in OTHERS]
    assert len(history) == 4
    other = model_api.make("agents", name="Eve")["id"]
    refused = [
        (ask(model_api, other, "Hi", session=session["id"]), 422),
        (ask(model_api, agent, "Hi", session=UNKNOWN_ID), 404),
        (ask(model_api, agent, "Hi", session=session["id"], user="hal"), 422),
        (ask(model_api, agent, "Hi", session="x" * 513), 422),
        (ask(model_api, agent, "Hi", user=7), 422),
    ]
    for response, status in refused:
        error_of(response, status)
    assert len(model_api.history(session["id"])) == 4


def test_a_deleted_session_begins_again(model_api: Api, endpoint: Endpoint, agent: str) -> None:
    for _ in range(2):
        session_id = ask(model_api, agent, "Hi", user="grace", session="s").headers[SESSION]
        assert prompt_of(endpoint) == [("user", "Hi")]
        assert model_api.delete(f"/sessions/{session_id}").status_code == 202


def test_first_requests_at_once_create_one_session(model_api: Api, agent: str) -> None:
    other = str(model_api.make("agents", name=f"Bob {uuid.uuid4()}")["name"])
    name = f"grace-{uuid.uuid4()}"

    def begin(one: str) -> httpx.Response:
        return ask(model_api, one, "Hi", user=name)

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(begin, [agent, other] * 3))
    assert [response.status_code for response in found] == [200] * 6
    sessions = {response.headers[SESSION] for response in found}
    assert len(sessions) == 2
    assert len({model_api.get(f"/sessions/{each}").json()["user_id"] for each in sessions}) == 1


def test_an_invalid_request_creates_nothing(api: Api) -> None:
    agent = api.make("agents")["id"]
    refused = ask(api, agent, {"role": "nurse", "content": "Hi"}, user=f"u-{uuid.uuid4()}")
    assert error_of(refused, 422)["details"][0]["path"] == "messages[0].role"
    assert [item for item in _sessions(api) if item["agent_id"] == agent] == []


def _sessions(api: Api) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = api.get("/sessions", params={"limit": 1000}).json()["items"]
    return items


# --- tools ---


@pytest.mark.parametrize("user", [None, "grace"])
@pytest.mark.parametrize("streamed", [False, True])
def test_calls_and_their_results(
    model_api: Api, endpoint: Endpoint, agent: str, user: str | None, streamed: bool
) -> None:
    calls = [call("a", arguments='{"zone":"UTC"}'), call("b", arguments='{"zone": "CET"}')]
    endpoint.script = [{"content": None, "tool_calls": calls}, {"content": "It is noon."}]
    first = ask(model_api, agent, "Time?", user=user, stream=streamed, tools=[TOOL])
    assert endpoint.requests[-1]["tools"] == [TOOL]
    message = _joined(chunks_of(first)) if streamed else answer_of(first)
    assert message["content"] is None
    assert [item["function"] for item in message["tool_calls"]] == [
        item["function"] for item in calls
    ]
    utc, cet = (item["id"] for item in message["tool_calls"])
    # Some clients write the arguments in their own way, and send results in any order.
    message["tool_calls"][0]["function"]["arguments"] = '{ "zone": "UTC" }'
    results = [
        {"role": "tool", "tool_call_id": cet, "content": "1 pm"},
        {"role": "tool", "tool_call_id": utc, "content": [{"type": "text", "text": "noon"}]},
    ]
    second = ask(model_api, agent, "Time?", message, *results, user=user, tools=[TOOL])
    assert answer_of(second)["content"] == "It is noon."
    asked, called, *given = endpoint.requests[-1]["messages"][1:]
    assert (asked["content"], called["role"]) == ("Time?", "assistant")
    identifiers = [item["id"] for item in called["tool_calls"]]
    assert [(item["tool_call_id"], item["content"]) for item in given] == [
        (identifiers[0], "noon"),
        (identifiers[1], "1 pm"),
    ]
    if user is not None:
        session_id = second.headers[SESSION]
        roles = [item["role"] for item in model_api.history(session_id)]
        assert roles == [
            "user",
            "function_call",
            "function_call",
            "function",
            "function",
            "assistant",
        ]


def _joined(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """Join a stream's deltas to the message."""
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
    text = "".join(delta.get("content") or "" for delta in deltas)
    calls = [item for delta in deltas for item in delta.get("tool_calls", [])]
    message: dict[str, Any] = {"role": deltas[0]["role"], "content": text or None}
    return {**message, "tool_calls": calls} if calls else message


def test_results_alone_continue_a_pinned_session(
    model_api: Api, endpoint: Endpoint, agent: str
) -> None:
    endpoint.script = [{"content": None, "tool_calls": [call("a")]}]
    made = answer_of(ask(model_api, agent, "Time?", user="hal", tools=[TOOL]))
    result = {"role": "tool", "tool_call_id": made["tool_calls"][0]["id"], "content": "noon"}
    assert answer_of(ask(model_api, agent, result, user="hal"))["content"] == "A fine day."
    assert [role for role, _ in prompt_of(endpoint)] == ["user", "assistant", "tool"]


def test_a_tool_of_the_agent_and_a_forced_one(api: Api) -> None:
    agent = api.make("agents")["id"]
    api.post(f"/agents/{agent}/tools", TOOL)
    chosen = {"type": "function", "function": {"name": "get_time"}}
    for choice in ("required", chosen):
        message = answer_of(ask(api, agent, "Time?", tool_choice=choice))
        assert message["tool_calls"][0]["function"] == {"name": "get_time", "arguments": "{}"}
    assert "tool_calls" not in answer_of(ask(api, agent, "Time?", tool_choice="none"))


# --- streams ---


def test_a_stream_in_openais_format(model_api: Api, endpoint: Endpoint, agent: str) -> None:
    options = {"include_usage": True}
    response = ask(model_api, agent, "Hi", stream=True, stream_options=options)
    assert response.headers["x-julep-model"] == "small"
    *chunks, usage = chunks_of(response)
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert {chunk["model"] for chunk in chunks} == {f"agent:{agent}"}
    assert len({chunk["id"] for chunk in [*chunks, usage]}) == 1
    assert [chunk["choices"][0]["delta"] for chunk in chunks] == [
        {"role": "assistant", "content": ""},
        {"content": "A fine"},
        {"content": " day."},
        {},
    ]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None, None, None, "stop"]
    assert (usage["choices"], usage["usage"]["total_tokens"]) == ([], 10)
    assert "usage" not in chunks_of(ask(model_api, agent, "Hi", stream=True))[-1]


def test_failures_of_a_stream(model_api: Api, endpoint: Endpoint, agent: str) -> None:
    endpoint.pieces = [piece({"content": "A fine"}), "BREAK", DONE]
    response = ask(model_api, agent, "Hi", stream=True)
    assert "A fine" in response.text
    assert "[DONE]" not in response.text
    assert response.text.rstrip().rpartition("\n")[2].startswith('data: {"error":{"message":')
    endpoint.status = 500
    assert ask(model_api, agent, "Hi", stream=True).status_code == 503
    assert ask(model_api, agent, "Hi").status_code == 503


# --- settings ---

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"messages": []}, "messages"),
    ({"messages": ["Hi"]}, "messages[0]"),
    ({"messages": [{"role": "user"}]}, "messages[0].content"),
    ({"messages": [{"role": "user", "content": []}]}, "messages[0].content"),
    (
        {"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]},
        "messages[0].content[0]",
    ),
    (
        {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
        "messages[0].content[0].text",
    ),
    ({"messages": [{"role": "system", "content": 7}]}, "messages[0].content"),
    (
        {"messages": [{"role": "assistant", "tool_calls": [{"id": "a"}]}]},
        "messages[0].tool_calls[0]",
    ),
    (
        {"messages": [{"role": "tool", "tool_call_id": "a", "content": "x"}]},
        "messages[0].tool_call_id",
    ),
    ({"n": 2}, "n"),
    ({"logprobs": True}, "logprobs"),
    ({"functions": [{"name": "f"}]}, "functions"),
    ({"temperature": "hot"}, "temperature"),
    ({"max_tokens": 0}, "max_tokens"),
    ({"max_completion_tokens": 0}, "max_completion_tokens"),
    ({"seed": 1.5}, "seed"),
    ({"stop": [1]}, "stop"),
    ({"logit_bias": []}, "logit_bias"),
    ({"remember": "no"}, "remember"),
    ({"tools": {}}, "tools"),
    ({"tools": [{"type": "web_search"}]}, "tools[0]"),
    ({"tools": [{"function": {"name": "f", "parameters": []}}]}, "tools[0].function.parameters"),
    ({"tool_choice": "f"}, "tool_choice"),
    ({"tool_choice": {"function": {"name": "f"}}}, "tool_choice.function.name"),
    ({"response_format": {"type": "xml"}}, "response_format"),
    ({"response_format": {"type": "json_schema"}}, "response_format"),
    ({"response_format": "json"}, "response_format"),
]


def test_settings_reach_the_model(model_api: Api, endpoint: Endpoint, agent: str) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": True}}
    ask(
        model_api,
        agent,
        "Hi",
        temperature=0.5,
        max_completion_tokens=7,
        frequency_penalty=1.5,
        stop=["x"],
        response_format=wanted,
        parallel_tool_calls=True,
        metadata={"a": "b"},
    )
    sent = endpoint.requests[-1]
    assert {key: sent[key] for key in ("temperature", "max_tokens", "frequency_penalty")} == {
        "temperature": 0.5,
        "max_tokens": 7,
        "frequency_penalty": 1.5,
    }
    assert sent["response_format"]["json_schema"]["schema"] == schema
    assert "metadata" not in sent


@pytest.mark.parametrize(("fields", "path"), REFUSED)
def test_refusals_name_the_field(api: Api, fields: dict[str, Any], path: str) -> None:
    agent = api.make("agents")["id"]
    response = ask(api, agent, "Hi", **fields)
    assert [detail["path"] for detail in error_of(response, 422)["details"]] == [path]


def test_an_agent_has_no_text_completions(api: Api) -> None:
    agent = api.make("agents")["id"]
    response = post(api, "completions", {"model": f"agent:{agent}", "prompt": "Once"})
    assert error_of(response, 400)["code"] == "chat_only"


# --- what an agent knows ---


def test_documents_are_recalled_by_the_latest_messages(
    model_api: Api, endpoint: Endpoint, agent: str
) -> None:
    agent_id = models(model_api, f"/agent:{agent}")["julep_id"].removeprefix("agent:")
    for title, text in (("Bread", "Rye bread rests overnight."), ("Hours", "Open from ten.")):
        doc = {"title": title, "content": text}
        assert model_api.post(f"/agents/{agent_id}/docs", doc).status_code == 201
    answer = {"role": "assistant", "content": "Yes."}
    ask(model_api, agent, "Do you have rye bread?", answer, "When are you open?")
    system = endpoint.requests[-1]["messages"][0]["content"]
    assert "Open from ten." in system
    assert "Rye bread" not in system

"""What the model sees: the request of a chat without making it, and the explanation of a reply."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from julep_server import LocalServer
from julep_server.text.tokens import count_tokens
from tests.server.helpers.api import Api, error_of, paths_of
from tests.server.helpers.embedding_endpoint import MODEL, EmbeddingEndpoint
from tests.server.helpers.endpoint import Endpoint

CAT = {"title": "The keeper", "content": "The lighthouse keeper's cat is called Tove."}
TEAS = {"title": "Teas", "content": [f"Tea number {number} is green." for number in range(7)]}
ASKED: dict[str, Any] = {
    "messages": [{"role": "user", "content": "Which green tea does the cat drink?"}]
}
FORECAST: dict[str, Any] = {
    "name": "get the weather",
    "parameters": {"type": "object", "properties": {}},
}
CALL = json.dumps({"name": "get the weather", "arguments": '{"a": "ü"}'})


@pytest.fixture(scope="module")
def by_words() -> Iterator[Api]:
    """A server that ranks by words alone."""
    with LocalServer(embedding_model="none") as server, Api(server.url) as api:
        yield api


def rendered(api: Api, session: str, body: dict[str, Any]) -> dict[str, Any]:
    response = api.post(f"/sessions/{session}/render", body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def as_sent(request: dict[str, Any]) -> bytes:
    return json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode()


def full_session(api: Api, **fields: Any) -> str:
    """A session whose prompt has every kind of part but a summary."""
    tools = [{"type": "function", "function": FORECAST}]
    agent = api.make(
        "agents", instructions="Be kind.", docs=[CAT, TEAS], tools=tools, about="A cook."
    )
    user = api.make("users", name="Bo", docs=[{"title": "Bo", "content": "Bo has a cat."}])
    session = api.make(
        "sessions", agent_id=agent["id"], user_id=user["id"], situation="A kitchen.", **fields
    )
    api.wait_done(api.reply(session["id"], "I like the green tea of my cat."))
    return str(session["id"])


# --- render ---


@pytest.mark.parametrize(
    "body",
    [
        ASKED,
        {**ASKED, "stream": True},
        {**ASKED, "recall": False, "temperature": 1.0, "seed": 7, "preset": "fun"},
        {**ASKED, "tool_choice": {"type": "function", "function": {"name": "get the weather"}}},
        {
            "messages": [
                {"role": "function_call", "content": CALL},
                {"role": "function_call", "content": CALL},
                {"role": "function", "name": "get the weather", "content": "Sunny \U0001f31e"},
                {"role": "user", "content": [{"type": "text", "text": "And now?"}], "name": "Bo B"},
            ],
            "response_format": {"type": "json_object", "schema": {"type": "object"}},
        },
        {"messages": [{"role": "system", "content": "{{ agent.name }} and {{ user.name }}"}]},
    ],
)
def test_render_is_the_request_that_the_model_then_gets(
    model_api: Api, endpoint: Endpoint, body: dict[str, Any]
) -> None:
    session = full_session(model_api, render_templates=True)
    endpoint.reset()
    endpoint.reason = "stop"
    request = rendered(model_api, session, body)["request"]
    assert endpoint.requests == []
    response = model_api.post(f"/sessions/{session}/chat", {"record": False, **body})
    assert response.status_code == 200
    assert endpoint.contents[0] == as_sent(request)


def test_render_names_the_model_that_is_requested(model_api: Api, endpoint: Endpoint) -> None:
    agent = model_api.make("agents", model="unknown to this endpoint")["id"]
    session = model_api.make("sessions", agent_id=agent)["id"]
    first = rendered(model_api, session, ASKED)["request"]
    model_api.reply(session, **ASKED)
    again = rendered(model_api, session, {**ASKED, "recall": False})["request"]
    assert [request["model"] for request in endpoint.requests] == [first["model"], again["model"]]
    assert again["model"] == "small"


def test_render_stores_nothing(api: Api) -> None:
    session = full_session(api)
    before = api.history(session)
    agent = api.get(f"/sessions/{session}").json()["agent_id"]
    memories = api.memories(agent)
    rendered(api, session, ASKED)
    assert api.history(session) == before
    assert api.memories(agent) == memories


def test_render_works_for_the_offline_model(api: Api) -> None:
    session = full_session(api)
    found = rendered(api, session, {**ASKED, "stream": True})
    assert found["request"]["model"] == "offline"
    assert found["request"]["stream"] is True
    assert [message["role"] for message in found["request"]["messages"]][0::3] == ["system", "user"]


def test_render_has_the_errors_of_a_chat(api: Api, session_id: str) -> None:
    unknown = "7d0c2f5e-93b1-4a6d-8f24-1b5e7c9a0d36"
    assert "session" in error_of(api.post(f"/sessions/{unknown}/render", ASKED), 404)["message"]
    assert paths_of(api.post(f"/sessions/{session_id}/render", {})) == ["messages"]
    choice = {"type": "function", "function": {"name": "f"}}
    response = api.post(f"/sessions/{session_id}/render", {**ASKED, "tool_choice": choice})
    assert paths_of(response) == ["tool_choice.function.name"]


def test_render_can_be_repeated_with_its_key(api: Api, session_id: str) -> None:
    path, headers = f"/sessions/{session_id}/render", {"Idempotency-Key": "render 1"}
    first = api.post(path, ASKED, headers=headers)
    api.reply(session_id, "What changes the history.")
    assert api.post(path, ASKED, headers=headers).json() == first.json()
    assert error_of(api.post(path, {**ASKED, "seed": 1}, headers=headers), 409)


# --- explanations ---


def test_a_reply_has_an_explanation_only_if_requested(api: Api, session_id: str) -> None:
    assert "explanation" not in api.reply(session_id)
    assert "explanation" not in api.reply(session_id, explain=None)
    assert "explanation" not in api.events(session_id, explain=False)[-2].data
    explained = api.reply(session_id, explain=True, record=False)["explanation"]
    streamed = api.events(session_id, explain=True, record=False)
    assert streamed[-2].data["explanation"] == explained
    assert all("explanation" not in event.data for event in streamed[:-2])
    assert rendered(api, session_id, {"messages": [{"role": "user", "content": "Hello"}]}) == {
        "explanation": explained,
        "request": {
            "messages": rendered(
                api, session_id, {"messages": [{"role": "user", "content": "Hello"}]}
            )["request"]["messages"],
            "model": "offline",
        },
    }


def test_the_parts_are_the_prompt(model_api: Api, endpoint: Endpoint) -> None:
    session = full_session(model_api)
    endpoint.reset()
    explanation = model_api.reply(session, **ASKED, explain=True)["explanation"]
    parts = explanation["parts"]
    system, *messages = endpoint.requests[-1]["messages"]
    sections = [part for part in parts if "role" not in part and part["kind"] != "tools"]
    assert "\n\n".join(part["text"] for part in sections) == system["content"]
    kinds = list(dict.fromkeys(part["kind"] for part in sections))
    assert kinds == ["situation", "agent", "user", "instructions", "document"]
    said = [part for part in parts if "role" in part]
    assert [(part["role"], part["text"]) for part in said] == [
        (message["role"], message["content"]) for message in messages
    ]
    assert [part["kind"] for part in said] == ["history", "history", "message"]
    history = [item["id"] for item in model_api.history(session)]
    assert [part.get("source_id") for part in said] == [*history[:2], None]
    assert parts[-1]["kind"] == "tools"
    assert json.loads(parts[-1]["text"])[0]["function"] == FORECAST
    assert all(part["tokens"] == count_tokens(part["text"]) for part in parts)
    assert explanation["tokens"] == sum(part["tokens"] for part in parts)


def test_matches_have_their_places_and_why_they_were_left_out(by_words: Api) -> None:
    api = by_words
    agent, user = api.make("agents", docs=[CAT, TEAS]), api.make("users", docs=[CAT])
    session = api.make("sessions", agent_id=agent["id"], user_id=user["id"])["id"]
    found = api.reply(session, "Which green tea?", explain=True)
    docs = found["explanation"]["docs"]
    assert [doc.get("left_out") for doc in docs] == [None] * 5 + ["limit"] * 2
    assert {(doc["title"], doc["agent_id"]) for doc in docs} == {("Teas", agent["id"])}
    assert {doc["doc_id"] for doc in docs} == set(found["doc_ids"]["agent_doc_ids"])
    assert [doc["rank_by_words"] for doc in docs] == [*range(1, 8)]
    assert [doc["score"] for doc in docs] == [1 / (60 + rank) for rank in range(1, 8)]
    assert all(doc["score_by_words"] > 0 for doc in docs)
    assert not any("rank_by_meaning" in doc for doc in docs)
    shown = [part for part in found["explanation"]["parts"] if part["kind"] == "document"]
    assert [part["text"] for part in shown] == [
        f"From the document Teas: {doc['text']}" for doc in docs[:5]
    ]
    (of_user,) = [
        doc
        for doc in api.reply(session, "The cat?", explain=True)["explanation"]["docs"]
        if "user_id" in doc
    ]
    assert (of_user["user_id"], of_user["title"]) == (user["id"], "The keeper")


def test_what_is_too_far_is_left_out_with_the_score_0() -> None:
    docs = [{"title": "-", "content": text} for text in ("A bell, a lamp, a cat.", "A bell.")]
    with LocalServer(recall_distance=0.1, embedding_model="none") as server, Api(server.url) as api:
        session = api.make("sessions", agent_id=api.make("agents", docs=docs)["id"])["id"]
        found = api.reply(session, "bell lamp cat", explain=True)["explanation"]["docs"]
        assert [(doc["text"], doc.get("left_out")) for doc in found] == [
            ("A bell, a lamp, a cat.", None),
            ("A bell.", "distance"),
        ]
        assert (found[1]["score"], found[1]["rank_by_words"]) == (0, 2)
        nothing = api.reply(session, "bell", recall=False, explain=True)["explanation"]
        assert (nothing["docs"], nothing["memories"]) == ([], [])


def test_matches_by_meaning_have_their_place() -> None:
    docs = [{"title": "-", "content": text} for text in ("A kitten sleeps.", "Barrel zx9 leaks.")]
    with (
        EmbeddingEndpoint() as meanings,
        LocalServer(embedding_url=meanings.url, embedding_model=MODEL) as server,
        Api(server.url) as api,
    ):
        session = api.make("sessions", agent_id=api.make("agents", docs=docs)["id"])["id"]
        (kitten,) = api.reply(session, "feline", explain=True)["explanation"]["docs"]
        assert (kitten["text"], kitten["rank_by_meaning"]) == ("A kitten sleeps.", 1)
        assert 0 < kitten["score_by_meaning"] <= 1
        assert "rank_by_words" not in kitten


def test_memories_are_explained(api: Api) -> None:
    agent, user = api.make("agents"), api.make("users", name="Bo")
    session = api.make("sessions", agent_id=agent["id"], user_id=user["id"])["id"]
    api.wait_done(api.reply(session, "I like rye bread. I drink green tea. My cat likes bread."))
    explanation = api.reply(session, "Which rye bread?", explain=True)["explanation"]
    texts = [(match["text"], match.get("left_out")) for match in explanation["memories"]]
    assert texts[0] == ("I like rye bread.", None)
    known = {memory["id"]: memory["content"] for memory in api.memories(agent["id"])}
    assert all(known[match["memory_id"]] == match["text"] for match in explanation["memories"])
    shown = [part for part in explanation["parts"] if part["kind"] == "memory"]
    assert [part["source_id"] for part in shown] == [
        match["memory_id"] for match in explanation["memories"] if "left_out" not in match
    ]


def test_history_without_room_is_left_out_and_not_counted(api: Api) -> None:
    session = api.make("sessions", token_budget=60, context_overflow="truncate")["id"]
    for word in ("one", "two", "three"):
        api.reply(session, f"{word} and a lot more that fills the budget of the session")
    explanation = api.reply(session, "four", explain=True)["explanation"]
    history = [part for part in explanation["parts"] if part["kind"] == "history"]
    reasons = [part.get("left_out") for part in history]
    assert reasons[0] == "token_budget"
    assert len(history) == 6
    assert reasons == sorted(reasons, key=lambda reason: reason is None)
    counted = [part["tokens"] for part in explanation["parts"] if "left_out" not in part]
    assert explanation["tokens"] == sum(counted)


def test_history_that_a_summary_covers_is_left_out(api: Api) -> None:
    session = api.make("sessions", token_budget=80, context_overflow="adaptive")["id"]
    for word in ("one", "two", "three"):
        api.wait_done(api.reply(session, f"{word} and a lot more that fills the budget"))
    parts = api.reply(session, "four", explain=True)["explanation"]["parts"]
    assert "summary" in [part["kind"] for part in parts]
    history = [part for part in parts if part["kind"] == "history"]
    assert history[0]["left_out"] == "summary"


def test_what_belongs_to_others_is_not_explained(api: Api) -> None:
    api.make("agents", docs=[CAT, TEAS])
    agent = api.make("agents", docs=[{"title": "Mine", "content": "My cat drinks tea."}])["id"]
    session = api.make("sessions", agent_id=agent)["id"]
    docs = api.reply(session, "cat tea", explain=True)["explanation"]["docs"]
    assert [(doc["title"], doc["rank_by_words"]) for doc in docs] == [("Mine", 1)]

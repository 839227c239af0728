"""Suggestions: made by the model after a turn, if the server is configured for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from julep_server import LocalServer
from julep_server.settings import Settings
from tests.server.helpers.api import Api
from tests.server.helpers.endpoint import Endpoint
from tests.server.helpers.process import serving

HINTS = [
    {"target": "user", "content": "Ask which breads are fresh."},
    {"target": "assistant", "content": "Offer a loaf."},
    "Say goodbye.",
    {"target": "user", "content": " "},
]


@pytest.fixture
def api(endpoint: Endpoint) -> Iterator[Api]:
    with (
        LocalServer(model_url=endpoint.url, model="small", suggestions=True) as server,
        Api(server.url) as client,
    ):
        yield client


@pytest.fixture
def session_id(api: Api) -> str:
    agent = api.make("agents", model="small")
    return str(api.make("sessions", agent_id=agent["id"])["id"])


def suggestions(api: Api, session: str, **params: Any) -> list[dict[str, Any]]:
    response = api.get(f"/sessions/{session}/suggestions", params=params)
    assert response.status_code == 200
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def test_suggestions_are_stored_with_their_targets(
    api: Api, session_id: str, endpoint: Endpoint
) -> None:
    endpoint.answers_to_jobs = [json.dumps({"suggestions": HINTS})]
    response = api.wait_done(api.reply(session_id, "Which breads?"))
    (job,) = response["jobs"]
    assert api.job(job)["name"] == "make_suggestions"
    found = suggestions(api, session_id)
    assert [(item["target"], item["content"]) for item in found] == [
        ("user", "Ask which breads are fresh."),
        ("agent", "Offer a loaf."),
        ("user", "Say goodbye."),
    ]
    reply = api.history(session_id)[-1]
    assert {item["message_id"] for item in found} == {reply["id"]}
    assert {item["session_id"] for item in found} == {session_id}
    assert suggestions(api, session_id, limit=1, offset=1) == found[1:2]
    material = endpoint.job_requests[0]["messages"][1]["content"]
    assert material.endswith("user: Which breads?\nagent: A fine day.")


def test_each_turn_has_its_own_suggestions(api: Api, session_id: str, endpoint: Endpoint) -> None:
    endpoint.answers_to_jobs = ['["First."]', '["Second."]']
    for _ in range(2):
        api.wait_done(api.reply(session_id, "And?"))
    found = suggestions(api, session_id)
    assert [item["content"] for item in found] == ["First.", "Second."]
    assert len({item["message_id"] for item in found}) == 2


def test_an_unrecorded_turn_has_no_suggestions(api: Api, session_id: str) -> None:
    assert api.reply(session_id, "Which breads?", record=False)["jobs"] == []


def test_no_suggestions_are_made_about_a_deleted_history(
    api: Api, session_id: str, endpoint: Endpoint
) -> None:
    endpoint.holds_jobs = True
    (job,) = api.reply(session_id, "Which breads?")["jobs"]
    api.wait_for_state(job, "in_progress")
    api.delete(f"/sessions/{session_id}/history")
    endpoint.holds_jobs = False
    assert api.wait_ended(job)["reason"] == "the history was deleted"
    assert suggestions(api, session_id) == []


def test_suggestions_are_deleted_with_the_history(
    api: Api, session_id: str, endpoint: Endpoint
) -> None:
    endpoint.answers_to_jobs = ['["Go on."]']
    api.wait_done(api.reply(session_id, "Which breads?"))
    assert len(suggestions(api, session_id)) == 1
    api.delete(f"/sessions/{session_id}/history")
    assert suggestions(api, session_id) == []


def test_without_the_setting_no_suggestions_are_requested(job_api: Api, endpoint: Endpoint) -> None:
    session = job_api.make("sessions")["id"]
    assert job_api.reply(session, "Which breads?")["jobs"] == []
    assert endpoint.job_requests == []


@pytest.mark.parametrize("by_variable", [True, False])
def test_the_command_line_enables_suggestions(endpoint: Endpoint, by_variable: bool) -> None:
    options = ["--database", "sqlite://", "--model-url", endpoint.url, "--model", "small"]
    environment = {"JULEP_SERVER_SUGGESTIONS": "true"} if by_variable else {}
    options += [] if by_variable else ["--suggestions"]
    endpoint.answers_to_jobs = ['["Go on."]']
    with serving(*options, environment=environment) as (_, url), Api(url) as api:
        session = api.make("sessions")["id"]
        api.wait_done(api.reply(session, "Which breads?"))
        assert len(suggestions(api, session)) == 1


def test_the_offline_model_makes_no_suggestions() -> None:
    with pytest.raises(ValueError, match="suggestions need the URL"):
        Settings(suggestions=True)

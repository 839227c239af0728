"""Agents, users and sessions: created, read, changed and deleted."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from julep_server import LocalServer
from tests.server.helpers.api import REPRESENTATION, UNKNOWN_ID, Api, error_of, paths_of

KINDS = ("agents", "users", "sessions")
REPLACEMENT: dict[str, dict[str, Any]] = {
    "agents": {"name": "New", "about": "new"},
    "users": {"name": "New", "about": "new"},
    "sessions": {"situation": "new"},
}
TOOL = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_an_agent_has_defaults(api: Api) -> None:
    agent = api.make("agents", name="Ada")
    assert agent | {"id": 0, "created_at": 0, "updated_at": 0} == {
        "id": 0,
        "name": "Ada",
        "about": "",
        "model": "offline",
        "instructions": [],
        "default_settings": {},
        "metadata": {},
        "created_at": 0,
        "updated_at": 0,
        "jobs": [],
    }


def test_a_user_has_defaults(api: Api) -> None:
    user = api.make("users")
    assert (user["name"], user["about"], user["metadata"]) == ("User", "", {})


def test_a_session_has_defaults(api: Api) -> None:
    agent = api.make("agents")
    session = api.make("sessions", agent_id=agent["id"])
    assert session.keys() == {
        "id",
        "agent_id",
        "metadata",
        "render_templates",
        "tags",
        "created_at",
        "updated_at",
        "jobs",
    }
    assert session["render_templates"] is False
    assert session["tags"] == []


def test_the_configured_model_is_the_default(model_api: Api) -> None:
    agent = model_api.make("agents")
    assert agent["model"] == "small"
    changed = model_api.patch(f"/agents/{agent['id']}", {"model": "other"}, headers=REPRESENTATION)
    assert changed.json()["model"] == "other"
    replaced = model_api.put(
        f"/agents/{agent['id']}", {"name": "x", "about": ""}, headers=REPRESENTATION
    )
    assert replaced.json()["model"] == "small"


@pytest.mark.parametrize("given", ["Be kind.", ["Be kind."]])
def test_instructions_are_stored_as_a_list(api: Api, given: Any) -> None:
    assert api.make("agents", instructions=given)["instructions"] == ["Be kind."]


def test_a_created_resource_is_read_unchanged(api: Api, kind: str) -> None:
    made = api.make(kind, metadata={"a": [1, None, {"ü": "\u2028"}], "n": None})
    read = api.get(f"/{kind}/{made['id']}").json()
    assert read == {name: value for name, value in made.items() if name != "jobs"}
    assert read["metadata"] == {"a": [1, None, {"ü": "\u2028"}], "n": None}


def test_times_have_microseconds_and_increase(api: Api, kind: str) -> None:
    made = api.make(kind)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", made["updated_at"])
    times = [made["updated_at"]]
    for number in range(5):
        response = api.patch(f"/{kind}/{made['id']}", {"metadata": {"n": number}}).json()
        assert response.keys() == {"id", "updated_at", "jobs"}
        times.append(response["updated_at"])
    assert times == sorted(set(times))
    assert api.get(f"/{kind}/{made['id']}").json()["created_at"] == made["created_at"]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_an_unknown_id_is_404_and_names_what_was_not_found(
    api: Api, kind: str, method: str
) -> None:
    body = REPLACEMENT[kind] if method in ("PUT", "PATCH") else None
    response = api.request(method, f"/{kind}/{UNKNOWN_ID}", json=body)
    assert error_of(response, 404)["message"] == f"{kind[:-1]} {UNKNOWN_ID} was not found"


def test_a_repeated_deletion_has_the_first_response(api: Api, kind: str) -> None:
    identifier = api.make(kind)["id"]
    first, second = (api.delete(f"/{kind}/{identifier}") for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert api.get(f"/{kind}/{identifier}").status_code == 404
    assert api.patch(f"/{kind}/{identifier}", REPLACEMENT[kind]).status_code == 404


def test_an_id_deleted_as_one_kind_is_unknown_as_another(api: Api) -> None:
    identifier = api.make("users")["id"]
    api.delete(f"/users/{identifier}")
    assert api.delete(f"/agents/{identifier}").status_code == 404


def test_put_requires_the_required_fields(api: Api) -> None:
    for kind, needed in (("agents", ["about", "name"]), ("users", ["about", "name"])):
        assert sorted(paths_of(api.put(f"/{kind}/{UNKNOWN_ID}", {}))) == needed
    assert paths_of(api.put(f"/sessions/{UNKNOWN_ID}", {})) == ["situation"]


def test_put_resets_what_it_omits(api: Api) -> None:
    agent = api.make(
        "agents",
        about="old",
        instructions=["a"],
        default_settings={"temperature": 0.5},
        metadata={"a": 1},
    )
    after = api.put(f"/agents/{agent['id']}", REPLACEMENT["agents"], headers=REPRESENTATION).json()
    assert (after["instructions"], after["default_settings"], after["metadata"]) == ([], {}, {})
    user = api.make("users", name="Old", metadata={"a": 1})
    after = api.put(f"/users/{user['id']}", REPLACEMENT["users"], headers=REPRESENTATION).json()
    assert (after["name"], after["metadata"]) == ("New", {})
    session = api.make(
        "sessions",
        situation="old",
        metadata={"a": 1},
        render_templates=True,
        token_budget=9,
        context_overflow="truncate",
        user_id=user["id"],
    )
    path = f"/sessions/{session['id']}"
    after = api.put(path, {"situation": "new"}, headers=REPRESENTATION).json()
    assert (after["situation"], after["metadata"], after["render_templates"]) == ("new", {}, False)
    assert "token_budget" not in after
    assert "context_overflow" not in after
    assert (after["agent_id"], after["user_id"]) == (session["agent_id"], user["id"])


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("agents", {"name": "New"}),
        ("agents", {"about": "New"}),
        ("agents", {"instructions": ["b"]}),
        ("users", {"name": "New"}),
        ("users", {"about": "New"}),
        ("sessions", {"situation": "New"}),
        ("sessions", {"render_templates": True}),
        ("sessions", {"token_budget": 50}),
        ("sessions", {"context_overflow": "truncate"}),
        ("sessions", {}),
    ],
)
def test_patch_changes_only_what_it_names(api: Api, kind: str, changes: dict[str, Any]) -> None:
    made = api.make(kind, metadata={"a": 1})
    response = api.patch(f"/{kind}/{made['id']}", changes, headers=REPRESENTATION)
    after = response.json()
    assert response.headers["preference-applied"] == "return=representation"
    assert after == made | changes | {"updated_at": after["updated_at"]}


def test_metadata_is_patched_by_rfc_7396(api: Api, kind: str) -> None:
    before = {"gone": 1, "list": [1, 2], "deep": {"gone": 1, "stays": 2}, "scalar": 1}
    patch = {"gone": None, "list": [3], "deep": {"gone": None, "new": 3}, "scalar": {"x": None}}
    made = api.make(kind, metadata=before)
    after = api.patch(f"/{kind}/{made['id']}", {"metadata": patch}, headers=REPRESENTATION)
    assert after.json()["metadata"] == {
        "list": [3],
        "deep": {"stays": 2, "new": 3},
        "scalar": {},
    }


def test_default_settings_are_patched_name_by_name(api: Api) -> None:
    made = api.make("agents", default_settings={"temperature": 0.5, "top_p": 0.9, "min_p": 0.1})
    path = f"/agents/{made['id']}"
    changes = {"default_settings": {"temperature": 1.5, "top_p": None}}
    after = api.patch(path, changes, headers=REPRESENTATION).json()
    assert after["default_settings"] == {"temperature": 1.5, "min_p": 0.1}


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"temperature": 3.1}, "default_settings.temperature"),
        ({"min_p": 1}, "default_settings.min_p"),
        ({"preset": "wild"}, "default_settings.preset"),
        ({"frequency_penalty": "x"}, "default_settings.frequency_penalty"),
    ],
)
def test_chat_settings_have_the_contracts_ranges(
    api: Api, settings: dict[str, Any], path: str
) -> None:
    assert paths_of(api.post("/agents", {"name": "x", "default_settings": settings})) == [path]
    api.make("agents", default_settings={"temperature": 3, "min_p": 0.99, "frequency_penalty": -2})


@pytest.mark.parametrize("missing", ["agent_id", "user_id"])
def test_a_session_requires_an_existing_agent_and_user(api: Api, missing: str) -> None:
    ids = {"agent_id": api.make("agents")["id"], "user_id": api.make("users")["id"]}
    response = api.post("/sessions", {**ids, missing: UNKNOWN_ID})
    kind = missing.removesuffix("_id")
    assert error_of(response, 404)["message"] == f"{kind} {UNKNOWN_ID} was not found"


def test_an_integer_too_large_for_a_database_is_422(api: Api) -> None:
    agent = api.make("agents")
    body = {"agent_id": agent["id"], "token_budget": 10**30}
    assert paths_of(api.post("/sessions", body)) == ["token_budget"]


def test_tools_of_the_same_name_are_a_conflict_and_create_no_agent(api: Api) -> None:
    body = {"name": "Twice", "tools": [TOOL, TOOL], "metadata": {"only": "twice"}}
    assert error_of(api.post("/agents", body), 409)["code"] == "tool_exists"
    found = api.get("/agents", params={"metadata_filter": '{"only": "twice"}'})
    assert found.json()["items"] == []


def test_a_tools_name_is_not_empty(api: Api) -> None:
    tool: dict[str, Any] = {"type": "function", "function": {"name": "", "parameters": {}}}
    assert paths_of(api.post("/agents", {"name": "x", "tools": [tool]})) == [
        "tools[0].function.name"
    ]


def test_deleting_an_agent_deletes_documents_and_tools_but_no_history(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    doc = {"title": "t", "content": ["a", "b"], "metadata": {"k": 1}}
    with LocalServer(database=f"sqlite:///{file}") as server, Api(server.url) as api:
        agent = api.make("agents", docs=[doc, {"title": "u", "content": "c"}], tools=[TOOL])
        user = api.make("users", docs=[doc])
        session = api.make("sessions", agent_id=agent["id"], user_id=user["id"])
        api.reply(session["id"])
        assert _rows(file, "docs") == 3
        assert _rows(file, "tools") == 1
        api.delete(f"/agents/{agent['id']}")
        assert _rows(file, "docs") == 1
        assert _rows(file, "tools") == 0
        assert error_of(api.chat(session["id"]), 404)["message"] == (
            f"agent {agent['id']} was not found"
        )
        assert len(api.history(session["id"])) == 2
        assert api.get(f"/sessions/{session['id']}").status_code == 200
        api.delete(f"/users/{user['id']}")
        api.delete(f"/sessions/{session['id']}")
        for table in ("docs", "messages", "metadata_entries"):
            assert _rows(file, table) == 0, table


def test_a_session_survives_its_user(api: Api) -> None:
    user = api.make("users", name="Somebody", about="likes tea")
    session = api.make("sessions", user_id=user["id"])
    assert "likes tea" in api.reply(session["id"])["response"][0][0]["content"]
    api.delete(f"/users/{user['id']}")
    assert "likes tea" not in api.reply(session["id"])["response"][0][0]["content"]


def test_deleting_a_history_leaves_the_session(api: Api, session_id: str) -> None:
    api.reply(session_id)
    response = api.delete(f"/sessions/{session_id}/history")
    assert (response.status_code, response.json()["id"]) == (202, session_id)
    assert api.history(session_id) == []
    assert api.delete(f"/sessions/{session_id}/history").status_code == 202
    assert api.get(f"/sessions/{session_id}").status_code == 200


@pytest.mark.parametrize("part", ["history", "suggestions"])
def test_lists_of_an_unknown_session_are_404(api: Api, part: str) -> None:
    assert "session" in error_of(api.get(f"/sessions/{UNKNOWN_ID}/{part}"), 404)["message"]


def test_a_session_without_suggestions_has_an_empty_list(api: Api, session_id: str) -> None:
    assert api.get(f"/sessions/{session_id}/suggestions").json() == {"items": []}


def _rows(file: Path, table: str) -> int:
    connection = sqlite3.connect(file)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - names of this test
    finally:
        connection.close()


def test_a_repeated_fork_is_made_once(api: Api, session_id: str) -> None:
    headers = {"Idempotency-Key": "fork-once"}
    first, second = (
        api.post(f"/sessions/{session_id}/fork", {}, headers=headers).json() for _ in range(2)
    )
    assert first == second


def test_a_forks_message_is_one_of_the_session(api: Api, session_id: str) -> None:
    other = str(api.make("sessions")["id"])
    api.reply(other, "Hello")
    message = api.get(f"/sessions/{other}/history").json()["items"][0]["id"]
    response = api.post(f"/sessions/{session_id}/fork", {"message_id": message})
    assert error_of(response, 404)["message"] == f"message {message} was not found"

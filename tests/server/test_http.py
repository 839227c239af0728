"""HTTP rules of all operations: ids, keys, preferences, bodies, violations, errors."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from julep_server import LocalServer
from julep_server import app as server_app
from julep_server.app import HANDLERS
from julep_server.dispatch import Dispatcher
from tests.server.helpers.api import (
    CONTRACT,
    DOCUMENT,
    UNKNOWN_ID,
    Api,
    check,
    error_of,
    paths_of,
)

KEYS = ("first-key", "second-key")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/agents", 200),
        ("GET", f"/agents/{UNKNOWN_ID}", 404),
        ("GET", "/nothing/here", 404),
        ("GET", "/agents/", 404),
        ("GET", "//", 404),
        ("PUT", "/agents", 405),
        ("OPTIONS", "/agents", 405),
        ("GET", "/agents/not-an-id", 422),
        ("GET", f"/jobs/{UNKNOWN_ID}", 404),
    ],
)
def test_every_response_has_a_request_id_and_the_documented_format(
    api: Api, method: str, path: str, status: int
) -> None:
    assert api.request(method, path).status_code == status


def test_a_callers_request_id_is_repeated(api: Api) -> None:
    response = api.get("/agents", headers={"X-Request-Id": "trace-4711"})
    assert response.headers.get_list("x-request-id") == ["trace-4711"]


@pytest.mark.parametrize("given", ["a b", "x" * 200, "ä", ""])
def test_an_unsafe_request_id_is_replaced(api: Api, given: str) -> None:
    response = api.get("/agents", headers={"X-Request-Id": given.encode("latin-1")})
    assert re.fullmatch("[0-9a-f]{32}", response.headers["x-request-id"])


def test_a_method_that_is_not_allowed_names_those_that_are(api: Api) -> None:
    assert api.request("PUT", "/agents").headers["allow"] == "GET, HEAD, POST"


def test_an_encoded_slash_stays_in_its_segment(api: Api) -> None:
    assert paths_of(api.get(f"/agents/{UNKNOWN_ID}%2Fdocs")) == ["agent_id"]


def test_health_needs_no_key() -> None:
    with LocalServer(api_keys=KEYS, embedding_model="none") as server, httpx.Client() as client:
        response = client.get(f"{server.root}/healthz")
    assert (response.status_code, response.json()) == (
        200,
        {"status": "ok", "model": "offline", "embedder": None},
    )
    assert response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Bearer first-key", 200),
        ("bearer   second-key", 200),
        ("first-key", 200),
        ("Bearer wrong", 401),
        ("Bearer first-ke", 401),
        ("Bearer", 401),
        ("Basic first-key", 401),
        (None, 401),
    ],
)
def test_keys_are_checked(authorization: str | None, status: int) -> None:
    with LocalServer(api_keys=KEYS) as server, Api(server.url) as api:
        headers = {} if authorization is None else {"Authorization": authorization}
        response = api.get("/agents", headers=headers)
        assert response.status_code == status
        challenge = None if status == 200 else 'Bearer realm="julep"'
        assert response.headers.get("www-authenticate", "").split(",")[0] == (challenge or "")


def test_no_key_is_in_a_repr_or_in_the_database(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    server = LocalServer(database=f"sqlite:///{file}", api_keys=KEYS, model_key="model-secret")
    with server, Api(server.url, KEYS[0]) as api:
        api.make("agents")
        shown = repr(server) + repr(vars(server))
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert "first-key" not in shown
    assert "model-secret" not in shown
    assert b"first-key" not in stored


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [
        ("return=representation", "return=representation"),
        ('respond-async, Return="representation"; x=1', "return=representation"),
        ("return=minimal", "return=minimal"),
        ("return=everything", None),
        ("wait=10", None),
        (None, None),
    ],
)
def test_prefer_selects_the_representation(
    api: Api, prefer: str | None, applied: str | None
) -> None:
    headers = {} if prefer is None else {"Prefer": prefer}
    response = api.post("/agents", {"name": "Ada"}, headers=headers)
    assert response.status_code == 201
    assert response.headers.get("preference-applied") == applied
    assert ("name" in response.json()) == (applied == "return=representation")
    assert {"id", "created_at", "jobs"} <= response.json().keys()


def test_a_body_that_is_too_long_is_413() -> None:
    with LocalServer(max_body_bytes=1000) as server, Api(server.url) as api:
        declared = api.post("/users", {"about": "x" * 1000})
        chunks = iter([b'{"about": "' + b"x" * 600, b"x" * 600 + b'"}'])
        streamed = api.request(
            "POST", "/users", content=chunks, headers={"Content-Type": "application/json"}
        )
        assert api.post("/users", {"about": "x" * 900}).status_code == 201
    assert error_of(declared, 413)["code"] == "payload_too_large"
    assert error_of(streamed, 413)["code"] == "payload_too_large"


@pytest.mark.parametrize(
    "text",
    [
        b'{"name": ',
        b"{'name': 1}",
        b'{"name": NaN}',
        b'{"metadata": {"x": 1e999}}',
        b'{"name": "\\ud800"}',
        b'{"name": "\xff"}',
        b"\xef\xbb\xbf{}",
        b"[" * 5000 + b"]" * 5000,
        b'{"metadata": {"x": 1' + b"0" * 5000 + b"}}",
    ],
    ids=lambda text: text[:16].decode("latin-1"),
)
def test_malformed_json_is_400(api: Api, text: bytes) -> None:
    response = api.request(
        "POST", "/users", content=text, headers={"Content-Type": "application/json"}
    )
    assert error_of(response, 400)["code"] == "malformed_json"


@pytest.mark.parametrize("path", ["/api/agents", "/v1/models", "/healthz", "/"])
def test_head_is_get_without_a_body(server: LocalServer, path: str) -> None:
    url = server.url.removesuffix("/api") + path
    got, asked = httpx.get(url, trust_env=False), httpx.head(url, trust_env=False)
    assert (asked.status_code, asked.content) == (200, b"")
    for name in ("content-type", "content-length"):
        assert asked.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201),
        ("Application/JSON; charset=utf-8", 201),
        ("application/merge-patch+json", 201),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
    ],
)
def test_only_json_content_types_are_accepted(api: Api, content_type: str, status: int) -> None:
    response = api.request("POST", "/users", content=b"{}", headers={"Content-Type": content_type})
    assert response.status_code == status


def test_a_missing_required_body_is_422(api: Api) -> None:
    response = api.request("POST", "/agents")
    assert error_of(response, 422)["details"] == [
        {"path": "", "message": "a JSON body is required"}
    ]


@pytest.mark.parametrize("body", [[], "text", 3, True, None])
def test_a_body_that_is_not_an_object_is_422(api: Api, body: Any) -> None:
    response = api.request(
        "POST", "/users", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert paths_of(response) == [""]


def test_every_violation_is_listed_with_its_path(api: Api) -> None:
    body = {
        "messages": [
            {"role": "usr", "content": [{"type": "text"}]},
            {"role": "user", "content": 3},
            {"content": "x"},
        ],
        "temperature": 2.5,
        "min_p": 1,
        "stop": [],
        "max_tokens": 0,
        "tools": [{"type": "function", "function": {"name": "f"}, "id": "x"}],
        "tool_choice": "sometimes",
    }
    response = api.post(f"/sessions/{UNKNOWN_ID}/chat", body)
    assert sorted(paths_of(response)) == [
        "max_tokens",
        "messages[0].content[0].text",
        "messages[0].role",
        "messages[1].content",
        "messages[2].role",
        "min_p",
        "stop",
        "temperature",
        "tool_choice",
        "tools[0].function.parameters",
        "tools[0].id",
    ]


@pytest.mark.parametrize(
    "identifier",
    [
        "x",
        "7d0c2f5e93b14a6d8f241b5e7c9a0d36",
        "7d0c2f5e-93b1-1a6d-8f24-1b5e7c9a0d36",
        "7d0c2f5e-93b1-4a6d-cf24-1b5e7c9a0d36",
        "{7d0c2f5e-93b1-4a6d-8f24-1b5e7c9a0d36}",
    ],
)
def test_an_id_that_is_not_a_uuid_v4_is_422(api: Api, identifier: str) -> None:
    assert paths_of(api.get(f"/agents/{identifier}")) == ["agent_id"]
    assert paths_of(api.post("/sessions", {"agent_id": identifier})) == ["agent_id"]


def test_ids_are_case_insensitive(api: Api) -> None:
    agent = api.make("agents")
    assert api.get(f"/agents/{agent['id'].upper()}").json()["id"] == agent["id"]
    session = api.make("sessions", agent_id=agent["id"].upper())
    assert session["agent_id"] == agent["id"]


def test_a_null_for_an_optional_field_counts_as_absent(api: Api) -> None:
    agent = api.make("agents", about=None, instructions=None, default_settings=None, tools=None)
    assert (agent["about"], agent["instructions"], agent["default_settings"]) == ("", [], {})
    assert paths_of(api.post("/agents", {"name": None})) == ["name"]


def test_a_null_in_a_map_to_numbers_counts_as_absent(api: Api) -> None:
    session = api.make("sessions", agent_id=api.make("agents")["id"])
    body = {"messages": [{"role": "user", "content": "Hi."}]}
    chat = f"/sessions/{session['id']}/chat"
    assert api.post(chat, {**body, "logit_bias": {"1": None, "2": 3}}).status_code == 200
    assert paths_of(api.post(chat, {**body, "logit_bias": {"1": "x"}})) == ["logit_bias[1]"]


def test_an_error_in_the_server_is_500_without_a_traceback(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    with LocalServer(database=f"sqlite:///{file}") as server, Api(server.url) as api:
        api.make("agents")
        # A table is taken away under the server's feet.
        connection = sqlite3.connect(file)
        connection.execute("ALTER TABLE agents RENAME TO elsewhere")
        connection.close()
        response = api.get("/agents", headers={"X-Request-Id": "trace-500"})
        error = error_of(response, 500)
    assert error["code"] == "internal_error"
    assert "trace-500" in error["message"]
    assert "Traceback" not in response.text
    assert "no such table" not in response.text


def test_the_examples_of_the_contract_are_accepted() -> None:
    """Bodies shown in the documentation must be valid for the server that serves them."""
    shown = 0
    for item in DOCUMENT["paths"].values():
        for method in ("post", "put", "patch"):
            content = item.get(method, {}).get("requestBody", {}).get("content", {})
            for media in content.values():
                for example in media.get("examples", {}).values():
                    check(media["schema"], example["value"])
                    shown += 1
    assert shown > 10


def test_an_operation_without_a_handler_is_not_implemented_and_others_are(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    handlers = {name: handler for name, handler in HANDLERS.items() if name != "ListUsers"}
    monkeypatch.setattr(server_app, "HANDLERS", handlers)
    with LocalServer() as running, Api(running.url) as api:
        error = error_of(api.get("/users"), 501)
        assert error["code"] == "not_implemented"
        assert "ListUsers" in error["message"]
        assert api.get("/agents").status_code == 200
    assert "ListUsers has no handler, and is not implemented" in caplog.messages


def test_a_handler_without_an_operation_is_refused() -> None:
    handlers = {**HANDLERS, "FlyAway": HANDLERS["ListUsers"]}
    services: Any = None  # nothing is served
    with pytest.raises(ValueError, match="FlyAway"):
        Dispatcher(CONTRACT, handlers, services)

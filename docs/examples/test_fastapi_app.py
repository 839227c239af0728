"""Ten tests of the FastAPI app beside this file, with the fixtures that pytest finds in julep.

Each test has an empty server, and a model that says what the test lets it say:

    pip install pytest pytest-timeout fastapi httpx2    # httpx2 is for FastAPI's TestClient
    pytest docs/examples/test_fastapi_app.py

pytest-timeout is for the settings of this repository. In a program of yours, leave it out, and
import the app from its own module.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

import julep
from docs.examples.fastapi_app import app
from julep.testing import ScriptedServer


@pytest.fixture
def web(julep_server: ScriptedServer) -> Iterator[TestClient]:
    """The app, whose own client uses ``julep_server``."""
    with TestClient(app) as web:
        yield web


@pytest.fixture
def session(web: TestClient) -> str:
    """The path of a session of Grace with Ada."""
    agent = web.post("/agents", json={"name": "Ada"}).json()
    user = web.post("/users", json={"name": "Grace"}).json()
    ids = {"agent_id": agent["id"], "user_id": user["id"]}
    return f"/sessions/{web.post('/sessions', json=ids).json()['id']}"


def content(message: dict[str, Any]) -> object:
    """Return the content of a message that the model received."""
    return message["content"]


def test_an_agent_is_created(web: TestClient, julep_client: julep.Client) -> None:
    created = web.post("/agents", json={"name": "Ada", "about": "a tutor"})
    assert created.status_code == 201
    assert julep_client.agents.get(created.json()["id"]).about == "a tutor"


def test_an_agent_needs_a_name(web: TestClient) -> None:
    assert web.post("/agents", json={}).status_code == 422


def test_a_user_is_created(web: TestClient, julep_client: julep.Client) -> None:
    web.post("/users", json={"name": "Grace"})
    assert [user.name for user in julep_client.users.list()] == ["Grace"]


def test_a_session_of_no_agent_is_not_found(web: TestClient) -> None:
    ids = dict.fromkeys(["agent_id", "user_id"], "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a")
    assert web.post("/sessions", json=ids).status_code == 404


def test_sessions_are_listed(web: TestClient, session: str) -> None:
    assert [f"/sessions/{each['id']}" for each in web.get("/sessions").json()] == [session]


def test_an_answer(web: TestClient, session: str, julep_server: ScriptedServer) -> None:
    julep_server.says("A number with two divisors.")
    response = web.post(f"{session}/chat", json={"text": "What is a prime?"})
    assert "A number with two divisors." in response.text
    assert content(julep_server.asked[0].messages[-1]) == "What is a prime?"


def test_the_history_is_part_of_the_next_request(
    web: TestClient, session: str, julep_server: ScriptedServer
) -> None:
    julep_server.says("Two.").says("Three.")
    for text in ("The first prime?", "And the next?"):
        web.post(f"{session}/chat", json={"text": text})
    said = [content(message) for message in julep_server.asked[1].messages]
    assert said[-3:] == ["The first prime?", "Two.", "And the next?"]


def test_a_streamed_answer(web: TestClient, session: str, julep_server: ScriptedServer) -> None:
    julep_server.says("Two, three, five")
    response = web.post(f"{session}/stream", json={"text": "Some primes?"})
    assert response.text == "Two, three, five"


def test_an_overloaded_model_is_asked_again(
    web: TestClient, session: str, julep_server: ScriptedServer
) -> None:
    julep_server.fails(503).says("Two.")
    assert web.post(f"{session}/chat", json={"text": "A prime?"}).status_code == 200
    assert len(julep_server.delays) == 1


def test_lost_connections_are_not_noticed(web: TestClient, julep_server: ScriptedServer) -> None:
    with julep_server.faults(drop=0.5, times=2) as faults:
        for number in range(10):
            assert web.post("/users", json={"name": str(number)}).status_code == 201
    assert faults.count == 2

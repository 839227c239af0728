"""Idempotency keys: a repeated POST is performed once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection, update

from julep_server import LocalServer
from julep_server.db.engine import Database
from julep_server.db.tables import idempotency
from julep_server.store.kept_responses import KEPT_FOR
from tests.server.helpers.api import REPRESENTATION, Api, error_of
from tests.server.helpers.endpoint import Endpoint

KEY = {"Idempotency-Key": "try-1"}


@pytest.mark.parametrize("kind", ["agents", "users", "sessions"])
def test_a_repetition_gets_the_first_response(api: Api, kind: str) -> None:
    agent = api.make("agents")["id"]
    body = {"agents": {"name": "x"}, "users": {}, "sessions": {"agent_id": agent}}[kind]
    headers = {"Idempotency-Key": f"again-{kind}", **REPRESENTATION}
    first, second = (api.post(f"/{kind}", body, headers=headers) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert second.headers["preference-applied"] == "return=representation"
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert api.post(f"/{kind}", body).json()["id"] != first.json()["id"]


def test_another_body_is_a_conflict(api: Api) -> None:
    headers = {"Idempotency-Key": "conflict"}
    api.post("/users", {"name": "a"}, headers=headers)
    again = api.post("/users", {"name": "b"}, headers=headers)
    assert error_of(again, 409)["code"] == "idempotency_conflict"


def test_the_same_json_in_another_notation_is_the_same_body(api: Api) -> None:
    headers = {"Idempotency-Key": "same", "Content-Type": "application/json"}
    texts = (b'{"name": "a", "about": "b"}', b'{"about":"b","name":"a"}')
    ids = {
        api.request("POST", "/users", content=text, headers=headers).json()["id"] for text in texts
    }
    assert len(ids) == 1


def test_a_key_applies_to_one_operation_and_path(api: Api) -> None:
    sessions = [api.make("sessions")["id"] for _ in range(2)]
    headers = {"Idempotency-Key": "shared"}
    responses = {api.reply(session, headers=headers)["id"] for session in sessions}
    responses.add(api.post("/users", {}, headers=headers).json()["id"])
    assert len(responses) == 3


@pytest.mark.parametrize(("key", "status"), [("x" * 255, 201), ("x" * 256, 422), ("", 422)])
def test_the_length_of_a_key_is_limited(api: Api, key: str, status: int) -> None:
    assert api.post("/users", {}, headers={"Idempotency-Key": key}).status_code == status


def test_a_failure_is_not_kept(api: Api) -> None:
    headers = {"Idempotency-Key": "failed"}
    body = {"name": "x", "tools": [{"type": "function", "function": {"name": "é"}}]}
    assert api.post("/agents", body, headers=headers).status_code == 422
    assert api.post("/agents", {"name": "x"}, headers=headers).status_code == 201


def test_a_chat_is_answered_and_recorded_once(api: Api, session_id: str) -> None:
    first, second = (api.chat(session_id, headers=KEY) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["x-julep-model"] == "offline"
    assert len(api.history(session_id)) == 2
    streamed = api.chat(session_id, stream=True, headers=KEY)
    assert error_of(streamed, 409)["code"] == "idempotency_conflict"


def test_a_repeated_streamed_chat_is_a_stream(api: Api, session_id: str) -> None:
    first, second = (api.chat(session_id, stream=True, headers=KEY) for _ in range(2))
    assert first.text == second.text
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["content-type"].startswith("text/event-stream")
    assert len(api.history(session_id)) == 2


def test_repetitions_wait_for_the_running_first_request(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    endpoint.delay = 0.3
    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(model_api.reply, session, headers=KEY) for _ in range(8)]
        responses = [future.result() for future in running]
    assert len({response["id"] for response in responses}) == 1
    assert len(endpoint.requests) == 1
    assert len(model_api.history(session)) == 2


def test_a_repetition_of_a_failing_first_request_is_a_new_attempt(
    model_api: Api, endpoint: Endpoint
) -> None:
    session = model_api.make("sessions")["id"]
    endpoint.delay, endpoint.status = 0.2, 500
    responses: list[httpx.Response] = []
    first = threading.Thread(target=lambda: responses.append(model_api.chat(session, headers=KEY)))
    first.start()
    while not endpoint.requests:
        time.sleep(0.005)
    endpoint.delay = 0.0
    second = model_api.chat(session, headers=KEY)
    first.join()
    assert [responses[0].status_code, second.status_code] == [503, 503]
    endpoint.status = 200
    assert model_api.chat(session, headers=KEY).status_code == 200
    assert len(endpoint.requests) == 3


async def _age(file: Path, by: int) -> None:
    database = Database(f"sqlite:///{file}")

    def work(connection: Connection) -> None:
        connection.execute(update(idempotency).values(created_at=idempotency.c.created_at - by))

    await database.write(work)
    database.close()


@pytest.mark.anyio
async def test_responses_are_stored_for_a_day_across_restarts(tmp_path: Path) -> None:
    file = tmp_path / "x.db"

    def made() -> str:
        with LocalServer(database=f"sqlite:///{file}") as server, Api(server.url) as api:
            return str(api.post("/users", {}, headers=KEY).json()["id"])

    first = made()
    await _age(file, KEPT_FOR - 60_000_000)
    assert made() == first
    await _age(file, 120_000_000)
    assert made() != first


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"

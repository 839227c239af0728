"""Requests of OpenAI's API that are repeated with the same ``Idempotency-Key``."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from julep_server import LocalServer
from tests.server.helpers.api import Api, error_of
from tests.server.helpers.embedding_endpoint import MODEL, EmbeddingEndpoint
from tests.server.helpers.endpoint import Endpoint, piece
from tests.server.helpers.openai_api import SESSION, chunks_of, post, said

REPLAYED = "idempotent-replayed"
BODIES: dict[str, dict[str, Any]] = {
    "model": {"model": "small"},
    "agent": {},
    "pinned": {"user": "grace"},
}


def body_of(api: Api, kind: str, **fields: Any) -> dict[str, Any]:
    agent = "" if kind == "model" else api.make("agents", about="\u00e9")["id"]
    body = {"model": f"agent:{agent}", "messages": [said("Hi \u00e9")], **BODIES[kind]}
    return {**body, "stream_options": {"include_usage": True}, **fields}


def send(
    api: Api, body: dict[str, Any], key: str, path: str = "chat/completions"
) -> httpx.Response:
    return post(api, path, body, **{"Idempotency-Key": key})


@pytest.fixture
def key() -> str:
    return f"key {uuid.uuid4()}"


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("kind", BODIES)
def test_a_repetition_gets_the_first_response(
    model_api: Api, endpoint: Endpoint, key: str, kind: str, streamed: bool
) -> None:
    endpoint.message = {"content": "A f\u00efne day."}
    endpoint.pieces = [piece({"content": "A f\u00efne"}), *endpoint.pieces[2:]]
    body = body_of(model_api, kind, stream=streamed)
    first, second = (send(model_api, body, key) for _ in range(2))
    assert (first.status_code, first.content) == (200, second.content)
    assert (REPLAYED in first.headers, second.headers[REPLAYED]) == (False, "true")
    assert first.headers["content-type"] == second.headers["content-type"]
    assert first.headers["x-julep-model"] == second.headers["x-julep-model"]
    assert first.headers.get(SESSION) == second.headers.get(SESSION)
    assert len(endpoint.requests) == 1
    if streamed:
        assert "f\u00efne" in str(chunks_of(second))
    if kind == "pinned":
        assert len(model_api.history(first.headers[SESSION])) == 2
    for other in ({**body, "stream": not streamed}, {**body, "messages": [said("Bye")]}):
        refused = error_of(send(model_api, other, key), 409)
        assert refused["code"] == "idempotency_conflict"
    assert send(model_api, {**body, "stream": None}, f"{key} 2").status_code == 200


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("kind", BODIES)
def test_a_repetition_of_a_running_request_gets_its_response(
    model_api: Api, endpoint: Endpoint, key: str, kind: str, streamed: bool
) -> None:
    body = body_of(model_api, kind, stream=streamed)
    endpoint.answering.clear()
    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(send, model_api, body, key) for _ in range(3)]
        while not endpoint.requests:
            time.sleep(0.005)
        endpoint.answering.set()
        found = [future.result() for future in running]
    assert [response.status_code for response in found] == [200] * 3
    assert len({response.content for response in found}) == 1
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("kind", ["model", "agent"])
def test_a_failure_is_not_stored(model_api: Api, endpoint: Endpoint, key: str, kind: str) -> None:
    body = body_of(model_api, kind)
    endpoint.status = 500
    assert send(model_api, body, key).status_code == 503
    endpoint.status = 200
    assert send(model_api, body, key).status_code == 200
    assert len(endpoint.requests) == 2


def test_a_stream_that_breaks_off_is_not_stored(
    model_api: Api, endpoint: Endpoint, key: str
) -> None:
    body = body_of(model_api, "model", stream=True)
    whole = endpoint.pieces
    endpoint.pieces = [piece({"content": "A"})]
    cut = send(model_api, body, key)
    assert "model_interrupted" in cut.text
    endpoint.pieces = whole
    assert chunks_of(send(model_api, body, key))
    assert len(endpoint.requests) == 2


def test_a_stream_is_complete_without_its_last_event(
    model_api: Api, endpoint: Endpoint, key: str
) -> None:
    endpoint.pieces = [piece({"content": "A fine day."}), piece({}, "stop")]
    body = body_of(model_api, "model", stream=True)
    first, second = (send(model_api, body, key) for _ in range(2))
    assert first.content == second.content == "".join(endpoint.pieces).encode()
    assert len(endpoint.requests) == 1


def test_an_endless_stream_ends_at_the_length_of_an_answer(endpoint: Endpoint, key: str) -> None:
    settings: dict[str, Any] = {"model_url": endpoint.url, "model": "small"}
    endpoint.pieces = [*[piece({"content": "x" * 1000})] * 10, "data: [DONE]\n\n"]
    with LocalServer(max_answer_bytes=5000, **settings) as server, Api(server.url) as api:
        body = body_of(api, "model", stream=True)
        cut = send(api, body, key)
        assert len(cut.text) < 7000
        assert "answer_too_long" in cut.text


def test_embeddings_are_made_once(key: str) -> None:
    with (
        EmbeddingEndpoint() as meanings,
        LocalServer(embedding_url=meanings.url, embedding_model=MODEL) as server,
        Api(server.url) as api,
    ):
        body = {"input": ["A ship.", "Bread."]}
        first, second = (send(api, body, key, "embeddings") for _ in range(2))
        assert (first.status_code, first.content) == (200, second.content)
        assert second.headers[REPLAYED] == "true"
        assert len(meanings.requests) == 1
        assert send(api, {"input": "Bread."}, key, "embeddings").status_code == 409


@pytest.mark.parametrize("wrong", ["", "k" * 256])
def test_a_key_has_a_length(model_api: Api, endpoint: Endpoint, wrong: str) -> None:
    error = error_of(send(model_api, body_of(model_api, "model"), wrong), 422)
    assert error["param"] == "Idempotency-Key"
    assert endpoint.requests == []


def test_another_process_returns_the_stored_response(
    endpoint: Endpoint, database_url: str, key: str
) -> None:
    found: list[bytes] = []
    for _ in range(2):
        with (
            LocalServer(database=database_url, model_url=endpoint.url, model="small") as server,
            Api(server.url) as api,
        ):
            for streamed in (False, True):
                body = {"model": "small", "messages": [said("Hi")], "stream": streamed}
                found.append(send(api, body, f"{key} {streamed}").content)
    assert found[:2] == found[2:]
    assert len(endpoint.requests) == 2

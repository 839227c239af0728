"""How a server stops: what runs may end, and what there was of an answer is stored."""

from __future__ import annotations

import re
import threading
from typing import Any

import httpx
import pytest

import julep
from julep import testing
from julep_server import LocalServer
from tests.server.helpers.api import Api, parse_events
from tests.server.helpers.endpoint import Endpoint
from tests.server.helpers.waiting import wait_for

pytestmark = pytest.mark.once

HELLO = {"messages": [{"role": "user", "content": "Hello"}]}


def serving(url: str, endpoint: Endpoint, drain: float) -> LocalServer:
    return LocalServer(
        database=url, model_url=endpoint.url, model="small", embedding_model="none", drain=drain
    )


def broken_off(url: str, endpoint: Endpoint, key: str | None, drain: float = 0.0) -> str:
    """Stop a server in the midst of an answer; return the session."""
    endpoint.delay_before = lambda position: 30.0 if position == 2 else 0.0
    headers = {} if key is None else {"Idempotency-Key": key}
    server = serving(url, endpoint, drain).start()
    with Api(server.url) as api:
        session = str(api.make("sessions")["id"])
        with api.streaming(session, HELLO, headers) as response:
            parts = response.iter_text()
            text = next(parts)
            server.stop()
            text += "".join(parts)
    assert parse_events(text)[-1].data["error"]["code"] == "server_stopping"
    endpoint.reset()
    return session


def contents(history: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    return [(message["content"], message.get("interrupted")) for message in history]


@pytest.mark.parametrize("drain", [0.0, 0.2])
def test_what_was_written_of_an_answer_is_stored_and_marked(
    database_url: str, endpoint: Endpoint, drain: float
) -> None:
    session = broken_off(database_url, endpoint, None, drain)
    with serving(database_url, endpoint, 0.0) as server, Api(server.url) as api:
        assert contents(api.history(session)) == [("Hello", None), ("A fine", True)]
        api.reply(session, "Go on")
        shown = [message["content"] for message in endpoint.requests[-1]["messages"]]
        assert shown[-3:] == ["Hello", "A fine", "Go on"]


def test_a_repetition_by_its_key_replaces_what_was_broken_off(
    database_url: str, endpoint: Endpoint
) -> None:
    session = broken_off(database_url, endpoint, "k")
    with serving(database_url, endpoint, 0.0) as server, Api(server.url) as api:
        for _ in range(2):
            with api.streaming(session, HELLO, {"Idempotency-Key": "k"}) as response:
                assert response.read().endswith(b"data: [DONE]\n\n")
        whole = [("Hello", None), ("A fine day.", None)]
        assert contents(api.history(session)) == whole
        # The model saw the message once.
        shown = [message["content"] for message in endpoint.requests[-1]["messages"]]
        assert shown.count("Hello") == 1
        assert len(endpoint.requests) == 1


def test_a_repetition_of_openais_api_replaces_it_too(database_url: str, endpoint: Endpoint) -> None:
    endpoint.delay_before = lambda position: 30.0 if position == 2 else 0.0
    server = serving(database_url, endpoint, 0.0).start()
    with Api(server.url) as api:
        model = f"agent:{api.make('agents')['id']}"
        body = {"model": model, "user": "grace", "stream": True, **HELLO}
        path, headers = "/v1/chat/completions", {"Idempotency-Key": "k"}
        with api.http.stream("POST", server.root + path, json=body, headers=headers) as response:
            texts = response.iter_text()
            while "A fine" not in next(texts):
                pass
            server.stop()
            session = response.headers["x-julep-session"]
    endpoint.reset()
    with serving(database_url, endpoint, 0.0) as server, Api(server.url) as api:
        assert contents(api.history(session)) == [("Hello", None), ("A fine", True)]
        assert api.http.post(server.root + path, json=body, headers=headers).status_code == 200
        assert contents(api.history(session)) == [("Hello", None), ("A fine day.", None)]
        shown = [message["content"] for message in endpoint.requests[-1]["messages"]]
        assert (shown.count("Hello"), shown.count("A fine")) == (1, 0)


@pytest.mark.parametrize("streamed", [True, False])
def test_a_server_that_drains_finishes_its_answers(
    database_url: str, endpoint: Endpoint, streamed: bool
) -> None:
    endpoint.answering.clear()
    server = serving(database_url, endpoint, 20.0).start()
    got: list[Any] = []
    with Api(server.url) as api:
        session = api.make("sessions")["id"]
        asking = threading.Thread(target=lambda: got.append(api.chat(session, stream=streamed)))
        asking.start()
        wait_for(lambda: len(endpoint.requests) == 1)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        endpoint.answering.set()
        asking.join()
        stopping.join()
    assert got[0].status_code == 200
    with serving(database_url, endpoint, 0.0) as server, Api(server.url) as api:
        assert contents(api.history(session)) == [("Hello", None), ("A fine day.", None)]


def test_what_the_end_of_a_stop_cuts_off_is_a_503(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("julep_server.serving._SHUTDOWN_TIMEOUT", 0.1)
    endpoint.answering.clear()
    server = serving("sqlite://", endpoint, 0.0).start()
    path, got = f"{server.root}/v1/chat/completions", list[httpx.Response]()
    body = {"model": "small", **HELLO}
    asking = threading.Thread(
        target=lambda: got.append(httpx.post(path, json=body, timeout=60, trust_env=False))
    )
    asking.start()
    wait_for(lambda: len(endpoint.requests) == 1)
    server.stop()
    asking.join()
    endpoint.answering.set()
    assert got[0].status_code == 503
    assert got[0].json()["error"]["code"] == "server_stopping"
    assert got[0].headers["retry-after"] == "1"
    assert "Traceback" not in caplog.text


def test_a_run_without_a_client_is_finished_too(database_url: str, endpoint: Endpoint) -> None:
    endpoint.delay_before = lambda position: 0.3 if position == 2 else 0.0
    server = serving(database_url, endpoint, 20.0).start()
    with Api(server.url) as api:
        session = api.make("sessions")["id"]
        with api.streaming(session, HELLO) as response:
            next(response.iter_text())
    server.stop()
    with serving(database_url, endpoint, 0.0) as server, Api(server.url) as api:
        assert contents(api.history(session))[1:] == [("A fine day.", None)]


def test_a_streams_headers_do_not_wait_for_the_model(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("streaming.event_stream", "openai_api.agent_chat"):
        monkeypatch.setattr(f"julep_server.{module}.HEADERS_AFTER", 0.05)
    endpoint.answering.clear()
    with serving("sqlite://", endpoint, 0.0) as server, Api(server.url) as api:
        session = api.make("sessions")["id"]
        with api.streaming(session, HELLO) as response:
            assert response.headers["x-accel-buffering"] == "no"
            parts = response.iter_text()
            # The endpoint has not responded yet.
            text = next(parts)
            assert re.fullmatch(r": .+\n\n", text)
            endpoint.answering.set()
            text += "".join(parts)
        assert parse_events(text)[-1].data == "[DONE]"
        endpoint.answering.clear()
        body = {"model": f"agent:{api.make('agents')['id']}", "stream": True, **HELLO}
        with api.http.stream("POST", f"{server.root}/v1/chat/completions", json=body) as response:
            assert response.headers["x-accel-buffering"] == "no"
            endpoint.answering.set()
            assert response.read().endswith(b"data: [DONE]\n\n")


def test_a_failure_behind_a_streams_headers_is_retried(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("julep_server.streaming.event_stream.HEADERS_AFTER", 0.0)
    endpoint.answering.clear()
    endpoint.status, endpoint.error_headers = 429, {"Retry-After": "7"}
    with serving("sqlite://", endpoint, 0.0) as server, Api(server.url) as api:
        session = api.make("sessions")["id"]
        with api.streaming(session, HELLO) as response:
            assert response.status_code == 200
            endpoint.answering.set()
            text = response.read().decode()
        assert parse_events(text)[-1].data["error"]["status"] == 429
        assert "\nretry: 7000\nevent: error\n" in text

        def recover(_: julep.RetryEvent) -> None:
            endpoint.status = 200

        endpoint.answering.clear()
        hooks = julep.Hooks(on_response=lambda _: endpoint.answering.set(), on_retry=recover)
        with (
            testing.skipped_delays() as delays,
            julep.Client(base_url=server.url, hooks=hooks, max_retries=1) as client,
            client.sessions.stream(session, "Hello!") as stream,
        ):
            assert stream.get_final_response().text == "A fine day."
        assert delays == [7.0]

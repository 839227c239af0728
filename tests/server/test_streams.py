"""Streamed chats: events, dropped connections, resumption, and failures midway."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from julep_server import LocalServer
from tests.server.helpers.api import UNKNOWN_ID, Api, check_events, error_of, parse_events
from tests.server.helpers.endpoint import USAGE, Endpoint, piece

HELLO: dict[str, Any] = {"messages": [{"role": "user", "content": "Hello"}]}


def text_of(events: list[Any]) -> str:
    return "".join(
        event.data["delta"].get("content", "") for event in events if event.data != "[DONE]"
    )


def test_a_stream_has_the_documented_events(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    response = model_api.chat(session, stream=True)
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    events = parse_events(response.text)
    completion = events[0].data["id"]
    assert [event.id for event in events] == [f"{completion}:{n + 1}" for n in range(len(events))]
    *pieces, last, done = events
    assert done.data == "[DONE]"
    assert text_of(pieces) == "A fine day."
    assert pieces[0].data["delta"]["role"] == "assistant"
    assert all("role" not in event.data["delta"] for event in pieces[1:])
    assert all(event.data["finish_reason"] is None for event in pieces)
    assert last.data == {
        "id": completion,
        "delta": {},
        "finish_reason": "stop",
        "usage": USAGE,
        "doc_ids": {"agent_doc_ids": [], "user_doc_ids": []},
        "jobs": [],
    }
    assert endpoint.requests[-1]["stream"] is True
    assert [message["content"] for message in model_api.history(session)] == [
        "Hello",
        "A fine day.",
    ]


@pytest.mark.parametrize(
    ("accept", "stream", "streamed"),
    [
        ("text/event-stream", None, True),
        ("text/event-stream", False, False),
        ("application/json", True, True),
        ("application/json", None, False),
        ("*/*", None, False),
        ("application/json;q=0.1, text/event-stream", None, True),
        ("text/event-stream;q=0.5, application/json", None, False),
        ("text/event-stream;q=x", None, False),
        ("text/plain", None, False),
    ],
)
def test_a_stream_is_requested_by_body_or_header(
    api: Api, session_id: str, accept: str, stream: bool | None, streamed: bool
) -> None:
    response = api.chat(session_id, stream=stream, headers={"Accept": accept})
    assert response.headers["content-type"].startswith("text/event-stream") == streamed


def test_chunks_arrive_as_they_are_generated(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    arrived, in_time = threading.Event(), list[bool]()

    def wait_for_the_first(position: int) -> float:
        if position == 2:
            in_time.append(arrived.wait(60))
        return 0.0

    endpoint.delay_before = wait_for_the_first
    with model_api.streaming(session, HELLO) as response:
        texts = response.iter_text()
        first = next(texts)
        arrived.set()
        rest = first + "".join(texts)
    assert in_time == [True]
    assert text_of(parse_events(rest)) == "A fine day."


def test_line_separators_inside_the_text_survive(model_api: Api, endpoint: Endpoint) -> None:
    text = "a\u2028b\u0085c\r\nd \U0001f33b"
    endpoint.pieces = [piece({"content": text}), piece({}, "stop")]
    session = model_api.make("sessions")["id"]
    assert text_of(model_api.events(session)) == text


@pytest.fixture
def dropped(model_api: Api, endpoint: Endpoint) -> Iterator[tuple[str, dict[str, str], Any]]:
    """A stream whose client went away after the first event, while the model still writes."""
    session = model_api.make("sessions")["id"]
    endpoint.delay_before = lambda position: 0.2 if position == 2 else 0.0
    headers = {"Idempotency-Key": "dropped"}
    with model_api.streaming(session, HELLO, headers) as response:
        for text in response.iter_text():
            yield session, headers, parse_events(text)[0]
            break


@pytest.mark.parametrize("late", [False, True], ids=["while it runs", "when it has ended"])
@pytest.mark.parametrize("keyed", [True, False])
def test_a_resumed_stream_has_the_remaining_events(
    model_api: Api, endpoint: Endpoint, dropped: Any, late: bool, keyed: bool
) -> None:
    session, headers, first = dropped
    if late:
        time.sleep(0.4)
    back: dict[str, str] = {**(headers if keyed else {}), "Last-Event-ID": first.id}
    rest = model_api.events(session, headers=back)
    assert rest[0].id == f"{first.data['id']}:2"
    assert text_of([first, *rest]) == "A fine day."
    assert rest[-1].data == "[DONE]"
    assert len(endpoint.requests) == 1
    assert len(model_api.history(session)) == 2
    assert len(model_api.events(session, headers={**back, "Last-Event-ID": rest[-2].id})) == 1


def test_a_repetition_without_a_position_gets_all_events(
    model_api: Api, endpoint: Endpoint, dropped: Any
) -> None:
    session, headers, first = dropped
    events = model_api.events(session, headers=headers)
    assert events[0] == first
    assert text_of(events) == "A fine day."
    assert len(endpoint.requests) == 1


def test_a_disconnected_client_without_a_key_still_has_a_history(
    model_api: Api, endpoint: Endpoint
) -> None:
    session = model_api.make("sessions")["id"]
    endpoint.delay_before = lambda position: 0.1 if position == 2 else 0.0
    with model_api.streaming(session, HELLO):
        pass
    deadline = time.monotonic() + 60
    while not model_api.history(session):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert model_api.history(session)[-1]["content"] == "A fine day."


@pytest.mark.parametrize("given", [f"{UNKNOWN_ID}:1", "x", "", f"{UNKNOWN_ID}:x", "1:" + "9" * 30])
@pytest.mark.parametrize("key", [None, "gone"])
def test_a_stream_that_cannot_be_resumed_is_a_conflict(
    api: Api, session_id: str, given: str, key: str | None
) -> None:
    headers = {"Last-Event-ID": given} | ({} if key is None else {"Idempotency-Key": key})
    response = api.chat(session_id, stream=True, headers=headers)
    assert error_of(response, 409)["code"] == "stream_gone"
    assert api.history(session_id) == []


def test_a_stored_stream_is_resumed_after_a_restart(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    headers = {"Idempotency-Key": "kept"}
    with LocalServer(database=url) as server, Api(server.url) as api:
        session = api.make("sessions")["id"]
        events = api.events(session, headers=headers)
    with LocalServer(database=url) as server, Api(server.url) as api:
        back = {**headers, "Last-Event-ID": events[1].id}
        assert api.events(session, headers=back) == events[2:]
        other = {**headers, "Last-Event-ID": f"{UNKNOWN_ID}:1"}
        assert error_of(api.chat(session, stream=True, headers=other), 409)["code"] == "stream_gone"
        assert len(api.history(session)) == 2


@pytest.mark.parametrize(
    ("pieces", "message"),
    [
        (["BREAK"], "broke off"),
        ([piece({"content": "more"})], "broke off"),
        (['data: {"error": {"message": "no more memory"}}\n\n'], "no more memory"),
        (["data: {oops\n\n"], "not JSON"),
        (["data: [1]\n\n"], "not an object"),
    ],
)
def test_a_failure_midway_is_an_error_event_and_no_history(
    model_api: Api, endpoint: Endpoint, pieces: list[str], message: str
) -> None:
    endpoint.pieces = [piece({"role": "assistant", "content": "A fine"}), *pieces]
    session = model_api.make("sessions")["id"]
    response = model_api.chat(session, stream=True)
    assert response.status_code == 200
    events = parse_events(response.text)
    assert events[-1].kind == "error"
    assert message in events[-1].data["error"]["message"]
    assert "[DONE]" not in response.text
    assert model_api.history(session) == []
    back = {"Last-Event-ID": events[0].id}
    assert model_api.events(session, headers=back) == events[1:]


def test_an_endpoint_silent_midway_is_an_error_event(endpoint: Endpoint) -> None:
    endpoint.delay_before = lambda position: 30.0 if position == 2 else 0.0
    server = LocalServer(model_url=endpoint.url, model="small", model_timeout=2.0)
    with server, Api(server.url) as api:
        events = api.events(api.make("sessions")["id"])
    assert (events[-1].kind, events[-1].data["error"]["code"]) == ("error", "model_timeout")


def test_a_failure_before_the_first_byte_is_an_error_status(
    model_api: Api, endpoint: Endpoint
) -> None:
    endpoint.status = 500
    session = model_api.make("sessions")["id"]
    assert error_of(model_api.chat(session, stream=True), 503)["code"] == "model_unavailable"


def test_an_endpoint_that_does_not_stream_is_supported(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    endpoint.ignores_stream = True
    assert text_of(model_api.events(session)) == "A fine day."


def test_an_empty_answer_is_still_a_message(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    endpoint.pieces = [piece({}, "stop")]
    first, last, _ = model_api.events(session)
    assert first.data["delta"] == {"role": "assistant", "content": ""}
    assert last.data["finish_reason"] == "stop"


def test_a_server_that_stops_ends_its_streams_with_an_error(endpoint: Endpoint) -> None:
    endpoint.delay_before = lambda position: 30.0 if position == 2 else 0.0
    server = LocalServer(model_url=endpoint.url, model="small")
    server.start()
    with Api(server.url) as api:
        session = api.make("sessions")["id"]
        with api.streaming(session, HELLO) as response:
            parts = response.iter_text()
            text = next(parts)
            began = time.monotonic()
            server.stop()
            text += "".join(parts)
    assert time.monotonic() - began < 20  # the model would take 30
    events = parse_events(text)
    check_events(events)
    assert events[-1].data["error"]["code"] == "server_stopping"


def test_a_session_deleted_meanwhile_gets_no_history(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    endpoint.delay_before = lambda position: 0.2 if position == 2 else 0.0
    with model_api.streaming(session, HELLO) as response:
        parts = response.iter_text()
        next(parts)
        model_api.delete(f"/sessions/{session}")
        rest = "".join(parts)
    assert rest.endswith("data: [DONE]\n\n")
    assert model_api.get(f"/sessions/{session}/history").status_code == 404


def test_silence_is_filled_with_comments(
    model_api: Api, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("julep_server.streaming.event_stream.KEEP_ALIVE", 0.05)
    filled = threading.Event()
    endpoint.delay_before = lambda position: float(position == 2 and not filled.wait(60))
    session = model_api.make("sessions")["id"]
    text = ""
    with model_api.streaming(session, HELLO) as response:
        for part in response.iter_text():
            text += part
            if re.search(r"^: keep-alive$", text, re.MULTILINE):
                filled.set()
    assert filled.is_set()
    assert text_of(parse_events(text)) == "A fine day."


def test_several_clients_can_follow_a_stream(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    endpoint.delay_before = lambda position: 0.05
    headers = {"Idempotency-Key": "many"}
    bodies: list[str] = []
    with (
        model_api.streaming(session, HELLO, headers) as first,
        httpx.Client(timeout=60) as other,
    ):
        url = str(first.request.url)
        bodies.append(other.post(url, json={"stream": True, **HELLO}, headers=headers).text)
        bodies.append(first.read().decode())
    assert bodies[0] == bodies[1]
    assert len(endpoint.requests) == 1

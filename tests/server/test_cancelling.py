"""Cancelling running answers: who is told, what is stored, and what can't be cancelled."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from julep_server import LocalServer, cancellations
from julep_server.errors import ApiError
from julep_server.streaming.runs import Run, Runs
from tests.server.helpers.api import UNKNOWN_ID, Api, error_of, parse_events, paths_of
from tests.server.helpers.embedding_endpoint import MODEL, EmbeddingEndpoint
from tests.server.helpers.endpoint import Endpoint

HELLO: dict[str, Any] = {"messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


@pytest.fixture
def held(endpoint: Endpoint) -> Iterator[Endpoint]:
    """The endpoint, which does not answer before the end of the test."""
    endpoint.answering.clear()
    yield endpoint
    endpoint.answering.set()


def cancel(api: Api, session: str, **params: str) -> list[str]:
    response = api.request("DELETE", f"/sessions/{session}/chat", params=params)
    assert response.status_code == 200, response.text
    cancelled: list[str] = response.json()["cancelled"]
    return cancelled


def started(
    threads: ThreadPoolExecutor, api: Api, endpoint: Endpoint, session: str, **fields: Any
) -> Future[httpx.Response]:
    """Begin a chat, and wait until the model is asked."""
    before = len(endpoint.requests)
    chat = threads.submit(api.chat, session, **fields)
    limit = time.monotonic() + 60
    while len(endpoint.requests) == before:
        assert time.monotonic() < limit
        time.sleep(0.005)
    return chat


def test_a_cancelled_answer_is_a_conflict_and_stored_nowhere(
    threads: ThreadPoolExecutor, model_api: Api, held: Endpoint
) -> None:
    user = model_api.make("users")["id"]
    session = model_api.make("sessions", user_id=user)["id"]
    other = model_api.make("sessions")["id"]
    chats = [started(threads, model_api, held, session) for _ in range(2)]
    assert cancel(model_api, other) == []
    assert len(set(cancel(model_api, session))) == 2
    for chat in chats:
        assert error_of(chat.result(), 409)["code"] == "chat_cancelled"
    assert model_api.history(session) == []
    assert cancel(model_api, session) == []
    held.answering.set()
    assert model_api.reply(session)["finish_reason"] == "stop"


def test_one_stream_is_cancelled_by_its_id(model_api: Api, endpoint: Endpoint) -> None:
    session = model_api.make("sessions")["id"]
    endpoint.delay_before = lambda position: 30.0 if position == 2 else 0.0
    with model_api.streaming(session, HELLO) as response:
        texts = response.iter_text()
        (first, *_) = parse_events(next(texts))
        identifier = first.data["id"]
        assert cancel(model_api, session, response_id=UNKNOWN_ID) == []
        assert cancel(model_api, session, response_id=identifier.upper()) == [identifier]
        last = parse_events("".join(texts))[-1]
    assert (last.kind, last.data["error"]["code"]) == ("error", "chat_cancelled")
    assert model_api.history(session) == []


def test_a_cancelled_chat_can_be_repeated_with_its_key(
    threads: ThreadPoolExecutor, model_api: Api, held: Endpoint
) -> None:
    session, headers = model_api.make("sessions")["id"], {"Idempotency-Key": "cancelled"}
    chat = started(threads, model_api, held, session, headers=headers)
    assert len(cancel(model_api, session)) == 1
    error_of(chat.result(), 409)
    held.answering.set()
    assert model_api.reply(session, headers=headers)["finish_reason"] == "stop"


def test_what_is_complete_is_not_cancelled(api: Api, session_id: str) -> None:
    reply = api.reply(session_id)
    assert cancel(api, session_id, response_id=reply["id"]) == []
    assert len(api.history(session_id)) == 2


def test_a_session_that_does_not_exist_is_not_found(api: Api, session_id: str) -> None:
    assert "session" in error_of(api.delete(f"/sessions/{UNKNOWN_ID}/chat"), 404)["message"]
    response = api.delete(f"/sessions/{session_id}/chat?response_id=x")
    assert paths_of(response) == ["response_id"]


def test_a_run_that_has_not_begun_is_cancelled_too() -> None:
    ended: list[str] = []

    async def work() -> None:
        ended.append("begun")

    async def main() -> ApiError | None:
        runs, run = Runs(), Run("1", "tenant", "session")
        runs.start(run, work, lambda: ended.append("ended"))
        assert await runs.cancel("another tenant", "session", None) == []
        assert await runs.cancel("tenant", "session", None) == ["1"]
        await runs.aclose()
        return run.failure

    failure = asyncio.run(main())
    assert failure is not None
    assert (failure.code, ended) == ("chat_cancelled", ["ended"])


def test_a_run_that_stores_its_result_is_not_cancelled() -> None:
    async def main() -> ApiError | None:
        runs, run, stored = Runs(), Run("1", "tenant", "session"), asyncio.Event()

        async def work() -> None:
            run.cancellable = False
            await stored.wait()

        runs.start(run, work, lambda: None)
        await asyncio.sleep(0)
        assert await runs.cancel("tenant", "session", "1") == []
        stored.set()
        await run.wait_finished()
        return run.failure

    assert asyncio.run(main()) is None


# --- while an answer is prepared ---


def test_an_answer_that_is_prepared_is_cancelled(threads: ThreadPoolExecutor) -> None:
    with (
        EmbeddingEndpoint() as meanings,
        LocalServer(embedding_url=meanings.url, embedding_model=MODEL) as server,
        Api(server.url) as api,
    ):
        docs = [{"title": "-", "content": "A ship."}]
        session = api.make("sessions", agent_id=api.make("agents", docs=docs)["id"])["id"]
        api.reply(session, "The first, after which there are vectors.")
        meanings.held = "HELD"
        chats = [
            threads.submit(api.chat, session, "HELD", stream=streamed) for streamed in (False, True)
        ]
        limit = time.monotonic() + 60
        while meanings.texts.count("HELD") < 2:
            assert time.monotonic() < limit
            time.sleep(0.005)
        assert len(cancel(api, session)) == 2
        for chat in chats:
            assert error_of(chat.result(), 409)["code"] == "chat_cancelled"
        assert len(api.history(session)) == 2


# --- of another process ---


@pytest.fixture
def processes(database_url: str, endpoint: Endpoint) -> Iterator[tuple[Api, Api]]:
    """Clients of two servers that share a database."""
    settings: dict[str, Any] = {"database": database_url, "model_url": endpoint.url}
    with (
        LocalServer(model="small", **settings) as first,
        LocalServer(model="small", **settings) as second,
        Api(first.url) as one,
        Api(second.url) as other,
    ):
        yield one, other


def test_an_answer_of_another_process_is_cancelled(
    threads: ThreadPoolExecutor,
    processes: tuple[Api, Api],
    held: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = processes
    session, untouched = one.make("sessions")["id"], one.make("sessions")["id"]
    # What was cancelled before an answer began does not concern it.
    assert cancel(other, untouched) == []
    goes_on = started(threads, one, held, untouched)
    # On a busy machine the other process may not be waited for long enough at first.
    cancelled, longer = list[str](), iter((cancellations.MAX_WAIT, 5.0, 15.0))
    while not cancelled:
        monkeypatch.setattr(cancellations, "MAX_WAIT", next(longer))
        chat = started(threads, one, held, session)
        cancelled = cancel(other, session)
        assert error_of(chat.result(), 409)["code"] == "chat_cancelled"
        assert one.history(session) == []
    assert len(cancelled) == 1
    held.answering.set()
    assert goes_on.result().status_code == 200


def test_a_stream_of_another_process_is_cancelled_by_its_id(
    processes: tuple[Api, Api], endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = processes
    session = one.make("sessions")["id"]
    endpoint.delay_before = lambda position: 30.0 if position == 2 else 0.0
    with one.streaming(session, HELLO) as response:
        texts = response.iter_text()
        (first, *_) = parse_events(next(texts))
        identifier = first.data["id"]
        assert cancel(other, session, response_id=UNKNOWN_ID) == []
        monkeypatch.setattr(cancellations, "MAX_WAIT", 15.0)  # not longer than it takes
        assert cancel(other, session, response_id=identifier) == [identifier]
        last = parse_events("".join(texts))[-1]
    assert (last.kind, last.data["error"]["code"]) == ("error", "chat_cancelled")
    assert one.history(session) == []

"""Streams that another process writes, which may end in every state of them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, select

from julep_server import LocalServer, relay
from julep_server.chat.chunks import kept_stream, last_chunk, text_chunk
from julep_server.db.engine import Database, Isolation
from julep_server.db.outage import DatabaseUnavailableError
from julep_server.db.tables import stream_batches, stream_requests
from julep_server.idempotency import fingerprint
from julep_server.json_text import JSONObject
from julep_server.store import kept_responses, processes, streams
from julep_server.store.kept_responses import IdempotencyKey, KeptResponse
from julep_server.store.streams import Batch, StreamRequest
from julep_server.streaming import event_stream
from julep_server.tenancy.keys import LOCAL_TENANT
from tests.server.helpers.api import Api, Event, error_of, parse_events
from tests.server.helpers.endpoint import Endpoint, pieces_of
from tests.server.helpers.waiting import wait_for

BODY: dict[str, Any] = {"stream": True, "messages": [{"role": "user", "content": "Hello"}]}
KEY = {"Idempotency-Key": "once"}


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "RENEWAL", 0.05)
    monkeypatch.setattr(relay, "BATCH_INTERVAL", 0.01)
    monkeypatch.setattr(relay, "LOOK_INTERVAL", 0.01)
    monkeypatch.setattr(relay, "_IDLE_INTERVAL", 0.02)
    # However long it takes to find out that a stream can't be followed, it is a status.
    monkeypatch.setattr(event_stream, "HEADERS_AFTER", 60.0)


class Owner:
    """The rows of a process that writes an answer: the test is that process.

    Args:
        database: The database that it shares with the follower.
        session: The session whose answer it writes.
    """

    def __init__(self, database: Database, session: str) -> None:
        self._database = database
        self._process = processes.new_process_id()
        self._number = 0
        self._key = IdempotencyKey(LOCAL_TENANT, f"POST /sessions/{session}/chat", "once")
        self.session = session
        self.run = processes.new_run_id(self._process)
        self.wanted = StreamRequest(self.run, LOCAL_TENANT, session)
        self.renew()
        digest = fingerprint(BODY, True)
        self.do(lambda each: processes.claim(each, self._key, digest, self.run))

    def do(self, work: Callable[[Connection], Any]) -> Any:
        return asyncio.run(self._database.write(work))

    def renew(self) -> None:
        self.do(partial(processes.renew, process=self._process))

    def wait_followed(self) -> None:
        wait_for(lambda: bool(self.do(lambda each: each.execute(select(stream_requests)).all())))

    def batch(self, *events: str, finished: bool = False) -> Batch:
        self._number += 1
        return Batch(self._number, events, {}, finished, None, None, None)

    def write(self, *events: str, finished: bool = False) -> None:
        batch = self.batch(*events, finished=finished)
        self.do(partial(streams.add, wanted=self.wanted, batch=batch))

    def words(self, *words: str) -> list[str]:
        return [text_chunk(self.run, word, first=word == "one") for word in words]

    @property
    def closing(self) -> str:
        usage: JSONObject = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        recalled: JSONObject = {"agent_doc_ids": [], "user_doc_ids": []}
        more: JSONObject = {"usage": usage, "jobs": [], "doc_ids": recalled}
        return last_chunk({"id": self.run, "finish_reason": "stop", **more})

    def store_answer(self, *words: str) -> None:
        kept = kept_stream(self.run, words, [self.closing])
        response = KeptResponse(fingerprint(BODY, True), 200, {}, kept)
        self.do(lambda each: kept_responses.keep(each, self._key, response))
        self.do(lambda each: processes.release(each, self._key, self.run))

    def die(self) -> None:
        """End without another word, as if the lease had run out."""
        self.do(partial(processes.end, process=self._process))


@pytest.fixture
def follower(endpoint: Endpoint, database_url: str) -> Iterator[Api]:
    endpoint.pieces = pieces_of({"content": "from the other"})
    with (
        LocalServer(database=database_url, model_url=endpoint.url, model="small") as server,
        Api(server.url) as api,
    ):
        yield api


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def owner(follower: Api, database: Database) -> Owner:
    return Owner(database, follower.make("sessions")["id"])


def text_of(events: list[Event]) -> str:
    chunks = [event.data for event in events if event.data != "[DONE]"]
    return "".join(chunk["delta"].get("content", "") for chunk in chunks if "delta" in chunk)


class Reading:
    """A request in a thread of its own, while the test does what its owner does."""

    def __init__(self, api: Api, session: str, headers: dict[str, str]) -> None:
        self._pool = ThreadPoolExecutor(1)
        send = partial(api.chat, session, stream=True, headers=headers)
        self._sent = self._pool.submit(send)

    def response(self) -> httpx.Response:
        try:
            return self._sent.result(60)
        finally:
            self._pool.shutdown()

    def events(self) -> list[Event]:
        return parse_events(self.response().text)


def test_an_owner_that_died_before_the_first_event_is_replaced(
    follower: Api, owner: Owner, endpoint: Endpoint
) -> None:
    reading = Reading(follower, owner.session, KEY)
    owner.wait_followed()
    owner.die()
    events = reading.events()
    assert text_of(events) == "from the other"
    assert events[-1].data == "[DONE]"
    assert len(endpoint.requests) == 1
    assert [each["content"] for each in follower.history(owner.session)] == [
        "Hello",
        "from the other",
    ]


def test_an_owner_that_died_between_two_events_ends_its_stream(
    follower: Api, owner: Owner, endpoint: Endpoint
) -> None:
    owner.write(*owner.words("one", " two"))
    reading = Reading(follower, owner.session, KEY)
    owner.wait_followed()
    owner.die()
    *read, last = reading.events()
    assert text_of(read) == "one two"
    assert (last.kind, last.data["error"]["code"]) == ("error", "server_stopping")
    # What is left of it can't be resumed, with the key or without, and the key gets an answer.
    for more in ({}, KEY):
        gone = follower.chat(
            owner.session, stream=True, headers={"Last-Event-ID": read[-1].id} | more
        )
        assert error_of(gone, 409)["code"] == "stream_gone"
    assert endpoint.requests == []
    assert text_of(follower.events(owner.session, headers=KEY)) == "from the other"
    assert len(endpoint.requests) == 1


def test_an_owner_that_died_before_the_last_event_has_stored_its_answer(
    follower: Api, owner: Owner, endpoint: Endpoint
) -> None:
    owner.write(*owner.words("one", " two"), owner.closing)
    reading = Reading(follower, owner.session, KEY)
    owner.wait_followed()
    owner.store_answer("one", " two")
    owner.die()
    *read, last = reading.events()
    assert text_of(read) == "one two"
    assert last.data["error"]["code"] == "server_stopping"
    back = {**KEY, "Last-Event-ID": read[-1].id}
    assert [event.data for event in follower.events(owner.session, headers=back)] == ["[DONE]"]
    whole = follower.events(owner.session, headers=KEY)
    assert whole[:-1] == read
    assert endpoint.requests == []


def test_an_owner_that_ends_after_its_last_event_has_lost_nothing(
    follower: Api, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stores the last events between two looks of the follower, and is gone at the second."""
    plain, last = processes.is_alive, owner.batch(*owner.words("one"), owner.closing, finished=True)
    looks = 0

    def is_alive(connection: Connection, process: str) -> bool:
        nonlocal looks
        looks += 1
        if looks == 1:
            return plain(connection, process)
        streams.add(connection, owner.wanted, last)
        return False

    monkeypatch.setattr(processes, "is_alive", is_alive)
    back = {"Last-Event-ID": f"{owner.run}:0"}
    events = follower.events(owner.session, headers=back)
    assert text_of(events) == "one"
    assert events[-1].data == "[DONE]"


def test_an_owner_that_waits_for_its_model_has_followers_with_headers(
    follower: Api, owner: Owner, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "HEADERS_AFTER", 0.01)
    renewing = threading.Event()

    def renew() -> None:
        while not renewing.wait(0.01):
            owner.renew()

    thread = threading.Thread(target=renew)
    thread.start()
    try:
        # They come before the first event, which is written afterwards.
        with follower.streaming(owner.session, BODY, KEY) as response:
            assert response.status_code == 200
            owner.write(*owner.words("one"), owner.closing, finished=True)
            assert text_of(parse_events(response.read().decode())) == "one"
    finally:
        renewing.set()
        thread.join()
    assert endpoint.requests == []


@pytest.mark.parametrize("position", [0, 1])
def test_a_stream_whose_beginning_was_deleted_is_gone(
    follower: Api, owner: Owner, position: int
) -> None:
    owner.write(*owner.words("one"))
    owner.write(*owner.words(" two"), owner.closing, finished=True)
    first = stream_batches.c.number == 1
    owner.do(lambda each: each.execute(stream_batches.delete().where(first)))
    back = {"Last-Event-ID": f"{owner.run}:{position}"}
    response = follower.chat(owner.session, stream=True, headers=back)
    assert error_of(response, 409)["code"] == "stream_gone"


def test_a_batch_is_stored_once(owner: Owner) -> None:
    batch = owner.batch(*owner.words("one"))
    for _ in range(2):
        owner.do(partial(streams.add, wanted=owner.wanted, batch=batch))
    [stored] = owner.do(lambda each: each.execute(select(stream_batches)).all())
    assert stored.number == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        # The connection was lost while the batch was committed.
        (DatabaseUnavailableError(503, "database_unavailable", "it is away"), ""),
        (ValueError("an event that can't be stored"), "internal_error"),
    ],
)
def test_a_batch_that_fails_does_not_leave_its_followers_waiting(
    follower: Api,
    endpoint: Endpoint,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    code: str,
) -> None:
    plain, failures = Database.write, 0

    async def write(self: Database, work: Any, *rest: Isolation) -> Any:
        nonlocal failures
        if getattr(work, "func", None) is not streams.add or failures:
            return await plain(self, work, *rest)
        failures += 1
        if not code:
            await plain(self, work, *rest)
        raise error

    monkeypatch.setattr(Database, "write", write)
    options: dict[str, Any] = {"model_url": endpoint.url, "model": "small"}
    with LocalServer(database=database_url, **options) as server, Api(server.url) as writer:
        session = writer.make("sessions")["id"]
        first = writer.events(session)[0]
        back = {"Last-Event-ID": f"{first.data['id']}:0"}
        response = follower.chat(session, stream=True, headers=back)
    assert failures == 1
    if code:
        assert error_of(response, 500)["code"] == code
        assert "an event that can't be stored" in caplog.text
    else:
        assert text_of(parse_events(response.text)) == "from the other"


@pytest.mark.parametrize("first", [True, False])
def test_a_database_that_is_away_for_a_lease(
    database_url: str, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    """At the start of a process, or later: it goes on, and renews its lease when it can."""
    renewals = list[bool]()
    plain = processes.renew

    def renew(connection: Connection, process: str) -> None:
        renewals.append(len(renewals) == (0 if first else 1))
        if renewals[-1]:
            raise DatabaseUnavailableError(503, "database_unavailable", "it is away")
        plain(connection, process)

    monkeypatch.setattr(processes, "renew", renew)
    with LocalServer(database=database_url) as server, Api(server.url) as api:
        wait_for(lambda: len(renewals) > 2)
        assert api.make("users")

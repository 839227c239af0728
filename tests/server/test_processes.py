"""Several servers that share a database: streams, keys, and processes that have ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import httpx
import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DBAPIError

from julep_server import LocalServer
from julep_server.db.engine import Database
from julep_server.db.outage import DatabaseUnavailableError
from julep_server.db.tables import claims, stream_batches
from julep_server.errors import unavailable
from julep_server.idempotency import IdempotencyClaim, IdempotencyClaims
from julep_server.relay import Relay
from julep_server.store import processes, streams
from julep_server.store.kept_responses import IdempotencyKey
from julep_server.streaming.runs import Runs
from tests.server.helpers.api import Api, Event, error_of, parse_events
from tests.server.helpers.endpoint import Endpoint, pieces_of
from tests.server.helpers.waiting import wait_for

HELLO: dict[str, Any] = {"messages": [{"role": "user", "content": "Hello"}]}
KEY = {"Idempotency-Key": "once"}
WORDS = " ".join(f"word{number}" for number in range(12))


class Pair(NamedTuple):
    """Two servers on one database."""

    one: Api
    two: Api
    other_tenant: Api
    database: str


@pytest.fixture
def pair(endpoint: Endpoint, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    # However long it takes to find out that a stream can't be followed, it is a status.
    monkeypatch.setattr("julep_server.streaming.event_stream.HEADERS_AFTER", 60.0)
    options: dict[str, Any] = {"model_url": endpoint.url, "model": "small"}
    keys = ["first", "second"]
    with (
        LocalServer(database=database_url, api_keys=keys, **options) as one,
        LocalServer(database=database_url, api_keys=keys, **options) as two,
        Api(one.url, "first") as first,
        Api(two.url, "first") as second,
        Api(two.url, "second") as third,
    ):
        endpoint.pieces = pieces_of({"content": WORDS})
        yield Pair(first, second, third, database_url)


def text_of(events: list[Event]) -> str:
    return "".join(
        event.data["delta"].get("content", "") for event in events if event.data != "[DONE]"
    )


def first_event(lines: Iterator[str]) -> Event:
    read = ""
    while "\n\n" not in read:
        read += next(lines)
    return parse_events(read.partition("\n\n")[0])[0]


@pytest.mark.parametrize("keyed", [False, True])
def test_a_stream_goes_on_at_another_server(pair: Pair, endpoint: Endpoint, keyed: bool) -> None:
    session = pair.one.make("sessions")["id"]
    gate = threading.Event()
    endpoint.delay_before = lambda position: 0.0 if position < 5 or gate.is_set() else 0.3
    headers = KEY if keyed else {}
    with pair.one.streaming(session, HELLO, headers) as response:
        first = first_event(response.iter_text())
        gate.set()
        rest = pair.two.events(session, headers={**headers, "Last-Event-ID": first.id})
    assert rest[0].id == f"{first.data['id']}:2"
    assert text_of([first, *rest]) == WORDS
    assert rest[-1].data == "[DONE]"
    # When it has ended, it is still there.
    back = {**headers, "Last-Event-ID": rest[-3].id}
    assert pair.two.events(session, headers=back) == rest[-2:]
    assert len(endpoint.requests) == 1
    assert len(pair.two.history(session)) == 2


def test_a_stream_of_another_tenant_or_session_can_not_be_followed(pair: Pair) -> None:
    session = pair.one.make("sessions")["id"]
    event = pair.one.events(session)[0]
    back = {"Last-Event-ID": event.id}
    foreign = pair.other_tenant.make("sessions")["id"]
    for api, identifier in ((pair.other_tenant, foreign), (pair.other_tenant, session)):
        response = api.chat(identifier, stream=True, headers=back)
        assert error_of(response, 409)["code"] == "stream_gone"


def test_a_stream_that_is_followed_stays_its_tenants_and_sessions_own(pair: Pair) -> None:
    session, other = (pair.one.make("sessions")["id"] for _ in range(2))
    events = pair.one.events(session)
    back = {"Last-Event-ID": events[0].id}
    assert pair.two.events(session, headers=back) == events[1:]
    # Its events are in the database now, and at the other server.
    foreign = pair.other_tenant.make("sessions")["id"]
    for api, identifier in ((pair.other_tenant, foreign), (pair.two, other)):
        response = api.chat(identifier, stream=True, headers=back)
        assert error_of(response, 409)["code"] == "stream_gone"
    assert pair.two.events(session, headers=back) == events[1:]


def test_others_that_request_a_stream_first_do_not_block_it(pair: Pair, endpoint: Endpoint) -> None:
    session, other = (pair.one.make("sessions")["id"] for _ in range(2))
    foreign = pair.other_tenant.make("sessions")["id"]
    gate = threading.Event()
    endpoint.delay_before = lambda position: 0.0 if position < 3 or gate.is_set() else 0.05
    with pair.one.streaming(session, HELLO, {}) as response:
        first = first_event(response.iter_text())
        back = {"Last-Event-ID": first.id}
        for api, identifier in ((pair.other_tenant, foreign), (pair.two, other)):
            refused = api.chat(identifier, stream=True, headers=back)
            assert error_of(refused, 409)["code"] == "stream_gone"
        gate.set()
        rest = pair.two.events(session, headers=back)
    assert text_of([first, *rest]) == WORDS
    assert rest[-1].data == "[DONE]"


def test_a_stream_that_could_not_be_read_is_read_again(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = pair.one.make("sessions")["id"]
    events = pair.one.events(session)
    back = {"Last-Event-ID": events[0].id}

    def fail(*_: Any, **__: Any) -> Any:
        raise unavailable("database_unavailable", "it is away")

    monkeypatch.setattr(streams, "batches", fail)
    assert error_of(pair.two.chat(session, stream=True, headers=back), 503)
    monkeypatch.undo()
    assert pair.two.events(session, headers=back) == events[1:]


def test_an_error_midway_ends_the_stream_at_another_server_too(
    pair: Pair, endpoint: Endpoint
) -> None:
    endpoint.pieces = [*pieces_of({"content": "A fine day"})[:2], "data: {oops\n\n"]
    session = pair.one.make("sessions")["id"]
    events = pair.one.events(session)
    assert events[-1].kind == "error"
    back = {"Last-Event-ID": events[0].id}
    assert pair.two.events(session, headers=back) == events[1:]


class Counted:
    """A function of the store, and how often it was called."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.calls = 0

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.calls += 1
        return self._function(*arguments, **named)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_chat_with_a_key_calls_the_model_once(
    pair: Pair, endpoint: Endpoint, streamed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims_made = Counted(processes.claim)
    looks = Counted(streams.batches if streamed else processes.is_held)
    monkeypatch.setattr(processes, "claim", claims_made)
    monkeypatch.setattr(*((streams, "batches") if streamed else (processes, "is_held")), looks)
    session = pair.one.make("sessions")["id"]
    endpoint.answering.clear()
    responses: list[str] = []

    def send(api: Api) -> None:
        responses.append(api.chat(session, stream=streamed, headers=KEY).text)

    threads = [threading.Thread(target=send, args=(api,)) for api in (pair.one, pair.two)]
    for thread in threads:
        thread.start()
    # The second one waits for the answer, and looks for it alone: it neither writes meanwhile nor
    # calls the model.
    wait_for(lambda: looks.calls > 0)
    before = claims_made.calls
    wait_for(lambda: looks.calls > 5)
    assert claims_made.calls == before
    wait_for(lambda: len(endpoint.requests) == 1)
    endpoint.answering.set()
    for thread in threads:
        thread.join()
    assert responses[0] == responses[1]
    assert len(endpoint.requests) == 1
    assert len(pair.one.history(session)) == 2
    other = pair.two.chat(session, "Another", stream=streamed, headers=KEY)
    assert error_of(other, 409)["code"] == "idempotency_conflict"


def test_the_key_of_a_failed_chat_is_released(pair: Pair, endpoint: Endpoint) -> None:
    session = pair.one.make("sessions")["id"]
    endpoint.status = 500
    assert pair.one.chat(session, headers=KEY).status_code == 503
    endpoint.status = 200
    assert pair.two.chat(session, headers=KEY).status_code == 200
    assert rows_of(pair.database, claims) == []


def test_a_server_that_follows_a_stream_of_another_one_stops(
    endpoint: Endpoint, database_url: str
) -> None:
    options: dict[str, Any] = {"model_url": endpoint.url, "model": "small", "drain": 0.0}
    endpoint.delay_before = lambda position: 30.0 if position == 2 else 0.0
    with LocalServer(database=database_url, **options) as one, Api(one.url) as writer:
        session = writer.make("sessions")["id"]
        two = LocalServer(database=database_url, **options).start()
        with writer.streaming(session, HELLO, {}) as response, Api(two.url) as follower:
            first = first_event(response.iter_text())
            back = {"Last-Event-ID": f"{first.data['id']}:0"}
            with follower.streaming(session, HELLO, back) as followed:
                texts = followed.iter_text()
                text = next(texts)
                began = time.monotonic()
                two.stop()
                # Not when the model has ended.
                assert time.monotonic() - began < 20
                last = parse_events(text + "".join(texts))[-1]
                assert last.data["error"]["code"] == "server_stopping"
            assert len(writer.request("DELETE", f"/sessions/{session}/chat").json()["cancelled"])


def test_a_request_that_waits_for_another_server_ends_with_its_own(
    endpoint: Endpoint, database_url: str
) -> None:
    options: dict[str, Any] = {"model_url": endpoint.url, "model": "small", "metrics": True}
    endpoint.answering.clear()
    waited: list[httpx.Response] = []
    with LocalServer(database=database_url, **options) as one, Api(one.url) as writer:
        session = writer.make("sessions")["id"]
        two = LocalServer(database=database_url, **options).start()
        with Api(two.url) as other:
            first = threading.Thread(target=lambda: writer.chat(session, headers=KEY))
            first.start()
            wait_for(lambda: len(endpoint.requests) == 1)
            second = threading.Thread(
                target=lambda: waited.append(other.chat(session, headers=KEY))
            )
            second.start()
            metrics = f"{two.root}/metrics"
            # The chat, and this request.
            wait_for(lambda: "requests_running 2.0" in httpx.get(metrics, trust_env=False).text)
            two.stop()
            second.join()
        endpoint.answering.set()
        first.join()
    assert error_of(waited[0], 503)["code"] == "server_stopping"
    assert waited[0].headers["retry-after"] == "1"


@pytest.mark.anyio
async def test_the_release_of_a_key_is_repeated_while_the_database_is_away(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("julep_server.idempotency._RELEASE_INTERVAL", 0.0)
    database = Database(database_url)
    kept, away = IdempotencyClaims(database, Relay(database, Runs())), 3
    plain = processes.release

    def release(connection: Connection, key: IdempotencyKey, run_id: str) -> None:
        nonlocal away
        if away := max(0, away - 1):
            raise DatabaseUnavailableError(503, "database_unavailable", "it is away")
        plain(connection, key, run_id)

    monkeypatch.setattr(processes, "release", release)
    claim = await kept.claim(KEYED, "f", None, exclusive=True)
    assert isinstance(claim, IdempotencyClaim)
    assert await database.read(lambda connection: list(connection.execute(select(claims))))
    claim.release()
    await kept.aclose()
    assert not await database.read(lambda connection: list(connection.execute(select(claims))))
    database.close()


def test_streams_that_nobody_follows_elsewhere_store_no_events(pair: Pair) -> None:
    session = pair.one.make("sessions")["id"]
    assert text_of(pair.one.events(session)) == WORDS
    assert rows_of(pair.database, stream_batches) == []


def rows_of(url: str, table: Any) -> list[Any]:
    found: list[Any] = run(url, lambda connection: list(connection.execute(select(table))))
    return found


def run(url: str, work: Callable[[Connection], Any]) -> Any:
    import asyncio

    database = Database(url)
    try:
        return asyncio.run(database.write(work))
    finally:
        database.close()


KEYED = IdempotencyKey("t", "POST /x", "k")


def test_a_key_is_taken_over_from_a_process_that_has_ended(database_url: str) -> None:
    alive, dead = (processes.new_process_id() for _ in range(2))

    def work(connection: Connection) -> None:
        processes.renew(connection, alive)
        of_dead, of_alive = (processes.new_run_id(process) for process in (dead, alive))
        assert processes.claim(connection, KEYED, "f", of_dead) is None
        assert processes.claim(connection, KEYED, "g", of_alive) is None
        holder = processes.claim(connection, KEYED, "f", of_dead)
        assert holder == processes.Holder("g", of_alive)
        processes.end(connection, alive)
        assert processes.claim(connection, KEYED, "f", of_dead) is None

    run(database_url, work)


def test_claims_of_processes_that_are_gone_are_deleted(database_url: str) -> None:
    alive, dead = (processes.new_process_id() for _ in range(2))
    keys = [KEYED, IdempotencyKey("t", "POST /x", "other")]

    def work(connection: Connection) -> None:
        processes.renew(connection, alive)
        for key, process in zip(keys, (alive, dead), strict=True):
            processes.claim(connection, key, "f", processes.new_run_id(process))
        processes.delete_abandoned(connection)

    run(database_url, work)
    assert [row.key for row in rows_of(database_url, claims)] == [KEYED.key]


def test_a_run_id_names_its_process() -> None:
    process = processes.new_process_id()
    identifier = processes.new_run_id(process)
    assert processes.process_of(identifier) == process
    assert identifier != processes.new_run_id(process)


@pytest.mark.anyio
async def test_work_is_done_again_when_its_connection_was_lost(database_url: str) -> None:
    database = Database(database_url)
    attempts = 0

    def lost_once(connection: Connection) -> int:
        nonlocal attempts
        attempts += 1
        values = {"tenant": "t", "scope": "s", "key": "k", "fingerprint": "f", "run_id": "r"}
        connection.execute(insert(claims), values)
        if attempts % 2:
            raise DBAPIError("x", {}, Exception("gone"), connection_invalidated=True)
        return len(list(connection.execute(select(claims))))

    # Of the first attempt nothing is left.
    assert await database.write(lost_once) == 1
    database.close()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"

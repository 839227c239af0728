"""Jobs: states, retries, leases, and a worker that performs each job once."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, select, text

from julep_server import LocalServer
from julep_server.db import tables
from julep_server.db.engine import Database
from julep_server.errors import ApiError
from julep_server.jobs import failures, worker
from julep_server.store import jobs
from julep_server.store.jobs import Job, LeaseLostError, NewJob
from tests.server.helpers.api import UNKNOWN_ID, Api, error_of
from tests.server.helpers.endpoint import Endpoint, EndpointServer
from tests.server.helpers.process import serving
from tests.server.helpers.waiting import wait_for

SECRET = "sk-endpoint-secret"
HOUR = 3600 * 1_000_000


@pytest.fixture
def endpoint(endpoint_server: EndpointServer) -> Iterator[Endpoint]:
    """An endpoint whose errors quote a secret."""
    endpoint = endpoint_server.new()
    endpoint.error = {"error": {"message": f"{SECRET} is wrong"}}
    yield endpoint
    endpoint.release()


@pytest.fixture
def long_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "FIRST_DELAY", 500.0)


@pytest.fixture
def short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "FIRST_DELAY", 0.001)


@pytest.fixture
def frequent_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "POLL_INTERVAL", 0.01)


def local(database: str, endpoint: Endpoint) -> LocalServer:
    return LocalServer(database=database, model_url=endpoint.url, model_key=SECRET, model="small")


@contextmanager
def transaction(database: str) -> Generator[Connection, None, None]:
    """A transaction of the test, beside the server's."""
    waits = {"timeout": 30} if database.startswith("sqlite") else {}
    engine = create_engine(database, connect_args=waits)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def change(database: str, statement: str, **values: object) -> None:
    with transaction(database) as connection:
        connection.execute(text(statement), values)


def row(database: str, job_id: str) -> dict[str, Any]:
    with transaction(database) as connection:
        query = select(tables.jobs).where(tables.jobs.c.id == job_id)
        return dict(connection.execute(query).mappings().one())


def started(api: Api, words: str = "I like tea a lot.") -> tuple[dict[str, str], str]:
    """Chat; return the ids of the resources, and of the job that forms memories."""
    ids = {"agent": api.make("agents", model="small")["id"], "user": api.make("users")["id"]}
    session = api.make("sessions", agent_id=ids["agent"], user_id=ids["user"])["id"]
    (job_id,) = api.reply(session, words)["jobs"]
    return {**ids, "session": session}, job_id


# --- states ---


def test_an_unknown_job_is_404(api: Api) -> None:
    error = error_of(api.get(f"/jobs/{UNKNOWN_ID}"), 404)
    assert error["message"] == f"job {UNKNOWN_ID} was not found"


def test_a_job_is_in_progress_until_it_has_succeeded(endpoint: Endpoint, database_url: str) -> None:
    endpoint.holds_jobs = True
    with local(database_url, endpoint) as server, Api(server.url) as api:
        _, job_id = started(api)
        before = api.wait_for_state(job_id, "in_progress")
        endpoint.holds_jobs = False
        after = api.wait_ended(job_id)
    assert (after["state"], after["has_progress"], "reason" in after) == ("succeeded", False, False)
    assert before["created_at"] == after["created_at"]
    assert before["created_at"] <= before["updated_at"] < after["updated_at"]
    # The payload, which quotes the chat, is deleted.
    assert row(database_url, job_id)["payload"] == {}


# --- failures ---


@pytest.mark.usefixtures("long_delays")
def test_a_failed_job_is_retried_after_a_delay(endpoint: Endpoint, database_url: str) -> None:
    endpoint.answers_to_jobs = ["500", "[]"]
    with local(database_url, endpoint) as server, Api(server.url) as api:
        _, job_id = started(api)
        job = api.wait_for_state(job_id, "retrying")
        assert job["reason"] == ("the model's endpoint failed or can't be reached; attempt 1 of 5")
        change(database_url, "UPDATE jobs SET due_at = 1")
        assert api.wait_ended(job_id)["state"] == "succeeded"
        assert "reason" not in api.job(job_id)
    assert len(endpoint.job_requests) == 2


@pytest.mark.usefixtures("short_delays")
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("500", "the model's endpoint failed or can't be reached"),
        ("429", "the model's endpoint limits the rate of requests"),
        ("I remember nothing.", "the model's answer could not be read"),
    ],
)
def test_a_job_fails_after_all_attempts(
    endpoint: Endpoint, database_url: str, answer: str, reason: str
) -> None:
    endpoint.answers_to_jobs = [answer]
    with local(database_url, endpoint) as server, Api(server.url) as api:
        ids, job_id = started(api)
        job = api.wait_ended(job_id)
        assert (job["state"], job["reason"]) == ("failed", reason)
        assert api.memories(ids["agent"]) == []
    assert len(endpoint.job_requests) == failures.MAX_ATTEMPTS
    assert SECRET not in str(row(database_url, job_id))


@pytest.mark.parametrize("status", ["400", "401", "422"])
def test_a_refusal_is_not_retried(endpoint: Endpoint, database_url: str, status: str) -> None:
    endpoint.answers_to_jobs = [status]
    with local(database_url, endpoint) as server, Api(server.url) as api:
        _, job_id = started(api)
        job = api.wait_ended(job_id)
    assert (job["state"], job["reason"]) == ("failed", "the model's endpoint refused the request")
    assert len(endpoint.job_requests) == 1


@pytest.mark.usefixtures("short_delays")
def test_an_error_in_the_server_is_not_revealed(
    endpoint: Endpoint, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(SECRET)

    endpoint.answers_to_jobs = ['["The user likes tea."]']
    monkeypatch.setattr("julep_server.store.memories.add", broken)
    with local(database_url, endpoint) as server, Api(server.url) as api:
        _, job_id = started(api)
        assert api.wait_ended(job_id)["reason"] == "something went wrong in the server"
    assert SECRET not in str(row(database_url, job_id))


def test_delays_grow_and_respect_retry_after() -> None:
    error = ApiError(503, "model_unavailable", "down")
    delays = [failures.delay_after(attempt, error) for attempt in range(1, failures.MAX_ATTEMPTS)]
    assert delays == [1, 4, 16, 64]
    for given, delay in (("30", 30), ("0", 1), ("soon", 1), ("9" * 30, failures.MAX_DELAY)):
        limited = ApiError(429, "rate_limited", "", headers={"Retry-After": given})
        assert failures.delay_after(1, limited) == delay


# --- aborted jobs ---


@pytest.mark.usefixtures("long_delays", "frequent_polls")
@pytest.mark.parametrize("kind", ["agent", "user", "session"])
def test_a_job_whose_subject_was_deleted_is_aborted(
    endpoint: Endpoint, database_url: str, kind: str
) -> None:
    endpoint.answers_to_jobs = ["500", "[]"]
    with local(database_url, endpoint) as server, Api(server.url) as api:
        ids, job_id = started(api)
        api.wait_for_state(job_id, "retrying")
        api.delete(f"/{kind}s/{ids[kind]}")
        change(database_url, "UPDATE jobs SET due_at = 1")
        job = api.wait_ended(job_id)
    assert (job["state"], job["reason"]) == ("aborted", f"the {kind} was deleted")
    assert len(endpoint.job_requests) == 1


@pytest.mark.parametrize("kind", ["agent", "user", "session"])
def test_nothing_is_remembered_about_what_was_deleted_meanwhile(
    endpoint: Endpoint, database_url: str, kind: str
) -> None:
    endpoint.holds_jobs = True
    endpoint.answers_to_jobs = ['["The user likes tea."]']
    with local(database_url, endpoint) as server, Api(server.url) as api:
        ids, job_id = started(api)
        wait_for(lambda: endpoint.job_requests)
        api.delete(f"/{kind}s/{ids[kind]}")
        endpoint.holds_jobs = False
        assert api.wait_ended(job_id)["reason"] == f"the {kind} was deleted"
        if kind != "agent":
            assert api.memories(ids["agent"]) == []
    with transaction(database_url) as connection:
        assert connection.execute(text("SELECT * FROM memories")).all() == []


# --- taking jobs ---


def test_a_job_of_this_process_starts_at_once(
    endpoint: Endpoint, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "POLL_INTERVAL", 1000.0)
    with local(database_url, endpoint) as server, Api(server.url) as api:
        for _ in range(2 * worker.MAX_CONCURRENT):
            assert api.wait_ended(started(api)[1])["state"] == "succeeded"


@pytest.mark.usefixtures("frequent_polls")
def test_jobs_added_by_other_processes_are_found(endpoint: Endpoint, database_url: str) -> None:
    with local(database_url, endpoint) as server, Api(server.url) as api:
        ids, first = started(api)
        api.wait_ended(first)
        job = NewJob("form_memories", ids["session"], {"said": [], "said_at": 1, "user_id": "-"})
        with transaction(database_url) as connection:
            jobs.add(connection, "local", job)
        assert api.wait_ended(job.id)["reason"] == "the user was deleted"


def test_two_processes_never_perform_a_job_twice(endpoint: Endpoint, database_url: str) -> None:
    options = ("--database", database_url, "--model-url", endpoint.url, "--model", "small")
    texts = [f"I have {number} apples." for number in range(40)]
    with (
        serving(*options) as (_, one),
        serving(*options) as (_, two),
        Api(one) as first,
        Api(two) as second,
    ):
        with ThreadPoolExecutor(8) as pool:
            ids = [job for _, job in pool.map(started, [first, second] * 20, texts)]
        states = [second.wait_ended(job)["state"] for job in ids]
    assert states == ["succeeded"] * len(texts)
    requests = Counter(
        text
        for body in endpoint.job_requests
        for text in texts
        if f"user: {text}\n" in body["messages"][-1]["content"]
    )
    assert requests == dict.fromkeys(texts, 1)


def test_many_workers_take_each_job_once(database_url: str) -> None:
    Database(database_url).close()
    names = [f"job {number}" for number in range(100)]
    with transaction(database_url) as connection:
        for name in names:
            jobs.add(connection, "t", NewJob(name, "s"))

    def taken(_: int) -> list[str]:
        found: list[str] = []
        while True:
            with transaction(database_url) as connection:
                job = jobs.take(connection, HOUR)
            if job is None:
                return found
            found.append(job.name)

    with ThreadPoolExecutor(6) as pool:
        everything = [name for found in pool.map(taken, range(6)) for name in found]
    assert sorted(everything) == sorted(names)


# --- leases ---


def test_jobs_of_a_killed_process_are_taken_by_another(
    endpoint: Endpoint, database_url: str
) -> None:
    endpoint.holds_jobs = True
    endpoint.answers_to_jobs = ['["The user likes tea."]']
    options = ("--database", database_url, "--model-url", endpoint.url, "--model", "small")
    with serving(*options) as (process, url), Api(url) as api:
        ids, job_id = started(api)
        wait_for(lambda: endpoint.job_requests)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert row(database_url, job_id)["state"] == "in_progress"
    endpoint.holds_jobs = False
    with local(database_url, endpoint) as server, Api(server.url) as api:
        # Its lease has not expired yet; a newer job is performed meanwhile.
        api.wait_ended(started(api)[1])
        assert api.job(job_id)["state"] == "in_progress"
        change(database_url, "UPDATE jobs SET due_at = 1 WHERE id = :id", id=job_id)
        assert api.wait_ended(job_id)["state"] == "succeeded"
        assert [memory["content"] for memory in api.memories(ids["agent"])] == [
            "The user likes tea."
        ]
    assert row(database_url, job_id)["attempts"] == 2


def test_a_long_job_renews_its_lease(
    endpoint: Endpoint, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "RENEWAL_INTERVAL", 0.05)
    endpoint.holds_jobs = True
    with local(database_url, endpoint) as server, Api(server.url) as api:
        _, job_id = started(api)
        leases: set[int] = set()

        def renewed() -> bool:
            leases.add(row(database_url, job_id)["due_at"])
            return len(leases) > 4

        wait_for(renewed)
        endpoint.holds_jobs = False
        assert api.wait_ended(job_id)["state"] == "succeeded"
    assert row(database_url, job_id)["attempts"] == 1
    assert len(endpoint.job_requests) == 1


def test_a_server_that_stops_releases_its_jobs(endpoint: Endpoint, database_url: str) -> None:
    endpoint.holds_jobs = True
    with local(database_url, endpoint) as server, Api(server.url) as api:
        running = [started(api)[1] for _ in range(worker.MAX_CONCURRENT + 1)]
        wait_for(lambda: len(endpoint.job_requests) == worker.MAX_CONCURRENT)
    assert [
        (row(database_url, job)["state"], row(database_url, job)["attempts"]) for job in running
    ] == [("pending", 0)] * len(running)
    endpoint.holds_jobs = False
    with local(database_url, endpoint) as server, Api(server.url) as api:
        assert [api.wait_ended(job)["state"] for job in running] == ["succeeded"] * len(running)


def test_a_job_that_kills_every_process_fails(endpoint: Endpoint, database_url: str) -> None:
    endpoint.answers_to_jobs = ["[]"]
    with local(database_url, endpoint) as server, Api(server.url) as api:
        _, job_id = started(api)
        api.wait_ended(job_id)
    change(
        database_url,
        "UPDATE jobs SET state = 'in_progress', due_at = 1, attempts = :attempts",
        attempts=failures.MAX_ATTEMPTS,
    )
    with local(database_url, endpoint) as server, Api(server.url) as api:
        job = api.wait_ended(job_id)
    assert (job["state"], job["reason"]) == (
        "failed",
        "the server stopped during each attempt",
    )
    assert len(endpoint.job_requests) == 1


CHANGES: list[Callable[[Connection, Job], None]] = [
    lambda connection, job: jobs.end(connection, job, "succeeded"),
    lambda connection, job: jobs.retry(connection, job, "", 0),
    lambda connection, job: jobs.renew(connection, job, HOUR),
    lambda connection, job: jobs.report(connection, job, 50.0),
    lambda connection, job: jobs.change_payload(connection, job, {}),
    jobs.release,
]


@pytest.mark.parametrize("change_it", CHANGES)
def test_only_the_newest_holder_of_the_lease_may_change_a_job(
    database_url: str, change_it: Callable[[Connection, Job], None]
) -> None:
    Database(database_url).close()
    with transaction(database_url) as connection:
        jobs.add(connection, "t", NewJob("x", "s"))
        first = jobs.take(connection, 0)
        second = jobs.take(connection, HOUR)
        nothing = jobs.take(connection, HOUR)
    assert first is not None
    assert second is not None
    assert nothing is None
    assert (first.attempts, second.attempts) == (1, 2)
    with pytest.raises(LeaseLostError), transaction(database_url) as connection:
        change_it(connection, first)
    with transaction(database_url) as connection:
        change_it(connection, second)


# --- the worker ---


@pytest.mark.usefixtures("frequent_polls")
def test_a_worker_survives_an_unavailable_database(
    endpoint: Endpoint, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with local(database_url, endpoint) as server, Api(server.url) as api:
        change(database_url, "ALTER TABLE jobs RENAME TO away")
        wait_for(lambda: "looking for jobs failed" in caplog.text)
        change(database_url, "ALTER TABLE away RENAME TO jobs")
        assert api.wait_ended(started(api)[1])["state"] == "succeeded"


def test_jobs_that_ended_long_ago_are_deleted(endpoint: Endpoint, database_url: str) -> None:
    with local(database_url, endpoint) as server, Api(server.url) as api:
        old, young = (started(api)[1] for _ in range(2))
        for job_id in (old, young):
            api.wait_ended(job_id)
        earlier = "UPDATE jobs SET updated_at = updated_at - :age WHERE id = :id"
        change(database_url, earlier, age=721 * HOUR, id=old)
        change(database_url, earlier, age=719 * HOUR, id=young)
    # A server deletes them when it starts, and every ten minutes.
    with local(database_url, endpoint) as server, Api(server.url) as api:
        limit = time.monotonic() + 60
        while api.get(f"/jobs/{old}").status_code != 404:
            assert time.monotonic() < limit
            time.sleep(0.01)
        assert api.job(young)["state"] == "succeeded"

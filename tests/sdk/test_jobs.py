"""Jobs: on a server with a script of their states, and on the real server."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import TypeVar
from uuid import UUID

import pytest

from julep import (
    AsyncClient,
    InvalidResponseError,
    JobFailedError,
    NotFoundError,
    RequestTimeoutError,
    RetryPolicy,
)
from julep._calls.driver import SyncDriver
from julep._calls.flow import Flow, Sleep
from julep._http.connections import Connections, build_transport
from julep._http.messages import Response
from julep._http.protocols import ResponseBody
from julep._http.transport_config import TransportConfig
from julep.managers import job as job_module
from julep.managers.job import JobsManager
from julep.managers.types import InputChatMlMessageDict
from julep.testing import skipped_delays
from julep.types import JobStatus, JobStatusState
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.resources import UNKNOWN_ID, assert_not_found, time_of
from tests.sdk.helpers.waiting import HANG
from tests.sdk.transport.helpers.scripted_server import (
    Exchange,
    Server,
    Step,
    respond_error,
    respond_json,
)
from tests.sdk.transport.helpers.support import CONFIG
from tests.server.helpers.endpoint import Endpoint

pytestmark = pytest.mark.anyio

T = TypeVar("T")

ID = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"


def status(state: str, **more: object) -> dict[str, object]:
    return {
        "id": ID,
        "name": "form memories",
        "state": state,
        "created_at": "2024-05-01T10:00:00Z",
        **more,
    }


def states(*names: str, **last: object) -> list[Step]:
    """Return the steps of a server whose job goes through these states; the last one stays."""
    *before, end = names
    return [*(respond_json(status(name)) for name in before), respond_json(status(end, **last))]


@pytest.fixture
def short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_module, "INITIAL_DELAY", 0.001)


@pytest.fixture
def delays(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The delays of `wait`, which take no time: a clock that shows their sum measures it."""
    # Sums of it are exact.
    monkeypatch.setattr(job_module, "INITIAL_DELAY", 0.125)
    with skipped_delays() as skipped:
        monkeypatch.setattr(job_module, "monotonic", lambda: sum(skipped))
        yield skipped


@asynccontextmanager
async def scripted(mode: Mode, steps: list[Step]) -> AsyncGenerator[tuple[AsyncClient, Server]]:
    with Server(steps) as server:
        async with make_client(mode, server.url) as client:
            yield client, server


async def test_get_returns_a_job(mode: Mode) -> None:
    more = {"has_progress": True, "progress": 40, "reason": "busy"}
    async with scripted(mode, states("in_progress", **more)) as (client, server):
        job = await client.jobs.get(UUID(ID))
    assert isinstance(job, JobStatus)
    assert (job.id, job.name, job.state) == (ID, "form memories", JobStatusState.IN_PROGRESS)
    assert (job.has_progress, job.progress, job.reason) == (True, 40, "busy")
    assert [(request.method, request.target) for request in server.received] == [
        ("GET", f"/jobs/{ID}")
    ]


@pytest.mark.usefixtures("short_delays")
@pytest.mark.parametrize(
    "names",
    [
        ["succeeded"],
        ["pending", "succeeded"],
        ["pending", "pending", "in_progress", "retrying", "in_progress", "succeeded"],
        # A state that is unknown to the server or to the client is not final.
        ["unknown", "pending", "succeeded"],
        ["pending", "resting", "succeeded"],
    ],
)
@pytest.mark.parametrize("longest", [None, 60, 60.5])
async def test_wait_polls_until_the_job_has_succeeded(
    mode: Mode, names: list[str], longest: float | None
) -> None:
    async with scripted(mode, states(*names, progress=100)) as (client, server):
        job = await client.jobs.wait(ID, timeout=longest)
    assert (job.id, job.state, job.progress) == (ID, JobStatusState.SUCCEEDED, 100)
    assert [request.target for request in server.received] == [f"/jobs/{ID}"] * len(names)


@pytest.mark.usefixtures("short_delays")
@pytest.mark.parametrize("state", ["failed", "aborted"])
@pytest.mark.parametrize("before", [[], ["pending", "in_progress"]])
async def test_wait_raises_with_the_reason(mode: Mode, before: list[str], state: str) -> None:
    steps = states(*before, state, reason="the model was away")
    async with scripted(mode, steps) as (client, server):
        with pytest.raises(JobFailedError) as caught:
            await client.jobs.wait(ID, timeout=HANG)
    assert str(caught.value) == f"job {ID} {state}: the model was away"
    assert (caught.value.job.state, caught.value.job.reason) == (state, "the model was away")
    assert len(server.received) == len(before) + 1


@pytest.mark.parametrize("state", ["failed", "aborted"])
async def test_the_reason_is_optional(mode: Mode, state: str) -> None:
    async with scripted(mode, states(state)) as (client, _):
        with pytest.raises(JobFailedError, match=f"^job {ID} {state}: no reason$"):
            await client.jobs.wait(ID)


@pytest.mark.parametrize("state", ["pending", "in_progress", "unknown"])
async def test_wait_ends_at_its_timeout(mode: Mode, state: str, delays: list[float]) -> None:
    async with scripted(mode, states(state)) as (client, server):
        with pytest.raises(RequestTimeoutError) as caught:
            await client.jobs.wait(ID, timeout=2)
    assert isinstance(caught.value, TimeoutError)
    assert str(caught.value) == f"job {ID} is still {state} after 2 s"
    assert caught.value.phase == "total"
    assert delays == [0.125, 0.1875, 0.28125, 0.421875, 0.6328125, 0.3515625]
    assert len(server.received) == len(delays) + 1


async def test_the_last_request_is_at_the_timeout(
    mode: Mode, delays: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last delay is shortened, so that success within the timeout is noticed."""
    monkeypatch.setattr(job_module, "INITIAL_DELAY", 20.0)
    monkeypatch.setattr(job_module, "MAX_DELAY", 20.0)
    async with scripted(mode, states("pending", "succeeded")) as (client, server):
        job = await client.jobs.wait(ID, timeout=1)
    assert job.state is JobStatusState.SUCCEEDED
    assert delays == [1]
    assert len(server.received) == 2


async def test_delays_grow(mode: Mode) -> None:
    looks: list[float] = []

    def noted(step: Step) -> Step:
        async def noting(exchange: Exchange) -> bool:
            looks.append(time.monotonic())
            return await step(exchange)

        return noting

    steps = states(*["pending"] * 4, "succeeded")
    async with scripted(mode, [noted(step) for step in steps]) as (client, _):
        await client.jobs.wait(ID)
    between = [after - before for before, after in pairwise(looks)]
    shortest = [0.1, 0.15, 0.225, 0.3375]
    assert all(found > 0.9 * least for found, least in zip(between, shortest, strict=True))


class InstantDriver(SyncDriver):
    """Runs flows without a network and without waiting: a job is pending for many delays."""

    def __init__(self) -> None:
        super().__init__(CONFIG, Connections(TransportConfig(CONFIG.origin), build_transport))
        self.delays: list[float] = []

    def run(self, flow: Flow[ResponseBody, T], /) -> T:
        step = next(flow)
        try:
            while True:
                reply = None
                if isinstance(step, Sleep):
                    self.delays.append(step.seconds)
                else:
                    state = "pending" if len(self.delays) < 20 else "succeeded"
                    body = json.dumps(status(state)).encode()
                    reply = Response(200, {"content-type": "application/json"}, body)
                step = flow.send(reply)
        except StopIteration as end:
            result: T = end.value
            return result


def test_delays_grow_up_to_a_bound() -> None:
    driver = InstantDriver()
    assert JobsManager(driver).wait(ID).state is JobStatusState.SUCCEEDED
    assert driver.delays[:4] == pytest.approx([0.1, 0.15, 0.225, 0.3375])
    assert driver.delays == sorted(driver.delays)
    assert driver.delays[-3:] == [5, 5, 5]


@pytest.mark.usefixtures("short_delays")
async def test_a_failed_request_of_wait_is_retried(mode: Mode) -> None:
    steps = [*states("pending"), respond_error(503), *states("succeeded")]
    async with scripted(mode, steps) as (client, server):
        soon = client.with_options(retry=RetryPolicy(initial_delay=0.001))
        assert (await soon.jobs.wait(ID)).state is JobStatusState.SUCCEEDED
    assert len(server.received) == 3


@pytest.mark.usefixtures("short_delays")
async def test_errors_end_wait(mode: Mode) -> None:
    async with scripted(mode, [*states("pending"), respond_error(404)]) as (client, server):
        with pytest.raises(NotFoundError):
            await client.jobs.wait(ID)
        assert len(server.received) == 2
    async with scripted(mode, [respond_json({"id": ID})]) as (client, server):
        with pytest.raises(InvalidResponseError):
            await client.jobs.wait(ID)
        assert len(server.received) == 1


# --- jobs of the real server ---


async def remembering(client: AsyncClient) -> str:
    """Chat, and return the id of the job that forms memories of it."""
    agent = await client.agents.create(name="Ada")
    user = await client.users.create(name="Grace")
    session = await client.sessions.create(agent_id=agent.id, user_id=user.id)
    said: list[InputChatMlMessageDict] = [{"role": "user", "content": "I like rye bread."}]
    (job_id,) = (await client.sessions.chat(session.id, said)).jobs or []
    return job_id


async def test_a_real_job_succeeds(client: AsyncClient) -> None:
    job_id = await remembering(client)
    job = await client.jobs.wait(job_id, timeout=HANG)
    assert (job.id, job.name, job.state) == (job_id, "form_memories", JobStatusState.SUCCEEDED)
    assert await client.jobs.get(job_id) == job
    assert (job.has_progress, job.progress, bool(job.reason)) == (False, 0, False)
    assert job.created_at <= time_of(job.updated_at)


async def test_a_real_job_that_fails_has_a_reason(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    endpoint.answers_to_jobs = ["400"]
    job_id = await remembering(model_client)
    with pytest.raises(JobFailedError) as caught:
        await model_client.jobs.wait(job_id, timeout=HANG)
    assert caught.value.job.state is JobStatusState.FAILED
    assert caught.value.job.reason == "the model's endpoint refused the request"


async def test_a_job_that_takes_longer_can_be_waited_for_again(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    endpoint.holds_jobs = True
    job_id = await remembering(model_client)
    with pytest.raises(RequestTimeoutError, match=r"still \w+ after 1 s"):
        await model_client.jobs.wait(job_id, timeout=1)
    endpoint.holds_jobs = False
    assert (await model_client.jobs.wait(job_id)).state is JobStatusState.SUCCEEDED


async def test_an_unknown_job_is_not_found(client: AsyncClient) -> None:
    for look in (client.jobs.get, client.jobs.wait):
        await assert_not_found(look(UNKNOWN_ID), "job", UNKNOWN_ID)

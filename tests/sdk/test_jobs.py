"""Jobs, on a server where they go through a scripted sequence of states, and real ones."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator
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
from julep._http.messages import Response, ResponseBody
from julep._http.transport_config import TransportConfig
from julep.managers import job as job_module
from julep.managers.job import JobsManager
from julep.managers.types import InputChatMlMessageDict
from julep.types import JobStatus, JobStatusState
from tests.sdk.colours import Colour, client_of
from tests.sdk.support import UNKNOWN_ID, assert_not_found, time_of
from tests.sdk.transport.servers import Exchange, Server, Step, json_answer, refusal
from tests.sdk.transport.support import CONFIG
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
    """The steps of a server where a job goes through these states; the last one stays."""
    *before, end = names
    return [*(json_answer(status(name)) for name in before), json_answer(status(end, **last))]


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_module, "INITIAL_DELAY", 0.001)


@asynccontextmanager
async def scripted(colour: Colour, steps: list[Step]) -> AsyncGenerator[tuple[AsyncClient, Server]]:
    with Server(steps) as server:
        async with client_of(colour, server.url) as client:
            yield client, server


async def test_get_gives_a_job_as_it_is(colour: Colour) -> None:
    more = {"has_progress": True, "progress": 40, "reason": "busy"}
    async with scripted(colour, states("in_progress", **more)) as (client, server):
        job = await client.jobs.get(UUID(ID))
    assert isinstance(job, JobStatus)
    assert (job.id, job.name, job.state) == (ID, "form memories", JobStatusState.IN_PROGRESS)
    assert (job.has_progress, job.progress, job.reason) == (True, 40, "busy")
    assert [(asked.method, asked.target) for asked in server.received] == [("GET", f"/jobs/{ID}")]


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize(
    "names",
    [
        ["succeeded"],
        ["pending", "succeeded"],
        ["pending", "pending", "in_progress", "retrying", "in_progress", "succeeded"],
        # Neither is a last state: what a server does not know, or calls by a newer name, may come.
        ["unknown", "pending", "succeeded"],
        ["pending", "resting", "succeeded"],
    ],
)
@pytest.mark.parametrize("longest", [None, 30, 60.5])
async def test_wait_looks_until_the_job_has_succeeded(
    colour: Colour, names: list[str], longest: float | None
) -> None:
    async with scripted(colour, states(*names, progress=100)) as (client, server):
        job = await client.jobs.wait(ID, timeout=longest)
    assert (job.id, job.state, job.progress) == (ID, JobStatusState.SUCCEEDED, 100)
    assert [asked.target for asked in server.received] == [f"/jobs/{ID}"] * len(names)


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("state", ["failed", "aborted"])
@pytest.mark.parametrize("before", [[], ["pending", "in_progress"]])
async def test_wait_raises_with_the_reason(colour: Colour, before: list[str], state: str) -> None:
    steps = states(*before, state, reason="the model was away")
    async with scripted(colour, steps) as (client, server):
        with pytest.raises(JobFailedError) as caught:
            await client.jobs.wait(ID, timeout=30)
    assert str(caught.value) == f"job {ID} {state}: the model was away"
    assert (caught.value.job.state, caught.value.job.reason) == (state, "the model was away")
    assert len(server.received) == len(before) + 1


@pytest.mark.parametrize("state", ["failed", "aborted"])
async def test_a_server_need_not_know_the_reason(colour: Colour, state: str) -> None:
    async with scripted(colour, states(state)) as (client, _):
        with pytest.raises(JobFailedError, match=f"^job {ID} {state}: no reason$"):
            await client.jobs.wait(ID)


@pytest.mark.parametrize("state", ["pending", "in_progress", "unknown"])
async def test_wait_ends_at_its_timeout(colour: Colour, state: str) -> None:
    async with scripted(colour, states(state)) as (client, server):
        began = time.monotonic()
        with pytest.raises(RequestTimeoutError) as caught:
            await client.jobs.wait(ID, timeout=0.4)
        took = time.monotonic() - began
    assert isinstance(caught.value, TimeoutError)
    assert str(caught.value) == f"job {ID} is still {state} after 0.4 s"
    assert 0.4 <= took < 5
    # At 0, 0.1, 0.25 and 0.4 s, at the most; fewer when the machine is slow.
    assert 2 <= len(server.received) <= 5


async def test_the_last_look_is_at_the_timeout_itself(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pause is cut short, so that what is done within the timeout is seen."""
    monkeypatch.setattr(job_module, "INITIAL_DELAY", 20.0)
    monkeypatch.setattr(job_module, "MAX_DELAY", 20.0)
    async with scripted(colour, states("pending", "succeeded")) as (client, server):
        job = await client.jobs.wait(ID, timeout=0.2)
    assert job.state is JobStatusState.SUCCEEDED
    assert len(server.received) == 2


async def test_pauses_grow(colour: Colour) -> None:
    looks: list[float] = []

    def noted(step: Step) -> Step:
        async def noting(exchange: Exchange) -> bool:
            looks.append(time.monotonic())
            return await step(exchange)

        return noting

    steps = states(*["pending"] * 4, "succeeded")
    async with scripted(colour, [noted(step) for step in steps]) as (client, _):
        await client.jobs.wait(ID)
    between = [after - before for before, after in pairwise(looks)]
    shortest = [0.1, 0.15, 0.225, 0.3375]
    assert all(found > 0.9 * least for found, least in zip(between, shortest, strict=True))


class Unhurried(SyncDriver):
    """Runs flows without a network or a wait: a job is pending until the pauses are many."""

    def __init__(self) -> None:
        super().__init__(CONFIG, Connections(TransportConfig(CONFIG.origin), build_transport))
        self.pauses: list[float] = []

    def run(self, flow: Flow[ResponseBody, T], /) -> T:
        step = next(flow)
        try:
            while True:
                reply = None
                if isinstance(step, Sleep):
                    self.pauses.append(step.seconds)
                else:
                    state = "pending" if len(self.pauses) < 20 else "succeeded"
                    body = json.dumps(status(state)).encode()
                    reply = Response(200, {"content-type": "application/json"}, body)
                step = flow.send(reply)
        except StopIteration as end:
            result: T = end.value
            return result


def test_pauses_grow_up_to_a_bound() -> None:
    driver = Unhurried()
    assert JobsManager(driver).wait(ID).state is JobStatusState.SUCCEEDED
    assert driver.pauses[:4] == pytest.approx([0.1, 0.15, 0.225, 0.3375])
    assert driver.pauses == sorted(driver.pauses)
    assert driver.pauses[-3:] == [5, 5, 5]


@pytest.mark.usefixtures("short_pauses")
async def test_a_look_that_fails_is_repeated(colour: Colour) -> None:
    steps = [*states("pending"), refusal(503), *states("succeeded")]
    async with scripted(colour, steps) as (client, server):
        soon = client.with_options(retry=RetryPolicy(initial_delay=0.001))
        assert (await soon.jobs.wait(ID)).state is JobStatusState.SUCCEEDED
    assert len(server.received) == 3


@pytest.mark.usefixtures("short_pauses")
async def test_errors_of_a_look_end_the_wait(colour: Colour) -> None:
    async with scripted(colour, [*states("pending"), refusal(404)]) as (client, server):
        with pytest.raises(NotFoundError):
            await client.jobs.wait(ID)
        assert len(server.received) == 2
    async with scripted(colour, [json_answer({"id": ID})]) as (client, server):
        with pytest.raises(InvalidResponseError):
            await client.jobs.wait(ID)
        assert len(server.received) == 1


# --- jobs of the real server ---


async def remembering(client: AsyncClient) -> str:
    """Say something worth remembering; gives the id of the job that remembers it."""
    agent = await client.agents.create(name="Ada")
    user = await client.users.create(name="Grace")
    session = await client.sessions.create(agent_id=agent.id, user_id=user.id)
    said: list[InputChatMlMessageDict] = [{"role": "user", "content": "I like rye bread."}]
    (job_id,) = (await client.sessions.chat(session.id, said)).jobs or []
    return job_id


async def test_a_real_job_succeeds(client: AsyncClient) -> None:
    job_id = await remembering(client)
    job = await client.jobs.wait(job_id, timeout=30)
    assert (job.id, job.name, job.state) == (job_id, "form_memories", JobStatusState.SUCCEEDED)
    assert await client.jobs.get(job_id) == job
    assert (job.has_progress, job.progress, bool(job.reason)) == (False, 0, False)
    assert job.created_at <= time_of(job.updated_at)


async def test_a_real_job_that_fails_says_why(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    endpoint.answers_to_jobs = ["400"]
    job_id = await remembering(model_client)
    with pytest.raises(JobFailedError) as caught:
        await model_client.jobs.wait(job_id, timeout=30)
    assert caught.value.job.state is JobStatusState.FAILED
    assert caught.value.job.reason == "the model's endpoint refused the request"


async def test_a_job_that_takes_longer_can_be_waited_for_again(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    endpoint.holds_jobs = True
    job_id = await remembering(model_client)
    with pytest.raises(RequestTimeoutError, match=r"still \w+ after 0\.2 s"):
        await model_client.jobs.wait(job_id, timeout=0.2)
    endpoint.holds_jobs = False
    assert (await model_client.jobs.wait(job_id)).state is JobStatusState.SUCCEEDED


async def test_an_unknown_job_is_not_found(client: AsyncClient) -> None:
    for look in (client.jobs.get, client.jobs.wait):
        await assert_not_found(look(UNKNOWN_ID), "job", UNKNOWN_ID)

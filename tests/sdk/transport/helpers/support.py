"""Flows without a network, clients of httpx, threads that do not start, errors' texts."""

from __future__ import annotations

import traceback
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from threading import Thread
from typing import Any

import httpx

from julep import JulepError
from julep._calls.flow import Flow, Flows, Sleep, StepResult
from julep._http.messages import Response
from julep._http.protocols import ResponseBody
from julep._settings.config import Config, read_config
from julep_api.api.sessions import get_session
from julep_api.models import Session
from tests.sdk.helpers.modes import Mode
from tests.sdk.transport.helpers.scripted_server import SESSION

GET = get_session.call(SESSION["id"])
CONFIG = read_config(
    api_key="secret", base_url="http://julep.test/api", timeout=None, max_retries=0
)


def drive(flow: Flow[ResponseBody, Session], *results: StepResult[ResponseBody]) -> Session:
    """Run a flow without a network; these are the results of its steps."""
    remaining = list(results)
    step = next(flow)
    try:
        while True:
            step = flow.send(None if isinstance(step, Sleep) else remaining.pop(0))
    except StopIteration as end:
        session: Session = end.value
        return session


def read(response: Response, config: Config = CONFIG) -> Session:
    flows: Flows[ResponseBody] = Flows(config)
    return drive(flows.request(GET), response)


@asynccontextmanager
async def users_client(
    mode: Mode, library: Any = httpx, **settings: Any
) -> AsyncGenerator[Any, None]:
    """Create a client of httpx or httpx2 for a client of ours, which must not close it."""
    if mode == "sync":
        with library.Client(**settings) as client:
            yield client
            assert not client.is_closed
    else:
        async with library.AsyncClient(**settings) as client:
            yield client
            assert not client.is_closed


NO_THREAD = ("can't start new thread", "can't create new thread at interpreter shutdown")
"""The messages of Python's errors for a thread that cannot be started."""


def refusing_threads(refusal: str | BaseException) -> type[Thread]:
    """Return a class of threads of which none can be started."""

    class Refused(Thread):
        def start(self) -> None:
            raise RuntimeError(refusal) if isinstance(refusal, str) else refusal

    return Refused


def assert_ours(error: BaseException) -> None:
    """Check that an error is ours, and that its traceback shows nothing of the libraries below."""
    assert isinstance(error, JulepError)
    shown = "".join(traceback.format_exception(error))
    assert "httpx." not in shown
    assert "httpcore" not in shown
    assert "json.decoder" not in shown
    assert "During handling" not in shown
    assert "direct cause" not in shown

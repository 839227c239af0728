"""What the suites of the transport share."""

from __future__ import annotations

import traceback
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from julep import JulepError
from julep._calls.flow import Flow, Flows, Sleep, StepResult
from julep._http.messages import Response, ResponseBody
from julep._settings.config import Config, read_config
from julep_api.api.sessions import get_session
from julep_api.models import Session
from tests.sdk.colours import Colour
from tests.sdk.transport.servers import SESSION

GET = get_session.call(SESSION["id"])
CONFIG = read_config(
    api_key="secret", base_url="http://julep.test/api", timeout=None, max_retries=0
)


def drive(flow: Flow[ResponseBody, Session], *replies: StepResult[ResponseBody]) -> Session:
    """Run a flow with no network at all: these are the replies to its requests."""
    left = list(replies)
    step = next(flow)
    try:
        while True:
            step = flow.send(None if isinstance(step, Sleep) else left.pop(0))
    except StopIteration as end:
        session: Session = end.value
        return session


def read(answer: Response, config: Config = CONFIG) -> Session:
    flows: Flows[ResponseBody] = Flows(config)
    return drive(flows.request(GET), answer)


@asynccontextmanager
async def own_client(
    colour: Colour, **settings: Any
) -> AsyncGenerator[httpx.Client | httpx.AsyncClient, None]:
    """A client of httpx of the right colour, which the test may hand to ours."""
    if colour == "blocking":
        with httpx.Client(**settings) as own:
            yield own
    else:
        async with httpx.AsyncClient(**settings) as own_async:
            yield own_async


def assert_ours(error: BaseException) -> None:
    """Nothing of the libraries below shows in what a person sees of an error."""
    assert isinstance(error, JulepError)
    shown = "".join(traceback.format_exception(error))
    assert "httpx." not in shown
    assert "httpcore" not in shown
    assert "json.decoder" not in shown
    assert "During handling" not in shown
    assert "direct cause" not in shown

"""asyncio's own cancellation of a task at every await within httpx, whose pool has one place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from julep import AsyncClient
from julep._http.own_task import in_own_task
from tests.sdk.helpers.resources import HELLO
from tests.sdk.helpers.waiting import HANG
from tests.sdk.transport.helpers.cancelled_at import CancelledAt
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    Exchange,
    Server,
    chat_event,
    respond_json,
    respond_stream,
)

pytestmark = pytest.mark.once

ID = SESSION["id"]


async def respond(to: Exchange) -> bool:
    is_chat = to.request.method == "POST"
    step = respond_stream(chat_event("Hi"), chat_event("!", "stop"), DONE)
    return await (step if is_chat else respond_json(SESSION))(to)


@pytest.mark.filterwarnings("ignore:a stream of:ResourceWarning")  # the cancellation dropped it
@pytest.mark.parametrize("kind", ["a call", "a stream"])
def test_a_task_may_be_cancelled_at_any_await_within_httpx(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = steps = 0
    task: asyncio.Task[None] | None = None

    def cancelled_within(function: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        async def run() -> object:
            nonlocal steps
            awaited = CancelledAt(function(), number - steps, cancel)
            try:
                return await awaited
            finally:
                steps += awaited.count

        return in_own_task(run)

    def cancel() -> None:
        assert task is not None
        task.cancel()

    for module in ("httpx_transport", "httpx_bodies"):
        monkeypatch.setattr(f"julep._http.{module}.in_own_task", cancelled_within)

    async def call(client: AsyncClient) -> None:
        if kind == "a call":
            await client.sessions.get(ID)
            return
        async with await client.sessions.chat(ID, HELLO, stream=True) as stream:
            await anext(stream)

    async def main(url: str) -> None:
        nonlocal number, steps, task
        limits, timeout = httpx.Limits(max_connections=1), httpx.Timeout(HANG)
        async with (
            httpx.AsyncClient(limits=limits, timeout=timeout) as given,
            AsyncClient(base_url=url, http_client=given, max_retries=0, timeout=HANG) as client,
        ):
            while steps >= number:
                number, steps = number + 1, 0
                task = asyncio.create_task(call(client))
                await asyncio.wait([task])
                cancelled_at, counted, number = number, steps, 0
                assert (await client.sessions.get(ID)).id == ID
                number, steps = cancelled_at, counted

    with Server([respond]) as server:
        asyncio.run(main(server.url))
    assert number > 5

"""Clients that are closed during a call, or not at all."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import anyio
import anyio.to_thread
import pytest

import julep
from julep import AsyncClient, Client
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.helpers.resources import HELLO
from tests.sdk.helpers.waiting import HANG
from tests.sdk.transport.helpers.scripted_server import (
    SESSION,
    STREAM_HEAD,
    Exchange,
    Server,
    chat_event,
    http_chunk,
    respond_error,
    respond_json,
    stall_after,
)
from tests.sdk.transport.helpers.support import assert_ours

ID = SESSION["id"]


async def error_of_get(client: AsyncClient, began: Event, mode: Mode) -> Exception:
    """Begin a call, close its client meanwhile, and return the call's error."""
    errors: list[Exception] = []
    sync_client: Any = unwrapped(client)

    async def call() -> None:
        try:
            await client.sessions.get(ID)
        except julep.JulepError as error:
            errors.append(error)

    with anyio.fail_after(HANG):
        if mode == "sync":
            with ThreadPoolExecutor(1) as threads:
                job = threads.submit(sync_client.sessions.get, ID)
                await anyio.to_thread.run_sync(began.wait, HANG)
                sync_client.close()
                error = await anyio.to_thread.run_sync(job.exception, HANG)
            assert isinstance(error, julep.JulepError)
            return error
        async with anyio.create_task_group() as group:
            group.start_soon(call)
            await anyio.to_thread.run_sync(began.wait, HANG)
            await client.aclose()
    return errors[0]


@pytest.mark.anyio
async def test_closing_ends_a_running_call(mode: Mode) -> None:
    """The call runs in another thread or in another task."""
    requested = Event()

    async def stall(exchange: Exchange) -> bool:
        requested.set()
        await exchange.stall()
        return False

    with Server([stall]) as server:
        client = make_client(mode, server.url, timeout=None, max_retries=0)
        error = await error_of_get(client, requested, mode)
    assert isinstance(error, julep.NetworkError)
    assert_ours(error)
    assert len(server.received) == 1


@pytest.mark.anyio
async def test_closing_ends_the_delay_before_a_retry(mode: Mode) -> None:
    """The call ends then, and not after the delay, which is longer than the test may take."""
    retrying = Event()

    def hear(event: julep.RetryEvent) -> None:
        retrying.set()

    hooks = julep.Hooks(on_retry=hear)
    retry = julep.RetryPolicy(max_retry_after=1000)
    with Server([respond_error(503, {"retry-after": "999"}), respond_json(SESSION)]) as server:
        client = make_client(mode, server.url, hooks=hooks, retry=retry, timeout=None)
        error = await error_of_get(client, retrying, mode)
    assert isinstance(error, julep.ConfigurationError)
    assert "closed" in str(error)
    assert_ours(error)
    assert len(server.received) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_closing_ends_a_stream_that_is_read_in_another_task(mode: Mode) -> None:
    with Server([stall_after(STREAM_HEAD + http_chunk(chat_event("Hi")))]) as server:
        client = make_client(mode, server.url, timeout=None)
        events = await client.sessions.chat(ID, HELLO, stream=True)
        assert (await anext(events)).text == "Hi"
        reading = anyio.Event()
        errors: list[julep.StreamInterruptedError] = []

        async def read() -> None:
            reading.set()
            with pytest.raises(julep.StreamInterruptedError) as caught:
                await anext(events)
            errors.append(caught.value)

        with anyio.fail_after(HANG):
            async with anyio.create_task_group() as group:
                group.start_soon(read)
                await reading.wait()
                await anyio.sleep(0.05)
                await client.aclose()
    assert errors[0].partial.text == "Hi"
    assert_ours(errors[0])


def test_an_unclosed_sync_client_warns() -> None:
    with Server([respond_json(SESSION)]) as server:
        client = Client(base_url=server.url)
        client.sessions.get(ID)
        with pytest.warns(ResourceWarning, match=r"a client of julep.* close\(\)"):  # noqa: PT031  # it is the deletion
            del client
            gc.collect()


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_an_unclosed_async_client_warns(mode: Mode) -> None:
    with Server([respond_json(SESSION)]) as server:
        client = AsyncClient(base_url=server.url)
        await client.sessions.get(ID)
        with pytest.warns(ResourceWarning, match=r"a client of julep.* aclose\(\)"):  # noqa: PT031  # as above
            del client
            gc.collect()

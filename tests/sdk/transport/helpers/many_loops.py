"""A program that runs event loops one after another on one client, and ends each in another way.

It prints what is left of them, as a line of JSON. `tests.sdk.transport.test_event_loops` runs it.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from weakref import WeakSet

import trio
import uvloop

from julep import AsyncChatStream, AsyncClient
from tests.sdk.helpers.resources import HELLO
from tests.sdk.transport.helpers.interrupted_calls import part_of
from tests.sdk.transport.helpers.scripted_server import SESSION

ID = SESSION["id"]
SLOW_ID = "d0b6bd8d-1b3a-4f0e-8d5c-0a3c8f4f7a11"
"""The session to whose requests the server does not respond."""

loops = WeakSet[object]()


class EndError(Exception):
    """Raised by a program whose event loop ends."""


async def get(client: AsyncClient) -> None:
    assert (await client.sessions.get(ID)).id == ID


async def slow(client: AsyncClient) -> None:
    await client.sessions.get(SLOW_ID)


async def fail_within_a_call(client: AsyncClient) -> None:
    """Raise an exception while other calls run, one of them a stream."""
    await get(client)
    tasks = [asyncio.create_task(slow(client)) for _ in range(2)]
    stream = await client.sessions.chat(ID, HELLO, stream=True)
    await anext(stream)
    await asyncio.sleep(0.001)
    raise EndError(tasks)


async def cancel_within_a_call(client: AsyncClient) -> None:
    await get(client)
    task = asyncio.create_task(slow(client))
    await asyncio.sleep(0.001)
    task.cancel()
    await task


async def cancel_within_a_call_of_trio(client: AsyncClient) -> None:
    with trio.move_on_after(0.005):
        await get(client)
        await slow(client)


async def fail_within_a_call_of_trio(client: AsyncClient) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(slow, client)
        await get(client)
        raise EndError


async def leave_a_stream(client: AsyncClient) -> AsyncChatStream:
    stream = await client.sessions.chat(ID, HELLO, stream=True)
    await anext(stream)
    return stream


async def close_a_stream(client: AsyncClient) -> None:
    async with await client.sessions.chat(ID, HELLO, stream=True) as stream:
        await anext(stream)


def run(work: Coroutine[Any, Any, object], new_loop: Callable[[], Any] | None = None) -> None:
    """Run a coroutine as `asyncio.run` does."""
    with asyncio.Runner(loop_factory=new_loop) as runner:
        loops.add(runner.get_loop())
        runner.run(work)


def run_trio(work: Callable[[AsyncClient], Coroutine[Any, Any, object]], client: Any) -> None:
    async def main() -> None:
        loops.add(trio.lowlevel.current_trio_token())
        await work(client)

    trio.run(main)


def run_twice(client: AsyncClient) -> None:
    loop = asyncio.new_event_loop()
    loops.add(loop)
    loop.run_until_complete(get(client))
    loop.run_until_complete(get(client))
    loop.close()


def forget(client: AsyncClient) -> None:
    """Leave an event loop open."""
    loop = asyncio.new_event_loop()
    loops.add(loop)
    loop.run_until_complete(get(client))


def stop(client: AsyncClient, work: Callable[[AsyncClient], Any]) -> None:
    """Stop an event loop within a call, and close it without an end of its tasks.

    Its pending tasks, and so the loop, are kept for ever by the maps of anyio, in whose scopes they
    are. The connections are not.
    """
    loop = asyncio.new_event_loop()
    loop.run_until_complete(get(client))
    task = loop.create_task(work(client))
    loop.call_later(0.002, loop.stop)
    loop.run_forever()
    loop.close()
    del task


def stop_and_cancel(client: AsyncClient) -> None:
    """Stop an event loop within a call, and end it as `asyncio.run` does."""
    loop = asyncio.new_event_loop()
    loops.add(loop)
    tasks = [loop.create_task(slow(client)) for _ in range(2)]
    loop.call_later(0.002, loop.stop)
    loop.run_forever()
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def interrupt(client: AsyncClient) -> None:
    async def main() -> None:
        await get(client)
        asyncio.get_running_loop().call_soon(_interrupt)
        await slow(client)

    with suppress(KeyboardInterrupt):
        run(main())


def _interrupt() -> None:
    raise KeyboardInterrupt


def ends_of(client: AsyncClient) -> dict[str, Callable[[], object]]:
    """Return the ways in which an event loop ends."""
    return {
        "stopped, not cancelled": lambda: stop(client, slow),
        "stopped in a stream": lambda: stop(client, leave_a_stream),
        "closed": lambda: run(get(client)),
        "run twice": lambda: run_twice(client),
        "a stream is left": lambda: run(leave_a_stream(client)),
        "a stream is closed": lambda: run(close_a_stream(client)),
        "an exception": lambda: run(fail_within_a_call(client)),
        "cancelled": lambda: run(cancel_within_a_call(client)),
        "interrupted": lambda: interrupt(client),
        "stopped": lambda: stop_and_cancel(client),
        "never closed": lambda: forget(client),
        "uvloop": lambda: run(get(client), uvloop.new_event_loop),
        "uvloop, an exception": lambda: run(fail_within_a_call(client), uvloop.new_event_loop),
        "trio": lambda: run_trio(get, client),
        "trio, a stream": lambda: run_trio(close_a_stream, client),
        "trio, cancelled": lambda: run_trio(cancel_within_a_call_of_trio, client),
        "trio, an exception": lambda: run_trio(fail_within_a_call_of_trio, client),
    }


def descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def objects_of(client: AsyncClient) -> int:
    """Return the number of event loops for which a client has connections."""
    transport = part_of(part_of(client, "_connections"), "_transport")
    name = "_pools" if hasattr(transport, "_pools") else "_clients"
    return len(part_of(transport, name).values())


def main(url: str, count: int) -> None:
    """Run the program, and print what is left."""
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # of tasks that were pending
    sys.unraisablehook = lambda problem: problems.append(repr(problem.exc_value))
    problems = list[str]()
    client = AsyncClient(base_url=url)
    ends = list(ends_of(client).values())
    for end in ends:  # the first of each may load a module that opens a descriptor for good
        _end(end)
    gc.collect()
    before = descriptors()
    for number in range(count):
        _end(ends[number % len(ends)])
        if not number % 16:
            gc.collect()
    run(get(client))
    until = monotonic() + 60
    while (loops or descriptors() > before) and monotonic() < until:
        gc.collect()
        sleep(0.01)
    left = {
        "loops": len(loops),
        "pools": objects_of(client),
        "descriptors": max(0, descriptors() - before),
        "threads": threading.active_count() - 1,
        "problems": [each for each in problems if not _is_allowed(each)],
    }
    asyncio.run(client.aclose())
    print(json.dumps({name: value for name, value in left.items() if value}))  # noqa: T201


def _end(end: Callable[[], object]) -> None:
    with suppress(EndError, ExceptionGroup, asyncio.CancelledError):
        end()


def _is_allowed(problem: str) -> bool:
    """Check whether a warning is of what a program has left open on purpose."""
    left_open = (
        "unclosed event loop",
        "unclosed transport",
        "unclosed <socket",
        "a stream of",
        # A task that had not begun when its loop was stopped and closed; Python warns of each.
        "in_own_task.<locals>.run",
    )
    return any(each in problem for each in left_open)

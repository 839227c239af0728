"""Many event loops one after another on one client, each ended in another way."""

from __future__ import annotations

import json
import os

import pytest

from tests.sdk.helpers.programs import run_program
from tests.sdk.transport.helpers.many_loops import SLOW_ID
from tests.sdk.transport.helpers.scripted_server import (
    SESSION,
    STREAM_HEAD,
    Exchange,
    Server,
    chat_event,
    http_chunk,
    respond_json,
    stall_after,
)

COUNT = int(os.environ.get("JULEP_TEST_LOOPS", "18"))
"""How many loops are run after one of each kind: 1,000 for a long run, with `--timeout 600`."""

PROGRAM = """
import sys
from tests.sdk.transport.helpers.many_loops import main
main(sys.argv[1], int(sys.argv[2]))
"""


async def respond(to: Exchange) -> bool:
    if to.request.method == "POST":
        return await stall_after(STREAM_HEAD + http_chunk(chat_event("Hi")))(to)
    return await (stall_after() if SLOW_ID in to.request.target else respond_json(SESSION))(to)


@pytest.mark.parametrize("transport", ["sockets", "httpx"])
def test_nothing_is_left_of_event_loops(transport: str) -> None:
    with Server([respond]) as server:
        done = run_program(
            PROGRAM,
            *(server.url, str(COUNT)),
            options=["-X", "dev", "-W", "error"],
            environment={**os.environ, "JULEP_TRANSPORT": transport},
            asserts=True,
            timeout=100 + COUNT,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {}

"""Ctrl-C at random moments of calls, each batch of them in a process of its own."""

from __future__ import annotations

import json
import os
import sys
from types import FrameType

import pytest

import julep
from tests.sdk.helpers.programs import run_program
from tests.sdk.helpers.resources import HELLO
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    Server,
    chat_event,
    respond_stream,
)

COUNT = int(os.environ.get("JULEP_TEST_SIGNALS", "80"))
"""How often each batch is interrupted: 10,000 for a long run, with `--timeout 600`."""

PROGRAM = """
import sys
from tests.sdk.transport.helpers.interrupted_calls import main
main(*sys.argv[1:3], *map(int, sys.argv[3:]))
"""


@pytest.mark.parametrize(
    ("transport", "parser", "connections"),
    [
        ("sockets", "h11", 1),
        ("sockets", "httptools", 2),
        ("httpx", "h11", 1),
        ("given", "h11", 1),  # a client of httpx whose pool has one place
    ],
)
def test_an_interrupt_loses_no_connection_and_repeats_no_call(
    transport: str, parser: str, connections: int
) -> None:
    count = COUNT if transport == "sockets" else COUNT // 4  # a thread for each request takes time
    done = run_program(
        PROGRAM,
        *(transport, parser, str(connections), str(count)),
        os.environ.get("JULEP_TEST_SEED", "1"),
        options=["-X", "dev", "-W", "error"],
        asserts=True,
        timeout=100 + count / 20,
    )
    assert (done.returncode, done.stderr) == (0, "")
    counted = json.loads(done.stdout)
    assert counted["interrupted"] == count
    assert counted["problems"] == {}


def test_a_stream_is_freed_without_a_callback() -> None:
    """Python prints what Ctrl-C raises in a callback of a weak reference, and goes on."""
    called: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and "weakref" in frame.f_code.co_filename:
            called.append(frame.f_code.co_qualname)

    response = respond_stream(chat_event("Hi", "stop"), DONE)
    with Server([response]) as server, julep.Client(base_url=server.url, api_key="key") as client:
        stream = client.sessions.chat(SESSION["id"], HELLO, stream=True)
        assert stream.get_final_response().text == "Hi"
        sys.setprofile(note)
        try:
            del stream
        finally:
            sys.setprofile(None)
    assert called == []

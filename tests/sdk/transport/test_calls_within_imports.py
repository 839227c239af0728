"""Calls by a signal's handler that interrupts the imports of a first call."""

from __future__ import annotations

import json
import os

import pytest

from tests.sdk.helpers.programs import run_program
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    Exchange,
    Server,
    chat_event,
    respond_error,
    respond_json,
    respond_stream,
)

STEP = int(os.environ.get("JULEP_TEST_LINES", "900"))
"""The lines of imported modules from one interrupted line to the next."""

PROGRAM = """
import contextlib, json, os, sys
import julep

# A child is forked at every so many lines of modules that are imported. It makes a call there, as a
# handler does, and goes on with the import and with its parent's calls.
url, session_id, step = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = julep.Client(base_url=url, max_retries=0)
lines, in_child, found = 0, False, []

def call():
    try:
        assert client.sessions.get(session_id).id == session_id
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return "a response"

def trace_line(frame, event, _):
    global lines, in_child
    lines += event == "line"
    if event == "line" and lines % step == 0 and not in_child:
        read, write = os.pipe()
        child = os.fork()
        if not child:
            sys.settrace(None)
            in_child = True
            found[:] = [write, call()]
            return None
        os.close(write)
        with open(read) as file:
            found.append(file.read())
        assert os.waitpid(child, 0)[1] == 0, found[-1]
    return None if in_child else trace_line

def trace(frame, *_):
    return trace_line if frame.f_code.co_name == "<module>" and not in_child else None

def run():
    assert client.sessions.get(session_id).id == session_id
    with client.sessions.chat(session_id, "Hello", stream=True) as stream:
        assert stream.get_final_response().text == "Hi!"
    with contextlib.suppress(julep.NotFoundError):
        client.users.get(session_id)

sys.settrace(trace)
try:
    run()
except BaseException as error:
    if not in_child:
        raise
    found.append(repr(error))
sys.settrace(None)
if in_child:
    write, *results = found
    os.write(write, "; then ".join(results).encode())
    os._exit(0)
print(json.dumps(found))
"""

INTERRUPTED = (
    "NetworkError: no request can be sent: this call interrupts an import that it needs, as a"
    " signal's handler can; let the handler set a flag, and make the call where the program sees it"
)


async def respond(to: Exchange) -> bool:
    """Respond to the calls of the program."""
    if to.request.method == "POST":
        return await respond_stream(chat_event("Hi"), chat_event("!", "stop"), DONE)(to)
    found = "/sessions/" in to.request.target
    return await (respond_json(SESSION) if found else respond_error(404))(to)


@pytest.mark.parametrize("transport", ["sockets", "httpx"])
def test_a_call_within_an_import_succeeds_or_names_the_import(
    transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JULEP_TRANSPORT", transport)
    with Server([respond]) as server:
        arguments = (server.url, SESSION["id"], str(STEP))
        done = run_program(PROGRAM, *arguments, asserts=True, timeout=100 + 5000 / STEP)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found
    assert set(found) <= {"a response", INTERRUPTED}


HALFWAY = """
import sys
import julep

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[3]:
            sys.meta_path.remove(self)
            try:
                client.sessions.get(sys.argv[2])
            except julep.NetworkError as error:
                print(f"NetworkError: {error}")

sys.meta_path.insert(0, Finder())
client = julep.Client(base_url=sys.argv[1], max_retries=0)
assert client.sessions.get(sys.argv[2]).id == sys.argv[2]
"""


@pytest.mark.parametrize("module", ["julep.managers.chat", "julep._http.pool"])
def test_a_call_in_the_middle_of_an_import_that_it_needs(module: str) -> None:
    with Server([respond]) as server:
        done = run_program(HALFWAY, server.url, SESSION["id"], module, asserts=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == INTERRUPTED + "\n"

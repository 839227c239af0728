"""A program that makes calls, and is interrupted at random moments of them as by Ctrl-C.

It prints a line of JSON: what it counted. `tests.sdk.transport.test_signals` runs it.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import random
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import httpx

from julep import Client, Timeout
from julep._http import exchange
from julep._http.h11_parser import H11Parser
from julep._http.httptools_parser import HttptoolsParser
from tests.sdk.helpers.resources import HELLO
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    Exchange,
    Server,
    chat_event,
    respond_json,
    respond_stream,
)

PARSERS = {"h11": H11Parser, "httptools": HttptoolsParser}

_get = respond_json(SESSION)
_chat = respond_stream(chat_event("Hi"), chat_event("!", "stop"), DONE)


async def respond_by_method(to: Exchange) -> bool:
    """Send a session for a GET, and a streamed chat for a POST."""
    return await (_get if to.request.method == "GET" else _chat)(to)


class Program:
    """Makes calls with ids of their own, until so many were interrupted.

    Args:
        client: The client; it must not retry because of the server.
        seed: Selects the moments.
    """

    def __init__(self, client: Client, seed: int) -> None:
        self._client = client
        self._chance = random.Random(seed)  # noqa: S311  # it has to be repeatable
        self._made = 0
        self._longest = 0.01
        self.raised = 0
        self.caught = 0
        self.complete = list[str]()

    def interrupt(self, count: int) -> None:
        """Make calls until so many were interrupted."""
        self._get(SESSION["id"])  # loads what a first call loads
        self._chat(SESSION["id"])
        signal.signal(signal.SIGALRM, self._handle)
        while self.caught < count:
            try:
                session_id = str(uuid4())
                self._made += 1
                self._interrupt(self._get if self._made % 3 else self._chat, session_id)
            except KeyboardInterrupt:  # also one that came to another thread, a little late
                self.caught += 1

    def _interrupt(self, call: Callable[[str], None], session_id: str) -> None:
        """Make a call, which a signal interrupts at a moment of it or a little later.

        One call in three is to end before: then the moments reach to the ends of calls, however
        long they take on this machine.
        """
        try:
            signal.setitimer(signal.ITIMER_REAL, self._chance.uniform(1e-6, self._longest))
            call(session_id)
            self.complete.append(session_id)
            signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            self._longest *= 1.01
            raise
        else:
            self._longest *= 0.98

    def _get(self, session_id: str) -> None:
        self._client.sessions.get(session_id)

    def _chat(self, session_id: str) -> None:
        with self._client.sessions.chat(session_id, HELLO, stream=True) as stream:
            assert stream.get_final_response().text == "Hi!"

    def _handle(self, number: int, frame: Any) -> None:
        self.raised += 1
        signal.default_int_handler(number, frame)


def other_calls(client: Client, ended: threading.Event) -> None:
    """Make calls in another thread, which compete for the places in the pool."""
    while not ended.is_set():
        assert client.sessions.get(SESSION["id"]).id


def part_of(owner: object, name: str) -> Any:
    """Return a private attribute."""
    return vars(owner)[name]


def places_of(client: Client) -> int:
    """Return the number of requests that a client has in flight, once it has settled."""
    transport = part_of(part_of(client, "_connections"), "_transport")
    by_httpx = hasattr(transport, "_leases")
    leases = part_of(transport, "_leases") if by_httpx else part_of(transport, "_pool").leases
    until = monotonic() + 60
    while len(leases) and monotonic() < until:
        sleep(0.01)
    return len(leases)


def client_of(transport: str, url: str, connections: int) -> Client:
    """Build a client with a pool of some connections, of our own sockets or of a library."""
    os.environ["JULEP_TRANSPORT"] = "sockets" if transport == "sockets" else "httpx"
    timeout = Timeout(connect=30, read=30, write=30, pool=30)
    if transport == "given":
        http_client = httpx.Client(limits=httpx.Limits(max_connections=connections))
        return Client(base_url=url, http_client=http_client, timeout=timeout)
    return Client(base_url=url, max_connections=connections, timeout=timeout)


def main(transport: str, parser: str, connections: int, count: int, seed: int) -> None:
    """Run the program, and print what it counted."""
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # it warns of slow steps of the server
    exchange.parser_class = PARSERS[parser]
    unraisable = list[str]()

    def note(problem: sys.UnraisableHookArgs) -> None:
        # Where the interrupt comes just before "with", the stream is forgotten, and says so.
        if not isinstance(problem.exc_value, ResourceWarning):
            unraisable.append(f"{problem.exc_value!r} in {problem.object!r}")

    sys.unraisablehook = note
    ended = threading.Event()
    with (
        Server([respond_by_method]) as server,
        client_of(transport, server.url, connections) as client,
    ):
        other = threading.Thread(target=other_calls, args=(client, ended))
        if connections > 1:
            other.start()
        program = Program(client, seed)
        program.interrupt(count)
        ended.set()
        if connections > 1:
            other.join()
        gc.collect()
        places = places_of(client)
        assert client.sessions.get(SESSION["id"]).id
    sent = Counter(request.target.split("/")[2] for request in server.received)
    del sent[SESSION["id"]]
    problems: dict[str, object] = {
        "swallowed": program.raised - program.caught,
        "places not given back": places,
        "errors in finalizers": unraisable,
        "sent twice": [each for each, times in sent.items() if times > 1],
        "complete, but not sent": sorted(set(program.complete) - set(sent)),
    }
    found = {name: value for name, value in problems.items() if value}
    counts = {"interrupted": program.caught, "complete": len(program.complete)}
    print(json.dumps({"problems": found, **counts}))  # noqa: T201  # it is a program

"""Connections to hosts with several addresses (RFC 8305), and look-ups in DNS that hang."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import pytest

import julep
from julep import Timeout
from julep._http import background, happy_eyeballs, lookup
from julep._http.happy_eyeballs import Race, race
from julep._http.lookup import look_up
from julep._http.sockets import Address
from julep._http.urls import Origin
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.programs import run_program
from tests.sdk.helpers.waiting import HANG
from tests.sdk.transport.helpers.scripted_server import SESSION, Server, respond_json
from tests.sdk.transport.helpers.support import NO_THREAD, refusing_threads

ID = SESSION["id"]
V4, V6 = socket.AF_INET, socket.AF_INET6


class FakeSocket:
    """A socket whose connecting has the outcome that a test chooses."""

    def __init__(self, address: Address, code: int) -> None:
        self.host = str(address.sockaddr[0])
        self.code = code
        self.is_open = True

    def setblocking(self, flag: bool) -> None:
        assert not flag

    def connect_ex(self, _: object) -> int:
        return self.code

    def getsockopt(self, *_: object) -> int:
        return self.code

    def close(self) -> None:
        self.is_open = False


class Network:
    """Sockets without a network, and a clock that a test moves."""

    def __init__(self, codes: dict[str, int]) -> None:
        self.now = 1000.0
        self.sockets: dict[str, FakeSocket] = {}
        self._codes = codes

    def new_socket(self, address: Address) -> FakeSocket:
        made = FakeSocket(address, self._codes.get(str(address.sockaddr[0]), errno.EINPROGRESS))
        self.sockets[made.host] = made
        return made

    @property
    def open(self) -> list[str]:
        return [host for host, sock in self.sockets.items() if sock.is_open]


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, int]], Network]:
    def build(codes: dict[str, int]) -> Network:
        made = Network(codes)
        monkeypatch.setattr(happy_eyeballs, "new_socket", made.new_socket)
        monkeypatch.setattr(happy_eyeballs, "monotonic", lambda: made.now)
        return made

    return build


def addresses(*hosts: str) -> list[Address]:
    return [Address(V6 if ":" in host else V4, (host, 80)) for host in hosts]


def connected(steps: Race, *found: Any) -> Any:
    """Resume a race, which must end, and return its socket."""
    with pytest.raises(StopIteration) as end:
        steps.send(found)
    return end.value.value


def test_the_next_address_is_tried_after_a_quarter_of_a_second(network: Any) -> None:
    net = network({})
    steps = race(addresses("::1", "::2", "1.1.1.1"))
    waiting = next(steps)
    assert (net.open, waiting.seconds) == (["::1"], 0.25)
    net.now += 0.2
    waiting = steps.send([])
    assert net.open == ["::1"]
    assert waiting.seconds == pytest.approx(0.05)
    net.now += 0.05
    waiting = steps.send([])
    assert (net.open, waiting.seconds) == (["::1", "1.1.1.1"], 0.25)  # the other family's turn
    net.now += 0.25
    waiting = steps.send([])
    assert net.open == ["::1", "1.1.1.1", "::2"]
    assert (len(waiting.sockets), waiting.seconds) == (3, None)
    net.sockets["1.1.1.1"].code = 0
    assert connected(steps, net.sockets["1.1.1.1"]) is net.sockets["1.1.1.1"]
    assert net.open == ["1.1.1.1"]


def test_an_address_that_fails_is_followed_at_once(network: Any) -> None:
    net = network({"::1": errno.ENETUNREACH})
    steps = race(addresses("::1", "1.1.1.1", "1.1.1.2"))
    next(steps)
    assert net.open == ["1.1.1.1"]
    net.sockets["1.1.1.1"].code = errno.ECONNREFUSED
    steps.send([net.sockets["1.1.1.1"]])
    assert net.open == ["1.1.1.2"]
    net.sockets["1.1.1.2"].code = errno.ECONNRESET
    with pytest.raises(OSError) as caught:  # noqa: PT011  # its number is what counts
        steps.send([net.sockets["1.1.1.2"]])
    assert caught.value.errno == errno.ECONNRESET
    assert net.open == []


def test_a_race_that_is_given_up_closes_its_sockets(network: Any) -> None:
    net = network({})
    steps = race(addresses("::1", "1.1.1.1"))
    next(steps)
    net.now += 1
    steps.send([])
    assert net.open == ["::1", "1.1.1.1"]
    steps.close()
    assert net.open == []


def test_a_host_without_an_address() -> None:
    with pytest.raises(OSError, match="the host has no address"):
        next(race([]))


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[Address] | None]]:
    """What names resolve to; the look-up of one with None hangs until the test ends."""
    names: dict[str, list[Address] | None] = {}
    ended = threading.Event()
    started = list[threading.Thread]()

    def resolve(origin: Origin) -> list[Address]:
        thread = threading.current_thread()
        if thread.name == "julep look-up":
            started.append(thread)
        found = names[origin.host]
        if found is None:
            ended.wait()
            raise socket.gaierror(socket.EAI_AGAIN, "late")
        return found

    monkeypatch.setattr(lookup, "resolve", resolve)
    yield names
    ended.set()
    for thread in started:
        thread.join()


@pytest.mark.anyio
async def test_an_address_from_which_nothing_comes(
    mode: Mode, resolver: dict[str, list[Address] | None], full_backlog_url: str
) -> None:
    silent = int(full_backlog_url.rpartition(":")[2])
    with Server([respond_json(SESSION)]) as server:
        resolver["julep.test"] = [
            Address(V4, ("127.0.0.1", silent)),
            Address(V4, ("127.0.0.1", server.port)),
        ]
        settings: dict[str, Any] = {"timeout": Timeout(connect=20), "max_retries": 0}
        async with make_client(mode, "http://julep.test", **settings) as client:
            assert (await client.sessions.get(ID)).id == ID
    assert server.connections == 1


@pytest.mark.anyio
async def test_a_look_up_that_hangs_is_bounded_by_the_connect_timeout(
    mode: Mode, resolver: dict[str, list[Address] | None]
) -> None:
    resolver["julep.test"] = None
    settings: dict[str, Any] = {"timeout": Timeout(connect=0.1), "max_retries": 0}
    began = monotonic()
    async with make_client(mode, "http://julep.test", **settings) as client:
        with pytest.raises(julep.RequestTimeoutError, match=r"0\.1 s") as caught:
            await client.sessions.get(ID)
    assert caught.value.phase == "connect"
    assert 0.1 <= monotonic() - began < 30  # far less than the resolver takes


@pytest.mark.anyio
async def test_a_name_that_is_not_found(
    mode: Mode, resolver: dict[str, list[Address] | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(_: Origin) -> list[Address]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(lookup, "resolve", resolve)
    async with make_client(mode, "http://julep.test", max_retries=0) as client:
        with pytest.raises(julep.NetworkError, match="address was not found"):
            await client.sessions.get(ID)
    assert resolver == {}


def test_requests_at_the_same_time_share_a_look_up(
    resolver: dict[str, list[Address] | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(lookup, "monotonic", lambda: now[0])
    resolver["julep.test"] = None
    origin = Origin("http", "julep.test", 80)
    first = look_up(origin)
    now[0] += 0.5
    assert look_up(origin) is first
    now[0] += 1.0  # it seems to hang: later requests do not depend on it
    second = look_up(origin)
    assert second is not first
    with pytest.raises(TimeoutError):
        first.addresses()


@pytest.mark.anyio
@pytest.mark.parametrize("refusal", NO_THREAD)
async def test_a_look_up_where_no_thread_can_be_started(
    mode: Mode,
    refusal: str,
    resolver: dict[str, list[Address] | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Server([respond_json(SESSION)]) as server:
        resolver["julep.test"] = [Address(V4, ("127.0.0.1", server.port))]
        async with make_client(mode, "http://julep.test", max_retries=0) as client:
            with monkeypatch.context() as without_threads:
                without_threads.setattr(background, "Thread", refusing_threads(refusal))
                assert (await client.sessions.get(ID)).id == ID
                origin = Origin("http", "julep.test", 80)
                assert look_up(origin) is not look_up(origin)  # each has ended


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("of a handler")])
def test_nothing_waits_for_a_look_up_that_was_interrupted_at_its_start(
    error: BaseException,
    resolver: dict[str, list[Address] | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolver["julep.test"] = found = [Address(V4, ("127.0.0.1", 80))]
    origin = Origin("http", "julep.test", 80)
    with monkeypatch.context() as interrupted:
        interrupted.setattr(background, "Thread", refusing_threads(error))
        with pytest.raises(type(error)):
            look_up(origin)
    ended = threading.Event()
    lookup = look_up(origin)
    lookup.when_over(ended.set)
    assert ended.wait(HANG)
    assert lookup.addresses() == found


def test_a_program_ends_while_a_look_up_hangs() -> None:
    program = """
import threading
from julep._http import lookup
lookup.resolve = lambda origin: threading.Event().wait()
import asyncio, julep
settings = {"base_url": "http://julep.test", "max_retries": 0}
settings["timeout"] = julep.Timeout(connect=0.05)
def check(error): assert error.phase == "connect", error
async def main():
    async with julep.AsyncClient(**settings) as client:
        try: await client.sessions.get("0c6a2c2f-4a2e-4f0e-9d3b-6c1d8a7b5e10")
        except julep.RequestTimeoutError as error: check(error)
asyncio.run(main())
with julep.Client(**settings) as client:
    try: client.sessions.get("0c6a2c2f-4a2e-4f0e-9d3b-6c1d8a7b5e10")
    except julep.RequestTimeoutError as error: check(error)
assert [each.daemon for each in threading.enumerate()[1:]] in ([True], [True, True])
print("end")
"""
    done = run_program(program, options=["-W", "error"], environment=dict(os.environ), asserts=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")

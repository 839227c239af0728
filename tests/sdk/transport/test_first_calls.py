"""First calls by httpx, which is loaded within their time, in a thread that they may leave."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import pytest

import julep
from julep import AsyncClient
from julep._http import background, connections, fork, loading
from julep._http.fork import LOADING
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.helpers.programs import run_program
from tests.sdk.helpers.waiting import HANG, PATIENT
from tests.sdk.transport.helpers.scripted_server import SESSION, Server, respond_json
from tests.sdk.transport.helpers.support import NO_THREAD, refusing_threads

pytestmark = pytest.mark.anyio

ID = SESSION["id"]
BUILDERS = ("build_transport", "build_async_transport")


class Held:
    """Transports that are built when a test lets them be.

    Attributes:
        count: How many are being built, or are built.
        began: Set when the first one is being built.
        go_on: Lets them be built.
    """

    def __init__(self) -> None:
        self.count = 0
        self.began = threading.Event()
        self.go_on = threading.Event()

    def holding(self, build: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that builds a transport when it may."""

        def build_later(config: object) -> object:
            self.count += 1
            self.began.set()
            assert self.go_on.wait(HANG)
            return build(config)

        return build_later


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    monkeypatch.setenv("JULEP_TRANSPORT", "httpx")
    found = Held()
    for name in BUILDERS:
        monkeypatch.setattr(connections, name, found.holding(getattr(connections, name)))
    yield found
    found.go_on.set()
    for thread in threading.enumerate():
        if thread.name == LOADING:
            thread.join(HANG)


async def get(client: AsyncClient) -> None:
    assert (await client.sessions.get(ID)).id == ID


async def test_a_first_call_ends_in_its_time_while_httpx_is_loaded(mode: Mode, held: Held) -> None:
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url, timeout=0.05) as client:
            for _ in range(2):
                with pytest.raises(julep.RequestTimeoutError) as caught:
                    await get(client)
                assert caught.value.phase == "total"
                assert caught.value.attempts == 1
                assert str(caught.value) == (
                    f"GET {server.url}/sessions/{ID}: not sent within 0.05 s (total timed out)"
                )
            assert server.received == []
            held.go_on.set()
            await get(client.with_options(timeout=PATIENT))
    assert held.count == 1
    assert len(server.received) == 1


@pytest.mark.parametrize("way", ["sockets", "given"])
async def test_what_a_first_call_builds_is_a_part_of_its_time(
    mode: Mode, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in BUILDERS:
        build: Callable[..., Any] = getattr(connections, name)

        def build_slowly(config: object, build: Callable[..., Any] = build) -> object:
            time.sleep(0.05)
            return build(config)

        monkeypatch.setattr(connections, name, build_slowly)
    with Server([respond_json(SESSION)]) as server:
        proxy = {"proxy": server.url} if way == "given" else {}
        async with make_client(mode, server.url, timeout=0.01, **proxy) as client:
            with pytest.raises(julep.RequestTimeoutError, match=r"not sent within 0\.01 s"):
                await get(client)
    assert server.received == []


async def test_closing_ends_a_call_for_which_httpx_is_loaded(mode: Mode, held: Held) -> None:
    async with make_client(mode, "http://127.0.0.1:9", timeout=PATIENT) as client:
        if mode == "sync":
            closed: Any = unwrapped(client)

            def close() -> None:
                held.began.wait(HANG)
                closed.close()

            closing = threading.Thread(target=close)
            closing.start()
            with pytest.raises(julep.ConfigurationError, match="this client is closed"):
                await get(client)
            closing.join()
            return

        async def end() -> None:
            await anyio.to_thread.run_sync(held.began.wait, HANG)
            await client.aclose()

        async with anyio.create_task_group() as group:
            group.start_soon(end)
            with pytest.raises(julep.ConfigurationError, match="this client is closed"):
                await get(client)


def test_closing_while_the_loading_starts(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    client = julep.Client(base_url="http://127.0.0.1:9", timeout=PATIENT)
    start = background.start_thread

    def start_and_close(name: str, target: Callable[[], object]) -> object:
        thread = start(name, target)
        client.close()
        return thread

    monkeypatch.setattr(loading, "start_thread", start_and_close)
    with pytest.raises(julep.ConfigurationError, match="this client is closed"):
        client.sessions.get(ID)
    assert not held.go_on.is_set()


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_an_event_loop_goes_on_while_calls_wait_for_httpx(mode: Mode, held: Held) -> None:
    with Server([respond_json(SESSION)]) as server:
        async with (
            make_client(mode, server.url, timeout=PATIENT) as client,
            anyio.create_task_group() as group,
        ):
            for _ in range(20):
                group.start_soon(get, client)
            await anyio.to_thread.run_sync(held.began.wait, HANG)
            held.go_on.set()
    assert len(server.received) == 20
    assert held.count == 1


async def test_a_setting_that_cannot_work_is_an_error_of_each_call(
    mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "nonsense://x")
    monkeypatch.setenv("no_proxy", "")
    async with make_client(mode, "http://julep.test") as client:
        for _ in range(2):
            with pytest.raises(julep.ConfigurationError, match="http_proxy"):
                await get(client)


@pytest.mark.parametrize("refusal", NO_THREAD)
async def test_calls_by_httpx_where_no_thread_can_be_started(
    mode: Mode, refusal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JULEP_TRANSPORT", "httpx")
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url, timeout=PATIENT) as client:
            with monkeypatch.context() as without_threads:
                without_threads.setattr(background, "Thread", refusing_threads(refusal))
                await get(client)
            await get(client)
    assert len(server.received) == 2


class Panic(BaseException):
    """As what libraries in Rust raise."""


async def test_whatever_ends_the_loading_is_raised_by_each_call(
    mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    def panic(_: object) -> object:
        raise Panic

    monkeypatch.setenv("JULEP_TRANSPORT", "httpx")
    for name in BUILDERS:
        monkeypatch.setattr(connections, name, panic)
    async with make_client(mode, "http://127.0.0.1:9", timeout=HANG) as client:
        for _ in range(2):
            with pytest.raises(Panic):
                await get(client)


AT_IMPORT = """
import sys
from importlib.machinery import ModuleSpec
import julep
from julep._lazy import is_importing

class Loader:
    def create_module(self, spec):
        return None

    def exec_module(self, module):
        assert is_importing()
        client = julep.Client(base_url=sys.argv[1], proxy=sys.argv[1], max_retries=0)
        assert client.sessions.get(sys.argv[2]).id == sys.argv[2]

class Finder:
    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, Loader()) if name == "program" else None

sys.meta_path.insert(0, Finder())
assert not is_importing()
import program
assert "julep._http.loading" not in sys.modules
"""


def test_a_call_within_an_import_waits_for_no_other_thread() -> None:
    """The thread could wait for the lock of a module that this import holds."""
    with Server([respond_json(SESSION)]) as server:
        done = run_program(AT_IMPORT, server.url, ID, asserts=True)
    assert (done.returncode, done.stderr) == (0, "")


FORKED = """
import os, sys, threading
import julep

held, go_on = threading.Event(), threading.Event()

class Finder:
    \"\"\"Holds the import of a module that httpx imports when its first client is built.\"\"\"

    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[3]:
            sys.meta_path.remove(self)
            held.set()
            go_on.wait()

sys.meta_path.insert(0, Finder())
client = julep.Client(base_url=sys.argv[1], proxy=sys.argv[1], max_retries=0)
get = lambda: client.sessions.get(sys.argv[2])
calling = threading.Thread(target=get)
calling.start()
held.wait()
threading.Timer(0.1, go_on.set).start()
child = os.fork()
if not child:
    get()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
calling.join()
"""


@pytest.mark.parametrize("module", ["httpx._models", "httpcore._sync.http11"])
def test_a_child_waits_for_no_import_of_its_parent(module: str) -> None:
    with Server([respond_json(SESSION)]) as server:
        options = ["-W", "ignore::DeprecationWarning"]
        done = run_program(FORKED, server.url, ID, module, options=options, asserts=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(server.received) == 2


def test_a_fork_waits_for_a_thread_that_is_being_started(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    thread = threading.Thread(target=done.append, args=("loaded",), name=LOADING)
    monkeypatch.setattr(threading, "enumerate", lambda: [thread])
    monkeypatch.setattr(threading, "active_count", lambda: 2)

    def start(_seconds: float) -> None:
        thread.start()

    monkeypatch.setattr(fork, "sleep", start)
    fork.finish_imports()
    assert done == ["loaded"]


def test_a_fork_does_not_wait_for_a_thread_that_never_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As where a signal's handler forks, and has interrupted its start."""
    monkeypatch.setattr(threading, "enumerate", lambda: [threading.Thread(name=LOADING)])
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    slept: list[float] = []
    monkeypatch.setattr(fork, "sleep", slept.append)
    fork.finish_imports()
    assert sum(slept) <= 0.2

"""The memory of clients, of closed clients, and of bodies without an end."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from tests.sdk.faults.helpers.cases import bodies, streams
from tests.sdk.faults.helpers.checks import check_every_attempt
from tests.sdk.faults.helpers.fault import GET, Fault
from tests.sdk.faults.helpers.many_clients import resident
from tests.sdk.helpers.modes import Mode
from tests.sdk.transport.helpers.scripted_server import Server

_MEBIBYTE = 1024 * 1024

# Bytes. A leak of a kilobyte a client exceeds each; the allocator's own variation does not.
LIMITS = {
    "made_and_closed": 4 * _MEBIBYTE,
    "used_and_closed": 4 * _MEBIBYTE,
    "alive": 50 * 1024,
    "alive_and_used": 50 * 1024,
}


@pytest.fixture
def many_files() -> Iterator[None]:
    """Raise the limit of open files: the server has a connection for every client."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(before[1], 4096), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.timeout(660)  # 10,000 clients take minutes on a busy machine
def test_memory_of_many_clients(mode: Mode, many_files: None) -> None:
    with Server([GET.response]) as server:
        done = subprocess.run(
            [sys.executable, "-m", "tests.sdk.faults.helpers.many_clients", mode, server.url],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    grown = json.loads(done.stdout)
    assert grown.keys() == LIMITS.keys()
    for use, limit in LIMITS.items():
        assert grown[use] < limit, grown


HEAVY: dict[str, Fault] = {
    name: (bodies.FAULTS | streams.FAULTS)[name]
    for name in (
        "a bomb of gzip",
        "a bomb of deflate",
        "100 MB of unknown length",
        "an endless line",
    )
}


@pytest.mark.anyio
@pytest.mark.parametrize("fault", HEAVY.values(), ids=HEAVY.keys())
async def test_memory_of_an_endless_body(
    mode: Mode, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    peak = resident()

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.005):
            peak = max(peak, resident())

    before, over = peak, threading.Event()
    watching = threading.Thread(target=watch)
    watching.start()
    try:
        await check_every_attempt(mode, fault, caplog)
    finally:
        over.set()
        watching.join()
    assert peak - before < 400 * _MEBIBYTE

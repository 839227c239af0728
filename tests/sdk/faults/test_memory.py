"""Clients cost little, and leave nothing behind."""

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

# Bytes. A leak of a kilobyte a client would show in each; the allocator's own habits do not.
LIMITS = {
    "made_and_closed": 4 * _MEBIBYTE,
    "used_and_closed": 4 * _MEBIBYTE,
    "alive": 50 * 1024,
    "alive_and_used": 50 * 1024,
}


@pytest.fixture
def many_files() -> Iterator[None]:
    """The server has as many connections as there are clients."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(before[1], 4096), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_memory_stays_flat(mode: Mode, many_files: None) -> None:
    with Server([GET.response]) as server:
        done = subprocess.run(
            [sys.executable, "-m", "tests.sdk.faults.helpers.many_clients", mode, server.url],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    grown = json.loads(done.stdout)
    assert grown.keys() == LIMITS.keys()
    for way, limit in LIMITS.items():
        assert grown[way] < limit, grown


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
async def test_a_body_without_end_does_not_fill_the_memory(
    mode: Mode, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    most = resident()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.005):
            most = max(most, resident())

    before, over = most, threading.Event()
    watching = threading.Thread(target=watch)
    watching.start()
    try:
        await check_every_attempt(mode, fault, caplog)
    finally:
        over.set()
        watching.join()
    assert most - before < 400 * _MEBIBYTE

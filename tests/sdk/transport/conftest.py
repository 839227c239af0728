from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from julep import RetryPolicy
from julep._http import exchange
from julep._http.h11_parser import H11Parser
from julep._http.httptools_parser import HttptoolsParser


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come at once; how long they would wait is tested by itself."""
    backoff = RetryPolicy._backoff  # pyright: ignore[reportPrivateUsage]  # its twin waits

    def soon(policy: RetryPolicy, attempts: int) -> float:
        return backoff(policy, attempts) / 250

    monkeypatch.setattr(RetryPolicy, "_backoff", soon)


@pytest.fixture(params=[H11Parser, HttptoolsParser], ids=["h11", "httptools"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the libraries that read answers."""
    monkeypatch.setattr(exchange, "parser_class", request.param)


@pytest.fixture
def deaf() -> Iterator[str]:
    """The URL of a port where nobody picks up, since too many are waiting already."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for other in waiting:
            other.setblocking(False)
            other.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        for other in waiting:
            other.close()

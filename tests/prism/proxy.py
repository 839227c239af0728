"""A plugin of pytest: Prism stands before every server that a test starts, and validates.

What is no request or no answer by openapi.yaml becomes an error of the call that a test makes. So
that no test can take it for an error that it expected, Prism's log is read as well. Of a streamed
chat it sees the status and the headers; the events are no JSON to it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from julep_server import LocalServer
from tests.prism.process import KEY, Prism

LEFT_OUT = {
    "tests/sdk/faults": "has proxies of its own, which lose what the server says",
    "tests/sdk/test_openai.py": "/v1, which the openai package speaks to, is not in the contract",
    "tests/sdk/transport/test_retries.py::test_a_chat_whose_response_is_lost_is_recorded_once": (
        "has a proxy of its own, which hands on the paths of our server and not Prism's"
    ),
    "tests/sdk/test_memories.py::test_memories_can_be_disabled": (
        "asks with an empty query, which Prism takes for none"
    ),
}
"""Tests that cannot go through Prism, by how their ids start, and why not."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that talk to a server of ours, by the fixtures that start one."""
    for start in LEFT_OUT:
        if not any(item.nodeid.startswith(start) for item in items):
            raise pytest.UsageError(f"LEFT_OUT names a test that is not there: {start}")
    items[:] = [
        item
        for item in items
        if isinstance(item, pytest.Function)
        and not {"server", "model_server"}.isdisjoint(item.fixturenames)
        and not item.nodeid.startswith(tuple(LEFT_OUT))
    ]


@pytest.fixture(scope="session", autouse=True)
def prism_before_every_server() -> Iterator[None]:
    start, stop = LocalServer.start, LocalServer.stop
    own_url = vars(LocalServer)["url"].fget
    before: dict[LocalServer, Prism] = {}

    def start_both(server: LocalServer) -> LocalServer:
        start(server)
        before[server] = Prism("proxy", own_url(server), "--errors").start()
        return server

    def stop_both(server: LocalServer) -> None:
        prism = before.pop(server, None)
        try:
            assert prism is None or prism.errors() == []
        finally:
            if prism is not None:
                prism.stop()
            stop(server)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JULEP_API_KEY", KEY)
        patch.setattr(LocalServer, "start", start_both)
        patch.setattr(LocalServer, "stop", stop_both)
        patch.setattr(LocalServer, "url", property(lambda server: before[server].url))
        yield

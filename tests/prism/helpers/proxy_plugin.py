"""A plugin of pytest: Prism is a proxy before every server that a test starts, and validates.

A request or a response that violates openapi.yaml makes the test's call fail. Since a test may
expect an error, Prism's log is checked as well. Of a streamed chat, Prism validates the status and
the headers; it does not parse the events.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from julep_server import LocalServer
from tests.prism.helpers.process import KEY, Prism

LEFT_OUT = {
    "tests/sdk/faults": "uses proxies of its own, which drop responses",
    "tests/sdk/test_openai.py": "/v1, which the openai package uses, is not in the contract",
    "tests/sdk/transport/test_retries.py::test_a_chat_whose_response_is_lost_is_recorded_once": (
        "uses a proxy of its own, which forwards paths of our server and not of Prism's"
    ),
    "tests/sdk/test_cancel.py::test_a_stream_is_cancelled": (
        "Prism passes a stream on when it is over, which then cannot be cancelled"
    ),
    "tests/sdk/test_docs.py::test_an_empty_search_finds_nothing": (
        "sends an empty query, which Prism treats as missing"
    ),
    "tests/sdk/test_memories.py::test_memories_can_be_disabled": (
        "sends an empty query, which Prism treats as missing"
    ),
}
"""Tests that cannot run through Prism, by the start of their ids, with the reasons."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that use a server of ours, by the fixtures that start one."""
    for start in LEFT_OUT:
        if not any(item.nodeid.startswith(start) for item in items):
            raise pytest.UsageError(f"LEFT_OUT names a test that does not exist: {start}")
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

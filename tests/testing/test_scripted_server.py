"""ScriptedServer and skipped delays as context managers, for unittest and plain programs."""

from __future__ import annotations

import os
import time
import unittest
from typing import Any
from unittest import mock

import pytest

import julep
from julep.testing import Faults, ScriptedServer, skipped_delays
from julep_server import ScriptedAnswer


class InUnittest(unittest.TestCase):
    def setUp(self) -> None:
        self.server = self.enterContext(ScriptedServer())
        self.enterContext(mock.patch.dict(os.environ, self.server.environment))

    def test_a_program_that_creates_its_client(self) -> None:
        self.server.says("Hello!")
        with julep.Client() as client:
            agent = client.agents.create(name="Ada")
            session = client.sessions.create(agent_id=agent.id)
            assert client.sessions.chat(session.id, "Hi").text == "Hello!"


def test_servers_share_nothing() -> None:
    with (
        ScriptedServer() as one,
        ScriptedServer() as two,
        julep.Client(base_url=one.url) as first,
        julep.Client(base_url=two.url) as second,
    ):
        agent = first.agents.create(name="Ada")
        with pytest.raises(julep.NotFoundError):
            second.agents.get(agent.id)


def test_a_stopped_server_says_so() -> None:
    server = ScriptedServer()
    assert repr(server) == "<ScriptedServer stopped>"
    with pytest.raises(RuntimeError, match="with block"):
        _ = server.url
    with server:
        url = server.url
        assert repr(server) == f"<ScriptedServer at {server.root}>"
        with pytest.raises(RuntimeError, match="already"):
            server.__enter__()
    with (
        julep.Client(base_url=url) as client,
        pytest.raises(julep.NotFoundError, match="this server of a test has ended"),
    ):
        client.agents.list()


def test_a_server_that_is_used_again_is_empty() -> None:
    server = ScriptedServer()
    for _ in range(2):
        with server, julep.Client(base_url=server.url) as client:
            assert client.agents.list() == []
            client.agents.create(name="Ada")


def test_keys_and_settings() -> None:
    answer = ScriptedAnswer(text="one two three")
    with ScriptedServer(answer, api_keys=["right"], chat_defaults={"max_tokens": 7}) as server:
        with (
            julep.Client(base_url=server.url, api_key="wrong") as client,
            pytest.raises(julep.AuthenticationError),
        ):
            client.agents.list()
        with julep.Client(base_url=server.url, api_key="right") as client:
            agent = client.agents.create(name="Ada")
            session = client.sessions.create(agent_id=agent.id)
            client.sessions.chat(session.id, "Hi")
    assert server.asked[0].settings["max_tokens"] == 7
    assert server.model.steps_left == 0


def test_a_block_ends_while_a_stream_is_open() -> None:
    with (
        ScriptedServer(ScriptedAnswer(text="one two three " * 50, pause=0.05)) as server,
        julep.Client(base_url=server.url) as client,
    ):
        agent = client.agents.create(name="Ada")
        session = client.sessions.create(agent_id=agent.id)
        with client.sessions.stream(session.id, "Count.") as stream:
            assert next(iter(stream.text_stream)) == "one"


def test_delays_are_skipped_for_every_client_and_restored() -> None:
    policy = julep.RetryPolicy(max_retries=3, initial_delay=30, max_delay=60)
    began = time.monotonic()
    with ScriptedServer() as server, skipped_delays() as delays:
        with (
            julep.Client(base_url=server.url, retry=policy) as client,
            server.faults(drop=1, times=3),
        ):
            client.agents.list()
        assert delays == server.delays
        assert len(delays) == 3
    assert time.monotonic() - began < sum(delays)
    with (
        julep.Client(base_url="http://127.0.0.1:9/api", max_retries=1) as client,
        pytest.raises(julep.NetworkError),
    ):
        client.agents.list()
    assert len(delays) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"drop": 1.5}, "drop must be a share of requests, from 0 to 1; got 1.5"),
        ({"cut": -0.1}, "cut must be a share"),
        ({"drop": 0.6, "lose": 0.6}, "all shares together must be at most 1; got 1.2"),
        ({"delay": -1}, "must not be negative"),
        ({"times": -1}, "must not be negative"),
    ],
)
def test_faults_that_cannot_be(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Faults(**arguments)


def test_faults_are_the_same_in_every_run() -> None:
    first, second = (Faults(drop=0.3, cut=0.2) for _ in range(2))
    faults = [first.next() for _ in range(50)]
    assert faults == [second.next() for _ in range(50)]
    assert {"drop", "cut", None} == set(faults)
    assert [Faults(drop=0.3, seed=1).next() for _ in range(50)] != faults

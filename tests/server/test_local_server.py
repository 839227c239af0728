"""LocalServer: starts, stops, refuses invalid settings, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import socket
import time
import warnings
from pathlib import Path
from typing import Any

import pytest

from julep_server import LocalServer, local
from julep_server.serving import bind
from tests.helpers.threads import no_thread_left
from tests.server.helpers.api import Api


def test_a_server_starts_quickly_and_leaves_no_thread_and_no_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bound = list[socket.socket]()

    def bind_and_note(host: str, port: int) -> socket.socket:
        bound.append(bind(host, port))
        return bound[-1]

    monkeypatch.setattr(local, "bind", bind_and_note)
    with no_thread_left(), warnings.catch_warnings():
        warnings.simplefilter("error")
        began = time.process_time()
        server = LocalServer().start()
        started = time.process_time() - began
        with Api(server.url) as api:
            api.reply(api.make("sessions")["id"])
            api.events(api.make("sessions")["id"])
        server.stop()
        server.stop()
        gc.collect()
    assert started < 2
    assert [each.fileno() for each in bound] == [-1]


def test_servers_in_memory_share_nothing() -> None:
    with LocalServer() as one, LocalServer() as two:
        assert one.url != two.url
        with Api(one.url) as first, Api(two.url) as second:
            made = first.make("users")["id"]
            assert second.get(f"/users/{made}").status_code == 404


def test_a_stopped_server_can_be_started_again(tmp_path: Path) -> None:
    server = LocalServer(database=f"sqlite:///{tmp_path / 'x.db'}")
    with server, Api(server.url) as api:
        made = api.make("users")["id"]
    with server, Api(server.url) as api:
        assert api.get(f"/users/{made}").status_code == 200


def test_only_a_running_server_has_a_url() -> None:
    server = LocalServer()
    assert repr(server) == "<LocalServer stopped>"
    with pytest.raises(RuntimeError, match="not running"):
        _ = server.url
    with server:
        assert server.url == f"{server.root}/api"
        assert repr(server) == f"<LocalServer at {server.url}>"
        with pytest.raises(RuntimeError, match="running already"):
            server.start()


def test_a_server_runs_beside_an_event_loop() -> None:
    async def main() -> int:
        with LocalServer() as server, Api(server.url) as api:
            response = await asyncio.to_thread(api.get, "/agents")
            return int(response.status_code)

    assert asyncio.run(main()) == 200


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"api_keys": [" "]}, "API key"),
        ({"model": "x"}, "URL"),
        ({"model_url": "http://x"}, "name of a model"),
        ({"model_url": "ftp://x", "model": "x"}, "http"),
        ({"model_timeout": 0}, "greater than zero"),
        ({"max_body_bytes": -1}, "greater than zero"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        LocalServer(**arguments)


def test_a_port_that_is_taken_is_an_error_that_leaves_nothing_open() -> None:
    with LocalServer() as server:
        port = int(server.url.split(":")[2].split("/")[0])
        with pytest.raises(OSError, match="in use"):
            LocalServer(port=port).start()


def test_a_database_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    with no_thread_left(), pytest.raises(Exception, match="unable to open"):
        LocalServer(database=f"sqlite:///{tmp_path}/missing/x.db").start()


def test_chat_defaults_are_the_lowest_layer() -> None:
    with LocalServer(chat_defaults={"max_tokens": 2}) as server, Api(server.url) as api:
        session = api.make("sessions")["id"]
        assert api.reply(session)["usage"]["completion_tokens"] == 2
        assert api.reply(session, max_tokens=3)["usage"]["completion_tokens"] == 3

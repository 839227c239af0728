"""Limits by tenant: requests, chats, tokens, storage and models, and the headers about them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep_server import LocalServer
from julep_server.cli import command_line
from julep_server.json_text import JSONObject
from julep_server.settings import Settings
from julep_server.tenancy import directory, storage
from julep_server.tenancy.limits import Limits, limits_of
from julep_server.tenancy.rate_headers import rate_headers
from julep_server.tenancy.rates import Bucket
from tests.server.helpers.api import Api, error_of
from tests.server.helpers.commands import run_command
from tests.server.helpers.endpoint import Endpoint
from tests.server.helpers.waiting import wait_for

FAR = 10_000


@contextmanager
def limited(**settings: Any) -> Iterator[tuple[LocalServer, Api, Api]]:
    """A server with two tenants, and their clients."""
    with (
        LocalServer(api_keys=["a:a", "b:b"], **settings) as server,
        Api(server.url, "a") as a,
        Api(server.url, "b") as b,
    ):
        yield server, a, b


def retry_after(response: httpx.Response, code: str) -> int:
    """Return the delay of a 429, which must be of this kind."""
    assert error_of(response, 429)["code"] == code
    return int(response.headers["retry-after"])


# Rates.


@pytest.mark.once
@given(
    st.floats(0.1, 1000),
    st.integers(1, 50),
    st.lists(st.floats(0, 3), min_size=1, max_size=60),
)
def test_no_more_requests_are_made_than_the_rate_allows(
    rate: float, burst: int, pauses: list[float]
) -> None:
    limits = Limits(rate=rate, burst=burst)
    bucket = Bucket(0.0, limits)
    moment, taken = 0.0, 0
    for pause in pauses:
        moment += pause
        delay = bucket.take(moment, limits)
        taken += delay == 0
        assert taken <= burst + rate * moment + 1e-6
        # After the delay there is one.
        if delay:
            moment += delay + 1e-6
            assert bucket.take(moment, limits) == 0
            taken += 1
        assert 0 <= bucket.left(moment, limits) <= burst


def test_requests_above_the_rate_are_refused_until_the_next() -> None:
    with limited(tenant_rate=1 / FAR, tenant_burst=3) as (server, a, b):
        for left in (2, 1, 0):
            response = a.get("/users")
            assert response.status_code == 200
            assert response.headers["ratelimit-policy"] == f'"requests";q=3;w={3 * FAR}'
            state = response.headers["ratelimit"]
            assert re.fullmatch(rf'"requests";r={left};t=\d+', state)
        response = a.get("/users")
        assert FAR - 60 < retry_after(response, "rate_limited") <= FAR
        assert response.headers["ratelimit"].startswith('"requests";r=0;t=')
        # So are requests to the other API, and invalid ones; but not another tenant's.
        assert a.http.get(f"{server.root}/v1/models").status_code == 429
        assert a.post("/users", {"name": 1}).status_code == 429
        assert b.get("/users").status_code == 200
        # Without a tenant, there is nothing to tell.
        refused = a.get("/users", headers={"Authorization": "x"})
        assert (refused.status_code, "ratelimit" in refused.headers) == (401, False)


def test_without_limits_there_are_no_headers(api: Api) -> None:
    headers = api.get("/users").headers
    assert not [name for name in headers if name.startswith("ratelimit")]


def test_a_tenants_own_limits_hold_while_the_server_runs(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "MAX_AGE", 0.0)

    def command(*arguments: str) -> None:
        given = ["tenants", "set", *arguments, "--database", database_url]
        command_line(given, exit_on_error=False, result_action="return_none")

    with limited(database=database_url, tenant_rate=1000) as (_, a, b):
        assert '"requests";q=1000;w=1' in a.get("/users").headers["ratelimit-policy"]
        command("a", "--rate", "0.0001", "--burst", "1")
        assert [a.get("/users").status_code for _ in range(2)] == [200, 429]
        command("a", "--rate", "none")
        response = a.get("/users")
        assert (response.status_code, "ratelimit" in response.headers) == (200, False)
        session = b.make("sessions")["id"]
        assert b.chat(session).status_code == 200
        command("b", "--models", "other")
        assert error_of(b.chat(session), 403)["code"] == "model_not_allowed"
        assert b.make("users")["id"]


@pytest.mark.once
def test_models_that_the_servers_lack_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, file = str(tmp_path / "x.db"), tmp_path / "models.toml"
    file.write_text('[models.fast]\nurl = "http://x/v1"\n[models.deep]\nurl = "http://x/v1"\n')
    assert run_command("tenants", "create", "acme", "--database", database) == 0
    given = ["tenants", "set", "acme", "--database", database, "--models"]
    assert run_command(*given, "fsat") == 0
    assert "--models-file names the servers' file" in capsys.readouterr().err
    assert run_command(*given, "fast,fsat", "--models-file", str(file)) == 1
    error = capsys.readouterr().err
    assert f"{file} has no model fsat; its models are fast, deep" in error
    # The variable of the servers.
    monkeypatch.setenv("JULEP_SERVER_MODELS_FILE", str(file))
    assert run_command(*given, "slow") == 1
    for value in ("fast", "none", "default"):
        capsys.readouterr()
        assert run_command(*given, value) == 0
        assert "not checked" not in capsys.readouterr().err


@pytest.mark.once
@pytest.mark.parametrize(
    ("rate", "burst", "policy"),
    [
        (20, None, "q=20;w=1"),
        (2.5, None, "q=5;w=2"),
        (100, 2, "q=100;w=1"),
        (5, 20, "q=20;w=4"),
        (0.25, None, "q=1;w=4"),
    ],
)
def test_the_policys_quota_and_window_have_the_rate(
    rate: float, burst: int | None, policy: str
) -> None:
    headers = rate_headers(Limits(rate=rate, burst=burst), 1, 1, 0, 0)
    assert headers["RateLimit-Policy"] == f'"requests";{policy}'


# Chats.


def test_chats_at_the_same_time(endpoint: Endpoint) -> None:
    """A chat takes its place until it has ended, in either API, streamed or not."""
    with (
        limited(tenant_chats=2, model_url=endpoint.url, model="small") as (server, a, b),
        ThreadPoolExecutor(2) as pool,
    ):
        session, other = a.make("sessions")["id"], b.make("sessions")["id"]
        body = {"messages": [{"role": "user", "content": "Hi"}], "model": "small"}

        def pass_on(**more: Any) -> httpx.Response:
            return a.http.post(f"{server.root}/v1/chat/completions", json={**body, **more})

        for chats in (
            [lambda: a.chat(session), pass_on],
            [lambda: a.chat(session, stream=True), lambda: pass_on(stream=True)],
        ):
            endpoint.reset()
            endpoint.answering.clear()
            running = [pool.submit(chat) for chat in chats]
            wait_for(lambda: len(endpoint.requests) == 2)
            for refused in (a.chat(session), pass_on(), a.chat(session, stream=True)):
                assert retry_after(refused, "too_many_chats") == 1
                assert '"chats";q=2;qu="concurrent-requests"' in refused.headers["ratelimit-policy"]
                assert refused.headers["ratelimit"] == '"chats";r=0'
            assert a.get("/users").status_code == 200
            endpoint.answering.set()
            assert {one.result().status_code for one in running} == {200}
            assert b.chat(other).status_code == 200
        # All have given their places back, and so have those that fail.
        endpoint.status = 400
        wrong = {"type": "function", "function": {"name": "x"}}
        assert a.chat(session, tool_choice=wrong).status_code == 422
        assert [a.chat(session).status_code, pass_on().status_code] == [400, 400]
        wait_for(lambda: a.get("/users").headers["ratelimit"] == '"chats";r=2')


def test_a_chat_whose_client_is_gone_keeps_its_place_and_costs_tokens(endpoint: Endpoint) -> None:
    """With a key it goes on, for a repetition; without one it ends."""
    settings: dict[str, Any] = {"model_url": endpoint.url, "model": "small"}
    with limited(tenant_chats=1, tenant_tokens=1000, **settings) as (server, a, _):
        gate = threading.Event()
        # It holds up the whole endpoint, which has no other requests.
        endpoint.delay_before = lambda position: float(position == 2 and not gate.wait(60))
        body = {"model": "small", "messages": [{"role": "user", "content": "Hi"}], "stream": True}
        path, headers = f"{server.root}/v1/chat/completions", {"Idempotency-Key": "k"}

        def state() -> str:
            return str(a.get("/users").headers["ratelimit"])

        with a.http.stream("POST", path, json=body, headers=headers) as response:
            next(response.iter_text())
        assert '"chats";r=0' in state()
        gate.set()
        wait_for(lambda: '"chats";r=1' in state())
        # Those that the endpoint has stated at the end.
        assert '"tokens";r=990' in state()
        repeated = a.http.post(path, json=body, headers=headers)
        assert repeated.headers["idempotent-replayed"] == "true"
        assert '"tokens";r=990' in state()


def test_a_cancelled_answer_costs_tokens(endpoint: Endpoint) -> None:
    endpoint.delay_before = lambda position: 30.0 if position == 2 else 0.0
    with limited(tenant_tokens=1000, model_url=endpoint.url, model="small") as (_, a, _):
        session = a.make("sessions")["id"]
        body = {"messages": [{"role": "user", "content": "Hi"}]}
        with a.streaming(session, body, {}) as response:
            texts = response.iter_text()
            next(texts)
            a.request("DELETE", f"/sessions/{session}/chat")
            assert "chat_cancelled" in "".join(texts)
        # One for each piece, as the endpoint has stated none.
        assert '"tokens";r=999' in a.get("/users").headers["ratelimit"]


# Tokens.


def test_tokens_of_a_day_are_counted_by_every_process(database_url: str) -> None:
    with limited(database=database_url, tenant_tokens=20) as (server, a, b):
        session = a.make("sessions")["id"]
        # A chat that begins below the limit is finished.
        used = a.reply(session)["usage"]["total_tokens"]
        assert used >= 20
        response = a.chat(session)
        assert 0 < retry_after(response, "tokens_exhausted") <= 86400
        assert '"tokens";q=20;w=86400;qu="tokens"' in response.headers["ratelimit-policy"]
        assert re.search(r'"tokens";r=0;t=\d+', response.headers["ratelimit"])
        body = {"messages": [{"role": "user", "content": "Hi"}]}
        assert a.http.post(f"{server.root}/v1/chat/completions", json=body).status_code == 429
        assert a.get("/users").status_code == 200
        assert b.chat(b.make("sessions")["id"]).status_code == 200
    with limited(database=database_url, tenant_tokens=20) as (_, a, _):
        assert a.chat(session).status_code == 429


def test_tokens_of_passed_on_requests(endpoint: Endpoint) -> None:
    settings = {"model_url": endpoint.url, "model": "small", "tenant_tokens": 10**6}
    body: dict[str, Any] = {"model": "small", "messages": [{"role": "user", "content": "Hi"}]}
    with limited(**settings) as (server, a, _):

        def left() -> int:
            state = a.get("/users").headers["ratelimit"]
            return int(re.findall(r'"tokens";r=(\d+)', state)[0])

        def was_counted(before: int) -> bool:
            return left() < before

        before = left()
        for streamed in (False, True):
            sent = {**body, "stream": streamed}
            response = a.http.post(f"{server.root}/v1/chat/completions", json=sent)
            assert response.status_code == 200
            wait_for(partial(was_counted, before))
            before = left()


# Storage.


def test_storage_that_is_full(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "_SHARE", 0)
    with limited(database=database_url, tenant_storage=5000) as (_, a, b):
        agent = a.make("agents", about="x" * 1000)["id"]
        session = a.make("sessions", agent_id=agent)["id"]
        assert a.chat(session, "y" * 3000, remember=False).status_code == 200
        for refused in (
            a.chat(session, "y" * 100),
            a.post("/users", {"about": "z" * 1000}),
            a.patch(f"/agents/{agent}", {"about": "z" * 1500}),
        ):
            error = error_of(refused, 403)
            assert error["code"] == "storage_full"
            assert "of 5000 bytes are used" in error["message"]
        assert error_of(a.post("/users", {"about": "z" * 6000}), 413)["code"] == "payload_too_large"
        assert b.make("users", about="z" * 1000)
        # Reading and deleting go on, and what is deleted counts no more.
        assert a.get(f"/agents/{agent}").status_code == 200
        assert a.delete(f"/sessions/{session}").status_code == 202
        assert a.make("users", about="z" * 1000)


def test_bytes_are_counted_as_they_are_stored(database_url: str) -> None:
    from julep_server.db.engine import Database

    with LocalServer(database=database_url) as server, Api(server.url) as api:
        user = api.make("users", name="n", about="é" * 100)["id"]
        api.post(f"/users/{user}/docs", {"title": "t", "content": "c" * 50})
    database = Database(database_url)
    stored = database.write_sync(lambda connection: storage.stored_bytes(connection, "local"))
    absent = database.write_sync(lambda connection: storage.stored_bytes(connection, "x"))
    database.close()
    texts = len("n") + 2 * 100 + len("{}") + len("t") + 50 + len("{}")
    assert texts <= stored <= texts + 10
    assert absent == 0


# Settings.


@pytest.mark.once
def test_a_tenants_limits_take_precedence_over_the_servers() -> None:
    settings = Settings(tenant_rate=2.5, tenant_chats=4, tenant_storage=9)
    assert limits_of(settings, {}, None) == Limits(rate=2.5, chats=4, storage=9)
    own: JSONObject = {"rate": 7, "chats": None, "models": ["x"]}
    assert limits_of(settings, own, ["y"]) == Limits(rate=7, storage=9, models=["x"])
    assert limits_of(settings, {"models": None}, ["y"]).models is None
    assert limits_of(settings, {}, ["y"]).models == ["y"]


@pytest.mark.once
@pytest.mark.parametrize("name", ["rate", "burst", "chats", "tokens", "storage"])
@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan")])
def test_a_limit_must_be_greater_than_zero(name: str, value: float) -> None:
    given: dict[str, Any] = {f"tenant_{name}": value}
    with pytest.raises(ValueError, match=f"tenant_{name} must be greater than zero"):
        Settings(**given)

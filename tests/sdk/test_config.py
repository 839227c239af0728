"""A client's settings: arguments, environment, defaults, invalid values, and secrets."""

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import pytest

import julep
from julep import AsyncClient, Client, ConfigurationError, Hooks, RetryPolicy, Timeout
from julep._http.urls import Origin
from julep._settings.config import USER_AGENT, ClientOptions, Config, read_config
from tests.sdk.helpers.stub import Stub

CANARY = "canary-5f1c0a7e"

ENVIRONMENT = ("JULEP_API_KEY", "JULEP_API_URL", "JULEP_BASE_URL")

each_client = pytest.mark.parametrize("make", [Client, AsyncClient])


async def wait(event: julep.RetryEvent) -> None:
    """A coroutine function, which cannot be a hook."""


BAD: list[tuple[dict[str, Any], str]] = [
    ({"api_key": 3}, "api_key: expected a str, or a function that returns one, got a int"),
    ({"api_key": b"key"}, "or a function that returns one, got a bytes"),
    ({"api_key": f"http://{CANARY}/api"}, "api_key: expected a key, got a URL: did you mean base_"),
    ({"application": 3}, "application: expected a str, got a int"),
    ({"application": ""}, "application: expected a name such as 'my-app/1.2', got ''"),
    ({"application": "a b/"}, "application: expected a name such as"),
    ({"application": "a\r\nb: c"}, "application: expected a name such as"),
    ({"api_key": f"{CANARY}\n"}, "api_key: expected printable ASCII"),
    ({"api_key": f" {CANARY}"}, "api_key: expected printable ASCII"),
    ({"api_key": f"{CANARY}\r\nx: y"}, "api_key: expected printable ASCII"),
    ({"api_key": f"{CANARY}é"}, "api_key: expected printable ASCII"),
    ({"base_url": 3}, "base_url: expected a str, got a int"),
    ({"base_url": b"http://a.b"}, "base_url: expected a str, got a bytes"),
    ({"base_url": ""}, "base_url: expected a URL such as"),
    ({"base_url": "localhost:8080"}, "base_url: expected a URL such as"),
    ({"base_url": "ftp://a.b"}, "base_url: expected a URL such as"),
    ({"base_url": "http://"}, "base_url: expected a URL such as"),
    ({"base_url": "http:///api"}, "base_url: expected a URL such as"),
    ({"base_url": "http://..:9/api"}, "base_url: expected a URL such as"),
    ({"base_url": f"http://{'a' * 64}.b"}, "base_url: expected a URL such as"),
    ({"base_url": "http://a b.c"}, "base_url: expected a URL such as"),
    ({"base_url": " http://a.b"}, "base_url: expected a URL such as"),
    ({"base_url": "http://a.b/c\nd"}, "base_url: expected a URL such as"),
    ({"base_url": "http://a.b:99999"}, "Port out of range"),
    ({"base_url": "http://a.b:port"}, "Port could not be cast"),
    ({"base_url": "http://[::1"}, "Invalid IPv6 URL"),
    ({"base_url": f"http://{CANARY}@a.b"}, "base_url: expected a URL without a key"),
    ({"base_url": f"http://me:{CANARY}@a.b"}, "base_url: expected a URL without a key"),
    ({"base_url": f"me:{CANARY}@a.b"}, "base_url: expected a URL without a key"),
    ({"base_url": f"http://me:{CANARY}@a\u2100b"}, "base_url: expected a URL without a key"),
    ({"base_url": f"http://a.b?key={CANARY}"}, "base_url: expected a URL without a query"),
    ({"base_url": f"http://a.b#{CANARY}"}, "base_url: expected a URL without a query"),
    ({"timeout": 0}, "timeout: expected more than 0 seconds"),
    ({"timeout": -1}, "timeout: expected more than 0 seconds"),
    ({"timeout": float("nan")}, "timeout: expected more than 0 seconds"),
    ({"timeout": float("inf")}, "None for no limit"),
    ({"timeout": 10**400}, "at most 1000000000"),
    ({"timeout": True}, "timeout: expected seconds as a number"),
    ({"timeout": "5"}, "timeout: expected seconds as a number"),
    ({"max_retries": -1}, "max_retries: expected a whole number of 0 or more"),
    ({"max_retries": 1.0}, "max_retries: expected a whole number of 0 or more"),
    ({"max_retries": True}, "max_retries: expected a whole number of 0 or more"),
    (
        {"max_retries": 1, "retry": julep.RetryPolicy()},
        "max_retries: expected either max_retries or retry",
    ),
    ({"retry": 3}, "retry: expected a julep.RetryPolicy, got a int"),
    ({"retry": julep.RetryPolicy(max_retries=-1)}, "retry.max_retries: expected a whole number"),
    ({"retry": julep.RetryPolicy(initial_delay=-1)}, "retry.initial_delay: expected 0 seconds"),
    (
        {"retry": RetryPolicy(statuses=503)},  # type: ignore[arg-type]  # a mistake
        "retry.statuses: expected a set of ints such as {429, 503}, got 503",
    ),
    (
        {"retry": RetryPolicy(statuses={"503"})},  # type: ignore[arg-type]  # a mistake
        "retry.statuses: expected a set of ints such as {429, 503}, got {'503'}",
    ),
    (
        {"retry": RetryPolicy(timeouts=0)},  # type: ignore[arg-type]  # a mistake
        "retry.timeouts: expected True or False, got a int",
    ),
    (
        {"retry": RetryPolicy(connection_errors="no")},  # type: ignore[arg-type]  # a mistake
        "retry.connection_errors: expected True or False, got a str",
    ),
    ({"timeout": julep.Timeout(read=0)}, "timeout.read: expected more than 0 seconds"),
    ({"timeout": julep.Timeout(total=-1)}, "timeout.total: expected more than 0 seconds"),
    ({"query": "a=b"}, "query: expected a mapping, got a str"),
    ({"query": {"a": 1}}, "query: expected str names and values, got 'a' with a int"),
    ({"hooks": print}, "hooks: expected a julep.Hooks"),
    ({"hooks": julep.Hooks(on_retry=wait)}, "hooks.on_retry: expected a plain function"),
    ({"proxy": CANARY}, "proxy: expected a URL such as"),
    ({"proxy": 3}, "proxy: expected a str"),
    ({"tls": "cert.pem"}, "tls: expected an ssl.SSLContext, got a str"),
    ({"http2": 1}, "http2: expected True or False"),
    ({"max_connections": 0}, "max_connections: expected 1 or more"),
    ({"pickle_api_key": None}, "pickle_api_key: expected True or False"),
    ({"headers": {"Host": "a.b"}}, "headers: 'Host' follows from the request"),
    ({"headers": [("a", "b")]}, "headers: expected a mapping, got a list"),
    ({"headers": "a: b"}, "headers: expected a mapping, got a str"),
    ({"headers": {3: "b"}}, "headers: 3 is not a valid header name"),
    ({"headers": {"": "b"}}, "headers: '' is not a valid header name"),
    ({"headers": {"a b": "c"}}, "headers: 'a b' is not a valid header name"),
    ({"headers": {"a\n": "c"}}, "is not a valid header name"),
    ({"headers": {"x-key": f"{CANARY}\n"}}, "headers: the value of 'x-key' is not printable"),
    ({"headers": {"x-key": f"{CANARY}é"}}, "headers: the value of 'x-key' is not printable"),
    ({"headers": {"x-key": None}}, "headers: the value of 'x-key' is not printable"),
    ({"headers": {"x-key": CANARY.encode()}}, "headers: the value of 'x-key' is not printable"),
]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)


def config(**settings: Any) -> Config:
    given: dict[str, Any] = {"timeout": 1, "max_retries": 0, **settings}
    return read_config(**given)


def headers_sent(stub: Stub, **settings: Any) -> list[Mapping[str, str]]:
    """Return the headers of a request of each client, as they were received."""
    stub.response = {"items": []}
    with Client(base_url=stub.url, max_retries=0, **settings) as client:
        client.users.list()

    async def get() -> None:
        async with AsyncClient(base_url=stub.url, max_retries=0, **settings) as client:
            await client.users.list()

    asyncio.run(get())
    return [request.headers for request in stub.requests]


@each_client
@pytest.mark.parametrize(("settings", "message"), BAD)
def test_an_invalid_setting_raises(
    make: Callable[..., object], settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        make(**settings)
    assert message in str(raised.value)
    assert CANARY not in "".join(traceback.format_exception(raised.value))
    assert raised.value.__cause__ is None


@each_client
def test_every_setting_has_an_invalid_case(make: type[object]) -> None:
    named = {name for settings, _ in BAD for name in settings}
    assert {*named, "http_client"} == set(inspect.signature(make).parameters)


def test_both_clients_have_the_same_settings() -> None:
    mine, other = inspect.signature(Client).parameters, inspect.signature(AsyncClient).parameters
    assert list(mine) == list(other)
    assert [(p.kind, p.default) for p in mine.values()] == [
        (p.kind, p.default) for p in other.values()
    ]
    assert [p.name for p in mine.values() if p.kind is p.POSITIONAL_OR_KEYWORD] == [
        "api_key",
        "base_url",
    ]


@each_client
def test_the_options_that_can_change_are_defined_once(make: type[Client | AsyncClient]) -> None:
    changeable = inspect.signature(make.with_options).parameters.keys() - {"self"}
    assert changeable == ClientOptions.__annotations__.keys()
    assert changeable < inspect.signature(make).parameters.keys()


def test_defaults() -> None:
    assert read_config() == Config(
        "http://127.0.0.1:8080/api",
        Origin("http", "127.0.0.1", 8080),
        "/api",
        {
            "accept": "application/json",
            "user-agent": USER_AGENT,
            "julep-version": julep.__version__,
        },
        (),
        Timeout(connect=10, read=300, write=300, pool=None, total=None),
        RetryPolicy(max_retries=2),
        Hooks(),
    )
    for make in (Client, AsyncClient):
        defaults = {p.name: p.default for p in inspect.signature(make).parameters.values()}
        assert defaults == {
            "api_key": None,
            "base_url": None,
            "timeout": Timeout(),
            "max_retries": None,
            "retry": None,
            "headers": None,
            "query": None,
            "hooks": None,
            "application": None,
            "http_client": None,
            "proxy": None,
            "tls": None,
            "http2": False,
            "max_connections": 1000,
            "pickle_api_key": False,
        }


@each_client
def test_the_environment_is_read_when_a_client_is_made(
    make: Callable[..., Client | AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert make().base_url == "http://127.0.0.1:8080/api"
    monkeypatch.setenv("JULEP_BASE_URL", "http://second.example/api")
    assert make().base_url == "http://second.example/api"
    monkeypatch.setenv("JULEP_API_URL", "http://first.example/api/")
    assert make().base_url == "http://first.example/api"
    assert make(base_url="http://given.example").base_url == "http://given.example"
    monkeypatch.setenv("JULEP_API_URL", "")
    assert make().base_url == "http://second.example/api"
    monkeypatch.setenv("JULEP_BASE_URL", "nonsense")
    with pytest.raises(ConfigurationError, match="base_url: expected a URL"):
        make()
    assert make(base_url="http://given.example").base_url == "http://given.example"


@each_client
def test_a_key_of_the_environment_is_checked(
    make: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JULEP_API_KEY", f"{CANARY}\n")
    with pytest.raises(ConfigurationError, match="api_key: ") as raised:
        make()
    assert CANARY not in str(raised.value)
    make(api_key="another")


def test_the_key_goes_into_the_header_of_every_request(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JULEP_API_KEY", "of-the-environment")
    both = headers_sent(stub)
    stub.reset()
    both += headers_sent(stub, api_key="given")
    stub.reset()
    both += headers_sent(stub, api_key="")
    found = [headers.get("authorization") for headers in both]
    environment, given = "Bearer of-the-environment", "Bearer given"
    assert found == [environment, environment, given, given, None, None]


def test_further_headers_override_the_standard_ones(stub: Stub) -> None:
    further = {"X-Team": "support", "User-Agent": "mine/1", "Authorization": "Basic abc"}
    for sent in headers_sent(stub, api_key="given", headers=further):
        assert sent["x-team"] == "support"
        assert sent["user-agent"] == "mine/1"
        assert sent["authorization"] == "Basic abc"
        assert sent["accept"] == "application/json"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, Timeout(None, None, None, None, None)),
        (1, Timeout(connect=1, read=1, write=1, total=1)),
        (60.5, Timeout(connect=10, read=60.5, write=60.5, total=60.5)),
        (10**9, Timeout(connect=10, read=1e9, write=1e9, total=1e9)),
        (Timeout(read=3), Timeout(connect=10, read=3, write=300)),
    ],
)
def test_a_timeout_of_the_whole_call_or_of_its_phases(
    given: float | Timeout | None, kept: Timeout
) -> None:
    assert config(timeout=given).timeout == kept


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com",
        "http://localhost:8080/api",
        "http://[::1]:8080/api",
        "http://127.0.0.1",
        "http://under_score.example./a/b",
        "https://bücher.example/api",
        "HTTP://EXAMPLE.COM/api",
    ],
)
def test_valid_urls(url: str) -> None:
    assert config(base_url=url).base_url == url
    assert config(base_url=f"{url}/").base_url == url


@each_client
def test_no_repr_shows_the_key(
    make: Callable[..., Any],
) -> None:
    client = make(api_key=CANARY, headers={"x-key": CANARY})
    parts = [client, client.api, client.agents, client.users, client.sessions]
    for part in [*parts, config(api_key=CANARY)]:
        for text in (repr(part), str(part), f"{part}"):
            assert CANARY not in text
    assert "base_url='http://127.0.0.1:8080/api'" in repr(client)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 501])
def test_no_error_shows_the_key(status: int, stub: Stub) -> None:
    stub.status = status
    stub.response = {"error": {"code": "x", "message": "no", "details": []}}
    with Client(CANARY, stub.url, max_retries=0, headers={"x-key": CANARY}) as client:
        with pytest.raises(julep.ApiError) as responded:
            client.users.list()
        assert stub.requests[0].headers["authorization"] == f"Bearer {CANARY}"
    client = Client(CANARY, "http://127.0.0.1:1/api", max_retries=0)
    with pytest.raises(julep.NetworkError) as lost:
        client.users.list()
    client.close()
    for error in (responded.value, lost.value, copy.copy(responded.value)):
        shown = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
        assert CANARY not in shown
        assert CANARY.encode() not in pickle.dumps(error)


@each_client
def test_a_closed_client_raises(make: type[Client | AsyncClient]) -> None:
    client = make()
    if isinstance(client, Client):
        client.close()
        client.close()
        with pytest.raises(ConfigurationError, match="closed"):
            client.users.list()
        return
    other = client

    async def use() -> None:
        await other.aclose()
        await other.aclose()
        await other.users.list()

    with pytest.raises(ConfigurationError, match="closed"):
        asyncio.run(use())


@pytest.mark.once
@pytest.mark.parametrize(("attempts", "bound"), [(1, 0.001), (12, 2.048), (15, 8), (5000, 8)])
def test_delays_double_up_to_the_maximum(
    attempts: int, bound: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    def longest(_: float, upper: float) -> float:
        return upper

    monkeypatch.setattr("random.uniform", longest)
    policy = RetryPolicy(max_retries=9999, initial_delay=0.001)
    assert policy.next_delay(julep.NetworkError("lost"), attempts) == bound

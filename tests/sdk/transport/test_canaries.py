"""Secrets that a server repeats, in every place where it can put text, come out nowhere."""

from __future__ import annotations

import base64
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

import julep
from julep import AsyncClient, Hooks, RetryPolicy, Timeout
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.helpers.resources import HELLO
from tests.sdk.helpers.tracing import (
    LOADED,
    InMemorySpanExporter,
    SimpleSpanProcessor,
    TracerProvider,
)
from tests.sdk.transport.helpers.places import places
from tests.sdk.transport.helpers.scripted_server import SESSION, Exchange, Server, respond_json
from tests.sdk.transport.helpers.secrets import CANARY, everything_of, locals_of
from tests.sdk.transport.helpers.support import users_client

KEY, QUERY, HEADER = (f"{CANARY}-{kind}" for kind in ("Key", "Query", "Header"))
SETTINGS: dict[str, Any] = {
    "api_key": KEY,
    "headers": {"x-other-key": HEADER},
    "query": {"access_token": QUERY},
    "timeout": Timeout(connect=30, read=0.5),
    "retry": RetryPolicy(1, initial_delay=0.0001, max_retry_after=0),
}
ID = SESSION["id"]
ALL_PLACES = os.environ.get("JULEP_TEST_PLACES") == "all"


class Watch:
    """Collects what comes out of calls."""

    def __init__(self, log: pytest.LogCaptureFixture, spans: InMemorySpanExporter) -> None:
        self._log = log
        self._spans = spans
        self._hooked: list[Any] = []
        self.hooks = Hooks(
            on_request=self._hooked.append,
            on_response=self._hooked.append,
            on_retry=self._hooked.append,
        )
        self.texts: dict[str, str] = {}

    def add(self, error: julep.JulepError) -> None:
        """Add what an error shows."""
        sent = error.as_curl() if isinstance(error, julep.RequestError) else ""
        self.texts["an error"] = self.texts.get("an error", "") + everything_of(error) + sent
        self.texts["locals"] = self.texts.get("locals", "") + locals_of(error)

    def leaks(self) -> dict[str, str]:
        """Return the texts with a secret since the last time, by what they are of."""
        texts, self.texts = self.texts, {}
        texts["the log"] = "".join(line.getMessage() + "\n" for line in self._log.records)
        spans = self._spans.get_finished_spans()
        texts["a span"] = "".join(span.to_json() for span in spans)
        texts["a hook"] = repr(self._hooked)
        for event in self._hooked:
            if isinstance(event, julep.RetryEvent):
                texts["a hook"] += everything_of(event.error)
        self._log.clear()
        self._spans.clear()
        self._hooked.clear()
        return {name: _around(text) for name, text in texts.items() if CANARY in text.lower()}


def _around(text: str) -> str:
    at = text.lower().index(CANARY)
    return text[max(0, at - 80) : at + 60]


async def get(client: AsyncClient) -> None:
    await client.sessions.get(ID)


async def create(client: AsyncClient) -> None:
    await client.users.create(name="Grace")


async def chat(client: AsyncClient) -> None:
    async with await client.sessions.chat(ID, HELLO, stream=True) as stream:
        await stream.get_final_response()


Call = Callable[[AsyncClient], Coroutine[Any, Any, None]]
CALLS: tuple[Call, ...] = (get, create, chat)
"""The calls that are made in turn; the three modes together make each of them at each place."""
MODES: tuple[Mode, ...] = ("sync", "asyncio", "trio")


class Places:
    """A step of a server that sends a text at one place after the other.

    Args:
        text: The text.
        as_a_proxy: Whether no response opens a tunnel.
    """

    def __init__(self, text: str, *, as_a_proxy: bool = False) -> None:
        found = places(text)
        self.steps = {name: found[name] for name in found if not (as_a_proxy and "200" in name)}
        self.current = ""

    async def __call__(self, to: Exchange) -> bool:
        await self.steps[self.current](to)
        return False  # a broken response must not be part of the next one


async def check_places(client: AsyncClient, mode: Mode, server: Server, watch: Watch) -> None:
    """Make a call for each place, and check that nothing comes out.

    Each mode does a third of the places; with JULEP_TEST_PLACES=all each does all.
    """
    share = 1 if ALL_PLACES else 3
    [step] = server.steps
    assert isinstance(step, Places)
    failed, found = 0, dict[str, dict[str, str]]()
    chosen = list(step.steps)[MODES.index(mode) % share :: share]
    for number, place in enumerate(chosen):
        step.current = place
        call = CALLS[(number + MODES.index(mode)) % len(CALLS)]
        try:
            await call(client)
        except julep.JulepError as error:
            failed += 1
            watch.add(error)
        if leaks := watch.leaks():
            found[f"{place}, {call.__name__}"] = leaks
    assert not found, "\n".join(f"{place}: {leaks}" for place, leaks in found.items())
    assert failed == len(chosen) > 100 // share


@pytest.fixture
def watch(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Watch:
    caplog.set_level(logging.DEBUG)
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", LOADED)
    monkeypatch.setattr(LOADED, "get_tracer_provider", lambda: provider)
    return Watch(caplog, exporter)


@pytest.mark.anyio
@pytest.mark.parametrize("transport", ["sockets", "httpx"])
async def test_a_server_repeats_secrets(
    mode: Mode, transport: str, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JULEP_TRANSPORT", transport)
    with Server([Places(f"{KEY} {QUERY} {HEADER}")]) as server:
        async with make_client(mode, server.url, hooks=watch.hooks, **SETTINGS) as client:
            await check_places(client, mode, server, watch)


@pytest.mark.anyio
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_repeats_secrets(mode: Mode, scheme: str, watch: Watch) -> None:
    credentials = f"me:{CANARY}-Proxy"
    encoded = base64.b64encode(credentials.encode()).decode()
    with Server([Places(f"{credentials} {encoded}", as_a_proxy=True)]) as proxy:
        settings = {**SETTINGS, "proxy": f"http://{credentials}@127.0.0.1:{proxy.port}"}
        url = f"{scheme}://julep.test"
        async with make_client(mode, url, hooks=watch.hooks, **settings) as client:
            await check_places(client, mode, proxy, watch)


@pytest.mark.anyio
async def test_a_server_repeats_secrets_of_a_given_client(mode: Mode, watch: Watch) -> None:
    headers = {"x-api-key": f"{CANARY}-Own", "authorization": f"Basic {CANARY}-Own"}
    library = {"headers": headers, "cookies": {"session": f"{CANARY}-Own"}}
    with Server([Places(f"{CANARY}-Own")]) as server:
        async with users_client(mode, **library) as own:
            settings = {**SETTINGS, "api_key": None, "http_client": own, "hooks": watch.hooks}
            async with make_client(mode, server.url, **settings) as client:
                await check_places(client, mode, server, watch)


@pytest.mark.anyio
async def test_a_raw_response_shows_no_headers(mode: Mode) -> None:
    with Server([respond_json(SESSION, headers={"x-request-id": KEY, "x-key": KEY})]) as server:
        async with make_client(mode, server.url, **SETTINGS) as client:
            raw = await client.with_raw_response(unwrapped(client).sessions.get, ID)
    assert raw.request_id == raw.headers["x-key"] == KEY
    assert repr(raw) == f"RawResponse(200, parsed={raw.parsed!r})"

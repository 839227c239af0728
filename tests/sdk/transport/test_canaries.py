"""Secrets that a server repeats, in every place where it can put text, come out nowhere."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import julep
from julep import AsyncClient, Hooks, RetryPolicy, Timeout
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.helpers.resources import HELLO
from tests.sdk.helpers.tracing import LOADED
from tests.sdk.transport.helpers.places import places
from tests.sdk.transport.helpers.scripted_server import SESSION, Exchange, Server
from tests.sdk.transport.helpers.secrets import CANARY, everything_of, locals_of

KEY, QUERY, HEADER = (f"{CANARY}-{kind}" for kind in ("Key", "Query", "Header"))
SETTINGS: dict[str, Any] = {
    "api_key": KEY,
    "headers": {"x-other-key": HEADER},
    "query": {"access_token": QUERY},
    "timeout": Timeout(30, read=0.5),
    "retry": RetryPolicy(1, initial_delay=0.0001, max_retry_after=0),
}
ID = SESSION["id"]
PLACES = places(f"{KEY} {QUERY} {HEADER}")


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
        texts["the log"] = "".join(
            line.getMessage() + "\n" for line in self._log.records if line.name.startswith("julep")
        )
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


async def get(client: AsyncClient, watch: Watch) -> None:
    made = await client.with_raw_response(unwrapped(client).sessions.get, ID)
    watch.texts["a response"] = repr(made._replace(parsed=None))


async def create(client: AsyncClient, watch: Watch) -> None:
    made = await client.with_raw_response(unwrapped(client).users.create, name="Grace")
    watch.texts["a response"] = repr(made._replace(parsed=None))


async def chat(client: AsyncClient, watch: Watch) -> None:
    async with await client.sessions.chat(ID, HELLO, stream=True) as stream:
        watch.texts["a stream"] = repr(stream)
        await stream.get_final_response()


Call = Callable[[AsyncClient, Watch], Coroutine[Any, Any, None]]
CALLS: tuple[Call, ...] = (get, create, chat)
"""The calls that are made in turn; the three modes together make each of them at each place."""
MODES: tuple[Mode, ...] = ("sync", "asyncio", "trio")


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
async def test_no_place_shows_a_secret(
    mode: Mode, transport: str, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JULEP_TRANSPORT", transport)
    failed, found = 0, dict[str, dict[str, str]]()

    async def respond(to: Exchange) -> bool:
        await PLACES[place](to)
        return False  # a broken response must not be part of the next one

    with Server([respond]) as server:
        async with make_client(mode, server.url, hooks=watch.hooks, **SETTINGS) as client:
            for number, place in enumerate(PLACES):
                call = CALLS[(number + MODES.index(mode)) % len(CALLS)]
                try:
                    await call(client, watch)
                except julep.JulepError as error:
                    failed += 1
                    watch.add(error)
                if leaks := watch.leaks():
                    found[f"{place}, {call.__name__}"] = leaks
    assert not found, "\n".join(f"{k}: {v}" for k, v in found.items())
    assert failed == len(PLACES)

"""Traces: a span of OpenTelemetry for every attempt, by the conventions of HTTP clients."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

import julep
from julep import RetryPolicy
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.programs import run_program
from tests.sdk.helpers.resources import HELLO
from tests.sdk.helpers.tracing import (
    LOADED,
    InMemorySpanExporter,
    SpanKind,
    StatusCode,
    attributes_of,
    memory_exporter,
    trace,
)
from tests.sdk.helpers.waiting import cancel_when
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    STREAM_HEAD,
    Server,
    chat_event,
    http_chunk,
    raw,
    reset_after,
    respond,
    respond_error,
    respond_json,
    respond_stream,
    stall_after,
)
from tests.sdk.transport.helpers.secrets import CANARY

pytestmark = pytest.mark.anyio


AT_ONCE = RetryPolicy(initial_delay=0.001)


@pytest.fixture(autouse=True)
def _loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", LOADED)
    # Another test may have loaded it again, and a call of that test this module with it.
    monkeypatch.setattr("julep._instrumentation.spans.trace", trace)


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = memory_exporter()
    exporter.clear()
    yield exporter
    exporter.clear()


async def test_a_span_describes_an_attempt(mode: Mode, spans: InMemorySpanExporter) -> None:
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, f"{server.url}/api") as client:
            await client.sessions.get(SESSION["id"])
    (span,) = spans.get_finished_spans()
    assert span.name == "GET /api/sessions/{id}"
    assert span.kind is SpanKind.CLIENT
    assert span.status.status_code is StatusCode.UNSET
    assert attributes_of(span) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
        "server.port": server.port,
        "url.full": f"{server.url}/api/sessions/{SESSION['id']}",
        "url.template": "/api/sessions/{id}",
    }
    scope = span.instrumentation_scope
    assert scope is not None
    assert (scope.name, scope.version) == ("julep", julep.__version__)


async def test_the_span_is_sent_to_the_server(mode: Mode, spans: InMemorySpanExporter) -> None:
    with Server([respond_error(503), respond_json(SESSION)]) as server:
        async with make_client(mode, server.url, retry=AT_ONCE) as client:
            with trace.get_tracer("test").start_as_current_span("outer") as outer:
                await client.sessions.get(SESSION["id"])
    first, second, _ = spans.get_finished_spans()
    context = outer.get_span_context()
    for span, request in zip((first, second), server.received, strict=True):
        own = span.context
        assert own is not None
        assert span.parent is not None
        assert span.parent.span_id == context.span_id
        reported = f"00-{own.trace_id:032x}-{own.span_id:016x}-"
        assert (request.header("traceparent") or "").startswith(reported)
        assert own.trace_id == context.trace_id


async def test_retries_are_counted(mode: Mode, spans: InMemorySpanExporter) -> None:
    with Server([reset_after(), respond_error(503), respond_json(SESSION)]) as server:
        async with make_client(mode, server.url, retry=AT_ONCE) as client:
            await client.sessions.get(SESSION["id"])
    reported = [
        (
            span.status.status_code,
            attributes_of(span).get("http.request.resend_count"),
            attributes_of(span).get("http.response.status_code"),
            attributes_of(span).get("error.type"),
        )
        for span in spans.get_finished_spans()
    ]
    assert reported == [
        (StatusCode.ERROR, None, None, "julep.errors.NetworkError"),
        (StatusCode.ERROR, 1, 503, "503"),
        (StatusCode.UNSET, 2, 200, None),
    ]


async def test_a_body_that_cannot_be_read_is_an_error(
    mode: Mode, spans: InMemorySpanExporter
) -> None:
    with Server([respond(200, b"oops", {"content-encoding": "gzip"})]) as server:
        async with make_client(mode, server.url) as client:
            with pytest.raises(julep.InvalidResponseError):
                await client.sessions.get(SESSION["id"])
    (span,) = spans.get_finished_spans()
    assert attributes_of(span)["error.type"] == "julep.errors.InvalidResponseError"
    assert attributes_of(span)["http.response.status_code"] == 200


async def test_the_span_of_a_stream_ends_with_it(mode: Mode, spans: InMemorySpanExporter) -> None:
    with Server([respond_stream(chat_event("Hi", "stop"), DONE)]) as server:
        async with make_client(mode, server.url) as client:
            events = await client.sessions.chat(SESSION["id"], HELLO, stream=True)
            assert (await anext(events)).text == "Hi"
            assert spans.get_finished_spans() == ()
            await events.get_final_response()
            async with await client.sessions.chat(SESSION["id"], HELLO, stream=True):
                pass
    names = [span.name for span in spans.get_finished_spans()]
    assert names == ["POST /sessions/{id}/chat", "chat"] * 2
    for span in spans.get_finished_spans():
        assert span.status.status_code is StatusCode.UNSET


async def test_a_lost_stream_is_resumed_in_another_span(
    mode: Mode, spans: InMemorySpanExporter
) -> None:
    first, second = (
        event.removesuffix(b"\n") + b"id: %d\n\n" % number
        for number, event in enumerate((chat_event("Hi"), chat_event("ho", "stop")), 1)
    )
    lost = raw(STREAM_HEAD + http_chunk(first))
    with Server([lost, respond_stream(second, DONE), lost, respond_error(404)]) as server:
        async with make_client(mode, server.url, retry=AT_ONCE) as client:
            for fails in (False, True):
                events = await client.sessions.chat(SESSION["id"], HELLO, stream=True)
                if fails:
                    with pytest.raises(julep.StreamInterruptedError):
                        await events.get_final_response()
                else:
                    assert (await events.get_final_response()).text == "Hiho"
    reported = [attributes_of(span).get("error.type") for span in spans.get_finished_spans()]
    failure = "julep.errors.NetworkError"
    # The last span of each is the chat's.
    assert reported == [failure, None, None, failure, "404", "julep.errors.NotFoundError"]


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_a_cancelled_attempt_ends_its_span(mode: Mode, spans: InMemorySpanExporter) -> None:
    with Server([stall_after(), stall_after(STREAM_HEAD)]) as server:
        async with make_client(mode, server.url) as client:

            async def get() -> None:
                try:
                    await client.sessions.get(SESSION["id"])
                finally:
                    # At once, and not only when the exception is released.
                    assert len(spans.get_finished_spans()) == 1

            async def read() -> None:
                await anext(await client.sessions.chat(SESSION["id"], HELLO, stream=True))

            await cancel_when(lambda: len(server.received) == 1, get)
            await cancel_when(lambda: len(server.received) == 2, read)
    reported = [attributes_of(span)["error.type"] for span in spans.get_finished_spans()]
    assert reported == ["cancelled", "cancelled", "cancelled"]


async def test_span_names_have_low_cardinality(mode: Mode, spans: InMemorySpanExporter) -> None:
    with Server([respond_json({})]) as server:
        async with make_client(mode, server.url) as client:
            await client.get(f"/people/grace/{SESSION['id']}")
            await client.request("PURGE", "/cache")
    first, second = spans.get_finished_spans()
    assert (first.name, second.name) == ("GET", "HTTP")
    assert "url.template" not in attributes_of(first)
    assert attributes_of(second)["http.request.method"] == "_OTHER"
    assert attributes_of(second)["http.request.method_original"] == "PURGE"


async def test_no_span_has_a_secret(mode: Mode, spans: InMemorySpanExporter) -> None:
    settings = {"api_key": CANARY, "headers": {"x-other-key": CANARY}, "retry": AT_ONCE}
    steps = [
        reset_after(),
        respond(503, CANARY.encode()),
        respond_json(SESSION),
        respond_error(401),
    ]
    with Server(steps) as server:
        async with make_client(
            mode, server.url, query={"access_token": CANARY, "a": "b"}, **settings
        ) as client:
            await client.sessions.get(SESSION["id"])
            with pytest.raises(julep.AuthenticationError):
                await client.sessions.get(SESSION["id"])
    found = spans.get_finished_spans()
    assert len(found) == 4
    assert CANARY not in "".join(span.to_json() for span in found)
    assert str(attributes_of(found[0])["url.full"]).endswith("?access_token=[hidden]&a=b")


async def test_a_header_of_any_propagator_is_sent(mode: Mode, spans: InMemorySpanExporter) -> None:
    from opentelemetry import baggage, context

    token = context.attach(baggage.set_baggage("plan", "pro"))
    try:
        with Server([respond_json(SESSION)]) as server:
            async with make_client(mode, server.url, headers={"x-mine": "1"}) as client:
                await client.sessions.get(SESSION["id"])
    finally:
        context.detach(token)
    assert server.received[0].header("baggage") == "plan=pro"
    assert server.received[0].header("x-mine") == "1"


def test_opentelemetry_is_not_loaded_unless_used() -> None:
    program = """
import sys
import julep
try:
    julep.Client(base_url="http://127.0.0.1:9/api", max_retries=0).get("/x")
except julep.NetworkError:
    raise SystemExit(any(name.startswith("opentelemetry") for name in sys.modules))
"""
    done = run_program(program, options=["-W", "ignore"])
    assert (done.returncode, done.stderr) == (0, "")


def test_the_api_alone_changes_nothing() -> None:
    program = """
import opentelemetry.trace
import julep
from julep_server import LocalServer
with LocalServer() as server, julep.Client(base_url=server.url) as client:
    assert client.users.list() == []
"""
    done = run_program(program, options=["-W", "error"])
    assert (done.returncode, done.stderr) == (0, "")

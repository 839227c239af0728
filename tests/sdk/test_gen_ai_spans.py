"""Traces by the conventions of generative AI: chats, runs, and the functions that they call."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator

import pytest

import julep
from julep.testing import ScriptedServer
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.tracing import (
    LOADED,
    InMemorySpanExporter,
    ReadableSpan,
    SpanKind,
    StatusCode,
    attributes_of,
    memory_exporter,
    trace,
)

pytestmark = pytest.mark.anyio

CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def session_id(server: ScriptedServer) -> str:
    with julep.Client(base_url=server.url) as client:
        agent = client.agents.create(name="Ada")
        return client.sessions.create(agent_id=agent.id).id


@pytest.fixture
def spans(session_id: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", LOADED)
    # Another test may have loaded it again, and a call of that test this module with it.
    monkeypatch.setattr("julep._instrumentation.spans.trace", trace)
    exporter = memory_exporter()
    exporter.clear()
    yield exporter
    exporter.clear()


def of_kind(spans: InMemorySpanExporter, operation: str) -> list[ReadableSpan]:
    """Return the client's finished spans of an operation; those of HTTP have none."""
    return [
        span
        for span in spans.get_finished_spans()
        if attributes_of(span).get("gen_ai.operation.name", "http") == operation
        # The server of this process has spans of its own.
        if span.instrumentation_scope is not None and span.instrumentation_scope.name == "julep"
    ]


def is_child(span: ReadableSpan, parent: ReadableSpan) -> bool:
    return (
        span.parent is not None
        and parent.context is not None
        and span.parent.span_id == parent.context.span_id
    )


def temperature(city: str) -> float:
    """Measure how warm it is."""
    with trace.get_tracer("program").start_as_current_span("measure"):
        return {"Lisbon": 21.5}[city]


async def test_a_chat_has_a_span_around_its_attempts(
    mode: Mode, server: ScriptedServer, session_id: str, spans: InMemorySpanExporter
) -> None:
    server.fails(503).says("Two.")
    async with make_client(mode, server.url) as client:
        reply = await client.sessions.chat(
            session_id, "1 + 1?", temperature=0.5, max_tokens=9, stop=["!"]
        )
    [chat] = of_kind(spans, "chat")
    first, second = of_kind(spans, "http")
    assert is_child(first, chat)
    assert is_child(second, chat)
    assert chat.name == "chat"
    assert chat.kind is SpanKind.CLIENT
    assert chat.status.status_code is StatusCode.UNSET
    found = attributes_of(chat)
    assert found.pop("gen_ai.usage.input_tokens") == reply.usage.prompt_tokens > 0
    assert found == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "julep",
        "gen_ai.conversation.id": session_id,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.max_tokens": 9,
        "gen_ai.request.stop_sequences": ("!",),
        "gen_ai.response.id": reply.id,
        "gen_ai.response.model": "scripted",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.output_tokens": reply.usage.completion_tokens,
    }


async def test_the_span_of_a_streamed_chat_has_the_tokens(
    mode: Mode, server: ScriptedServer, session_id: str, spans: InMemorySpanExporter
) -> None:
    server.says("One two three.")
    async with (
        make_client(mode, server.url) as client,
        client.sessions.stream(session_id, "Count.") as stream,
    ):
        reply = await stream.get_final_response()
    [chat] = of_kind(spans, "chat")
    assert attributes_of(chat)["gen_ai.response.id"] == reply.id
    assert attributes_of(chat)["gen_ai.usage.output_tokens"] == reply.usage.completion_tokens


async def test_a_chat_that_fails_has_the_error(
    mode: Mode, server: ScriptedServer, session_id: str, spans: InMemorySpanExporter
) -> None:
    server.fails(503)
    async with make_client(mode, server.url, max_retries=0) as client:
        with pytest.raises(julep.ServerError):
            await client.sessions.chat(session_id, "1 + 1?")
    [chat] = of_kind(spans, "chat")
    assert attributes_of(chat)["error.type"] == "julep.errors.ServerError"
    assert chat.status.status_code is StatusCode.ERROR


@pytest.mark.parametrize("how", ["run", "iterate_run", "stream_run"])
async def test_a_run_has_chats_and_functions_below_it(
    mode: Mode, how: str, server: ScriptedServer, session_id: str, spans: InMemorySpanExporter
) -> None:
    server.calls("temperature", city="Lisbon").says("It is warm.")
    between: list[bool] = []
    async with make_client(mode, server.url) as client:
        sessions = client.sessions
        with trace.get_tracer("program").start_as_current_span("outer") as outer:
            if how == "run":
                await sessions.run(session_id, "Is it warm?", [temperature])
            elif how == "iterate_run":
                steps = sessions.iterate_run(session_id, "Is it warm?", [temperature])
                between += [trace.get_current_span() is outer async for _ in steps]
            else:
                async with sessions.stream_run(session_id, "Is it warm?", [temperature]) as run:
                    between += [trace.get_current_span() is outer async for _ in run]
    # The program's own spans between two steps are none of the run's.
    assert all(between)
    [run_span] = of_kind(spans, "invoke_agent")
    assert run_span.parent is not None
    assert run_span.parent.span_id == outer.get_span_context().span_id
    assert attributes_of(run_span)["gen_ai.conversation.id"] == session_id
    assert run_span.status.status_code is StatusCode.UNSET
    chats = of_kind(spans, "chat")
    assert [is_child(chat, run_span) for chat in chats] == [True, True]
    assert attributes_of(chats[0])["gen_ai.response.finish_reasons"] == ("tool_calls",)
    [tool] = of_kind(spans, "execute_tool")
    assert is_child(tool, run_span)
    assert tool.name == "execute_tool temperature"
    assert attributes_of(tool) == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "temperature",
        "gen_ai.tool.type": "function",
        "gen_ai.conversation.id": session_id,
    }
    [own] = [span for span in spans.get_finished_spans() if span.name == "measure"]
    assert is_child(own, tool)


async def test_a_function_that_fails_has_the_error(
    mode: Mode, server: ScriptedServer, session_id: str, spans: InMemorySpanExporter
) -> None:
    server.calls("temperature", city="Atlantis").says("I don't know.")
    async with make_client(mode, server.url) as client:
        await client.sessions.run(session_id, "Is it warm?", [temperature])
    [tool] = of_kind(spans, "execute_tool")
    assert attributes_of(tool)["error.type"] == "builtins.KeyError"
    [run] = of_kind(spans, "invoke_agent")
    assert "error.type" not in attributes_of(run)


async def test_a_run_that_fails_or_is_left_ends_its_span(
    mode: Mode, server: ScriptedServer, session_id: str, spans: InMemorySpanExporter
) -> None:
    server.calls("temperature", city="Lisbon").calls("temperature", city="Lisbon")
    async with make_client(mode, server.url) as client:
        with pytest.raises(julep.MaxTurnsError):
            await client.sessions.run(session_id, "Is it warm?", [temperature], max_turns=1)
        async with client.sessions.stream_run(session_id, "Is it warm?", [temperature]) as run:
            await anext(run)
    failed, _ = of_kind(spans, "invoke_agent")
    assert attributes_of(failed)["error.type"] == "julep.errors.MaxTurnsError"


async def test_texts_are_recorded_on_request_alone(
    mode: Mode,
    server: ScriptedServer,
    session_id: str,
    spans: InMemorySpanExporter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.calls("temperature", city="Lisbon").says("It is warm.")
    server.calls("temperature", city="Lisbon").says("It is warm.")
    async with make_client(mode, server.url) as client:
        await client.sessions.run(session_id, "Is it warm in Lisbon?", [temperature])
        silent = "".join(span.to_json() for span in spans.get_finished_spans())
        assert "Lisbon" not in silent
        assert "It is warm" not in silent
        spans.clear()
        monkeypatch.setenv(CONTENT, "true")
        await client.sessions.run(session_id, "Is it warm in Lisbon?", [temperature])
    first, second = of_kind(spans, "chat")
    asked = json.loads(str(attributes_of(first)["gen_ai.input.messages"]))
    question = {"type": "text", "content": "Is it warm in Lisbon?"}
    assert asked == [{"role": "user", "parts": [question]}]
    given = json.loads(str(attributes_of(second)["gen_ai.input.messages"]))
    assert given[0]["parts"][0] == {"type": "tool_call_response", "response": "21.5"}
    written = json.loads(str(attributes_of(second)["gen_ai.output.messages"]))
    assert written[0]["parts"] == [{"type": "text", "content": "It is warm."}]
    [tool] = of_kind(spans, "execute_tool")
    assert attributes_of(tool)["gen_ai.tool.call.arguments"] == '{"city":"Lisbon"}'
    assert attributes_of(tool)["gen_ai.tool.call.result"] == "21.5"


def _forget_a_stream(client: julep.Client, session_id: str) -> None:
    stream = client.sessions.stream(session_id, "Count.")
    next(iter(stream))
    del stream
    gc.collect()


def test_a_stream_that_is_forgotten_ends_its_spans(
    server: ScriptedServer, session_id: str, spans: InMemorySpanExporter
) -> None:
    server.says("One two three.")
    with julep.Client(base_url=server.url) as client:
        spans.clear()
        with pytest.warns(ResourceWarning, match="neither read to its end nor closed"):
            _forget_a_stream(client, session_id)
    (chat,) = of_kind(spans, "chat")
    assert chat.status.status_code is StatusCode.UNSET
    assert any(is_child(span, chat) for span in of_kind(spans, "http"))

"""Any response of a server leads to a value or to an error of ours."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Self, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import julep
from julep import ChatStream
from julep._calls.attempts import AttemptTracker
from julep._calls.requests import build_request
from julep._http.messages import StreamingResponse
from julep._http.protocols import ResponseBody
from julep._instrumentation.record import CallRecord
from julep_api.api.sessions import chat
from julep_api.decoding import PageReader
from julep_api.errors import DecodeError
from julep_api.operations import OPERATIONS
from julep_api.types import JSON
from tests.generated.helpers.strategies import json_values
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.resources import HELLO
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    REPLY_ID,
    SESSION,
    Server,
    chat_event,
    respond_json,
    respond_stream,
)
from tests.sdk.transport.helpers.support import CONFIG, assert_ours

READERS: dict[str, Callable[[JSON], object]] = {
    f"{name} {status}": reader
    for name, operation in OPERATIONS.items()
    for status, reader in vars(import_module(operation.module))["_ANSWERS"].items()
}
FIELDS = st.sampled_from(
    [
        "id",
        "items",
        "role",
        "content",
        "type",
        "response",
        "usage",
        "state",
        "created_at",
        "doc_ids",
    ]
)
JSONS = st.recursive(
    json_values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=6),
    max_leaves=12,
)


def test_every_operation_has_a_decoder() -> None:
    assert {name.split()[0] for name in READERS} == set(OPERATIONS)


def outcome(reader: Callable[[JSON], object], response: JSON) -> str:
    """Return a description of what is read, or of the error."""
    try:
        return repr(reader(response))
    except DecodeError as error:
        return str(error)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS.keys())
@settings(max_examples=25, deadline=None, database=None)
@given(JSONS)
def test_any_json_is_a_value_or_a_decode_error(
    reader: Callable[[JSON], object], response: JSON
) -> None:
    if issubclass(type(reader), PageReader):
        # It has the JSON for itself, and otherwise does what the page's own reader does.
        pages = cast("PageReader[Any]", reader)
        assert outcome(pages, copy.deepcopy(response)) == outcome(pages.page, response)
        reader = pages.page
    before = json.dumps(response)
    value: Any = None
    problem = "expected "
    try:
        value = reader(response)
    except DecodeError as error:
        problem = error.problem
    assert problem.startswith("expected ")
    assert value is None or isinstance(value.to_dict(), dict)
    assert json.dumps(response) == before


class Pieces:
    """The body of a stream: these bytes, and nothing after them."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def finish(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""

    def abandon(self) -> None:
        """Do nothing."""


def no_server(*lost: object) -> StreamingResponse[ResponseBody]:
    raise julep.NetworkError("POST /x: the server is not there")


def stream_of(pieces: list[bytes]) -> ChatStream:
    call = chat.stream(SESSION["id"], {"messages": HELLO, "stream": True})
    record = CallRecord(build_request(call, CONFIG), "Chat", "/x")
    tracker = AttemptTracker(record, CONFIG.retry, CONFIG.hooks)
    opened = tracker, StreamingResponse[ResponseBody](200, {}, Pieces(pieces))
    return ChatStream(call, lambda: opened, no_server)


CHUNKS = st.builds(
    chat_event,
    st.text(max_size=5),
    st.none() | st.just("stop") | st.text(max_size=3),
    st.none() | st.text(st.characters(codec="utf-8"), max_size=3),
    usage=json_values,
)
LINES = st.sampled_from(
    [
        *(
            b"\n",
            b"\r",
            b"\r\n",
            b"\n\n",
            b":",
            b": x\n",
            b"data:",
            b"data: ",
            b"data\n",
            b"id: 7\n",
        ),
        *(b"id\n", b"event: error\n", b"event: ping\n", b"retry: 9\n", b"\xef\xbb\xbf", b"\xff"),
        *(b"\xe2\x98", b"{", b"}", b'{"error": {"message": 7}}', b"[DONE]", DONE),
    ]
)
DATA = json_values.map(lambda value: b"data: " + json.dumps(value).encode() + b"\n\n")


@settings(max_examples=300, deadline=None, database=None)
@given(st.lists(CHUNKS | DATA | LINES | st.binary(max_size=9), max_size=12), st.integers(1, 40))
def test_any_stream_yields_chunks_and_a_response_or_an_error_of_ours(
    parts: list[bytes], size: int
) -> None:
    body = b"".join(parts)
    events = stream_of([body[at : at + size] for at in range(0, len(body), size)])
    texts: list[str] = []
    problem: julep.JulepError | None = None
    try:
        texts.extend(event.text for event in events)
        whole = events.get_final_response()
        assert "".join(texts).endswith(whole.text)
    except (julep.ApiError, julep.StreamInterruptedError) as error:
        problem = error
    if problem is None:
        assert b"[DONE]" in body
    else:
        assert_ours(problem)
    with pytest.raises(julep.StreamClosedError):
        list(events)


NEW: dict[str, Any] = {
    **SESSION,
    "mood": {"deep": [1, None, "☃"]},
    "metadata": {"any": ["thing", 1.5]},
}


@pytest.mark.anyio
async def test_unknown_fields_of_a_newer_server_are_kept(mode: Mode) -> None:
    parts = [{"type": "audio", "audio": {"url": "x"}}, {"type": "text", "text": "Hi"}]
    message = {
        "id": REPLY_ID,
        "created_at": "2024-05-01T10:00:00+00:00",
        "role": "moderator",
        "content": parts,
        "tone": "kind",
    }
    history = {"items": [message], "cursor": "more"}
    with Server([respond_json({**NEW, "situation": None}), respond_json(history)]) as server:
        async with make_client(mode, server.url) as client:
            session = await client.sessions.get(SESSION["id"])
            [found] = await client.sessions.history(SESSION["id"])
    assert session.to_dict() == {**NEW, "situation": None}
    assert session["mood"] == NEW["mood"]
    assert session.situation is None
    assert found.to_dict() == message
    assert found.role.value == "moderator"
    assert isinstance(found.content, list)
    assert found.content[0] == parts[0]


@pytest.mark.anyio
async def test_unknown_events_of_a_newer_server_are_kept_or_skipped(mode: Mode) -> None:
    events = [
        b'event: thought\ndata: {"text": "Hm."}\n\n',
        chat_event("Hi", event_id="1", mood="good"),
        b"event: error-soon\ndata: no JSON\n\n",
        chat_event("!", "new_reason", "2", mood="better"),
        DONE,
    ]
    with Server([respond_stream(*events)]) as server:
        async with make_client(mode, server.url) as client:
            streamed = await client.sessions.chat(SESSION["id"], HELLO, stream=True)
            seen = [event async for event in streamed]
            whole = await streamed.get_final_response()
    assert [(event.text, event["mood"]) for event in seen] == [("Hi", "good"), ("!", "better")]
    assert whole.text == "Hi!"
    assert whole.finish_reason.value == "new_reason"

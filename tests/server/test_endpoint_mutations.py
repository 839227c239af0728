"""Streams of endpoints that are cut, corrupted and reshaped: the answer, or an error."""

from __future__ import annotations

import json
import os
import re
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from julep_server.errors import ApiError
from julep_server.models.answer_reader import AnswerReader
from julep_server.models.endpoint_events import EventParser
from julep_server.models.provider import Completion, ModelRequest
from tests.server.helpers.raw_endpoint import DONE, HELLO, delta, event, message, tools

pytestmark = pytest.mark.once

# The long run: JULEP_TEST_MUTATIONS=20000 pytest tests/server/test_endpoint_mutations.py
ROUNDS = int(os.environ.get("JULEP_TEST_MUTATIONS", "150"))
REQUEST = ModelRequest("m", HELLO, tools("look", "book"))
WORDS = ["Hello", ", ", "Grüße ", "😀", ' {"a": [', "\n\n", "data: x", "!"]
TEXT = "".join(WORDS)
CALLS = [("look", '{"at":"data: {}\\n"}'), ("book", '{"seats":[1,2]}')]


def read(parts: list[bytes]) -> Completion:
    """Read a response as the provider does."""
    parser, reader = EventParser(), AnswerReader(REQUEST, "m", None)
    try:
        for part in [*parts, None]:
            for found in parser.end() if part is None else parser.feed(part):
                reader.feed(found)
    except ApiError:
        if not reader.done:
            raise
    reader.rest()
    return reader.completion()


def call(index: int, **function: str) -> dict[str, Any]:
    return {"index": index, "id": f"call_{index}", "type": "function", "function": function}


def words_of(texts: list[str]) -> bytes:
    pieces = [
        delta({"role": "assistant", "content": ""}),
        *(delta({"content": text}) for text in texts),
    ]
    return b"".join(
        [*pieces, delta({}, "stop"), event({"choices": [], "usage": {"prompt_tokens": 1}}), DONE]
    )


def calls_in(cuts: int) -> bytes:
    pieces: list[bytes] = []
    for index, (name, arguments) in enumerate(CALLS):
        pieces.append(delta({"tool_calls": [call(index, name=name, arguments="")]}))
        for start in range(0, len(arguments), cuts):
            part = {"index": index, "function": {"arguments": arguments[start : start + cuts]}}
            pieces.append(delta({"tool_calls": [part]}))
    return b"".join([*pieces, delta({}, "tool_calls"), DONE])


STREAMS = [
    words_of(WORDS),
    calls_in(3),
    json.dumps(message({"content": TEXT}), ensure_ascii=False).encode(),
    json.dumps(message({"content": TEXT}), indent=1).encode(),
    re.sub(rb"^data: (\[DONE\])?", b"", words_of(WORDS), flags=re.MULTILINE),
]


def outcome_of(parts: list[bytes]) -> Completion | None:
    """Return the answer; None for an error, which must be one of the endpoint."""
    error: ApiError | None = None
    try:
        return read(parts)
    except ApiError as raised:
        error = raised
    assert "the model's endpoint" in error.message
    assert error.status in (400, 408, 409, 413, 415, 422, 429, 503)
    return None


def check(parts: list[bytes], *, exact: bool) -> None:
    """Check that the outcome is the whole answer, or an error that names the endpoint."""
    answer = outcome_of(parts)
    if answer is None:
        return
    calls = [(made.name, made.arguments) for made in answer.tool_calls]
    if exact:
        assert (answer.text, calls) in ((TEXT, []), ("", CALLS))
    # Whatever it is, it can be stored and sent.
    json.dumps([answer.text, calls, answer.finish_reason], ensure_ascii=False).encode("utf-8")
    assert answer.text or calls


@settings(max_examples=ROUNDS, deadline=None)
@given(st.sampled_from(STREAMS), st.data())
def test_a_cut_stream_is_the_answer_or_an_error(whole: bytes, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(whole)))
    size = data.draw(st.integers(1, 50))
    cut = whole[:end]
    check([cut[start : start + size] for start in range(0, len(cut), size)], exact=True)


@settings(max_examples=ROUNDS, deadline=None)
@given(st.sampled_from(STREAMS), st.data())
def test_a_stream_in_which_a_line_is_lost_is_an_error_or_readable(
    whole: bytes, data: st.DataObject
) -> None:
    lines = whole.split(b"\n")
    # Of the line's end alone: events run into each other.
    at = data.draw(st.integers(0, len(lines) - 1))
    joined = b"\n".join([*lines[:at], b"".join(lines[at : at + 2]), *lines[at + 2 :]])
    check([joined], exact=True)


@settings(max_examples=ROUNDS, deadline=None)
@given(st.sampled_from(STREAMS), st.data())
def test_a_corrupted_stream_is_never_empty(whole: bytes, data: st.DataObject) -> None:
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed) - 1))
        match data.draw(st.sampled_from(["change", "drop", "double"])):
            case "change":
                changed[at] = data.draw(st.integers(0, 255))
            case "drop":
                del changed[at]
            case _:
                changed[at:at] = changed[at : at + data.draw(st.integers(1, 30))]
    check([bytes(changed)], exact=False)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = ["choices", "delta", "message", "content", "tool_calls", "function", "name", "arguments",
        "index", "id", "finish_reason", "error", "usage", "text", "type"]  # fmt: skip


@settings(max_examples=ROUNDS, deadline=None)
@given(st.sampled_from(KEYS), json_values, st.sampled_from(STREAMS[:3]))
def test_any_value_in_any_field_is_read_or_refused(key: str, value: Any, whole: bytes) -> None:
    def replaced(item: Any) -> Any:
        if isinstance(item, dict):
            fields = cast("dict[str, Any]", item)
            return {name: value if name == key else replaced(fields[name]) for name in fields}
        items = cast("list[Any]", item)
        return [replaced(inner) for inner in items] if isinstance(item, list) else item

    parts: list[bytes] = []
    for line in whole.split(b"\n\n"):
        text = line.removeprefix(b"data: ")
        parts.append(event(replaced(json.loads(text))) if text.startswith(b"{") else line + b"\n\n")
    answer = outcome_of(parts)
    if answer is None:
        return
    calls = [(made.name, made.arguments) for made in answer.tool_calls]
    json.dumps([answer.text, calls, answer.finish_reason], ensure_ascii=False).encode("utf-8")

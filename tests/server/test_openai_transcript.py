"""Transcripts of OpenAI's API: what a session gets of them; any JSON is read or refused."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep_server.chat.messages import reply_messages, request_messages
from julep_server.errors import ApiError
from julep_server.models.provider import Completion, ToolCall, Usage
from julep_server.openai_api.request_body import parse_settings
from julep_server.openai_api.transcript import call_id, parse_transcript, unrecorded
from julep_server.prompt.endpoint_messages import to_endpoint
from julep_server.store.messages import Message

pytestmark = pytest.mark.once

T = TypeVar("T")

# Few, so that answers and calls are often the same.
TEXTS = st.sampled_from(["OK", " OK", "Hi", "42"])
CALLS = st.builds(
    ToolCall, st.sampled_from(["a", "b"]), st.sampled_from(["{}", '{"x":1}', '{"x": 1}', "cut{"])
)


def answer(text: str, calls: list[ToolCall]) -> Completion:
    return Completion("m", text, tuple(calls), "stop", Usage(0, 0))


ANSWERS = st.builds(answer, TEXTS, st.lists(CALLS, max_size=3))


def sent_by_client(reply: Sequence[Message]) -> dict[str, Any]:
    """Return an answer as a client sends it back, with arguments that it wrote in its own way."""
    message: dict[str, Any] = {"role": "assistant", "content": None}
    for item in reply:
        if item.role == "assistant":
            message["content"] = str(item.content).strip()
            continue
        function = json.loads(str(item.content))
        with contextlib.suppress(ValueError):
            function["arguments"] = json.dumps(json.loads(function["arguments"]), indent=1)
        call = {"id": call_id(item.id), "type": "function", "function": function}
        message.setdefault("tool_calls", []).append(call)
    return message


@given(st.lists(st.tuples(TEXTS, ANSWERS), min_size=1, max_size=5), st.data())
def test_the_history_is_the_conversation_however_much_a_client_sends(
    turns: list[tuple[str, Completion]], data: st.DataObject
) -> None:
    transcript: list[Any] = [{"role": "system", "content": "Be brief."}]
    history: list[Message] = []
    for text, completion in turns:
        open_calls = transcript[-1].get("tool_calls", [])
        new: list[Any] = [
            {"role": "tool", "tool_call_id": call["id"], "content": f"{call['id']} done"}
            for call in data.draw(st.permutations(open_calls))
        ]
        new.append({"role": "user", "content": text})
        transcript += new
        # The whole conversation, or its end, which has at least the new messages.
        begin = data.draw(st.integers(0, len(transcript) - len(new)))
        while begin and transcript[begin]["role"] == "tool":
            begin -= 1
        given_messages = parse_transcript(transcript[begin:], history).messages
        found: list[Any] = [*unrecorded(given_messages, history)]
        results = [f"{call['id']} done" for call in open_calls]
        assert [message["content"] for message in found] == [*results, text]
        history += request_messages(found, history)
        reply = reply_messages(completion)
        history += reply
        transcript.append(sent_by_client(reply))
    # Without a session, the prompt is the same, but for the clients' own way to write.
    alone = request_messages([*parse_transcript(transcript).messages], [])
    assert _shape(to_endpoint(alone)) == _shape(to_endpoint(history))


def _shape(messages: Sequence[dict[str, Any]]) -> list[Any]:
    return [
        (message["role"], [call["function"]["name"] for call in message.get("tool_calls", [])])
        for message in messages
    ]


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["", "a", "text"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["type", "text", "image_url", "id", "function", "name", "arguments"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)
MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "developer", "user", "assistant", "tool", "function", 7])},
    optional=dict.fromkeys(("content", "tool_calls", "tool_call_id", "name"), VALUES),
)


def read(reader: Callable[[Any], T], value: Any) -> tuple[T | None, list[str]]:
    """Return what a reader makes of a value, or the paths of a refusal."""
    try:
        return reader(value), []
    except ApiError as error:
        return None, [detail.path for detail in error.details if error.status == 422]


@given(st.one_of(VALUES, st.lists(st.one_of(MESSAGES, VALUES), max_size=4)))
def test_any_messages_are_read_or_refused_by_their_path(value: Any) -> None:
    transcript, paths = read(parse_transcript, value)
    if transcript is None:
        assert [path.startswith("messages") for path in paths] == [True]
    else:
        messages = request_messages([*transcript.messages], [])
        assert len(messages) == len(transcript.messages)
        json.dumps(to_endpoint(messages))


@given(
    st.dictionaries(
        st.sampled_from(
            ["n", "stop", "seed", "max_tokens", "tools", "tool_choice", "response_format", "top_p"]
        ),
        VALUES,
    )
)
def test_any_settings_are_read_or_refused_by_their_path(body: Any) -> None:
    settings, paths = read(parse_settings, body)
    if settings is None:
        assert [path.partition("[")[0].partition(".")[0] in body for path in paths] == [True]
    else:
        assert isinstance(settings["tools"], list)

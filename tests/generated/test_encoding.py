"""Encoders: values that match the contract are sent unchanged, others are refused by path."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from julep_api.errors import EncodeError
from julep_api.models import (
    ChatInput,
    ChatMlMessage,
    ChatMlTextContentPart,
    CreateDoc,
    CreateSessionRequest,
    InputChatMlMessage,
    InputChatMlMessageRole,
    NamedToolChoice,
    NamedToolChoiceFunction,
    Session,
)
from julep_api.types import UNSET
from tests.generated.helpers.running import pickled
from tests.generated.helpers.strategies import (
    MODELS,
    SCHEMAS,
    json_values,
    valid,
    without_optional_nulls,
)
from tests.generated.test_reading import read, replaced

ID = "4b9f6f0e-5b1e-4b7e-8b0a-3f9d1d6d0a01"
HI = {"role": "user", "content": "Hi."}

each_model = pytest.mark.parametrize("name", MODELS)
few = settings(max_examples=15, deadline=None, database=None)


@each_model
@few
@given(st.data())
def test_a_valid_value_is_sent_unchanged(name: str, data: st.DataObject) -> None:
    body = data.draw(valid(SCHEMAS[name]))
    assert MODELS[name].encode(body) == body
    assert MODELS[name].encode(MappingProxyType(body)) == body
    sent = without_optional_nulls(SCHEMAS[name], body)
    assert MODELS[name].encode(read(name, body)) == sent


@each_model
@few
@given(st.data())
def test_nothing_but_an_encode_error_is_raised(name: str, data: st.DataObject) -> None:
    body = replaced(data.draw(valid(SCHEMAS[name])), data.draw)
    error = None
    try:
        sent = MODELS[name].encode(body)
    except EncodeError as caught:
        error = caught
    else:
        assert sent == body
    assert error is None or (error.problem and error.kind in ("type", "value", "id"))


def refused(model: Any, body: Any) -> EncodeError:
    with pytest.raises(EncodeError) as caught:
        model.encode(body)
    return caught.value


def content(value: object) -> dict[str, Any]:
    return {"messages": [{**HI, "content": value}]}


@pytest.mark.parametrize(
    ("body", "path", "kind", "words"),
    [
        ({"messages": [HI, HI, {**HI, "role": "usr"}]}, "messages[2].role", "value", "mean 'user'"),
        ({"messages": []}, "messages", "value", "at least 1 item"),
        ({"messages": HI}, "messages", "type", "a list"),
        ({"messages": "Hi."}, "messages", "type", "a list"),
        ({}, "messages", "value", "missing"),
        ({"messages": [HI], "temprature": 1}, "temprature", "value", "did you mean 'temperature'"),
        ({"messages": [HI], 7: 1}, "", "type", "str keys"),
        ({"messages": [{"role": "user"}]}, "messages[0].content", "value", "missing"),
        ({"messages": [{**HI, "content": 7}]}, "messages[0].content", "type", "a string or a list"),
        (content([{"type": "txt", "text": "a"}]), "messages[0].content[0].type", "value", "'text'"),
        (content([{"text": "a"}]), "messages[0].content[0].type", "value", "missing"),
        (content(["a"]), "messages[0].content[0]", "type", "dict"),
        (
            content([{"type": "image_url", "image_url": dict[str, str]()}]),
            "messages[0].content[0].image_url.url", "value", "missing",
        ),
        ({"messages": [HI], "temperature": float("nan")}, "temperature", "value", "finite"),
        ({"messages": [HI], "temperature": True}, "temperature", "type", "a number"),
        ({"messages": [HI], "max_tokens": 1.5}, "max_tokens", "type", "an int"),
        ({"messages": [HI], "max_tokens": True}, "max_tokens", "type", "an int"),
        ({"messages": [HI], "stop": ["a"] * 5}, "stop", "value", "1 to 4 items"),
        ({"messages": [HI], "stop": 5}, "stop", "type", "a string or a list"),
        ({"messages": [HI], "logit_bias": {"50": "x"}}, "logit_bias.50", "type", "an int"),
        ({"messages": [HI], "tool_choice": "always"}, "tool_choice", "value", "'none', 'auto'"),
        ({"messages": [HI], "recall": "yes"}, "recall", "type", "True or False"),
        ({"messages": [HI], "recall": None}, "recall", "type", "True or False"),
        ({"messages": [{**HI, "content": "\ud800"}]}, "messages[0].content", "value", "UTF-8"),
        ([], "", "type", "ChatInput or a dict"),
    ],
)  # fmt: skip
def test_refused_by_path(body: Any, path: str, kind: str, words: str) -> None:
    error = refused(ChatInput, body)
    assert (error.path, error.kind) == (path, kind)
    assert words in error.problem
    assert str(error) == (f"{path}: {error.problem}" if path else error.problem)
    again = pickled(error)
    assert (str(again), again.kind) == (str(error), kind)


@pytest.mark.parametrize(
    "value",
    [
        "4b9f6f0e-5b1e-1b7e-8b0a-3f9d1d6d0a01",
        "4b9f6f0e-5b1e-4b7e-cb0a-3f9d1d6d0a01",
        ID.replace("-", ""),
        f"{ID} ",
        f"{{{ID}}}",
        "",
        uuid.UUID(int=5),
    ],
)
def test_an_id_that_is_not_a_uuid4_is_refused(value: object) -> None:
    error = refused(CreateSessionRequest, {"agent_id": value})
    assert (error.path, error.kind) == ("agent_id", "id")


@pytest.mark.parametrize("value", [ID, ID.upper(), uuid.UUID(ID)])
def test_an_id_is_sent_in_lower_case(value: object) -> None:
    assert CreateSessionRequest.encode({"agent_id": value}) == {"agent_id": ID}


def test_an_id_of_another_type_is_a_type_error() -> None:
    assert refused(CreateSessionRequest, {"agent_id": 5}).kind == "type"


def test_unset_is_left_out_and_null_is_kept() -> None:
    body = {"messages": [{**HI, "name": UNSET}], "temperature": None, "max_tokens": UNSET}
    assert ChatInput.encode(body) == {"messages": [HI], "temperature": None}
    assert refused(ChatInput, {"messages": UNSET}).path == "messages"


def test_no_default_is_sent() -> None:
    assert ChatInput.encode({"messages": [HI]}) == {"messages": [HI]}
    model = ChatInput([InputChatMlMessage(InputChatMlMessageRole.USER, "Hi.")])
    assert ChatInput.encode(model) == {"messages": [HI]}


def test_models_and_dicts_may_be_mixed() -> None:
    content: list[Any] = [ChatMlTextContentPart("a"), {"type": "text", "text": "b"}]
    messages = (InputChatMlMessage(InputChatMlMessageRole.USER, content=content), HI)
    choice = NamedToolChoice(NamedToolChoiceFunction("f"))
    sent = ChatInput.encode({"messages": messages, "tool_choice": choice})
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert sent == {
        "messages": [{"role": "user", "content": parts}, HI],
        "tool_choice": {"type": "function", "function": {"name": "f"}},
    }


def test_attributes_of_a_model_are_checked() -> None:
    message = InputChatMlMessage("user", "Hi.")
    message.role = InputChatMlMessageRole("usr")
    assert refused(ChatInput, ChatInput([message])).path == "messages[0].role"


def test_another_model_is_refused() -> None:
    message = ChatMlMessage.from_dict({**HI, "id": ID, "created_at": "2026-01-02T03:04:05Z"})
    error = refused(ChatInput, {"messages": [message]})
    assert (error.path, error.kind) == ("messages[0]", "type")
    assert "InputChatMlMessage or a dict" in error.problem


def test_a_model_sends_its_additional_properties() -> None:
    doc = CreateDoc("t", "c")
    doc["new"] = {"at": dt.date(2026, 1, 2)}
    assert CreateDoc.encode(doc) == {"title": "t", "content": "c", "new": {"at": "2026-01-02"}}


def test_the_path_may_be_given() -> None:
    with pytest.raises(EncodeError) as caught:
        CreateDoc.encode({"title": 5}, "docs[2]")
    assert caught.value.path == "docs[2].title"


class Colour(enum.Enum):
    RED = "red"


AT = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


def test_free_form_values_become_json() -> None:
    metadata = {
        "id": uuid.UUID(ID),
        "at": AT,
        "colour": Colour.RED,
        "role": InputChatMlMessageRole.USER,
        "pair": (1, 2.5),
        "deep": MappingProxyType({"skip": UNSET, "none": None, "yes": True}),
        "doc": CreateDoc("t", "c"),
    }
    sent = CreateSessionRequest.encode({"agent_id": ID, "metadata": metadata})
    assert sent["metadata"] == {
        "id": ID,
        "at": "2026-01-02T03:04:05+00:00",
        "colour": "red",
        "role": "user",
        "pair": [1, 2.5],
        "deep": {"none": None, "yes": True},
        "doc": {"title": "t", "content": "c"},
    }


CIRCLE: dict[str, Any] = {}
CIRCLE["again"] = [CIRCLE]


@pytest.mark.parametrize(
    ("metadata", "path", "words"),
    [
        ({"a": [{"b": {1, 2}}]}, "metadata.a[0].b", "a JSON value"),
        ({"a": {5: 1}}, "metadata.a", "key"),
        ({"a": float("inf")}, "metadata.a", "finite"),
        ({"a": "\ud800"}, "metadata.a", "UTF-8"),
        (CIRCLE, "metadata.again[0]", "nesting"),
        (["a"], "metadata", "a dict"),
    ],
)
def test_free_form_values_that_are_not_json_are_refused(
    metadata: Any, path: str, words: str
) -> None:
    error = refused(CreateSessionRequest, {"agent_id": ID, "metadata": metadata})
    assert error.path.startswith(path)
    assert words in error.problem


@few
@given(json_values)
def test_any_json_may_be_metadata(value: Any) -> None:
    sent = CreateSessionRequest.encode({"agent_id": ID, "metadata": {"a": value}})
    assert sent == {"agent_id": ID, "metadata": {"a": value}}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("soon", "value"),
        ("2026-01-02T03:04:05", "value"),
        (AT.replace(tzinfo=None), "value"),
        (5, "type"),
    ],
)
def test_times_need_a_zone(value: object, kind: str) -> None:
    error = refused(Session, {"id": ID, "agent_id": ID, "created_at": value})
    assert (error.path, error.kind) == ("created_at", kind)


def test_times_are_sent_in_iso_format() -> None:
    sent = Session.encode(
        {"id": ID, "agent_id": ID, "created_at": AT, "updated_at": "2026-01-02T03:04:05Z"}
    )
    assert sent["created_at"] == "2026-01-02T03:04:05+00:00"
    assert sent["updated_at"] == "2026-01-02T03:04:05Z"

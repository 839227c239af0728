"""Encoders: values that match the contract are sent unchanged, others are refused by path."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import uuid
from collections import UserDict, UserList, deque
from collections.abc import Iterator
from decimal import Decimal
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, ClassVar, cast

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from julep_api.errors import EncodeError
from julep_api.models import (
    AgentDefaultSettings,
    ChatInput,
    ChatMlMessage,
    ChatMlTextContentPart,
    ChatSettingsResponseFormat,
    CreateDoc,
    CreateSessionRequest,
    InputChatMlMessage,
    InputChatMlMessageRole,
    NamedToolChoice,
    NamedToolChoiceFunction,
    Session,
)
from julep_api.types import UNSET, JSONObject
from tests.generated.helpers.running import pickled
from tests.generated.helpers.strategies import (
    MODELS,
    SCHEMAS,
    json_values,
    valid,
    without_nulls,
)
from tests.generated.test_reading import read, replaced

ID = "4b9f6f0e-5b1e-4b7e-8b0a-3f9d1d6d0a01"
HI = {"role": "user", "content": "Hi."}
ONE = InputChatMlMessage(InputChatMlMessageRole.USER, "Hi.")

each_model = pytest.mark.parametrize("name", MODELS)
few = settings(max_examples=15, deadline=None, database=None)


@each_model
@few
@given(st.data())
def test_a_valid_value_is_sent_unchanged(name: str, data: st.DataObject) -> None:
    body = data.draw(valid(SCHEMAS[name]))
    sent = without_nulls(SCHEMAS[name], body)
    assert MODELS[name].encode(body) == sent
    assert MODELS[name].encode(MappingProxyType(body)) == sent
    assert MODELS[name].encode(UserDict[str, Any](body)) == sent
    assert MODELS[name].encode(read(name, body)) == sent


@each_model
@few
@given(st.data())
def test_none_and_unset_are_the_same_as_nothing(name: str, data: st.DataObject) -> None:
    body = data.draw(valid(SCHEMAS[name]))
    sent = MODELS[name].encode(body)
    left = [each.json_name for each in MODELS[name].__properties__ if each.json_name not in sent]
    nothing = {key: data.draw(st.sampled_from([None, UNSET])) for key in left}
    assert MODELS[name].encode({**body, **nothing}) == sent


@each_model
@few
@given(st.data(), st.dictionaries(st.integers().map(str), json_values, max_size=3))
def test_unknown_keys_are_sent(name: str, data: st.DataObject, more: dict[str, Any]) -> None:
    body = data.draw(valid(SCHEMAS[name]))
    expected = {key: value for key, value in more.items() if value is not None}
    assert MODELS[name].encode({**body, **more}) == MODELS[name].encode(body) | expected


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
        assert sent == without_nulls(SCHEMAS[name], body)
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
        ({"msgs": [HI], "x": 1}, "messages", "value", "did you mean it by 'msgs'"),
        ({"input": [HI]}, "messages", "value", "not known are: 'input'"),
        ({"messages": [HI], "temprature": 1}, "temprature", "value", "did you mean 'temperature'"),
        ({"messages": [HI], 7: 1}, "", "type", "str keys"),
        ({"messages": [{"role": "user"}]}, "messages[0].content", "value", "missing"),
        ({"messages": [{**HI, "content": 7}]}, "messages[0].content", "type", "a str or a list"),
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
        ({"messages": [HI], "stop": 5}, "stop", "type", "a str or a list"),
        ({"messages": [HI], "logit_bias": {"50": "x"}}, "logit_bias.50", "type", "an int"),
        ({"messages": [HI], "tool_choice": "always"}, "tool_choice", "value", "'none', 'auto'"),
        ({"messages": [HI], "recall": "yes"}, "recall", "type", "True or False"),
        ({"messages": None}, "messages", "type", "got None"),
        ({"messages": [{**HI, "content": "\ud800"}]}, "messages[0].content", "value", "UTF-8"),
        ([], "", "type", "a dict or ChatInput"),
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


def test_unset_and_none_are_left_out() -> None:
    body = {"messages": [{**HI, "name": UNSET}], "temperature": None, "max_tokens": UNSET}
    assert ChatInput.encode(body) == {"messages": [HI]}
    assert ChatInput.encode(ChatInput([ONE], temperature=None)) == {"messages": [HI]}
    assert refused(ChatInput, {"messages": UNSET}).path == "messages"


def test_a_bias_of_none_is_none() -> None:
    body = {"messages": [HI], "logit_bias": {50256: -100, "7": None, "8": UNSET}}
    assert ChatInput.encode(body)["logit_bias"] == {"50256": -100}
    assert ChatInput.encode({"messages": [HI], "logit_bias": {1: None}})["logit_bias"] == {}


def test_no_default_is_sent() -> None:
    assert ChatInput.encode({"messages": [HI]}) == {"messages": [HI]}
    assert ChatInput.encode(ChatInput([ONE])) == {"messages": [HI]}


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


def test_a_model_that_was_read_is_sent() -> None:
    read_before: Any = {**HI, "id": ID, "created_at": "2026-01-02T03:04:05Z"}
    message = ChatMlMessage.from_dict(read_before)
    sent = ChatInput.encode({"messages": [message, read_before]})
    assert sent["messages"] == [message.to_dict(), read_before]


def test_a_model_without_the_fields_is_refused() -> None:
    error = refused(ChatInput, {"messages": [CreateDoc("t", "c")]})
    assert (error.path, error.kind) == ("messages[0]", "type")
    assert "a dict or InputChatMlMessage" in error.problem


@pytest.mark.parametrize(
    "messages",
    [(HI,), deque([HI]), UserList([HI]), {1: HI}.values(), [UserDict(HI)], [MappingProxyType(HI)]],
)
def test_any_sequence_and_any_mapping_is_sent(messages: object) -> None:
    assert ChatInput.encode({"messages": messages}) == {"messages": [HI]}


@pytest.mark.parametrize("messages", ["Hi.", b"Hi.", {1}, iter([HI]), {"a": HI}])
def test_other_iterables_are_refused(messages: object) -> None:
    assert refused(ChatInput, {"messages": messages}).problem.startswith("expected a list; got ")


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("contents", "content"),
        ("Content", "content"),
        ("nmae", "name"),
        ("names", "name"),
        ("continu", "continue"),
    ],
)
def test_a_misspelt_key_is_refused_unless_the_right_one_is_given(key: str, meant: str) -> None:
    body = {**HI, key: "x"}
    body.pop(meant, None)
    error = refused(InputChatMlMessage, body)
    assert (error.path, error.kind) == (key, "value")
    assert error.problem.startswith(f"there is no such key (did you mean {meant!r}?); known are: ")
    given = {**HI, "name": "a", "continue": True, key: "x"}
    assert InputChatMlMessage.encode(given) == given


@pytest.mark.parametrize("key", ["nmae", "Name", "continu", "timestamp"])
def test_a_model_is_refused_for_the_keys_for_which_its_dict_is(key: str) -> None:
    kept: JSONObject = {"role": "user", "content": "Hi.", "name": "a", "continue": True, key: "x"}
    assert InputChatMlMessage.encode(InputChatMlMessage.from_dict(kept)) == kept
    model = InputChatMlMessage.from_dict({"role": "user", "content": "Hi.", key: "x"})
    if key == "timestamp":
        assert InputChatMlMessage.encode(model)[key] == "x"
    else:
        error, of_dict = refused(InputChatMlMessage, model), {**HI, key: "x"}
        assert error.path == key
        assert str(error) == str(refused(InputChatMlMessage, of_dict))


@pytest.mark.parametrize("key", ["stop", "seed", "max_tokens", "top_k", "top_a", "n", "user"])
def test_names_of_other_settings_are_no_misspellings(key: str) -> None:
    assert AgentDefaultSettings.encode({key: 1}) == {key: 1}


@pytest.mark.parametrize(
    "key", ["id", "created_at", "agent_id", "timestamp", "username", "context", "author", "type"]
)
def test_keys_of_other_programs_are_no_misspellings(key: str) -> None:
    assert InputChatMlMessage.encode({**HI, key: 1}) == {**HI, key: 1}


def test_a_key_may_be_the_attributes_name() -> None:
    assert InputChatMlMessage.encode({**HI, "continue_": True}) == {**HI, "continue": True}
    assert InputChatMlMessage.encode({**HI, "continue_": None}) == HI
    assert refused(InputChatMlMessage, {**HI, "continue_": 3}).path == "continue_"
    form = {"type": "json_object", "schema_": {"type": "object"}}
    sent = {"type": "json_object", "schema": {"type": "object"}}
    assert ChatSettingsResponseFormat.encode(form) == sent


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


@dataclasses.dataclass
class Plan:
    seats: int
    at: dt.date


@attrs.frozen
class Point:
    x: int


class Opaque:
    pass


class Record:
    """A pydantic model, as far as it is read."""

    model_fields: ClassVar[dict[str, object]] = {"a": int}

    def __iter__(self) -> Iterator[tuple[str, object]]:
        yield "a", 1


# As julep 0.3.9 encoded them; attrs classes with slots it refused.
@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ({"a"}, ["a"]),
        (frozenset({1}), [1]),
        ((each for each in "ab"), ["a", "b"]),
        (deque([1, 2]), [1, 2]),
        ({"a": 1}.keys(), ["a"]),
        (Decimal("1.50"), 1.5),
        (Decimal(3), 3),
        (Decimal("3.0"), 3.0),
        (Decimal("1E+2"), 100),
        (PurePosixPath("a/b"), "a/b"),
        (Plan(1, dt.date(2026, 1, 2)), {"seats": 1, "at": "2026-01-02"}),
        (Point(1), {"x": 1}),
        (Record(), {"a": 1}),
        (dt.time(3, 4), "03:04:00"),
        (dt.timedelta(minutes=1.5), 90.0),
        (b"text", "text"),
        ({1: "a", 1.5: "b"}, {"1": "a", "1.5": "b"}),
        ({None: 1, False: 2}, {"null": 1, "false": 2}),
        ({Colour.RED: 1, uuid.UUID(ID): 2}, {"red": 1, ID: 2}),
        ({dt.date(2026, 1, 2): 3}, {"2026-01-02": 3}),
    ],
)  # fmt: skip
def test_values_of_metadata_are_encoded_as_by_0_3(value: object, sent: object) -> None:
    body = CreateSessionRequest.encode({"agent_id": ID, "metadata": {"v": value}})
    assert body["metadata"] == {"v": sent}
    assert type(cast("dict[str, object]", body["metadata"])["v"]) is type(sent)


def test_the_same_value_is_refused_with_the_same_words() -> None:
    texts = {str(refused(CreateSessionRequest, {"agent_id": Opaque()})) for _ in range(5)}
    assert len(texts) == 1
    assert " at 0x" not in texts.pop()


CIRCLE: dict[str, Any] = {}
CIRCLE["again"] = [CIRCLE]


@pytest.mark.parametrize(
    ("metadata", "path", "words"),
    [
        ({"a": [{"b": object()}]}, "metadata.a[0].b", "a JSON value"),
        ({"a": {(1, 2): 1}}, "metadata.a", "key"),
        ({"a": Colour}, "metadata.a", "got the class Colour"),
        ({"a": refused}, "metadata.a", "got the function refused"),
        ({"a": Decimal("NaN")}, "metadata.a", "finite"),
        ({"a": b"\xff"}, "metadata.a", "UTF-8"),
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

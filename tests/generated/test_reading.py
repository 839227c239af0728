"""Readers: nothing is lost, only DecodeError is raised, and unknown values are kept."""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from julep_api.errors import DecodeError
from julep_api.model import Model
from julep_api.models import (
    ChatMlImageContentPart,
    ChatMlMessage,
    ChatMlMessageRole,
    ChatMlTextContentPart,
    ChatResponse,
    ChatResponseChunk,
    ListSessionsResponse,
    Session,
)
from julep_api.types import UNSET
from tests.generated.helpers.running import pickled
from tests.generated.helpers.strategies import (
    MODELS,
    SCHEMAS,
    json_values,
    parts,
    resolve,
    texts,
    valid,
)

SESSION: Any = {
    "id": "4b9f6f0e-5b1e-4b7e-8b0a-3f9d1d6d0a01",
    "agent_id": "4b9f6f0e-5b1e-4b7e-8b0a-3f9d1d6d0a02",
}
MESSAGE: Any = {
    "id": SESSION["id"],
    "role": "assistant",
    "content": "Hi.",
    "created_at": "2026-01-02T03:04:05Z",
}

each_model = pytest.mark.parametrize("name", MODELS)
few = settings(max_examples=15, deadline=None, database=None)


def read(name: str, data: Any, **options: bool) -> Model:
    model: Any = MODELS[name]
    value: Model = model.from_dict(data, **options)
    return value


@each_model
@few
@given(st.data())
def test_nothing_is_lost(name: str, data: st.DataObject) -> None:
    answer = data.draw(valid(SCHEMAS[name]))
    properties = parts(SCHEMAS[name])[0]
    new = texts.filter(lambda key: key not in properties)
    unknown = data.draw(st.dictionaries(new, json_values, max_size=2))
    whole = {**unknown, **answer}
    before = copy.deepcopy(whole)
    value = read(name, whole)
    assert value.to_dict() == whole == before
    assert value.additional_properties == unknown
    assert read(name, value.to_dict()) == value
    assert json.loads(json.dumps(value.to_dict())) == whole


@each_model
@few
@given(st.data())
def test_models_are_copied_and_pickled(name: str, data: st.DataObject) -> None:
    value = read(name, {**data.draw(valid(SCHEMAS[name])), "new in the API": [1]})
    for other in (copy.copy(value), copy.deepcopy(value), pickled(value)):
        assert other == value
        assert other.to_dict() == value.to_dict()
        assert repr(other) == repr(value)


def replaced(value: Any, draw: Any) -> Any:
    """Replace a part of a value by arbitrary JSON."""
    if isinstance(value, (dict, list)) and value and draw(st.booleans()):
        result: Any = copy.copy(cast("Any", value))
        keys: Any = result if isinstance(value, dict) else range(len(result))
        key = draw(st.sampled_from(list(keys)))
        result[key] = replaced(result[key], draw)
        return result
    return draw(json_values)


@each_model
@few
@given(st.data())
def test_reading_raises_nothing_but_decode_errors(name: str, data: st.DataObject) -> None:
    answer = replaced(data.draw(valid(SCHEMAS[name])), data.draw)
    error = None
    try:
        value = read(name, answer)
    except DecodeError as caught:
        error = caught
    else:
        assert isinstance(value.to_dict(), dict)
    assert error is None or error.problem.startswith("expected ")


@each_model
def test_required_properties_may_be_missing_only_on_request(name: str) -> None:
    required = parts(SCHEMAS[name])[1]
    partial = read(name, {}, partial=True)
    assert partial.to_dict() == {}
    if required:
        with pytest.raises(DecodeError, match="it is missing") as caught:
            read(name, {})
        assert caught.value.path in required
    else:
        assert read(name, {}) == partial


WRONG: dict[str, list[Any]] = {
    "string": [7, True, [], {}],
    "integer": ["7", True, 1.5, [], {}],
    "number": ["7", True, [], {}],
    "boolean": ["true", 0, 1.0, [], {}],
    "array": ["a", 7, {}],
    "object": ["a", 7, []],
}


@each_model
def test_a_value_of_another_type_is_refused(name: str) -> None:
    for key, schema in parts(SCHEMAS[name])[0].items():
        for value in WRONG.get(resolve(schema).get("type", ""), ()):
            with pytest.raises(DecodeError) as caught:
                read(name, {key: value}, partial=True)
            assert caught.value.path == key


@each_model
def test_null_is_kept_where_a_value_may_be_absent_or_null(name: str) -> None:
    for item in MODELS[name].__properties__:
        schema = resolve(parts(SCHEMAS[name])[0][item.json_name])
        branches = schema.get("oneOf", [schema])
        nullable = any(one.get("nullable") or None in one.get("enum", ()) for one in branches)
        data: Any = {item.json_name: None}
        if item.required and not nullable:
            with pytest.raises(DecodeError, match=r"; got None$") as caught:
                read(name, data, partial=True)
            assert caught.value.path == item.json_name
        else:
            value = read(name, data, partial=True)
            assert getattr(value, item.name) is None
            assert item.json_name in value
            assert value.to_dict() == data
            assert value.additional_properties == {}


@each_model
def test_an_absent_field_is_none(name: str) -> None:
    value = read(name, {}, partial=True)
    for item in MODELS[name].__properties__:
        assert getattr(value, item.name) is None
        assert item.json_name not in value
        assert item.name not in value


def test_an_unknown_property_is_kept_beside_a_missing_one() -> None:
    data = {"id": SESSION["id"], "mood": "good"}
    for name in ("Session", "Agent", "User"):
        assert read(name, data, partial=True).to_dict() == data


@pytest.mark.parametrize(
    ("answer", "path", "problem"),
    [
        ([], "", "expected an object; got []"),
        ({}, "items", "expected a list; it is missing"),
        ({"items": {}}, "items", "expected a list; got {}"),
        (
            {"items": [SESSION, SESSION, {**SESSION, "agent_id": 7}]},
            "items[2].agent_id",
            "expected a string; got 7",
        ),
        ({"items": [SESSION, None]}, "items[1]", "expected an object; got None"),
        (
            {"items": [{**SESSION, "token_budget": True}]},
            "items[0].token_budget",
            "expected an integer; got True",
        ),
        (
            {"items": [{**SESSION, "created_at": "soon"}]},
            "items[0].created_at",
            "expected a date-time; got 'soon'",
        ),
        ({"items": [{**SESSION, "metadata": "x" * 999}]}, "items[0].metadata", None),
    ],
)
def test_errors_name_the_place(answer: Any, path: str, problem: str | None) -> None:
    with pytest.raises(DecodeError) as caught:
        ListSessionsResponse.from_dict(answer)
    assert caught.value.path == path
    assert problem is None or caught.value.problem == problem
    assert len(str(caught.value)) < 200
    again = pickled(caught.value)
    assert (again.path, again.problem, str(again)) == (
        path,
        caught.value.problem,
        str(caught.value),
    )


def test_an_unknown_enum_member_keeps_its_value() -> None:
    message = ChatMlMessage.from_dict({**MESSAGE, "role": "moderator"})
    role = message.role
    assert isinstance(role, ChatMlMessageRole)
    assert [str(role), role.value, f"{role}", role + ""] == ["moderator"] * 4
    assert role.__eq__("moderator") is True
    assert role == ChatMlMessageRole("moderator")
    assert hash(role) == hash("moderator")
    assert role not in list(ChatMlMessageRole)
    assert role != ChatMlMessageRole.USER
    for other in (copy.copy(role), copy.deepcopy(role), pickled(role)):
        assert other == role
        assert type(other) is ChatMlMessageRole
    assert message.to_dict()["role"] == "moderator"
    assert json.dumps(role) == '"moderator"'


def test_a_known_enum_member_is_the_member() -> None:
    role = ChatMlMessage.from_dict(MESSAGE).role
    assert role is ChatMlMessageRole.ASSISTANT
    assert pickled(role) is role
    assert copy.deepcopy(role) is role


def test_content_parts_are_distinguished() -> None:
    unknown: Any = {"type": "audio", "audio": {"url": "x"}, "n": 1}
    text: Any = {"type": "text", "text": "a"}
    image: Any = {
        "type": "image_url",
        "image_url": {"url": "https://example.com/a.png", "detail": "huge"},
    }
    message = ChatMlMessage.from_dict({**MESSAGE, "content": [text, image, unknown]})
    assert isinstance(message.content, list)
    first, second, third = message.content
    assert isinstance(first, ChatMlTextContentPart)
    assert isinstance(second, ChatMlImageContentPart)
    assert third == unknown
    assert message.to_dict()["content"] == [text, image, unknown]


def test_a_part_of_a_known_kind_is_read_strictly() -> None:
    with pytest.raises(DecodeError) as caught:
        ChatMlMessage.from_dict({**MESSAGE, "content": [{"type": "text", "text": 1}]})
    assert caught.value.path == "content[0].text"


def test_times_are_aware_and_utc_by_default() -> None:
    session = Session.from_dict(
        {
            **SESSION,
            "created_at": "2026-01-02T03:04:05",
            "updated_at": "2026-01-02T03:04:05.5+02:00",
        }
    )
    utc = dt.UTC
    assert session.created_at == dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=utc)
    assert session.updated_at == dt.datetime(2026, 1, 2, 1, 4, 5, 500000, tzinfo=utc)
    assert isinstance(session.created_at, dt.datetime)
    assert session.created_at.tzinfo is not None


def test_additional_properties_are_accessible_by_key() -> None:
    session = Session.from_dict({**SESSION, "mood": "good"})
    assert session["mood"] == "good"
    assert "mood" in session
    session["more"] = 1
    del session["mood"]
    assert session.to_dict() == {**SESSION, "more": 1}


def test_an_additional_property_by_the_name_of_a_mappings_method() -> None:
    session: Any = Session.from_dict({**SESSION, "keys": 5, "items": [1]})
    assert (session["keys"], session.items) == (5, [1])
    assert dict(session)["keys"] == 5
    with pytest.raises(AttributeError, match="keys"):
        session.keys()


def test_models_are_equal_by_value() -> None:
    assert Session(**SESSION) == Session.from_dict(SESSION)
    assert Session(**SESSION) != Session(**SESSION, situation="")
    assert Session(**SESSION) != SESSION
    assert Session.from_dict({**SESSION, "a": 1}) != Session.from_dict(SESSION)
    assert (
        repr(Session(**SESSION))
        == f"Session(id={SESSION['id']!r}, agent_id={SESSION['agent_id']!r})"
    )


def test_a_model_without_additional_properties_has_no_dict_for_them() -> None:
    session: Any = Session.from_dict(SESSION)
    assert session._extra is None


def test_to_dict_takes_any_value() -> None:
    odd: Any = Session(**SESSION)
    odd.id, odd.agent_id, odd.metadata = object(), {1, 2}, {"at": dt.date(2026, 1, 2)}
    result = odd.to_dict()
    assert json.loads(json.dumps(result)) == result
    assert result["metadata"] == {"at": "2026-01-02"}


def test_unset_keeps_its_identity_and_is_false() -> None:
    assert copy.deepcopy(UNSET) is copy.copy(UNSET) is pickled(UNSET) is UNSET
    assert not UNSET
    assert repr(UNSET) == "UNSET"
    assert pickled(Session(**SESSION)).situation is None


ANSWER: Any = {
    "id": SESSION["id"],
    "finish_reason": "stop",
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    "doc_ids": {"agent_doc_ids": [], "user_doc_ids": []},
}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Hi.", "Hi."),
        (
            [
                {"type": "text", "text": "a"},
                {"type": "image_url", "image_url": {"url": "u"}},
                {"type": "text", "text": "b"},
            ],
            "ab",
        ),
        ([{"type": "new", "text": "c"}], ""),
    ],
)
def test_an_answer_has_a_text(content: Any, text: str) -> None:
    answer = ChatResponse.from_dict({**ANSWER, "response": [[{**MESSAGE, "content": content}]]})
    assert answer.text == text
    assert answer.message is answer.response[0][0]


@pytest.mark.parametrize("response", [[], [[]]])
def test_an_answer_without_a_message_has_no_text(response: Any) -> None:
    answer = ChatResponse.from_dict({**ANSWER, "response": response})
    assert answer.text == ""
    with pytest.raises(LookupError, match="no message"):
        _ = answer.message


def test_an_event_has_a_text() -> None:
    assert (
        ChatResponseChunk.from_dict(
            {"id": SESSION["id"], "delta": {"content": "a"}, "finish_reason": None}
        ).text
        == "a"
    )
    assert (
        ChatResponseChunk.from_dict(
            {"id": SESSION["id"], "delta": {}, "finish_reason": "stop"}
        ).text
        == ""
    )


def test_items_of_a_list_share_the_ids_that_they_have_in_common() -> None:
    ada, bo = "4b9f6f0e-5b1e-4b7e-8b0a-3f9d1d6d0a0a", "4b9f6f0e-5b1e-4b7e-8b0a-3f9d1d6d0a0b"
    agents = [ada, ada, bo, bo, ada]
    text = json.dumps({"items": [{"id": one, "agent_id": one} for one in agents]})
    items = ListSessionsResponse.from_dict(json.loads(text)).items
    assert [item.agent_id for item in items] == [item.id for item in items] == agents
    assert items[0].agent_id is items[1].agent_id
    assert items[2].agent_id is items[3].agent_id

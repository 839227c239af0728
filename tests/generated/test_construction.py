"""Constructors: they convert as readers do, keep unknown keys, and say where a value is wrong."""

from __future__ import annotations

import ast
import csv
import datetime as dt
import inspect
import io
import itertools
import json
import uuid
from collections import deque
from types import MappingProxyType
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from julep_api.construction import build
from julep_api.errors import ModelError
from julep_api.model import Model
from julep_api.models import (
    Agent,
    AgentDefaultSettings,
    AgentDefaultSettingsPreset,
    ChatMlImageContentPart,
    ChatMlMessage,
    ChatMlMessageRole,
    ChatMlTextContentPart,
    ChatResponse,
    CreateDoc,
    InputChatMlMessage,
    InputChatMlMessageRole,
    NamedToolChoice,
    Session,
    User,
)
from julep_api.types import UNSET
from tests.generated.helpers.strategies import (
    MODELS,
    SCHEMAS,
    json_values,
    parts,
    texts,
    valid,
    without_nulls,
)

ID = "4b9f6f0e-5b1e-4b7e-8b0a-3f9d1d6d0a01"
SESSION: Any = {"id": ID, "agent_id": ID}
MESSAGE: Any = {"role": "user", "content": "a"}
UTC = dt.UTC

each_model = pytest.mark.parametrize("name", MODELS)
few = settings(max_examples=10, deadline=None, database=None)


def made(name: str, values: dict[str, Any]) -> Model:
    model: Any = MODELS[name]
    result: Model = model(**values)
    return result


def as_any(value: object) -> Any:
    """Hide a type from type checkers, which know less than the constructors take."""
    return value


def wrong(model: Any, values: dict[str, Any]) -> ModelError:
    with pytest.raises(ModelError) as caught:
        model(**values)
    return caught.value


@each_model
@few
@given(st.data())
def test_a_constructor_makes_what_a_reader_reads(name: str, data: st.DataObject) -> None:
    properties = parts(SCHEMAS[name])[0]
    new = texts.filter(lambda key: key not in properties and f"{key}_" not in properties)
    unknown = data.draw(st.dictionaries(new, json_values, max_size=2))
    known = data.draw(valid(SCHEMAS[name]))
    body, kept = {**known, **unknown}, {**without_nulls(SCHEMAS[name], known), **unknown}
    value = made(name, body)
    model: Any = MODELS[name]
    read = model.from_dict(body)
    assert value == read
    assert repr(value) == repr(model.from_dict(kept))
    assert value.additional_properties == unknown
    assert value.to_dict() == kept
    assert build(model, body) == build(model, dict(read)) == value
    assert build(model, value) is value


@each_model
def test_what_is_none_or_unset_is_not_given(name: str) -> None:
    for nothing in (None, UNSET):
        given = {item.name: nothing for item in MODELS[name].__properties__ if not item.required}
        required = {item.name for item in MODELS[name].__properties__ if item.required}
        if not required:
            assert made(name, given).to_dict() == {}
        else:
            with pytest.raises((TypeError, ModelError)):
                made(name, given)


@each_model
def test_attributes_and_parameters_have_the_fields_names(name: str) -> None:
    model: Any = MODELS[name]
    fields: Any = attrs.fields(model)
    assert [field.name for field in fields] == [item.name for item in model.__properties__]


@pytest.mark.parametrize(
    ("value", "attribute", "expected"),
    [
        (ChatMlMessage(ID, "user", "a", "2026-01-02T03:04:05Z"), "role", ChatMlMessageRole.USER),
        (InputChatMlMessage("user", "a"), "role", InputChatMlMessageRole.USER),
        (
            AgentDefaultSettings(preset="fun"),
            "preset",
            AgentDefaultSettingsPreset.FUN,
        ),
        (User(uuid.UUID(ID)), "id", ID),
        (User(ID, created_at="2026-01-02"), "created_at", dt.datetime(2026, 1, 2, tzinfo=UTC)),
        (
            User(ID, created_at="2026-01-02T03:04:05+02:00"),
            "created_at",
            dt.datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC),
        ),
        (
            Agent(ID, "a", "m", default_settings={"temperature": 1}),
            "default_settings",
            AgentDefaultSettings(temperature=1),
        ),
        (Agent(ID, "a", "m", instructions=("b", "c")), "instructions", ["b", "c"]),
        (Agent(ID, "a", "m", instructions=deque("bc")), "instructions", ["b", "c"]),
        (User(ID, metadata=MappingProxyType({"a": 1})), "metadata", {"a": 1}),
        (User(ID, metadata=as_any(AgentDefaultSettings(top_p=1))), "metadata", {"top_p": 1}),
        (
            InputChatMlMessage(
                "user",
                [
                    {"type": "text", "text": "a"},
                    {"type": "image_url", "image_url": {"url": "b", "detail": "low"}},
                    ChatMlTextContentPart("c"),
                ],
            ),
            "content",
            [
                ChatMlTextContentPart("a"),
                ChatMlImageContentPart({"url": "b", "detail": "low"}),
                ChatMlTextContentPart("c"),
            ],
        ),
    ],
)
def test_values_are_converted(value: Any, attribute: str, expected: object) -> None:
    found: object = getattr(value, attribute)
    assert found == expected
    assert type(found) is type(expected)


def test_unknown_keys_are_kept() -> None:
    agent: Any = Agent(ID, "a", "m", mood="good", default_settings={"max_tokens": 3})
    assert agent.to_dict() == {
        "id": ID,
        "name": "a",
        "model": "m",
        "mood": "good",
        "default_settings": {"max_tokens": 3},
    }
    assert agent.mood == agent["mood"] == "good"
    assert agent.default_settings.max_tokens == 3
    with pytest.raises(AttributeError, match=r"^'Agent' object has no attribute 'moods'$"):
        _ = agent.moods


def test_a_json_name_that_is_no_name_of_python() -> None:
    message: Any = InputChatMlMessage(**as_any({**MESSAGE, "continue": True}))
    assert message == InputChatMlMessage("user", "a", continue_=True)
    assert message.to_dict() == {**MESSAGE, "continue": True}
    assert message["continue"] is message["continue_"] is getattr(message, "continue") is True
    assert message.additional_properties == {}


@pytest.mark.parametrize(
    ("model", "values", "path", "problem"),
    [
        (User, {"id": 3}, "User.id", "expected a str; got 3"),
        (User, {"id": None}, "User.id", "expected a str; got None"),
        (User, {"id": ID, "metadata": 3}, "User.metadata", "expected a dict; got 3"),
        (
            User,
            {"id": ID, "created_at": "soon"},
            "User.created_at",
            "expected a datetime, or its RFC 3339 text; got 'soon'",
        ),
        (
            User,
            {"id": ID, "created_at": 3},
            "User.created_at",
            "expected a datetime, or its RFC 3339 text; got 3",
        ),
        (
            Session,
            {**SESSION, "token_budget": True},
            "Session.token_budget",
            "expected an int; got True",
        ),
        (
            Session,
            {**SESSION, "render_templates": 1},
            "Session.render_templates",
            "expected True or False; got 1",
        ),
        (
            Agent,
            {"id": ID, "name": "a", "model": "m", "default_settings": {"temperature": "hot"}},
            "Agent.default_settings.temperature",
            "expected a number; got 'hot'",
        ),
        (
            Agent,
            {"id": ID, "name": "a", "model": "m", "instructions": ["a", 3]},
            "Agent.instructions[1]",
            "expected a str; got 3",
        ),
        (
            InputChatMlMessage,
            {"role": "usr", "content": "a"},
            "InputChatMlMessage.role",
            (
                "expected one of 'user', 'assistant', 'system', 'function_call', 'function',"
                " 'auto'; got 'usr' (did you mean 'user'?)"
            ),
        ),
        (
            InputChatMlMessage,
            {"role": "user", "content": [{"type": "text", "text": 3}]},
            "InputChatMlMessage.content[0].text",
            "expected a str; got 3",
        ),
        (
            InputChatMlMessage,
            {"role": "user", "content": [{"type": "txt", "text": "a"}]},
            "InputChatMlMessage.content[0].type",
            "expected one of 'text', 'image_url'; got 'txt' (did you mean 'text'?)",
        ),
        (
            NamedToolChoice,
            {"function": {"nam": "f"}},
            "NamedToolChoice.function.name",
            "expected a str; it is missing",
        ),
        (
            ChatResponse,
            {
                "id": ID,
                "finish_reason": "stop",
                "usage": {},
                "doc_ids": {},
                "response": [[{"id": ID, "role": "user", "content": "a"}]],
            },
            "ChatResponse.response[0][0].created_at",
            "expected a datetime, or its RFC 3339 text; it is missing",
        ),
    ],
)
def test_errors_say_where_and_what(
    model: type[Model], values: dict[str, Any], path: str, problem: str
) -> None:
    error = wrong(model, values)
    assert (error.path, error.problem) == (path, problem)
    assert str(error) == f"{path}: {problem}"
    assert isinstance(error, ValueError)


def test_a_missing_argument_is_a_type_error_as_of_any_function() -> None:
    with pytest.raises(TypeError, match="missing 2 required positional arguments"):
        Agent(ID)  # type: ignore[call-arg]  # wrong on purpose


def test_a_model_is_read_like_a_mapping() -> None:
    session = Session.from_dict({**SESSION, "situation": None, "mood": "good"})
    assert session["id"] == session.id == ID
    assert ("situation" in session, "user_id" in session, "mood" in session) == (True, False, True)
    assert ("nothing" in session, 3 in session) == (False, False)
    assert session["user_id"] is None
    with pytest.raises(KeyError, match="nothing"):
        _ = session["nothing"]
    assert dict(session) == {
        **dict.fromkeys(item.json_name for item in Session.__properties__),
        **SESSION,
        "mood": "good",
    }
    assert list(session) == list(dict(session).items())
    assert json.loads(session.to_json()) == session.to_dict()
    assert session.to_dict() == {**SESSION, "situation": None, "mood": "good"}


def test_fields_are_set_and_removed_by_key() -> None:
    session = Session(**SESSION, situation="a")
    session["situation"] = "b"
    session["mood"] = "good"
    assert (session.situation, session["mood"]) == ("b", "good")
    del session["situation"], session["mood"]
    assert session.to_dict() == SESSION
    with pytest.raises(KeyError, match="id: Session needs it"):
        del session["id"]
    with pytest.raises(KeyError, match="mood"):
        del session["mood"]


def test_json_text_is_readable() -> None:
    user = User(ID, name="Zoë 😀", metadata={"a": [1]})
    assert user.to_json() == f'{{"id": "{ID}", "name": "Zoë 😀", "metadata": {{"a": [1]}}}}'
    assert '\n  "name": "Zoë 😀"' in user.to_json(indent=2)


@each_model
def test_no_sentinel_is_seen(name: str) -> None:
    model: Any = MODELS[name]
    value = model.from_dict({}, partial=True)
    row = io.StringIO()
    csv.writer(row).writerow([getattr(value, item.name) for item in model.__properties__])
    shown = [
        f"{[getattr(value, item.name) for item in model.__properties__]}",
        *(repr(value), str(value), f"{value}", value.to_json(), json.dumps(dict(value))),
        *(row.getvalue(), repr(list(value)), repr(value.__dict__), value._repr_html_()),
    ]
    assert not any("unset" in text.lower() for text in shown)


def test_only_what_is_there_is_shown() -> None:
    session: Any = Session.from_dict({**SESSION, "situation": None, "mood": "good"})
    assert list(session.__rich_repr__()) == [
        *(("id", ID), ("agent_id", ID), ("situation", None), ("mood", "good"))
    ]
    assert repr(session) == f"Session(id='{ID}', agent_id='{ID}', situation=None, mood='good')"
    assert repr(AgentDefaultSettings()) == "AgentDefaultSettings()"


def test_a_table_for_notebooks_is_escaped() -> None:
    attack = "<script>alert('&')</script>"
    agent: Any = Agent(
        *(ID, attack, "m"),
        instructions=[attack, "b"],
        metadata={attack: attack},
        default_settings={attack: attack},
        **{attack: attack},
    )
    table = agent._repr_html_()
    assert "<script" not in table
    assert table.count("&lt;script&gt;") == 8
    assert table.startswith("<table><caption>Agent</caption><tr><th>id</th>")
    assert "<td><table><caption>AgentDefaultSettings</caption>" in table
    assert "</script&gt;" not in table


def test_a_table_of_nested_models_shows_each() -> None:
    message: Any = InputChatMlMessage(
        "user", [ChatMlTextContentPart("a"), {"type": "text", "text": "b"}]
    )
    table = message._repr_html_()
    assert table.count("<caption>ChatMlTextContentPart</caption>") == 2
    assert "<br>" in table


def test_a_hash_is_of_the_id_or_of_the_fields() -> None:
    session = Session(**SESSION)
    assert {session, Session(**SESSION, situation="a")} == {
        session,
        Session(**SESSION, situation="a"),
    }
    assert hash(session) == hash(Session(**SESSION, situation="a"))
    doc, other = CreateDoc("a", "b"), CreateDoc("a", "b", metadata={"a": 1})
    assert hash(doc) == hash(CreateDoc("a", "b"))
    assert len({doc, CreateDoc("a", "b"), other}) == 2
    assert len({CreateDoc("a", "b", id=[1]), CreateDoc("a", "b", id=[1])}) == 1


@each_model
def test_each_field_has_a_text_for_editors(name: str) -> None:
    source = inspect.getsource(MODELS[name])
    [kind] = ast.parse(source).body
    assert isinstance(kind, ast.ClassDef)
    found = {
        ast.unparse(field.target): ast.literal_eval(text.value)
        for field, text in itertools.pairwise(kind.body)
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr)
    }
    assert list(found) == [item.name for item in MODELS[name].__properties__]
    assert all(text.strip().endswith((".", "'", ":", "`")) for text in found.values())

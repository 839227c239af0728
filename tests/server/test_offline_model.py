"""The offline model: its answers, limits, formats, function calls and token counts."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep_server.models.schema_instances import simplest_instance
from julep_server.text.tokens import count_tokens, split_tokens
from tests.server.helpers.api import UNKNOWN_ID, Api, error_of

TOOL: dict[str, Any] = {
    "id": UNKNOWN_ID,
    "type": "function",
    "function": {
        "name": "book",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "minLength": 2},
                "people": {"type": "integer", "minimum": 1},
                "class": {"enum": ["first", "second"]},
                "note": {"type": "string"},
            },
            "required": ["city", "people", "class"],
        },
    },
}


def text_of(response: dict[str, Any]) -> str:
    return str(response["response"][0][0]["content"])


def test_every_answer_states_that_it_is_the_offline_model(api: Api, session_id: str) -> None:
    response = api.chat(session_id)
    assert "offline model, not a language model" in response.json()["response"][0][0]["content"]
    assert response.headers["x-julep-model"] == "offline"


def test_any_model_name_is_accepted(api: Api) -> None:
    agent = api.make("agents", model="julep-ai/samantha-1-turbo")
    session = api.make("sessions", agent_id=agent["id"])["id"]
    assert agent["model"] == "julep-ai/samantha-1-turbo"
    assert api.chat(session).headers["x-julep-model"] == "offline"


def test_the_answer_quotes_the_situation_and_the_last_message(api: Api) -> None:
    session = api.make("sessions", situation="Say 'hello banana'")["id"]
    texts = {text_of(api.reply(session, "What now?", record=False)) for _ in range(3)}
    assert len(texts) == 1
    assert "Say 'hello banana'" in min(texts)
    assert min(texts).endswith("You said: What now?")


@pytest.mark.parametrize("situation", ["Say 'hello banana'", 'Please say "hello banana".'])
def test_an_instruction_to_say_something_comes_first(api: Api, situation: str) -> None:
    session = api.make("sessions", situation=situation)["id"]
    assert text_of(api.reply(session, "Please", max_tokens=2)) == "hello banana"
    assert text_of(api.reply(session, "Say 'goodbye'")).startswith("hello banana\nThis is Julep's")


def test_images_are_counted(api: Api, session_id: str) -> None:
    image = {"type": "image_url", "image_url": {"url": "https://images.test/x.jpg"}}
    content = [{"type": "text", "text": "Look:"}, image, image]
    response = api.reply(session_id, messages=[{"role": "user", "content": content}])
    assert text_of(response).endswith("You said: Look: (2 images that this model can't see)")


def test_a_functions_result_and_a_beginning_are_quoted(api: Api, session_id: str) -> None:
    call = {"role": "function_call", "content": '{"name": "f", "arguments": "{}"}'}
    result = {"role": "function", "name": "f", "content": "42"}
    assert text_of(api.reply(session_id, messages=[call, result])).endswith("The function gave: 42")
    begun = {"role": "assistant", "content": "Once", "continue": True}
    assert text_of(api.reply(session_id, messages=[begun])).endswith("I go on from: Once")


@pytest.mark.parametrize("limit", [1, 3, 8])
@pytest.mark.parametrize("stream", [False, True])
def test_max_tokens_limits_the_answer(api: Api, session_id: str, limit: int, stream: bool) -> None:
    if stream:
        last = api.events(session_id, max_tokens=limit)[-2].data
    else:
        last = api.reply(session_id, max_tokens=limit)
        assert len(split_tokens(text_of(last))) == limit
    assert last["finish_reason"] == "length"
    assert last["usage"]["completion_tokens"] == limit


@pytest.mark.parametrize("stop", ["Hello", ["never", "Hello"]])
def test_a_stop_sequence_ends_the_answer(api: Api, session_id: str, stop: Any) -> None:
    response = api.reply(session_id, stop=stop)
    assert text_of(response).endswith("You said: ")
    assert response["finish_reason"] == "stop"


def test_a_chosen_function_is_called(api: Api, session_id: str) -> None:
    choice = {"type": "function", "function": {"name": "book"}}
    response = api.reply(session_id, tools=[TOOL], tool_choice=choice)
    message = response["response"][0][0]
    call = json.loads(message["content"])
    assert (message["role"], response["finish_reason"]) == ("function_call", "tool_calls")
    assert call["name"] == "book"
    assert json.loads(call["arguments"]) == {"city": "xx", "people": 1, "class": "first"}
    assert "role" not in api.reply(session_id, tools=[TOOL], tool_choice="auto")
    streamed = api.events(session_id, tools=[TOOL], tool_choice=choice)
    assert json.loads(streamed[0].data["delta"]["content"]) == call


def test_json_formats_are_supported(api: Api, session_id: str) -> None:
    response = json.loads(text_of(api.reply(session_id, response_format={"type": "json_object"})))
    assert response["model"] == "offline"
    schema = TOOL["function"]["parameters"]
    wanted = {"type": "json_object", "schema": schema}
    made = json.loads(text_of(api.reply(session_id, response_format=wanted)))
    assert made == {"city": "xx", "people": 1, "class": "first"}
    regex = api.chat(session_id, response_format={"type": "regex", "pattern": "a"})
    assert "regex" in error_of(regex, 400)["message"]


@given(st.text())
def test_joined_tokens_are_the_text(text: str) -> None:
    assert "".join(split_tokens(text)) == text
    assert count_tokens(text) == len(split_tokens(text))


def test_words_are_split_into_tokens() -> None:
    assert split_tokens("Hello, wonderful 世界 \n") == [
        "Hello,",
        " wonderfu",
        "l",
        " 世",
        "界",
        " \n",
    ]
    assert (
        count_tokens([{"type": "text", "text": "a b"}, {"type": "image_url", "image_url": {}}]) == 2
    )


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object"},
        {"type": "string", "minLength": 3},
        {"type": "integer", "exclusiveMinimum": 4},
        {"type": "number", "maximum": -2},
        {"type": "integer", "minimum": 3, "maximum": 3},
        {"type": "array", "items": {"type": "boolean"}, "minItems": 2},
        {"type": ["null", "string"]},
        {"const": {"a": [1]}},
        {"enum": [None, 1]},
        {"anyOf": [{"type": "integer"}, {"type": "string"}]},
        {"type": "string", "default": "d"},
        {"$ref": "#/$defs/x", "$defs": {"x": {"type": "object", "required": ["y"]}}},
        {"allOf": [{"required": ["a"], "properties": {"a": {"type": "null"}}}], "type": "object"},
        TOOL["function"]["parameters"],
    ],
)
def test_the_simplest_instance_is_valid(schema: Any) -> None:
    assert jsonschema_rs.validator_for(schema).is_valid(simplest_instance(schema))


def test_a_recursive_schema_has_a_finite_instance() -> None:
    schema: Any = {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#"}}}
    assert json.dumps(simplest_instance(schema))


PATTERNS = [
    "^a+$",
    "^(ab|c)[0-9]{3}-x?$",
    "[^x]",
    r"^\d+\.\w\s$",
    "^(a)\\1$",
    "b.d",
    "^[A-Z]{2,4}$",
]

FORMATS = ["date", "date-time", "time", "duration", "uuid", "email", "ipv4"]


def like(**keywords: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy of schemas, of values or strategies of their keywords."""
    parts: dict[str, st.SearchStrategy[Any]] = {}
    for name, each in keywords.items():
        parts[name] = each if isinstance(each, st.SearchStrategy) else st.just(each)
    return st.fixed_dictionaries(parts)


def with_all_required(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties]}


def nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    some = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        like(type="array", items=inner, minItems=st.integers(0, 3)),
        like(type="array", prefixItems=st.tuples(inner, inner).map(list), minItems=2),
        st.dictionaries(st.sampled_from("abc"), inner).map(with_all_required),
        like(anyOf=some),
        like(type="object", minProperties=2, additionalProperties=inner),
    )


SCHEMAS = st.recursive(
    st.one_of(
        like(type=st.sampled_from(["string", "boolean", "null"])),
        like(type="string", pattern=st.sampled_from(PATTERNS)),
        like(type="string", format=st.sampled_from(FORMATS)),
        like(
            type=st.sampled_from(["integer", "number"]),
            minimum=st.integers(-9, 0),
            maximum=st.integers(5, 9),
            multipleOf=st.integers(1, 5),
        ),
        like(type="integer", minimum=st.integers(2, 9), multipleOf=st.integers(1, 5)),
        like(type="number", exclusiveMinimum=st.integers(-3, 3), exclusiveMaximum=st.just(4)),
        like(type="number", exclusiveMinimum=st.just(0), exclusiveMaximum=st.integers(1, 3)),
        like(enum=st.lists(st.integers(), min_size=1, unique=True)),
    ),
    nested,
    max_leaves=6,
)


@given(schema=SCHEMAS)
def test_every_common_schema_has_an_instance(schema: Any) -> None:
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    assert validator.is_valid(simplest_instance(schema))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "string"}, "minItems": 3, "uniqueItems": True},
        {"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True},
        {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2, "uniqueItems": True},
        {"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "integer"}}},
        {
            "$ref": "#/$defs/tree",
            "$defs": {
                "tree": {
                    "type": "object",
                    "properties": {
                        "next": {"anyOf": [{"$ref": "#/$defs/tree"}, {"type": "null"}]},
                        "name": {"type": "string"},
                    },
                    "required": ["next", "name"],
                }
            },
        },
        {
            "type": "object",
            "minProperties": 2,
            "propertyNames": {"pattern": "^[0-9]+$"},
            "additionalProperties": {"type": "integer"},
        },
        {
            "allOf": [
                {"type": "object", "properties": {"a": {"type": "null"}}, "required": ["a"]},
                {"properties": {"b": {"type": "integer"}}, "required": ["b"]},
            ]
        },
        {"type": "string", "pattern": "^a+$", "minLength": 5},
        {"type": "string", "format": "date", "pattern": "^20"},
    ],
)
def test_instances_of_combined_schemas_are_valid(schema: Any) -> None:
    assert jsonschema_rs.validator_for(schema).is_valid(simplest_instance(schema))

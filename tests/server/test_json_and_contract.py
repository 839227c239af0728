"""Pure functions: JSON, merge patches, event parsing, schemas, routes, preferences."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep_server.contract.operations import load_contract
from julep_server.contract.schemas import Schemas, to_json_schema
from julep_server.contract.violations import MAX_VIOLATIONS, path_text, violations
from julep_server.errors import Violation
from julep_server.http.preferences import preferred_return
from julep_server.json_text import (
    JSON,
    MAX_DEPTH,
    MalformedJSONError,
    canonical,
    dumps,
    load_stored,
    loads,
    merge_patch,
)
from julep_server.models.endpoint_events import Event, EventParser

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_json_survives_the_round_trip(value: Any) -> None:
    assert loads(dumps(value).encode("utf-8")) == value


@given(values, st.sampled_from(["", " ", "\n"]))
def test_stored_json_is_what_was_stored(value: Any, space: str) -> None:
    text = f"{space}{dumps(value)}{space}"
    assert repr(load_stored(text)) == repr(load_stored(text.encode())) == repr(json.loads(text))


@pytest.mark.parametrize("text", ["", "{", '{"a":1}{', "\ufeff{}"])
def test_stored_text_that_is_no_json(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        load_stored(text)


def test_a_number_of_too_many_digits_is_named_as_such() -> None:
    with pytest.raises(MalformedJSONError, match=r"^an integer has more than 4300 digits$"):
        loads("1" * 5000)


@given(st.binary())
def test_any_bytes_are_json_or_malformed(data: bytes) -> None:
    try:
        value = loads(data)
    except MalformedJSONError:
        return
    assert dumps(value).encode("utf-8")


@pytest.mark.parametrize("depth", [MAX_DEPTH, MAX_DEPTH + 1, 10_000, 1_000_000])
def test_depth_is_bounded(depth: int) -> None:
    text = "[" * depth + '"]\\"["' + "]" * depth
    if depth > MAX_DEPTH:
        with pytest.raises(MalformedJSONError):
            loads(text)
    else:
        assert loads(text)
    assert loads('"' + "[" * depth + '"') == "[" * depth


def typed(value: JSON) -> object:
    """A value by Python's equality, except that true is not 1."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list):
        return [typed(item) for item in value]
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    return value


@given(values, values)
def test_canonical_text_is_equal_exactly_if_the_values_are(one: Any, two: Any) -> None:
    assert (canonical(one) == canonical(two)) == (typed(one) == typed(two))


@given(st.dictionaries(st.text(), values), st.dictionaries(st.text(), values))
def test_a_merge_patch_changes_only_what_it_names(target: Any, patch: Any) -> None:
    before = json.dumps(target)
    merged = merge_patch(target, patch)
    assert isinstance(merged, dict)
    assert merge_patch(merged, patch) == merged
    assert json.dumps(target) == before
    for key in target.keys() - patch.keys():
        assert merged[key] == target[key]
    assert not {key for key, value in patch.items() if value is None} & merged.keys()


RFC_7396: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), RFC_7396)
def test_the_examples_of_rfc_7396(target: Any, patch: Any, result: Any) -> None:
    assert merge_patch(target, patch) == result


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), min_size=1)),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.lists(st.integers(min_value=1, max_value=9), min_size=1),
    st.booleans(),
)
def test_events_are_parsed_from_any_chunks(
    texts: list[str], end: str, cuts: list[int], closed: bool
) -> None:
    stream = "".join(f": hi{end}id: 1{end}data: {text}{end}{end}" for text in texts)
    data = (stream if closed else stream.removesuffix(end)).encode("utf-8")

    parser, found = EventParser(), list[Event]()
    position = turn = 0
    while position < len(data):
        size = cuts[turn % len(cuts)]
        found += parser.feed(data[position : position + size])
        position, turn = position + size, turn + 1
    found += parser.end()
    assert [event.data for event in found] == texts


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string", "nullable": True}, ["x", None], [1]),
        ({"type": "string", "nullable": True, "enum": ["a"]}, ["a", None], ["b"]),
        ({"type": "number", "maximum": 1, "exclusiveMaximum": True}, [0.9], [1]),
        ({"type": "number", "minimum": 1, "exclusiveMinimum": False}, [1], [0.9]),
        ({"type": "integer"}, [1, 1.0, 10**40], [1.5, True, "1"]),
        ({"oneOf": [{"type": "number"}, {"type": "integer"}]}, [1, 1.5], ["x"]),
        ({"nullable": True, "oneOf": [{"type": "number"}]}, [1, None], ["x"]),
        ({"type": "string", "format": "date-time"}, ["2026-01-02T03:04:05Z"], ["2026-01-02"]),
        (
            {"type": "object", "properties": {"nullable": {"type": "string"}}},
            [{"nullable": "x"}],
            [{"nullable": None}],
        ),
    ],
)
def test_openapi_schemas_are_converted(schema: Any, good: list[Any], bad: list[Any]) -> None:
    validator = Schemas({}).validator(schema)
    assert [violations(validator, value) for value in good] == [[]] * len(good)
    assert all(violations(validator, value) for value in bad)


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ({"type": "integer"}, {"b": 1}),
        ({"type": "integer", "nullable": True}, {"a": None, "b": 1}),
        (True, {"a": None, "b": 1}),
        ({}, {"a": None, "b": 1}),
    ],
)
def test_nulls_of_a_map_are_removed_where_there_can_be_none(values: Any, kept: Any) -> None:
    schema: Any = {"type": "object", "additionalProperties": values}
    assert Schemas({}).without_nulls(schema, {"a": None, "b": 1}) == kept


def test_property_names_that_look_like_keywords_are_kept() -> None:
    schema: Any = {"properties": {"description": {"type": "string", "description": "x"}}}
    assert to_json_schema(schema) == {"properties": {"description": {"type": "string"}}}


def test_the_number_of_violations_is_limited() -> None:
    validator = Schemas({}).validator({"type": "array", "items": {"type": "string"}})
    found = violations(validator, ["x" * 500, *range(1000)])
    assert len(found) == MAX_VIOLATIONS
    assert found[0] == Violation("[1]", "must be of type string; got 0")


def test_paths_are_formatted() -> None:
    assert path_text(["messages", 0, "content", 2, "text"]) == "messages[0].content[2].text"
    assert path_text([0, 1], "limit") == "limit[0][1]"


def test_every_operation_has_a_route_of_its_own() -> None:
    contract = load_contract()
    identifier = "7d0c2f5e-93b1-4a6d-8f24-1b5e7c9a0d36"
    for operation in contract.operations.values():
        path = "/" + "/".join(
            identifier if part.startswith("{") else part for part in operation.segments
        )
        assert contract.match(operation.method, path)[0] is operation
    assert len(contract.operations) == 49


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ([], None),
        (["return=minimal", "return=representation"], "minimal"),
        (["RETURN = representation"], "representation"),
        (["return"], None),
        (["returns=representation"], None),
    ],
)
def test_the_prefer_header_is_parsed(headers: list[str], wanted: str | None) -> None:
    assert preferred_return(headers) == wanted

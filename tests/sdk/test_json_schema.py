"""JSON Schema of annotations, and reading of JSON by them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections.abc import Callable, Mapping, Sequence
from types import GenericAlias
from typing import Annotated, Any, Literal, NotRequired, TypedDict
from uuid import UUID

import attrs
import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep._tools.functions import Function
from julep._tools.json_schema import schema_of
from julep._tools.schema import SchemaMismatchError
from julep_api.types import JSON


class Unit(enum.Enum):
    CELSIUS = "C"
    KELVIN = "K"


class Place(TypedDict):
    name: str
    height: NotRequired[float]


@dataclasses.dataclass
class Range:
    low: int
    high: int = 9
    steps: list[int] = dataclasses.field(default_factory=list[int])


@attrs.define
class Point:
    x: int
    y: int = 0


GOOD: list[tuple[object, JSON, object]] = [
    (str, "a", "a"),
    (int, 3, 3),
    (int, 3.0, 3),
    (float, 3, 3.0),
    (float, 3.5, 3.5),
    (bool, True, True),
    (None, None, None),
    (Any, {"a": [1]}, {"a": [1]}),
    (object, "x", "x"),
    (dt.datetime, "2024-02-29T12:30:00+00:00", dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC)),
    (dt.date, "2024-02-29", dt.date(2024, 2, 29)),
    (dt.time, "12:30", dt.time(12, 30)),
    (UUID, "7d0c2f5e-93b1-4a6d-8f24-1b5e7c9a0d36", UUID("7d0c2f5e-93b1-4a6d-8f24-1b5e7c9a0d36")),
    (int | None, None, None),
    (int | str, "3", "3"),
    (str | float, 3, 3.0),
    (Literal["a", 1], 1, 1),
    (Unit, "K", Unit.KELVIN),
    (list, [1, "a"], [1, "a"]),
    (list[int], [1, 2], [1, 2]),
    (Sequence[Unit], ["C"], [Unit.CELSIUS]),
    (set[str], ["a"], {"a"}),
    (frozenset[int], [1], frozenset({1})),
    (tuple[int, ...], [1, 2], (1, 2)),
    (tuple[int, str], [1, "a"], (1, "a")),
    (dict[str, int], {"a": 1}, {"a": 1}),
    (Mapping[str, list[int]], {"a": [1]}, {"a": [1]}),
    (dict, {"a": None}, {"a": None}),
    (Place, {"name": "Oslo"}, {"name": "Oslo"}),
    (Range, {"low": 1, "steps": [2]}, Range(1, 9, [2])),
    (Point, {"x": 1}, Point(1)),
    (list[Point], [{"x": 1, "y": 2}], [Point(1, 2)]),
    (Annotated[int, "how many"], 3, 3),
]

BAD: list[tuple[object, JSON, str]] = [
    (str, 3, "expected string; got 3"),
    (int, "3", "expected integer; got '3'"),
    (int, True, "expected integer; got True"),
    (int, 3.5, "expected integer; got 3.5"),
    (float, "x", "expected number"),
    (bool, 1, "expected boolean; got 1"),
    (dt.date, "yesterday", "expected a string of format date; got 'yesterday'"),
    (UUID, 3, "expected a string of format uuid; got 3"),
    (Literal["a", 1], True, "expected one of 'a', 1; got True"),
    (Unit, "F", "expected one of 'C', 'K'; got 'F'"),
    (int | None, "x", "expected integer; got 'x', or expected null; got 'x'"),
    (list[int], [1, "x"], "[1]: expected integer"),
    (list[int], "x", "expected an array; got 'x'"),
    (tuple[int, str], [1], "expected an array of 2 items"),
    (dict[str, int], {"a": "x"}, "a: expected integer"),
    (dict[str, int], [], "expected an object"),
    (Place, {}, "name: it is missing"),
    (Place, {"name": "a", "depth": 1}, "depth: there is no such property"),
    (list[Point], [{"x": "a"}], "[0].x: expected integer"),
    (str, None, "expected string; got None"),
    (int, "x" * 100, "…"),
]


@pytest.mark.parametrize(("annotation", "value", "expected"), GOOD)
def test_values_by_annotation(annotation: object, value: JSON, expected: object) -> None:
    schema = schema_of(annotation)
    found = schema.read(value)
    assert found == expected
    assert type(found) is type(expected)
    jsonschema_rs.meta.validate(schema.document)
    jsonschema_rs.validate(schema.document, value)


@pytest.mark.parametrize(("annotation", "value", "message"), BAD)
def test_a_mismatch_names_its_path(annotation: object, value: JSON, message: str) -> None:
    with pytest.raises(SchemaMismatchError) as raised:
        schema_of(annotation).read(value)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    "annotation",
    [complex, Callable[[], int], dict[Point, str], type, list[complex], set[list[int]]],
)
def test_a_type_that_json_cannot_express_raises(annotation: object) -> None:
    with pytest.raises(TypeError, match="has no JSON Schema"):
        schema_of(annotation)


ANNOTATIONS = st.recursive(
    st.sampled_from([str, int, float, bool, None, Unit, Literal["a"], Place, Point]),
    lambda inner: st.one_of(
        inner.map(lambda each: GenericAlias(list, (each,))),
        inner.map(lambda each: GenericAlias(dict, (str, each))),
        st.tuples(inner, inner).map(lambda pair: pair[0] | pair[1] if pair[1] else pair[0]),
    ),
    max_leaves=4,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["x", "y", "name", "a"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(annotation=ANNOTATIONS, value=VALUES)
def test_a_value_is_accepted_exactly_when_the_schema_allows_it(
    annotation: object, value: Any
) -> None:
    schema = schema_of(annotation)
    allowed = jsonschema_rs.is_valid(schema.document, value)
    try:
        schema.read(value)
    except SchemaMismatchError:
        assert not allowed
    else:
        assert allowed


def test_a_function_is_described_by_its_signature() -> None:
    def book(
        place: Annotated[Place, "where"],
        nights: int = 1,
        *,
        unit: Unit = Unit.CELSIUS,
        notes: list[str] | None = None,
    ) -> None:
        """Book a room.

        It is held for a day.

        Args:
            place: Not used, since the annotation describes it.
            nights (int): How many nights,
                one or more.
            notes: What else
                to know: anything.

        Returns:
            Nothing.
        """

    described: Any = Function(book, "tools[0]").tool()
    tool = described["function"]
    assert tool["name"] == "book"
    assert tool.get("description") == (
        "Book a room.\n\nIt is held for a day.\n\nReturns:\n    Nothing."
    )
    parameters = tool["parameters"]
    assert parameters["required"] == ["place"]
    properties = parameters["properties"]
    assert list(properties) == ["place", "nights", "unit", "notes"]
    assert properties["place"]["description"] == "where"
    assert properties["nights"] == {
        "type": "integer",
        "description": "How many nights, one or more.",
    }
    assert properties["unit"] == {"type": "string", "enum": ["C", "K"]}
    assert properties["notes"]["description"] == "What else to know: anything."


def test_a_method_is_described_without_self() -> None:
    class Desk:
        def ring(self, times: int = 1) -> int:
            return times

    function = Function(Desk().ring, "tools[0]")
    described: Any = function.tool()
    assert list(described["function"]["parameters"]["properties"]) == ["times"]
    assert function.call(function.read('{"times": 3}')) == 3
    assert function.call(function.read("")) == 1

"""Parameters of tool functions: whatever the schema allows, the reader takes."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import enum
import functools
import json
import sys
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from ipaddress import IPv4Address
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Literal,
    Optional,
)
from uuid import UUID

import attrs
import jsonschema_rs
import pydantic
import pytest
import typing_extensions
from hypothesis import given
from hypothesis import strategies as st

from julep import InvalidArgumentError
from julep._tools.calls import FunctionCall
from julep._tools.functions import Function
from julep._tools.json_schema import schema_of
from julep._tools.schema import SchemaMismatchError
from julep_api.types import JSON
from julep_server.models.schema_instances import simplest_instance
from tests.sdk.helpers.json_values import json_values
from tests.sdk.helpers.tool_types import (
    Bits,
    Bound,
    Chain,
    Checked,
    Circle,
    Color,
    Crate,
    Foreign,
    Hidden,
    Json,
    Key,
    Letter,
    Level,
    Made,
    Many,
    Mode,
    Named,
    Node,
    Numbers,
    OneOf,
    Packet,
    Pair,
    Partly,
    Rights,
    Row,
    Shade,
    Square,
    Street,
    Tree,
    Unequal,
    UserId,
    Words,
)

PLAIN: list[Any] = [
    *(str, int, float, bool, None, Any, bytes, Decimal, Fraction, Path, UUID, IPv4Address),
    *(dt.datetime, dt.date, dt.time, dt.timedelta),
    *(Color, Level, Shade, Mode, Unequal),
    *(Literal["a", 1], Literal[Color.RED], Literal[1, "1"]),
    *(Made, Tree, Chain[int], Chain[Chain[str]], Node, Partly, Row, Pair, Hidden, Foreign),
    *(UserId, Numbers, Json, Many[str], Bound, OneOf),
    *(list, tuple, tuple[()], dict, set[int], frozenset[str]),
    *(collections.deque[int], Iterable[int], collections.Counter[str]),
    *(dict[int, str], dict[Color, int], dict[UUID, int], dict[UserId, int]),
    *(Rights, Bits, Words, Named[int], Key, Crate, Letter, Packet, Circle | Square, bytes | str),
    *(Annotated[int, pydantic.Field(ge=1, le=5)], Annotated[str, "how"], Row | None),
]
OF_PYDANTIC: list[Any] = [Street, Checked, pydantic.PositiveInt, list[Street], Street | None]


# To type checkers a variable is no argument of a type.
_typing: Any = typing
_extensions: Any = typing_extensions


def _of(kind: Any, *more: object) -> Callable[[Any], Any]:
    """Return a function that completes a generic type by an argument, and further ones."""
    return lambda each: kind[(each, *more)] if more else kind[each]


WRAPS: list[Callable[[Any], Any]] = [
    *map(_of, (list, Sequence, Optional, Chain, Many)),
    *(_of(tuple, int), _of(tuple, ...), _of(Annotated, "described")),
    lambda each: _typing.Mapping[str, each],
    lambda each: _typing.NewType("Named", each),
    lambda each: _extensions.TypeAliasType("Alias", each),
    lambda each: dataclasses.make_dataclass(
        "Data", [("x", each), ("y", each, dataclasses.field(default=None))]
    ),
    lambda each: attrs.make_class("Defined", {"_x": attrs.field(type=each)}),
    lambda each: _typing.NamedTuple("Named", [("x", each)]),
    lambda each: _typing.TypedDict("Keys", {"x": each, "y": _typing.NotRequired[each]}),
]


def _wrapped(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.sampled_from(WRAPS), inner).map(lambda pair: pair[0](pair[1]))


ANNOTATIONS = st.recursive(st.sampled_from(PLAIN), _wrapped, max_leaves=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["x", "y", "name", "a", "item"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.data())
def test_whatever_a_schema_allows_is_read(data: st.DataObject) -> None:
    annotation = data.draw(ANNOTATIONS | st.sampled_from(OF_PYDANTIC))
    schema = schema_of(annotation)
    jsonschema_rs.meta.validate(schema.document)
    value = data.draw(json_values(schema.document))
    assert jsonschema_rs.is_valid(schema.document, value, validate_formats=True)
    schema.read(value)


@given(ANNOTATIONS, VALUES)
def test_whatever_is_read_the_schema_allows(annotation: Any, value: JSON) -> None:
    schema = schema_of(annotation)
    allowed = jsonschema_rs.is_valid(schema.document, value, validate_formats=True)
    try:
        schema.read(value)
    except SchemaMismatchError:
        assert not allowed
    else:
        assert allowed


@given(ANNOTATIONS | st.sampled_from(OF_PYDANTIC))
def test_the_offline_model_answers_with_a_value_that_is_read(annotation: Any) -> None:
    schema = schema_of(annotation)
    instance = simplest_instance(schema.document)
    assert jsonschema_rs.is_valid(schema.document, instance, validate_formats=True)
    schema.read(instance)


READ: list[tuple[Any, JSON, object]] = [
    (Tree, {"kids": [{"kids": []}]}, Tree([Tree()])),
    (Chain[int], {"item": 1, "rest": {"item": 2}}, Chain(1, Chain(2))),
    (Row, {"x": 1}, Row(1)),
    (Pair, {"a": 1, "b": "x"}, Pair(1, "x")),
    (Made, {"a": 1}, Made(1)),
    (Hidden, {"a": 1}, Hidden(1)),
    (Foreign, {"a": 1}, {"a": 1}),
    (Street, {"name": "High"}, Street(name="High")),
    (Checked, {"number": 3}, Checked(3)),
    (UserId, "u", "u"),
    (Json, [1, {"a": ["b"]}], [1, {"a": ["b"]}]),
    (Decimal, "1.50", Decimal("1.50")),
    (Decimal, 0.1, Decimal("0.1")),
    (Path, "/x", Path("/x")),
    (dt.timedelta, "PT90S", dt.timedelta(seconds=90)),
    (dict[int, str], {"1": "a"}, {1: "a"}),
    (dict[Color, int], {"red": 1}, {Color.RED: 1}),
    (Literal[Color.RED], "red", Color.RED),
    (Shade, [0, 0, 0], Shade.DARK),
    (Color, "RED", Color.RED),
    (Unequal, "TWO", Unequal.TWO),
    (tuple[()], [], ()),
    (bytes, "aGk=", b"hi"),
]


@pytest.mark.parametrize(("annotation", "value", "expected"), READ)
def test_a_value_is_read_as_its_type(annotation: Any, value: JSON, expected: object) -> None:
    found = schema_of(annotation).read(value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "document"),
    [
        (Color, {"type": "string", "enum": ["red", "blue"]}),
        (Level, {"type": "integer", "enum": [1, 2]}),
        (Shade, {"type": "array", "enum": [[0, 0, 0], [9, 9, 9]]}),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal[True], {"type": "boolean", "enum": [True]}),
        (Literal["a", 1], {"type": ["string", "integer"], "enum": ["a", 1]}),
        (Literal[Color.RED], {"type": "string", "enum": ["red"]}),
    ],
)
def test_choices_name_their_types(annotation: Any, document: JSON) -> None:
    assert schema_of(annotation).document == document


def test_a_type_within_itself_is_a_definition() -> None:
    document: Any = schema_of(dict[str, Tree]).document
    assert document["additionalProperties"] == {"$ref": "#/$defs/Tree"}
    assert list(document["$defs"]) == ["Tree"]
    root: Any = schema_of(Tree).document
    assert (root["type"], list(root["$defs"])) == ("object", ["Tree"])


def test_types_of_the_same_name_have_definitions_of_their_own() -> None:
    @dataclasses.dataclass
    class Tree:
        boughs: list[Tree]

    both = dataclasses.make_dataclass("Both", [("one", Tree), ("other", globals()["Tree"])])
    document: Any = schema_of(both).document
    assert list(document["$defs"]) == ["Tree", "Tree2"]
    schema_of(both).read({"one": {"boughs": []}, "other": {"kids": [{}]}})
    with pytest.raises(SchemaMismatchError, match=r"other\.boughs: there is no such property"):
        schema_of(both).read({"one": {"boughs": []}, "other": {"boughs": []}})


class Empty(enum.Enum):
    """No member."""


@pytest.mark.parametrize(
    ("annotation", "problem"),
    [
        (Empty, "Empty has no JSON Schema: it has no members"),
        ("Tree", "'Tree' has no JSON Schema: use the type instead of its name"),
        (list["Tree"], "'Tree' has no JSON Schema: use the type instead of its name"),
        (dict[tuple[int, int], str], "a mapping whose keys are"),
        (set[list[int]], "it is not hashable"),
        (Callable[[], int], "has no JSON Schema"),
        (tuple[int, *tuple[str, ...]], "*tuple[str, ...] has no JSON Schema"),
    ],
)
def test_a_type_without_a_json_form_is_named(annotation: Any, problem: str) -> None:
    with pytest.raises(TypeError, match="has no JSON Schema") as raised:
        schema_of(annotation)
    assert problem in str(raised.value)


def describe(function: Callable[..., object]) -> Any:
    return Function(function, "tools[0]").tool()["function"]


def call(function: Callable[..., object], **arguments: JSON) -> str:
    """Return what a model receives for a call."""
    tool = Function(function, "tools[0]")
    return FunctionCall(tool.name, json.dumps(arguments), {tool.name: tool}).run().content


def add(a: int, b: int = 1) -> int:
    """Add two numbers.

    Args:
        a: The first.
        b: The second.
    """
    return a + b


class Adder:
    """Adds."""

    def __init__(self, a: int = 0) -> None:
        self.a = a

    def __call__(self, b: int) -> int:
        """Add to it."""
        return self.a + b

    def method(self, b: int) -> int:
        return self.a + b

    @classmethod
    def of_class(cls, b: int) -> int:
        return b

    @staticmethod
    def static(b: int) -> int:
        return b

    @functools.lru_cache  # noqa: B019  # of a test
    def cached(self, b: int) -> int:
        return self.a + b


class Created:
    b: int

    def __new__(cls, b: int) -> typing.Self:
        made = super().__new__(cls)
        made.b = b
        return made


@functools.wraps(add)
def wrapped(*args: Any, **kwargs: Any) -> int:
    return add(*args, **kwargs)


def only_by_position(a: int, b: int = 2, /, *, c: int = 3) -> list[int]:
    return [a, b, c]


CALLS: dict[str, tuple[Callable[..., object], str, dict[str, JSON], str]] = {
    "a function": (add, "add", {"a": 1}, "2"),
    "a wrapper": (wrapped, "add", {"a": 1, "b": 2}, "3"),
    "a partial": (functools.partial(add, 1), "add", {"b": 2}, "3"),
    "a partial by name": (functools.partial(add, b=5), "add", {"a": 1}, "6"),
    "a partial of a partial": (functools.partial(functools.partial(add, 1), b=1), "add", {}, "2"),
    "an object": (Adder(1), "Adder", {"b": 2}, "3"),
    "a partial of an object": (functools.partial(Adder(1), 2), "Adder", {}, "3"),
    "a method": (Adder(1).method, "method", {"b": 2}, "3"),
    "a class method": (Adder.of_class, "of_class", {"b": 2}, "2"),
    "a static method": (Adder.static, "static", {"b": 2}, "2"),
    "a cached method": (Adder(1).cached, "cached", {"b": 2}, "3"),
    "a cached function": (functools.lru_cache(add), "add", {"a": 2}, "3"),
    "a class": (Adder, "Adder", {"a": 2}, '{"a": 2}'),
    "a class with __new__": (Created, "Created", {"b": 2}, '{"b": 2}'),
    "a dataclass": (Made, "Made", {"a": 2}, '{"a": 2, "b": 7}'),
    "a class of pydantic": (Street, "Street", {"name": "x"}, '{"name": "x", "crossing": []}'),
    "parameters by position": (only_by_position, "only_by_position", {"a": 1, "c": 5}, "[1, 2, 5]"),
    "a builtin": (abs, "abs", {"x": -2}, "2"),
    "a function of C": (divmod, "divmod", {"x": 7, "y": 2}, "[3, 1]"),
}


@pytest.mark.parametrize("kind", CALLS)
def test_what_can_be_called_is_a_tool(kind: str) -> None:
    function, name, arguments, result = CALLS[kind]
    described = describe(function)
    assert described["name"] == name
    assert set(described["parameters"]["required"]) <= arguments.keys()
    assert call(function, **arguments) == result


def move(
    x: int = pydantic.Field(description="How far.", ge=0),
    unit: str = pydantic.Field("m", description="Of which length."),
    tags: list[str] = pydantic.Field(default_factory=list),  # noqa: B008  # as in FastAPI
) -> list[object]:
    return [x, unit, tags]


def test_a_default_by_a_field_of_pydantic_describes_the_parameter() -> None:
    parameters = describe(move)["parameters"]
    assert parameters["required"] == ["x"]
    assert parameters["properties"] == {
        "x": {"type": "integer", "description": "How far.", "minimum": 0},
        "unit": {"type": "string", "description": "Of which length."},
        "tags": {"type": "array", "items": {"type": "string"}},
    }
    assert call(move, x=1) == '[1, "m", []]'
    assert call(move, x=1, unit="km", tags=["a"]) == '[1, "km", ["a"]]'


def test_the_annotations_of_classes_are_read() -> None:
    for kind, name in ((Street, "name"), (Created, "b"), (Adder, "a")):
        properties = describe(kind)["parameters"]["properties"]
        assert properties[name]["type"] == ("string" if kind is Street else "integer")


@pytest.mark.parametrize(
    ("function", "about"),
    [
        (add, "Add two numbers."),
        (wrapped, "Add two numbers."),
        (functools.partial(add, 1), "Add two numbers."),
        (Adder, "Adds."),
        (Adder(), "Adds."),
        # Not the docstrings of the classes that they inherit from.
        (Street, None),
        (Made, None),
        (Row, None),
    ],
)
def test_a_tool_has_its_own_docstring(function: Any, about: str | None) -> None:
    assert describe(function).get("description") == about


def undecorated(function: Callable[..., object]) -> Callable[..., object]:
    """Decorate a function without functools.wraps."""

    def inner(*args: object, **kwargs: object) -> object:
        return function(*args, **kwargs)

    return inner


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (lambda: 0, "has no name: use a function that is defined with def"),
        (print, "print: args: it cannot be passed by name$"),
        (undecorated(len), "inner: args: it cannot be passed by name; .* lack functools.wraps"),
        (Adder.method, "method: self: Adder.method is the class's: pass the method of an object"),
        (max, "no signature found"),
    ],
)
def test_what_cannot_be_described_is_refused(function: Any, problem: str) -> None:
    with pytest.raises(InvalidArgumentError, match=problem) as raised:
        Function(function, "tools[3]")
    assert raised.value.path == "tools[3]"


# What these statements define had to be written in other ways before Python 3.12.
STATEMENTS = """
type Json = int | str | list[Json] | dict[str, Json]
type Many[T] = list[T]

@dataclasses.dataclass
class Box[T]:
    item: T
    rest: Box[T] | None = None

def look[T: int](x: T, y: Many[T]) -> T:
    return x
"""
OLDER = """
T = typing.TypeVar("T")
Json = typing_extensions.TypeAliasType("Json", "int | str | list[Json] | dict[str, Json]")
Many = typing_extensions.TypeAliasType("Many", list[T], type_params=(T,))

@dataclasses.dataclass
class Box(typing.Generic[T]):
    item: T
    rest: Box[T] | None = None

Number = typing.TypeVar("Number", bound=int)

def look(x: Number, y: Many[Number]) -> Number:
    return x
"""


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_statements_that_define_types(future: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = types.ModuleType("statements")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    statements = STATEMENTS if sys.version_info >= (3, 12) else OLDER
    if not future:
        statements = statements.replace("Box[T] | None", '"Box[T] | None"')
    imports = "import dataclasses, typing, typing_extensions\n"
    names: dict[str, Any] = module.__dict__
    exec(future + imports + statements, names)  # noqa: S102  # the program above
    assert schema_of(module.Json).read([1, {"a": ["b"]}]) == [1, {"a": ["b"]}]
    with pytest.raises(SchemaMismatchError):
        schema_of(module.Json).read([None])
    assert schema_of(module.Many[int]).document == {"type": "array", "items": {"type": "integer"}}
    found: Any = schema_of(module.Box[int]).read({"item": 1, "rest": {"item": 2}})
    assert (found.item, found.rest.item, found.rest.rest) == (1, 2, None)
    with pytest.raises(SchemaMismatchError, match=r"^rest\.item: expected integer"):
        schema_of(module.Box[int]).read({"item": 1, "rest": {"item": "2"}})
    assert describe(module.look)["parameters"]["properties"] == {
        "x": {"type": "integer"},
        "y": {"type": "array", "items": {"type": "integer"}},
    }

"""Classes as parameters of tools: derived ones, flags, msgspec, docstrings, types of a function."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import functools
import ipaddress
import json
import numbers
import re
import typing
from abc import ABC, abstractmethod
from collections.abc import Callable, Container
from typing import Annotated, Any, AnyStr, Generic, TypeVar
from zoneinfo import ZoneInfo

import annotated_types
import msgspec
import numpy as np
import pydantic
import pytest

from julep._tools.functions import Function
from julep._tools.json_schema import schema_of
from julep._tools.schema import SchemaMismatchError
from julep.errors import InvalidArgumentError
from julep_api.types import JSON
from tests.sdk.helpers.tool_types import (
    Bits,
    Cat,
    Circle,
    Crate,
    Described,
    Dog,
    Key,
    Letter,
    Moment,
    Named,
    Packet,
    Parsed,
    Rights,
    Span,
    Square,
    Words,
)

ID = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"
T = TypeVar("T")


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (Rights, 3, Rights.READ | Rights.WRITE),
        (Rights, 0, Rights(0)),
        (Rights, 2.0, Rights.WRITE),
        (Rights, "READ|WRITE", Rights.READ | Rights.WRITE),
        (Bits, 5, Bits.LOW | Bits.HIGH),
        (Words, ["a"], Words(["a"])),
        (Named[int], {"a": 1}, Named({"a": 1})),
        (Moment, "2026-01-02T03:04:05", Moment(2026, 1, 2, 3, 4, 5)),
        (Span, "PT90S", Span(seconds=90)),
        (Key, ID, Key(ID)),
        (np.int64, 3, np.int64(3)),
        (np.float32, 0.5, np.float32(0.5)),
        (numbers.Integral, 3, 3),
        (numbers.Real, 0.5, 0.5),
        (Crate, {"item": 1, "more": [2]}, Crate(1, [2])),
        (Letter, {"content": 1}, {"content": 1}),
        (Packet, {"itemCount": 2}, Packet(2)),
        (Circle | Square, {"type": "square", "size": 2}, Square(2.0)),
        (Parsed, {"text": "four"}, Parsed("four")),
        (bytes | str, "abcd", "abcd"),
        (AnyStr, "abcd", "abcd"),
        (re.Pattern, "a+", re.compile("a+")),
        (re.Pattern[str], "a+", re.compile("a+")),
        (ZoneInfo, "Europe/Berlin", ZoneInfo("Europe/Berlin")),
        (ipaddress.IPv4Network, "10.0.0.0/8", ipaddress.IPv4Network("10.0.0.0/8")),
        (ipaddress.IPv6Interface, "fd00::1/8", ipaddress.IPv6Interface("fd00::1/8")),
        (Container[int], [1], [1]),
    ],
)
def test_a_value_is_of_its_class(annotation: Any, value: JSON, expected: object) -> None:
    found = schema_of(annotation).read(value)
    assert found == expected
    assert type(found) is type(expected)


UPPER = Annotated[str, annotated_types.Predicate(str.isupper)]


@pytest.mark.parametrize(
    ("annotation", "value", "message"),
    [
        (Rights, 4, "expected a sum of flags: 1 is READ, 2 is WRITE; got 4"),
        (Rights, [], "expected a sum of flags: 1 is READ, 2 is WRITE; got []"),
        (Rights, True, "expected a sum of flags: 1 is READ, 2 is WRITE; got True"),
        (Bits, 2, "expected a sum of flags: 1 is LOW, 4 is HIGH; got 2"),
        (Crate, {"item": "x"}, "item: expected integer; got 'x'"),
        (Letter, {"content": "x"}, "content: expected integer; got 'x'"),
        (Packet, {"itemCount": 0}, "itemCount: expected a value >= 1; got 0"),
        (re.Pattern, "(", "expected a regular expression; got '('"),
        (ZoneInfo, "Nowhere", "expected a time zone such as Europe/Berlin; got 'Nowhere'"),
        (UPPER, "a", "expected a value of str.isupper; got 'a'"),
        (
            Annotated[str, pydantic.Field(min_length=2)],
            "a",
            "expected a value whose length is >= 2; got 'a'",
        ),
        # Of a union, the class that a constant property names is the one that is reported on.
        (Cat | Dog, {"kind": "puppy", "name": 1}, "name: expected string; got 1"),
        (Cat | Dog, {"kind": "cat", "lives": "x"}, "lives: Input should be a valid integer"),
        (Cat | Dog, {"kind": "cow"}, "kind: expected one of 'cat', 'dog', 'puppy'; got 'cow'"),
        (Circle | Square, {"type": "circle", "size": "x"}, "size: expected integer; got 'x'"),
    ],
)
def test_what_does_not_match_is_named(annotation: Any, value: JSON, message: str) -> None:
    with pytest.raises(SchemaMismatchError) as caught:
        schema_of(annotation).read(value)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("annotation", "document"),
    [
        (Rights, {"type": "integer", "minimum": 0, "maximum": 3}),
        (Bits, {"type": "integer", "enum": [0, 1, 4, 5]}),
    ],
)
def test_flags_are_described(annotation: Any, document: dict[str, JSON]) -> None:
    found = schema_of(annotation).document
    assert str(found["description"]).startswith("A sum of flags: 1 is ")
    assert found == document | {"description": found["description"]}


def test_a_docstring_describes_a_class_and_its_fields() -> None:
    document: Any = schema_of(Described).document
    assert document["description"] == "A place."
    assert document["properties"] == {
        "city": {"type": "string", "description": "Its city."},
        "code": {"type": "integer", "description": "Its code."},
    }


@pytest.mark.parametrize(
    "metadata",
    [
        pydantic.Field(examples=[5], json_schema_extra={"deprecated": True}),
        msgspec.Meta(examples=[5], extra_json_schema={"deprecated": True}),
    ],
)
def test_examples_and_further_keywords(metadata: object) -> None:
    document = schema_of(Annotated[int, metadata]).document
    assert document == {"type": "integer", "examples": [5], "deprecated": True}


@dataclasses.dataclass
class Abstract(ABC):
    size: int

    @abstractmethod
    def area(self) -> int: ...


def test_an_abstract_class_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="Abstract has no JSON Schema: it is abstract"):
        schema_of(Abstract)


def test_a_package_that_pydantic_misses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(annotation: object) -> None:
        raise ImportError("email-validator is not installed")

    monkeypatch.setattr(pydantic, "TypeAdapter", missing)
    with pytest.raises(TypeError, match="has no JSON Schema: email-validator is not installed"):
        schema_of(Cat)


class Search(pydantic.BaseModel):
    """Search."""

    query: str = pydantic.Field(alias="q", description="What.", min_length=1)
    most: int = 3


@pydantic.dataclasses.dataclass
class Lookup:
    """Look up."""

    q: Annotated[str, pydantic.Field(description="What.", min_length=1)]
    most: int = 3


@pytest.mark.parametrize("tool", [Search, Lookup])
def test_a_class_of_pydantic_as_a_tool(tool: Any) -> None:
    function = Function(tool, "tools[0]")
    described: Any = function.tool()
    assert described["function"]["parameters"]["properties"] == {
        "q": {"type": "string", "description": "What.", "minLength": 1},
        "most": {"type": "integer"},
    }
    assert function.call(function.read('{"q": "x"}')) == tool(q="x")
    with pytest.raises(SchemaMismatchError, match=r"^q: "):
        function.read('{"q": ""}')


@dataclasses.dataclass
class Scaling:
    factor: int

    def __call__(self, number: int) -> int:
        """Scale."""
        return self.factor * number


def test_an_object_is_described_by_its_call() -> None:
    described: Any = Function(Scaling(3), "tools[0]").tool()
    assert described["function"]["description"] == "Scale."


@functools.singledispatch
def shown(value: int) -> str:
    """Show."""
    return str(value)


def test_a_function_of_several_types_is_called_by_position() -> None:
    function = Function(shown, "tools[0]")
    assert function.call(function.read('{"value": 3}')) == "3"


def search(query: str, most: int = 3, since: dt.date | None = None, *, strict: bool = True) -> str:
    return f"{query} {most} {since} {strict}"


def test_null_for_an_optional_parameter_is_not_given() -> None:
    function = Function(search, "tools[0]")
    arguments = '{"query": "x", "most": null, "since": null, "strict": null}'
    assert function.call(function.read(arguments)) == "x 3 None True"
    with pytest.raises(SchemaMismatchError, match="query: expected string; got None"):
        function.read('{"query": null}')


def _described(function: Callable[..., object]) -> Any:
    return Function(function, "tools[0]").tool()["function"]


def test_types_of_the_function_around() -> None:
    """A program that is one function defines its types in there, and its annotations are texts."""

    class City(enum.Enum):
        ROME = "rome"

    @dataclasses.dataclass
    class Place:
        city: City
        near: list[Place] = dataclasses.field(default_factory=list["Place"])

    def look(place: Place) -> str:
        return place.city.value

    def inner() -> Any:
        class Kind(enum.Enum):
            HOTEL = "hotel"

        def find(city: City, kind: Kind) -> None: ...

        return _described(find)

    properties = _described(look)["parameters"]["properties"]
    assert properties == {"place": {"$ref": "#/$defs/Place"}}
    assert json.dumps(inner()["parameters"]).count('"enum"') == 2


def _tool_of_a_closure() -> Callable[..., object]:
    class City(enum.Enum):
        ROME = "rome"

    def look(city: City) -> str:
        return City(city).value

    return look


def test_types_that_a_function_uses() -> None:
    properties = _described(_tool_of_a_closure())["parameters"]["properties"]
    assert properties["city"]["enum"] == ["rome"]


def _tool_of_a_type_that_is_gone() -> Callable[..., object]:
    class City(enum.Enum):
        ROME = "rome"

    def look(city: City) -> str:
        return "sunny"

    return look


def test_a_type_that_is_gone_is_named() -> None:
    with pytest.raises(InvalidArgumentError, match=r"tools\[0\]: look: name 'City' is not defined"):
        Function(_tool_of_a_type_that_is_gone(), "tools[0]")


@dataclasses.dataclass
class Pair(Generic[T]):
    first: T
    second: typing.Optional[T] = None  # noqa: UP045  # an alias of typing has parameters too


@dataclasses.dataclass
class Swapped(Pair[list[T]]):
    third: T | None = None


@dataclasses.dataclass
class Final(Swapped[int]):
    first: str  # type: ignore[assignment]  # another type than in the base, which counts


def test_a_collection_with_a_variable_inside_a_class_with_the_same_one() -> None:
    document: Any = schema_of(Pair[Named[int]]).document
    number = {"type": "object", "additionalProperties": {"type": "integer"}}
    assert document["properties"]["first"] == number


def test_type_variables_of_bases_of_bases() -> None:
    document: Any = schema_of(Final).document
    properties = document["properties"]
    assert properties["first"] == {"type": "string"}
    assert properties["second"]["anyOf"][0] == {"type": "array", "items": {"type": "integer"}}
    assert properties["third"]["anyOf"][0] == {"type": "integer"}

"""From a Python annotation to a JSON Schema, and from JSON back to what the annotation says.

The schema follows JSON Schema's draft 2020-12, which models of tools are trained on:
https://json-schema.org/draft/2020-12
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import types
import typing
from collections import abc
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from uuid import UUID

import attrs

if TYPE_CHECKING:
    from julep_api.types import JSON, JSONObject

Reader: TypeAlias = "Callable[[JSON], object]"


class SchemaMismatchError(ValueError):
    """A JSON value is not what the annotation says."""


class Schema(NamedTuple):
    """What an annotation means in JSON.

    Attributes:
        schema: The JSON Schema.
        read: Makes the Python value of a JSON value, or raises `SchemaMismatchError`.
    """

    schema: JSONObject
    read: Reader


def schema_of(annotation: object) -> Schema:
    """Find the shape of an annotation.

    Raises:
        TypeError: When there is no JSON for it; the message names it.
    """
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in (Any, object, Any | None):
        return Schema({}, _identity)
    if origin is typing.Annotated:
        return _annotated(arguments[0], arguments[1:])
    if origin in (typing.Required, typing.NotRequired):
        return schema_of(arguments[0])
    if origin in (typing.Union, types.UnionType):
        return _union([schema_of(each) for each in arguments])
    if origin is typing.Literal:
        return _choice({str(each): each for each in arguments}, list(arguments))
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    kind = origin or annotation
    if kind in _LISTS:
        return _list(_LISTS[kind], arguments)
    if kind in (dict, abc.Mapping, abc.MutableMapping):
        return _mapping(arguments)
    if isinstance(kind, type):
        return _class(kind)
    raise TypeError(f"{annotation!r} has no JSON Schema")


def shorten(value: JSON) -> str:
    """Show a value in an error, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _identity(value: JSON) -> object:
    return value


def _plain(kind: type[object], name: str) -> Schema:
    def read(value: JSON) -> object:
        if kind is int and isinstance(value, float) and value.is_integer():
            # JSON Schema counts 5.0 among the integers.
            return int(value)
        if isinstance(value, bool) and kind is not bool:
            raise SchemaMismatchError(f"expected {name}; got {value!r}")
        if kind is float and isinstance(value, int):
            return float(value)
        if not isinstance(value, kind):
            raise SchemaMismatchError(f"expected {name}; got {shorten(value)}")
        return value

    return Schema({"type": name}, read)


def _formatted(form: str, parse: Callable[[str], object]) -> Schema:
    def read(value: JSON) -> object:
        try:
            if isinstance(value, str):
                return parse(value)
        except ValueError:
            pass
        raise SchemaMismatchError(f"expected a string of format {form}; got {shorten(value)}")

    return Schema({"type": "string", "format": form}, read)


_PLAIN: Mapping[object, Schema] = {
    str: _plain(str, "string"),
    int: _plain(int, "integer"),
    float: _plain(float, "number"),
    bool: _plain(bool, "boolean"),
    None: _plain(type(None), "null"),
    type(None): _plain(type(None), "null"),
    dt.datetime: _formatted("date-time", dt.datetime.fromisoformat),
    dt.date: _formatted("date", dt.date.fromisoformat),
    dt.time: _formatted("time", dt.time.fromisoformat),
    UUID: _formatted("uuid", UUID),
}

_LISTS: Mapping[object, Callable[[list[object]], object]] = {
    list: list,
    abc.Sequence: list,
    abc.Iterable: list,
    abc.Collection: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    abc.Set: set,
}


def _annotated(annotation: object, notes: Sequence[object]) -> Schema:
    """A string beside a type describes it."""
    shape = schema_of(annotation)
    described = [note for note in notes if isinstance(note, str)]
    if described:
        return Schema({**shape.schema, "description": described[0]}, shape.read)
    return shape


def _union(shapes: Sequence[Schema]) -> Schema:
    def read(value: JSON) -> object:
        problems: list[str] = []
        for shape in shapes:
            try:
                return shape.read(value)
            except SchemaMismatchError as unfit:
                problems.append(str(unfit))
        raise SchemaMismatchError(", or ".join(problems))

    return Schema({"anyOf": [shape.schema for shape in shapes]}, read)


def _choice(members: Mapping[str, object], values: list[JSON]) -> Schema:
    """One of some values, each of which stands for a member."""

    def read(value: JSON) -> object:
        for known, member in zip(values, members.values(), strict=True):
            if known == value and type(known) is type(value):
                return member
        raise SchemaMismatchError(
            f"expected one of {', '.join(map(repr, values))}; got {shorten(value)}"
        )

    return Schema({"enum": values}, read)


def _list(make: Callable[[list[object]], object], arguments: Sequence[object]) -> Schema:
    if make is tuple and arguments and Ellipsis not in arguments:
        return _fixed([schema_of(each) for each in arguments])
    item = schema_of(arguments[0] if arguments else Any)

    def read(value: JSON) -> object:
        if not isinstance(value, list):
            raise SchemaMismatchError(f"expected an array; got {shorten(value)}")
        return make([_within(f"[{n}]", item, each) for n, each in enumerate(value)])

    schema: JSONObject = {"type": "array", "items": item.schema}
    return Schema(schema | {"uniqueItems": True} if make in (set, frozenset) else schema, read)


def _fixed(items: Sequence[Schema]) -> Schema:
    count = len(items)

    def read(value: JSON) -> object:
        if not isinstance(value, list) or len(value) != count:
            raise SchemaMismatchError(f"expected an array of {count} items; got {shorten(value)}")
        pairs = enumerate(zip(items, value, strict=True))
        return tuple(_within(f"[{n}]", shape, each) for n, (shape, each) in pairs)

    schemas: list[JSON] = [shape.schema for shape in items]
    bounds: JSONObject = {"minItems": count, "maxItems": count}
    return Schema({"type": "array", "prefixItems": schemas, **bounds}, read)


def _mapping(arguments: Sequence[object]) -> Schema:
    if arguments and arguments[0] is not str:
        raise TypeError(f"a mapping whose keys are {arguments[0]!r} has no JSON Schema")
    item = schema_of(arguments[1] if arguments else Any)

    def read(value: JSON) -> object:
        if not isinstance(value, dict):
            raise SchemaMismatchError(f"expected an object; got {shorten(value)}")
        return {key: _within(f".{key}", item, each) for key, each in value.items()}

    return Schema({"type": "object", "additionalProperties": item.schema}, read)


def _class(kind: type[object]) -> Schema:
    if issubclass(kind, enum.Enum):
        return _choice({each.name: each for each in kind}, [each.value for each in kind])
    if typing.is_typeddict(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        return object_schema(hints, _required_keys(kind, hints), dict)
    hints = typing.get_type_hints(kind, include_extras=True)
    if dataclasses.is_dataclass(kind):
        fields = {field.name: _lacks_default(field) for field in dataclasses.fields(kind)}
    elif attrs.has(kind):
        fields = {each.name: each.default is attrs.NOTHING for each in attrs.fields(kind)}
    else:
        raise TypeError(f"{kind.__qualname__} has no JSON Schema")
    known = {name: hints[name] for name in fields}
    return object_schema(known, {name for name, is_required in fields.items() if is_required}, kind)


def _required_keys(kind: type[object], hints: Mapping[str, object]) -> set[str]:
    """Find a TypedDict's required keys; it knows them itself where annotations are evaluated."""
    required: set[str] = set(getattr(kind, "__required_keys__", ()))
    marks = {name: typing.get_origin(hint) for name, hint in hints.items()}
    required |= {name for name, mark in marks.items() if mark is typing.Required}
    return required - {name for name, mark in marks.items() if mark is typing.NotRequired}


def _lacks_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def object_schema(
    hints: Mapping[str, object], required: abc.Set[str], make: Callable[..., object]
) -> Schema:
    """Find the shape of an object with these properties and no others.

    Args:
        hints: Each property's annotation.
        required: Which of them must be there.
        make: Makes the Python value of the properties' values, given by keyword.

    Raises:
        TypeError: When there is no JSON for a property; the message names both.
    """
    shapes: dict[str, Schema] = {}
    for name, hint in hints.items():
        try:
            shapes[name] = schema_of(hint)
        except TypeError as error:
            raise TypeError(f"{name}: {error}") from None

    def read(value: JSON) -> object:
        if not isinstance(value, dict):
            raise SchemaMismatchError(f"expected an object; got {shorten(value)}")
        for name in value.keys() - shapes.keys():
            raise SchemaMismatchError(f"{name}: there is no such property")
        for name in shapes:
            if name in required and name not in value:
                raise SchemaMismatchError(f"{name}: it is missing")
        return make(**{name: _within(name, shapes[name], each) for name, each in value.items()})

    schema: JSONObject = {
        "type": "object",
        "properties": {name: shape.schema for name, shape in shapes.items()},
        "required": [name for name in shapes if name in required],
        "additionalProperties": False,
    }
    return Schema(schema, read)


def _within(place: str, shape: Schema, value: JSON) -> object:
    """Read a part of a value, and say where it is when it is unfit."""
    try:
        return shape.read(value)
    except SchemaMismatchError as unfit:
        raise SchemaMismatchError(f"{place}: {unfit}") from None

"""JSON Schemas of Python annotations, and the conversion of JSON to annotated types.

Schemas follow JSON Schema's draft 2020-12, which tool-calling models are trained on:
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
    """A JSON value does not match a schema."""


class Schema(NamedTuple):
    """The JSON form of an annotation.

    Attributes:
        document: The JSON Schema.
        read: Converts a JSON value to the annotated type, or raises `SchemaMismatchError`.
    """

    document: JSONObject
    read: Reader


def schema_of(annotation: object) -> Schema:
    """Return the schema of an annotation.

    Raises:
        TypeError: When the annotation has no JSON form; the message names it.
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
        return _choice(arguments, list(arguments))
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    kind = origin or annotation
    if kind in _ARRAYS:
        return _array(_ARRAYS[kind], arguments)
    if kind in (dict, abc.Mapping, abc.MutableMapping):
        return _mapping(arguments)
    if isinstance(kind, type):
        return _class(kind)
    raise TypeError(f"{annotation!r} has no JSON Schema")


def shorten(value: JSON) -> str:
    """Return the `repr` of a value, cut to 80 characters."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _mismatch(expected: str, value: JSON) -> SchemaMismatchError:
    return SchemaMismatchError(f"expected {expected}; got {shorten(value)}")


def _identity(value: JSON) -> object:
    return value


def _plain(kind: type[object], name: str) -> Schema:
    def read(value: JSON) -> object:
        if kind is int and isinstance(value, float) and value.is_integer():
            # JSON Schema counts 5.0 among the integers.
            return int(value)
        if isinstance(value, bool) and kind is not bool:
            raise _mismatch(name, value)
        if kind is float and isinstance(value, int):
            return float(value)
        if not isinstance(value, kind):
            raise _mismatch(name, value)
        return value

    return Schema({"type": name}, read)


def _formatted(name: str, parse: Callable[[str], object]) -> Schema:
    def read(value: JSON) -> object:
        try:
            if isinstance(value, str):
                return parse(value)
        except ValueError:
            pass
        raise _mismatch(f"a string of format {name}", value)

    return Schema({"type": "string", "format": name}, read)


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

_ARRAYS: Mapping[object, Callable[[list[object]], object]] = {
    list: list,
    abc.Sequence: list,
    abc.Iterable: list,
    abc.Collection: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    abc.Set: set,
}


def _annotated(annotation: object, metadata: Sequence[object]) -> Schema:
    """Return the schema of an annotation, with the first string of its metadata as description."""
    schema = schema_of(annotation)
    descriptions = [each for each in metadata if isinstance(each, str)]
    if descriptions:
        return Schema({**schema.document, "description": descriptions[0]}, schema.read)
    return schema


def _union(schemas: Sequence[Schema]) -> Schema:
    def read(value: JSON) -> object:
        problems: list[str] = []
        for schema in schemas:
            try:
                return schema.read(value)
            except SchemaMismatchError as mismatch:
                problems.append(str(mismatch))
        raise SchemaMismatchError(", or ".join(problems))

    return Schema({"anyOf": [schema.document for schema in schemas]}, read)


def _choice(members: Sequence[object], values: list[JSON]) -> Schema:
    """Return the schema of a choice: each value stands for the member at its position."""

    def read(value: JSON) -> object:
        for known, member in zip(values, members, strict=True):
            if known == value and type(known) is type(value):
                return member
        raise _mismatch(f"one of {', '.join(map(repr, values))}", value)

    return Schema({"enum": values}, read)


def _array(make: Callable[[list[object]], object], arguments: Sequence[object]) -> Schema:
    if make is tuple and arguments and Ellipsis not in arguments:
        return _fixed_array([schema_of(each) for each in arguments])
    item = schema_of(arguments[0] if arguments else Any)

    def read(value: JSON) -> object:
        if not isinstance(value, list):
            raise _mismatch("an array", value)
        return make([_read_at(f"[{n}]", item, each) for n, each in enumerate(value)])

    document: JSONObject = {"type": "array", "items": item.document}
    return Schema(document | {"uniqueItems": True} if make in (set, frozenset) else document, read)


def _fixed_array(items: Sequence[Schema]) -> Schema:
    count = len(items)

    def read(value: JSON) -> object:
        if not isinstance(value, list) or len(value) != count:
            raise _mismatch(f"an array of {count} items", value)
        pairs = enumerate(zip(items, value, strict=True))
        return tuple(_read_at(f"[{n}]", item, each) for n, (item, each) in pairs)

    documents: list[JSON] = [item.document for item in items]
    bounds: JSONObject = {"minItems": count, "maxItems": count}
    return Schema({"type": "array", "prefixItems": documents, **bounds}, read)


def _mapping(arguments: Sequence[object]) -> Schema:
    if arguments and arguments[0] is not str:
        raise TypeError(f"a mapping whose keys are {arguments[0]!r} has no JSON Schema")
    item = schema_of(arguments[1] if arguments else Any)

    def read(value: JSON) -> object:
        if not isinstance(value, dict):
            raise _mismatch("an object", value)
        return {key: _read_at(f".{key}", item, each) for key, each in value.items()}

    return Schema({"type": "object", "additionalProperties": item.document}, read)


def _class(kind: type[object]) -> Schema:
    if issubclass(kind, enum.Enum):
        return _choice([*kind], [each.value for each in kind])
    hints = typing.get_type_hints(kind, include_extras=True)
    if typing.is_typeddict(kind):
        return object_schema(hints, _required_keys(kind, hints), dict)
    if dataclasses.is_dataclass(kind):
        is_required = {field.name: _lacks_default(field) for field in dataclasses.fields(kind)}
    elif attrs.has(kind):
        is_required = {each.name: each.default is attrs.NOTHING for each in attrs.fields(kind)}
    else:
        raise TypeError(f"{kind.__qualname__} has no JSON Schema")
    required = {name for name in is_required if is_required[name]}
    return object_schema({name: hints[name] for name in is_required}, required, kind)


def _required_keys(kind: type[object], hints: Mapping[str, object]) -> set[str]:
    """Return the required keys of a TypedDict.

    Its ``__required_keys__`` are right only where annotations are evaluated: not under
    ``from __future__ import annotations``.
    """
    required: set[str] = set(getattr(kind, "__required_keys__", ()))
    marks = {name: typing.get_origin(hint) for name, hint in hints.items()}
    required |= {name for name, mark in marks.items() if mark is typing.Required}
    return required - {name for name, mark in marks.items() if mark is typing.NotRequired}


def _lacks_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def object_schema(
    hints: Mapping[str, object], required: abc.Set[str], make: Callable[..., object]
) -> Schema:
    """Return the schema of an object with these properties and no others.

    Args:
        hints: The annotation of each property.
        required: The names of the required properties.
        make: Builds the Python value from the properties' values, passed by name.

    Raises:
        TypeError: When a property has no JSON form; the message names it and its annotation.
    """
    schemas: dict[str, Schema] = {}
    for name, hint in hints.items():
        try:
            schemas[name] = schema_of(hint)
        except TypeError as error:
            raise TypeError(f"{name}: {error}") from None

    def read(value: JSON) -> object:
        if not isinstance(value, dict):
            raise _mismatch("an object", value)
        for name in value.keys() - schemas.keys():
            raise SchemaMismatchError(f"{name}: there is no such property")
        for name in schemas:
            if name in required and name not in value:
                raise SchemaMismatchError(f"{name}: it is missing")
        return make(**{name: _read_at(name, schemas[name], each) for name, each in value.items()})

    document: JSONObject = {
        "type": "object",
        "properties": {name: schema.document for name, schema in schemas.items()},
        "required": [name for name in schemas if name in required],
        "additionalProperties": False,
    }
    return Schema(document, read)


def _read_at(path: str, schema: Schema, value: JSON) -> object:
    """Convert a part of a value; the error of a mismatch has its path."""
    try:
        return schema.read(value)
    except SchemaMismatchError as mismatch:
        raise SchemaMismatchError(f"{path}: {mismatch}") from None

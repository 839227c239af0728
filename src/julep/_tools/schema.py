"""JSON Schemas, each with the reader of the values that it allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, cast

if TYPE_CHECKING:
    from julep_api.types import JSON, JSONObject

Reader: TypeAlias = "Callable[[JSON], object]"


class SchemaMismatchError(ValueError):
    """A JSON value does not match a schema.

    Attributes:
        problem: What was expected, and what came.
        path: Where in the value, such as ``items[0].name``; empty for the value itself.
    """

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(f"{path}: {problem}" if path else problem)
        self.problem = problem
        self.path = path

    def under(self, step: str) -> SchemaMismatchError:
        """Return the error for the enclosing value: its path begins with a key, or with ``[0]``."""
        dot = "." if self.path and not self.path.startswith("[") else ""
        return SchemaMismatchError(self.problem, f"{step}{dot}{self.path}")


class Schema(NamedTuple):
    """The JSON form of an annotation.

    Attributes:
        document: The JSON Schema.
        read: Converts a JSON value to the annotated type, or raises `SchemaMismatchError`.
    """

    document: JSONObject
    read: Reader


def shorten(value: JSON) -> str:
    """Return the `repr` of a value, cut to 80 characters."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def mismatch(expected: str, value: JSON) -> SchemaMismatchError:
    """Return the error of a value that is not what was expected."""
    return SchemaMismatchError(f"expected {expected}; got {shorten(value)}")


def read_at(step: str, schema: Schema, value: JSON) -> object:
    """Convert a part of a value; the error of a mismatch has its path."""
    try:
        return schema.read(value)
    except SchemaMismatchError as error:
        raise error.under(step) from None


def built(make: Callable[..., object], *args: object, **kwargs: object) -> object:
    """Build a value; an error of its class, such as that of a validator, is a mismatch."""
    try:
        return make(*args, **kwargs)
    except SchemaMismatchError:
        raise
    except Exception as error:
        raise SchemaMismatchError(str(error) or type(error).__name__) from error


def _as_it_is(value: JSON) -> object:
    return value


ANYTHING: Final = Schema({}, _as_it_is)
"""The schema that allows any value."""


def union(schemas: Sequence[Schema]) -> Schema:
    """Return the schema of a union: the first schema that matches reads a value."""

    def read(value: JSON) -> object:
        problems: list[SchemaMismatchError] = []
        for schema in schemas:
            try:
                return schema.read(value)
            except SchemaMismatchError as error:
                problems.append(error)
        if isinstance(value, dict):
            problems = _of_its_tag(value, schemas, problems)
        # If one schema expects a value of this kind, the problem is inside of it.
        inside = [error for error in problems if error.path]
        if len(inside) == 1:
            raise inside[0]
        raise SchemaMismatchError(", or ".join(map(str, problems)))

    if len(schemas) == 1:
        return schemas[0]
    return Schema({"anyOf": [schema.document for schema in schemas]}, read)


def _of_its_tag(
    value: JSONObject, schemas: Sequence[Schema], problems: Sequence[SchemaMismatchError]
) -> list[SchemaMismatchError]:
    """Return the problems of those schemas whose constant properties a value has.

    If it has those of none, the problem is what the property must be.
    """
    tags = [_constants(schema.document) for schema in schemas]
    tagged = [each for each in tags if each]
    shared = [name for name in value if all(name in each for each in tagged)]
    if not shared or len(tagged) < 2:
        return [*problems]
    name = shared[0]
    pairs = zip(tags, problems, strict=True)
    kept = [problem for tag, problem in pairs if name in tag and value[name] in tag[name]]
    if kept:
        return kept
    allowed = [each for tag in tags for each in tag.get(name, ())]
    expected = f"one of {', '.join(map(repr, dict.fromkeys(allowed)))}"
    return [mismatch(expected, value[name]).under(name)]


def _constants(document: JSONObject) -> Mapping[str, Sequence[str]]:
    """Return the texts of the required properties that may be nothing but one of some texts."""
    found: dict[str, Sequence[str]] = {}
    properties, required = document.get("properties"), document.get("required")
    if not isinstance(properties, dict) or not isinstance(required, list):
        return found
    for name, each in properties.items():
        if name in required and isinstance(each, dict):
            options = each.get("enum", [each.get("const")])
            if isinstance(options, list):
                texts = [one for one in options if isinstance(one, str)]
                found |= {name: texts} if texts and len(texts) == len(options) else {}
    return found


def choice(
    values: Sequence[JSON], members: Sequence[object], names: Mapping[str, object]
) -> Schema:
    """Return the schema of a choice.

    Args:
        values: The values that the schema lists.
        members: What each of them stands for, by position.
        names: Further texts that are read and not listed, such as the names of an enum's members.
    """
    # The first of equal values: to JSON Schema, 1 and 1.0 are equal.
    by_value = {json_key(v): m for v, m in reversed([*zip(values, members, strict=True)])}

    def read(value: JSON) -> object:
        key = json_key(value)
        if key in by_value:
            return by_value[key]
        if isinstance(value, str) and value in names:
            return names[value]
        raise mismatch(f"one of {', '.join(map(repr, values))}", value)

    types = dict.fromkeys(map(json_type, values))
    # Most models are used to a type beside an enum, and some endpoints require it.
    kind: JSON = next(iter(types)) if len(types) == 1 else [*types]
    return Schema({"type": kind, "enum": [*values]}, read)


def array(
    item: Schema, make: Callable[[list[object]], object] | None, *, is_set: bool = False
) -> Schema:
    """Return the schema of an array of any length.

    Args:
        item: The schema of its items.
        make: Builds the Python value; None for a list.
        is_set: Whether the items are distinct.
    """

    def read(value: JSON) -> object:
        if not isinstance(value, list):
            raise mismatch("an array", value)
        if is_set and len({*map(json_key, value)}) < len(value):
            raise mismatch("distinct items", value)
        items = [read_at(f"[{n}]", item, each) for n, each in enumerate(value)]
        return items if make is None else built(make, items)

    document: JSONObject = {"type": "array", "items": item.document}
    return Schema(document | {"uniqueItems": True} if is_set else document, read)


def fixed_array(items: Sequence[Schema]) -> Schema:
    """Return the schema of an array with one schema for each of its items, read as a tuple."""
    count = len(items)

    def read(value: JSON) -> object:
        if not isinstance(value, list) or len(value) != count:
            raise mismatch(f"an array of {count} items", value)
        pairs = enumerate(zip(items, value, strict=True))
        return tuple(read_at(f"[{n}]", item, each) for n, (item, each) in pairs)

    documents: JSONObject = {"prefixItems": [item.document for item in items]} if items else {}
    return Schema({"type": "array", **documents, "minItems": count, "maxItems": count}, read)


def mapping(
    key: Schema | None, item: Schema, make: Callable[[dict[object, object]], object] | None
) -> Schema:
    """Return the schema of an object with any keys.

    Args:
        key: The schema of the keys, which are texts in JSON; None for any text.
        item: The schema of the values.
        make: Builds the Python value; None for a dict.
    """

    def read(value: JSON) -> object:
        if not isinstance(value, dict):
            raise mismatch("an object", value)
        items = {
            name if key is None else read_at(name, key, name): read_at(name, item, each)
            for name, each in value.items()
        }
        return items if make is None else built(make, items)

    document: JSONObject = {"type": "object", "additionalProperties": item.document}
    if key is not None:
        document["propertyNames"] = key.document
    return Schema(document, read)


def record(
    properties: Mapping[str, Schema],
    required: AbstractSet[str],
    make: Callable[..., object],
) -> Schema:
    """Return the schema of an object with these properties and no others.

    Args:
        properties: The schema of each property.
        required: The names of the required properties.
        make: Builds the Python value from the properties' values, passed by name.
    """

    def read(value: JSON) -> object:
        if not isinstance(value, dict):
            raise mismatch("an object", value)
        for name in value:
            if name not in properties:
                raise SchemaMismatchError("there is no such property", name)
        for name in properties:
            if name in required and name not in value:
                raise SchemaMismatchError("it is missing", name)
        values = {name: read_at(name, properties[name], each) for name, each in value.items()}
        return built(make, **values)

    document: JSONObject = {
        "type": "object",
        "properties": {name: schema.document for name, schema in properties.items()},
        "required": [name for name in properties if name in required],
        "additionalProperties": False,
    }
    return Schema(document, read)


def json_type(value: JSON) -> str:
    """Return the name of a value's type in JSON Schema."""
    if isinstance(value, bool):
        return "boolean"
    for kind, name in _TYPES:
        if isinstance(value, kind):
            return name
    return "null"


_TYPES: Final[Iterable[tuple[type[object], str]]] = (
    (str, "string"),
    (int, "integer"),
    (float, "number"),
    (list, "array"),
    (dict, "object"),
)


def json_key(value: JSON) -> object:
    """Return a hashable value, which is equal for values that JSON Schema calls equal."""
    if isinstance(value, list):
        return ("array", *map(json_key, value))
    if isinstance(value, dict):
        return "object", frozenset((name, json_key(each)) for name, each in value.items())
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "number", value
    return cast("object", (type(value).__name__, value))

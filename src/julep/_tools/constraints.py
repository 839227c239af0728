"""Descriptions and bounds in an annotation's metadata: ``Annotated[int, Ge(1), "How many."]``.

Classes of annotated-types, pydantic, msgspec and typing_extensions are recognized by their
attributes, so that none of these packages must be installed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from julep._tools.results import to_json
from julep._tools.schema import Schema, SchemaMismatchError, built, shorten

if TYPE_CHECKING:
    from julep_api.types import JSON, JSONObject


class _Bound(NamedTuple):
    """One bound of a value.

    Attributes:
        keywords: Its keyword in JSON Schema, by the type of values that it is about.
        holds: Compares a number, a length or a text with the bound's limit.
        words: What is before the limit in an error.
    """

    keywords: Mapping[str, str]
    holds: Callable[[Any, Any], bool]
    words: str


def _lengths(word: str) -> Mapping[str, str]:
    return {"string": f"{word}Length", "array": f"{word}Items", "object": f"{word}Properties"}


def _is_multiple(value: Any, of: Any) -> bool:
    return Decimal(str(value)) % Decimal(str(of)) == 0


def _contains(value: str, pattern: str) -> bool:
    return re.search(pattern, value) is not None


_BOUNDS: Final[Mapping[str, _Bound]] = {
    "ge": _Bound({"number": "minimum"}, ge, ">="),
    "gt": _Bound({"number": "exclusiveMinimum"}, gt, ">"),
    "le": _Bound({"number": "maximum"}, le, "<="),
    "lt": _Bound({"number": "exclusiveMaximum"}, lt, "<"),
    "multiple_of": _Bound({"number": "multipleOf"}, _is_multiple, "that is a multiple of"),
    "min_length": _Bound(_lengths("min"), ge, "whose length is >="),
    "max_length": _Bound(_lengths("max"), le, "whose length is <="),
    "pattern": _Bound({"string": "pattern"}, _contains, "that matches"),
}


def annotated(schema: Schema, metadata: Iterable[object]) -> Schema:
    """Return a schema with the description and the bounds that an annotation's metadata has."""
    document: JSONObject = {**schema.document}
    checks: list[tuple[_Bound, Any]] = []
    predicates: list[Callable[[object], object]] = []
    for item in _flattened(metadata):
        text = _description(item)
        if text:
            document.setdefault("description", text)
        document |= _further(item)
        if type(item).__name__ == "Predicate" and callable(getattr(item, "func", None)):
            predicates.append(cast("Any", item).func)
        for name, bound in _BOUNDS.items():
            limit = getattr(item, name, None)
            if limit is None or isinstance(item, str):
                continue
            limit = getattr(limit, "pattern", limit)  # of a compiled pattern
            checks.append((bound, limit))
            document |= _keywords(bound, limit, schema.document)
    if not checks and not predicates:
        return Schema(document, schema.read)

    def read(value: JSON) -> object:
        result = schema.read(value)
        for bound, limit in checks:
            subject = _subject(value, result, bound)
            if subject is not None and not bound.holds(subject, limit):
                what = f"a value {bound.words} {limit}"
                raise SchemaMismatchError(f"expected {what}; got {shorten(value)}")
        for predicate in predicates:
            if not built(predicate, result):
                name = getattr(predicate, "__qualname__", repr(predicate))
                raise SchemaMismatchError(f"expected a value of {name}; got {shorten(value)}")
        return result

    return Schema(document, read)


def _further(item: object) -> JSONObject:
    """Return the keywords that a Field of pydantic or a Meta of msgspec adds to a schema."""
    found: JSONObject = {}
    examples: object = getattr(item, "examples", None)
    if isinstance(examples, list):
        found["examples"] = to_json(cast("object", examples))
    for name in ("json_schema_extra", "extra_json_schema"):
        more: object = getattr(item, name, None)
        if isinstance(more, dict):
            known = to_json(cast("object", more))
            found |= known if isinstance(known, dict) else {}
    return found


def _flattened(metadata: Iterable[object]) -> Iterator[object]:
    """Iterate over metadata, with the parts of groups such as pydantic's Field instead of them."""
    for item in metadata:
        yield item
        parts: object = getattr(item, "metadata", None)
        if getattr(item, "__is_annotated_types_grouped_metadata__", False):
            parts = item
        if isinstance(parts, Iterable) and not isinstance(parts, (str, Mapping)):
            yield from _flattened(cast("Iterable[object]", parts))


def _description(item: object) -> str:
    """Return a description: a text, or that of a Doc, a Field or a Meta."""
    for text in (item, getattr(item, "documentation", None), getattr(item, "description", None)):
        if isinstance(text, str):
            return text
    return ""


def _keywords(bound: _Bound, limit: object, document: JSONObject) -> JSONObject:
    """Return the keywords of a bound, for the types that values may have."""
    if not isinstance(limit, (int, float, str)) or limit in (math.inf, -math.inf):
        return {}
    return {word: limit for kind, word in bound.keywords.items() if kind in _types(document)}


def _types(document: JSONObject) -> set[str]:
    """Return the names of the types that a schema's values may have, with number for integer."""
    alternatives = document.get("anyOf")
    if isinstance(alternatives, list):
        return {name for each in alternatives if isinstance(each, dict) for name in _types(each)}
    kind = document.get("type")
    names = kind if isinstance(kind, list) else [kind]
    found = {"number" if name == "integer" else str(name) for name in names if name}
    return found or {"number", "string", "array", "object"}


def _subject(value: JSON, result: object, bound: _Bound) -> object:
    """Return what a bound is about in a value: its number, its length or its text, if it has one.

    A text that was read as something else, such as a time, is compared as that.
    """
    if isinstance(value, bool):
        return None
    if "number" in bound.keywords:
        if isinstance(value, (int, float)):
            return value
        return None if value is None or isinstance(result, (str, Sequence)) else result
    if "pattern" in bound.keywords.values():
        return value if isinstance(value, str) else None
    return len(value) if isinstance(value, (str, list, dict)) else None

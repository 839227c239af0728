"""The simplest valid instance of a JSON Schema, for the offline model's calls and answers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from julep_server.json_text import JSON, JSONObject
from julep_server.models.pattern_instances import simplest_match

_MAX_DEPTH = 24
_BY_FORMAT = {
    "date": "2024-01-01",
    "date-time": "2024-01-01T00:00:00Z",
    "duration": "PT0S",
    "email": "a@example.com",
    "hostname": "example.com",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "time": "00:00:00Z",
    "uri": "https://example.com",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "uuid4": "00000000-0000-4000-8000-000000000000",
}


def simplest_instance(schema: JSON) -> JSON:
    """Build the simplest value that a common schema accepts.

    Constants, enums, defaults, types, required properties, bounds, lengths, patterns, formats,
    alternatives, combinations and references within the schema are supported; conditions and
    negations are not.

    Example:
        >>> simplest_instance({"type": "object", "properties": {"city": {"type": "string"}},
        ...                    "required": ["city"]})
        {'city': ''}
    """
    if not isinstance(schema, dict):
        return {}
    builder = _Builder(schema)
    # The least deep instance of a schema that contains itself.
    for depth in range(1, _MAX_DEPTH):
        try:
            return builder.build(schema, depth, is_root=True)
        except _TooDeepError:
            continue
    return {}


class _TooDeepError(Exception):
    """A schema has no instance of the allowed depth."""


class _Builder:
    def __init__(self, root: JSONObject) -> None:
        self._root = root

    def build(self, schema: JSON, depth: int, *, is_root: bool = False) -> JSON:
        """Build an instance with at most this many levels.

        Raises:
            _TooDeepError: When there is none.
        """
        if depth < 0:
            raise _TooDeepError
        if not isinstance(schema, dict):
            return None
        schema = self._combined(schema, depth)
        for keyword in ("const", "default"):
            if keyword in schema:
                return schema[keyword]
        options = schema.get("enum")
        if isinstance(options, list) and options:
            return options[0]
        for keyword in ("anyOf", "oneOf"):
            alternatives = _list(schema.get(keyword))
            if alternatives:
                rest = {name: value for name, value in schema.items() if name != keyword}
                return self._first_of(rest, alternatives, depth)
        return self._of_type(schema, depth, is_root=is_root)

    def _combined(self, schema: JSONObject, depth: int) -> JSONObject:
        """Merge a schema with the schemas that it refers to."""
        parts = _list(schema.get("allOf"))
        reference = schema.get("$ref")
        if isinstance(reference, str):
            parts = [*parts, _resolve(reference, self._root)]
        if depth < 0:
            raise _TooDeepError
        merged = {name: value for name, value in schema.items() if name not in ("allOf", "$ref")}
        for part in parts:
            if isinstance(part, dict):
                merged = _merged(merged, self._combined(part, depth - 1))
        return merged

    def _first_of(self, rest: JSONObject, alternatives: Sequence[JSON], depth: int) -> JSON:
        for alternative in alternatives:
            if isinstance(alternative, dict):
                try:
                    return self.build(_merged(rest, alternative), depth)
                except _TooDeepError:
                    continue
        raise _TooDeepError

    def _of_type(self, schema: JSONObject, depth: int, *, is_root: bool) -> JSON:
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = kind[0] if kind else None
        if kind == "object" or "properties" in schema or (kind is None and is_root):
            return self._object(schema, depth - 1)
        if kind == "array":
            return self._array(schema, depth - 1)
        if kind in ("integer", "number"):
            return _number(schema, whole=kind == "integer")
        if kind == "string":
            return _text(schema)
        return False if kind == "boolean" else None

    def _object(self, schema: JSONObject, depth: int) -> JSONObject:
        properties = schema.get("properties")
        described = properties if isinstance(properties, dict) else {}
        names = dict.fromkeys(map(str, _list(schema.get("required"))))
        missing = _whole(schema.get("minProperties")) - len(names)
        names |= dict.fromkeys([name for name in described if name not in names][: max(0, missing)])
        rest = schema.get("additionalProperties")
        names |= dict.fromkeys(
            self._further_names(schema, _whole(schema.get("minProperties")) - len(names))
        )
        return {name: self.build(described.get(name, rest), depth) for name in names}

    def _further_names(self, schema: JSONObject, count: int) -> list[str]:
        """Return names of properties that the schema does not list."""
        allowed = schema.get("propertyNames", {})
        item: JSONObject = {"type": "string", **(allowed if isinstance(allowed, dict) else {})}
        return [str(name) for name in self._distinct(item, count, 1)] if count > 0 else []

    def _array(self, schema: JSONObject, depth: int) -> JSON:
        first = _list(schema.get("prefixItems"))
        count = _whole(schema.get("minItems"))
        items = [self.build(each, depth) for each in first[:count]]
        further = count - len(items)
        if further <= 0:
            return items
        if schema.get("uniqueItems") is True:
            return items + self._distinct(schema.get("items"), further, depth)
        return items + [self.build(schema.get("items"), depth)] * further

    def _distinct(self, schema: JSON, count: int, depth: int) -> list[JSON]:
        """Build different instances of a schema, as far as there are simple ones."""
        item: JSONObject = {"type": "integer"}
        if isinstance(schema, dict) and schema:
            item = self._combined(schema, depth)
        options = _list(item.get("enum"))
        if options:
            return options[:count]
        found: list[JSON] = []
        for number in range(count):
            match item.get("type"):
                case "integer" | "number":
                    low = number if not found else _next(found[-1])
                    found.append(
                        _number(_merged(item, {"minimum": max(low, _low(item))}), whole=True)
                    )
                case "string":
                    length = max(_whole(item.get("minLength")), number + 1)
                    found.append(_text({**item, "minLength": length}))
                case _:
                    found.append(self.build(item, depth))
        return found


def _next(value: JSON) -> float:
    return value + 1 if isinstance(value, (int, float)) else 0


def _low(schema: JSONObject) -> float:
    low = schema.get("minimum")
    return low if isinstance(low, (int, float)) else 0


def _merged(first: JSONObject, second: JSONObject) -> JSONObject:
    """Merge two schemas that both apply."""
    merged = {**first, **second}
    for keyword in ("properties", "$defs"):
        mine, other = first.get(keyword), second.get(keyword)
        if isinstance(mine, dict) and isinstance(other, dict):
            merged[keyword] = {**mine, **other}
    if "required" in first and "required" in second:
        merged["required"] = [*_list(first["required"]), *_list(second["required"])]
    return merged


def _text(schema: JSONObject) -> str:
    known = _BY_FORMAT.get(str(schema.get("format")), "")
    pattern = schema.get("pattern")
    length = _whole(schema.get("minLength"))
    if isinstance(pattern, str):
        if known and re.search(pattern, known):
            return known
        return simplest_match(pattern, length)
    return known or "x" * length


def _number(schema: JSONObject, *, whole: bool) -> JSON:
    low, above = _bound(schema, "minimum", "exclusiveMinimum", max)
    high, below = _bound(schema, "maximum", "exclusiveMaximum", min)
    step = schema.get("multipleOf")
    unit = Decimal(str(step)) if isinstance(step, (int, float)) and step > 0 else Decimal(1)
    # The multiple that is the nearest to zero; without a multiple, whole numbers come first.
    number = Decimal(0)
    if low is not None and (number < low or (above and number == low)):
        number = math.ceil(low / unit) * unit
        number += unit if above and number == low else 0
    elif high is not None and (number > high or (below and number == high)):
        number = math.floor(high / unit) * unit
        number -= unit if below and number == high else 0
    if not whole and step is None and not _is_within(number, low, high, above=above, below=below):
        lowest = number if low is None else low
        number = (lowest + (number if high is None else high)) / 2
    return int(number) if number == int(number) else float(number)


def _is_within(
    number: Decimal, low: Decimal | None, high: Decimal | None, *, above: bool, below: bool
) -> bool:
    over = low is None or number > low or (number == low and not above)
    under = high is None or number < high or (number == high and not below)
    return over and under


def _bound(
    schema: JSONObject,
    inclusive: str,
    exclusive: str,
    stricter: Callable[[Iterable[Decimal]], Decimal],
) -> tuple[Decimal | None, bool]:
    """Return a bound, and whether it is excluded."""
    found = [
        (Decimal(str(limit)), keyword == exclusive)
        for keyword in (inclusive, exclusive)
        if isinstance(limit := schema.get(keyword), (int, float)) and not isinstance(limit, bool)
    ]
    if not found:
        return None, False
    value = stricter(limit for limit, _ in found)
    return value, (value, True) in found


def _whole(value: JSON) -> int:
    return value if isinstance(value, int) else 0


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _resolve(reference: str, root: JSONObject) -> JSON:
    found: JSON = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        if step:
            name = step.replace("~1", "/").replace("~0", "~")
            found = found[name] if isinstance(found, dict) and name in found else None
    return found

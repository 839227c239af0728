"""The simplest valid instance of a JSON Schema, for the offline model's calls and answers."""

from __future__ import annotations

from collections.abc import Sequence

from julep_server.json_text import JSON, JSONObject
from julep_server.models.scalar_instances import number_instance, text_instance, whole

_MAX_DEPTH = 24


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
            return number_instance(schema, is_whole=kind == "integer")
        if kind == "string":
            return text_instance(schema)
        return False if kind == "boolean" else None

    def _object(self, schema: JSONObject, depth: int) -> JSONObject:
        properties = schema.get("properties")
        described = properties if isinstance(properties, dict) else {}
        names = dict.fromkeys(map(str, _list(schema.get("required"))))
        missing = whole(schema.get("minProperties")) - len(names)
        names |= dict.fromkeys([name for name in described if name not in names][: max(0, missing)])
        rest = schema.get("additionalProperties")
        names |= dict.fromkeys(
            self._further_names(schema, whole(schema.get("minProperties")) - len(names))
        )
        return {name: self.build(described.get(name, rest), depth) for name in names}

    def _further_names(self, schema: JSONObject, count: int) -> list[str]:
        """Return names of properties that the schema does not list."""
        allowed = schema.get("propertyNames", {})
        item: JSONObject = {"type": "string", **(allowed if isinstance(allowed, dict) else {})}
        return [str(name) for name in self._distinct(item, count, 1)] if count > 0 else []

    def _array(self, schema: JSONObject, depth: int) -> JSON:
        first = _list(schema.get("prefixItems"))
        count = whole(schema.get("minItems"))
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
                    least = max(_next(found[-1]) if found else number, _low(item))
                    found.append(number_instance(_merged(item, {"minimum": least}), is_whole=True))
                case "string":
                    length = max(whole(item.get("minLength")), number + 1)
                    found.append(text_instance({**item, "minLength": length}))
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


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _resolve(reference: str, root: JSONObject) -> JSON:
    found: JSON = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        if step:
            name = step.replace("~1", "/").replace("~0", "~")
            found = found[name] if isinstance(found, dict) and name in found else None
    return found

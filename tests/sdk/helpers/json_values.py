"""Values that a JSON Schema allows, for property tests."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from julep_api.types import JSON

Values: TypeAlias = "SearchStrategy[Any]"

_ZONES = st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=-7, minutes=-30))])
_FORMATS: Mapping[str, Values] = {
    "date": st.dates().map(dt.date.isoformat),
    "date-time": st.datetimes(timezones=_ZONES).map(dt.datetime.isoformat),
    # RFC 3339 has no fractions and no signs, which the SDK reads and writes nevertheless.
    "duration": st.from_regex(
        r"P([0-9]{1,7}W|[0-9]{1,8}D(T[0-9]{1,9}H)?|T[0-9]{1,9}M)", fullmatch=True
    ),
    "time": st.times(timezones=_ZONES).map(dt.time.isoformat),
    "uuid": st.uuids().map(str),
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
    "path": st.text(max_size=3),
}


def json_values(schema: JSON) -> SearchStrategy[JSON]:
    """Return a strategy for the values that a schema allows.

    The keywords that the SDK and pydantic write are supported.
    """
    return _Values(schema).of(schema)


class _Values:
    def __init__(self, root: JSON) -> None:
        self._root = root
        self._definitions: dict[str, Values] = {}

    def of(self, schema: Any) -> Values:
        if "$ref" in schema:
            return self._definition(schema["$ref"].rpartition("/")[2])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        if "anyOf" in schema:
            return st.one_of(*map(self.of, schema["anyOf"]))
        kind = schema.get("type")
        return self._by_type[kind](self, schema) if kind else st.integers() | st.text(max_size=2)

    def _definition(self, name: str) -> Values:
        if name not in self._definitions:
            root: Any = self._root
            # The strategy is built when it is used, since a definition may contain itself.
            self._definitions[name] = st.deferred(lambda: self.of(root["$defs"][name]))
        return self._definitions[name]

    def _object(self, schema: Any) -> Values:
        properties: Any = schema.get("properties")
        if properties is not None:
            required = {name: self.of(properties[name]) for name in schema.get("required", ())}
            others = {name: self.of(properties[name]) for name in properties.keys() - required}
            return st.fixed_dictionaries(required, optional=others)
        keys = self.of({"type": "string", **schema.get("propertyNames", {})})
        return st.dictionaries(keys, self.of(schema["additionalProperties"]), max_size=2)

    def _array(self, schema: Any) -> Values:
        first = schema.get("prefixItems", ())
        if first or schema.get("maxItems") == 0:
            return st.tuples(*map(self.of, first)).map(list)
        least = schema.get("minItems", 0)
        unique = repr if schema.get("uniqueItems") else None
        items = self.of(schema["items"])
        if unique is not None:
            # Numbers that are equal are the same to JSON Schema, and to a set.
            items = items.filter(lambda each: not isinstance(each, (bool, float)))
        return st.lists(items, min_size=least, max_size=least + 2, unique_by=unique)

    def _string(self, schema: Any) -> Values:
        if "format" in schema:
            return _FORMATS[schema["format"]]
        if "pattern" in schema:
            pattern = re.compile(schema["pattern"].removesuffix("$"), re.ASCII)
            return st.from_regex(pattern, fullmatch=True)
        return st.text(min_size=schema.get("minLength", 0), max_size=9)

    def _integer(self, schema: Any) -> Values:
        low, high = schema.get("minimum"), schema.get("maximum")
        if "exclusiveMinimum" in schema:
            low = schema["exclusiveMinimum"] + 1
        # JSON Schema counts 5.0 among the integers.
        whole = st.integers(-1000 if low is None else low, 1000 if high is None else high)
        return whole | whole.map(float)

    def _number(self, schema: Any) -> Values:
        return st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9)

    def _boolean(self, schema: Any) -> Values:
        return st.booleans()

    def _null(self, schema: Any) -> Values:
        return st.none()

    _by_type: Mapping[str, Callable[[Any, Any], Values]] = {
        "object": _object,
        "array": _array,
        "string": _string,
        "integer": _integer,
        "number": _number,
        "boolean": _boolean,
        "null": _null,
    }

"""Strategies of valid JSON for every schema of the contract, built from the contract."""

from __future__ import annotations

import datetime as dt
import json
from importlib.resources import files
from typing import Any, cast

from hypothesis import strategies as st

import julep_api.models
from julep_api.model import Model

CONTRACT: dict[str, Any] = json.loads(
    files("julep_api").joinpath("openapi.json").read_text("utf-8")
)
SCHEMAS: dict[str, dict[str, Any]] = CONTRACT["components"]["schemas"]

texts = st.text(st.characters(codec="utf-8"), max_size=12)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
ids = st.uuids(version=4).map(str)
times = st.datetimes(
    timezones=st.integers(-14 * 60, 14 * 60).map(
        lambda minutes: dt.timezone(dt.timedelta(minutes=minutes))
    ),
    # Hypothesis adds the time zone itself, and takes bounds without one.
    min_value=dt.datetime(1900, 1, 1),  # noqa: DTZ001
    max_value=dt.datetime(2200, 1, 1),  # noqa: DTZ001
).map(lambda when: when.isoformat())


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """Resolve a reference to a named schema."""
    return SCHEMAS[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema


def parts(schema: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Return an object's properties and the required names, those of allOf included."""
    schema = resolve(schema)
    properties, required = dict(schema.get("properties", {})), set(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        inherited, inherited_required = parts(part)
        properties |= inherited
        required |= inherited_required
    return properties, required


def numbers(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return a strategy of numbers within a schema's bounds."""
    least, most = schema.get("minimum"), schema.get("maximum")
    if schema["type"] == "integer":
        return st.integers(least, most)
    return st.floats(
        least,
        most,
        exclude_min=bool(schema.get("exclusiveMinimum")),
        exclude_max=bool(schema.get("exclusiveMaximum")),
        allow_nan=False,
        allow_infinity=False,
    )


def valid(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return a strategy of JSON that matches a schema, without additional keys."""
    schema = resolve(schema)
    members = schema.get("oneOf") or schema.get("anyOf")
    if members:
        found = st.one_of([valid(member) for member in members])
    elif schema.get("enum"):
        found = st.sampled_from(schema["enum"])
    elif parts(schema)[0]:
        properties, required = parts(schema)
        found = st.fixed_dictionaries(
            {name: valid(properties[name]) for name in sorted(required)},
            optional={
                name: valid(properties[name]) for name in sorted(properties.keys() - required)
            },
        )
    elif schema.get("type") == "object":
        values: Any = schema.get("additionalProperties")
        inner = valid(values) if values and values is not True else json_values
        found = st.dictionaries(texts, inner, max_size=3)
    elif schema.get("type") == "array":
        least = schema.get("minItems", 0)
        found = st.lists(
            valid(schema["items"]),
            min_size=least,
            max_size=schema.get("maxItems", least + 2),
            unique=bool(schema.get("uniqueItems")),
        )
    elif schema.get("type") in ("integer", "number"):
        found = numbers(schema)
    elif schema.get("type") == "boolean":
        found = st.booleans()
    elif schema.get("format") == "uuid":
        found = ids
    elif schema.get("format") == "date-time":
        found = times
    else:
        least = schema.get("minLength", 0)
        alphabet = st.characters(codec="utf-8")
        found = st.text(alphabet, min_size=least, max_size=schema.get("maxLength", least + 12))
    return st.none() | found if schema.get("nullable") else found


def without_nulls(schema: dict[str, Any], value: Any) -> Any:
    """Return a value of a schema as it is sent: without the nulls of optional properties."""
    schema = resolve(schema)
    members = schema.get("oneOf") or schema.get("anyOf")
    if isinstance(value, list):
        items = cast("list[object]", value)
        lists = [each for each in map(resolve, members or [schema]) if "items" in each]
        return [without_nulls(lists[0]["items"], each) for each in items] if lists else items
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, object]", value)
    objects = [each for each in map(resolve, members or [schema]) if parts(each)[0]]
    if not objects:
        is_map = isinstance(schema.get("additionalProperties"), dict)
        return {key: each for key, each in given.items() if each is not None or not is_map}
    # Of several objects, the one that has the value's keys: they differ in the contract.
    found = max(objects, key=lambda each: len(parts(each)[0].keys() & given))
    properties, required = parts(found)[0], needed(found)
    return {
        key: without_nulls(properties[key], each) if key in properties else each
        for key, each in given.items()
        if each is not None or key in required
    }


def needed(schema: dict[str, Any]) -> set[str]:
    """Return the properties that a model needs: not all that the server always sends."""
    for name, model in MODELS.items():
        if SCHEMAS[name] is schema:
            return {item.json_name for item in model.__properties__ if item.required}
    return parts(schema)[1]


def models() -> dict[str, type[Model]]:
    """Return the model of every named schema that is an object with properties."""
    by_name = {name.lower(): name for name in julep_api.models.__all__}
    found = {
        name: getattr(julep_api.models, by_name[name.lower()])
        for name, schema in SCHEMAS.items()
        if parts(schema)[0]
    }
    assert all(issubclass(model, Model) for model in found.values())
    return found


MODELS = models()

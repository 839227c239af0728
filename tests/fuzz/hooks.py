"""Hooks of schemathesis, for rules that the contract cannot express in schemas."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any, TypeAlias, cast
from uuid import UUID

from hypothesis import strategies as st

schemathesis = import_module("schemathesis")

# All ids are UUID v4 by their descriptions; the format cannot express the version.
schemathesis.openapi.format("uuid", st.uuids(version=4).map(str))

Some: TypeAlias = st.SearchStrategy[Any]

KNOWN: list[Mapping[str, str]] = json.loads(os.environ["FUZZ_KNOWN"])
"""Ids of related resources that exist at the start, by the names of parameters."""

DELETABLE = KNOWN[:5]
"""The only resources that are deleted, so that the others exist to the end."""


def before_load_schema(context: object, raw_schema: Any) -> None:
    """Describe the data of a stream's events, which OpenAPI 3.0 cannot express.

    An event's data is a chunk or an error, as JSON, or the end marker.
    """
    del context
    response = raw_schema["paths"]["/sessions/{session_id}/chat"]["post"]["responses"]["200"]
    stream = response["content"]["text/event-stream"]
    error = {"$ref": "#/components/schemas/Error"}
    data = [
        {"enum": ["[DONE]"]},
        *(
            {"contentMediaType": "application/json", "contentSchema": schema}
            for schema in (stream["schema"], error)
        ),
    ]
    stream["schema"] = {
        "type": "object",
        "required": ["data"],
        "properties": {"data": {"anyOf": data}},
    }


def filter_case(context: object, case: Any) -> bool:
    """Leave out requests that the server accepts on purpose, although the contract forbids them.

    - A null where none is documented but a value is optional: it is treated as "not given", because
      the released 0.3 client sends null for every argument that was not given.
    - An Accept with neither of the two types of a chat's response: the response is JSON, as HTTP
      allows. OpenAPI ignores parameters with this name.
    """
    del context
    headers: Mapping[str, str] = case.headers or {}
    accept = headers.get("Accept", "application/json")
    return not _has_null(case.body) and accept in {"application/json", "text/event-stream"}


def flatmap_path_parameters(context: Any, path_parameters: object) -> Some:
    """Use ids of existing resources as often as others."""
    owner = "an agent's " if context.operation.path.startswith("/agents") else "a user's "
    families = DELETABLE if context.operation.method.upper() == "DELETE" else KNOWN
    return _with_known(path_parameters, families, owner)


def flatmap_body(context: object, body: object) -> Some:
    """Name existing agents and users as often as others."""
    del context
    return _with_known(body, KNOWN)


for hook in (before_load_schema, filter_case, flatmap_path_parameters, flatmap_body):
    schemathesis.hook(hook)


def _with_known(given: object, families: list[Mapping[str, str]], owner: str = "") -> Some:
    """Replace the ids in a mapping by those of one family; other values are wrong on purpose."""
    if not isinstance(given, dict):
        return st.just(given)
    fields = cast("dict[str, object]", given)
    names = [name for name, value in fields.items() if _is_id(value)]

    def of_family(family: Mapping[str, str]) -> object:
        known = {name: family.get(name) or family.get(f"{owner}{name}") for name in names}
        return {**fields, **{name: known[name] for name in names if known[name]}}

    return st.one_of(st.just(fields), st.sampled_from(families).map(of_family))


def _is_id(value: object) -> bool:
    try:
        return UUID(cast("str", value)).version == 4
    except (AttributeError, TypeError, ValueError):
        return False


def _has_null(value: object) -> bool:
    if isinstance(value, dict):
        members = cast("dict[str, object]", value).values()
        return any(each is None or _has_null(each) for each in members)
    return isinstance(value, list) and any(map(_has_null, cast("list[object]", value)))

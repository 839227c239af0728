"""What the contract cannot say in schemas, as hooks; schemathesis imports it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any, TypeAlias, cast
from uuid import UUID

from hypothesis import strategies as st

schemathesis = import_module("schemathesis")

# "A UUID v4", say the descriptions of all ids; the format has no word for the version.
schemathesis.openapi.format("uuid", st.uuids(version=4).map(str))

Some: TypeAlias = st.SearchStrategy[Any]

KNOWN: list[Mapping[str, str]] = json.loads(os.environ["FUZZ_KNOWN"])
"""Families of ids that the server knew at the start, by the names of parameters."""

DOOMED = KNOWN[:5]
"""The only ones that are deleted, for the others to be there to the end."""


def before_load_schema(context: object, raw_schema: Any) -> None:
    """Say how a stream's events carry what the contract describes: OpenAPI 3.0 has no words for it.

    An event's data is a chunk or an error, as JSON, or the mark of the end.
    """
    del context
    answer = raw_schema["paths"]["/sessions/{session_id}/chat"]["post"]["responses"]["200"]
    stream = answer["content"]["text/event-stream"]
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
    """Leave out what the server answers on purpose, though the contract does not allow it.

    - A null where none is documented but a value is optional: it is taken for "not given", because
      the released 0.3 client sends one for all that it was not given.
    - An Accept with neither of the two types of a chat's answer: the answer is JSON, as HTTP
      allows. OpenAPI says of a parameter with this name that it be ignored.
    """
    del context
    headers: Mapping[str, str] = case.headers or {}
    accept = headers.get("Accept", "application/json")
    return not _has_null(case.body) and accept in {"application/json", "text/event-stream"}


def flatmap_path_parameters(context: Any, path_parameters: object) -> Some:
    """Ask for what there is as often as for what there is not."""
    owner = "an agent's " if context.operation.path.startswith("/agents") else "a user's "
    families = DOOMED if context.operation.method.upper() == "DELETE" else KNOWN
    return _with_known(path_parameters, families, owner)


def flatmap_body(context: object, body: object) -> Some:
    """Name agents and users that there are as often as others."""
    del context
    return _with_known(body, KNOWN)


for hook in (before_load_schema, filter_case, flatmap_path_parameters, flatmap_body):
    schemathesis.hook(hook)


def _with_known(given: object, families: list[Mapping[str, str]], owner: str = "") -> Some:
    """Replace the ids in a mapping by those of one family; what is no id is wrong on purpose."""
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

"""Models in pydantic and in frameworks that are built on it, such as FastAPI.

pydantic is imported by nothing but its own question for a model's schema.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from functools import partial
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from .construction import build
from .core_model import CoreModel
from .types import JSON, JSONObject

__all__ = ["core_schema", "json_schema"]

_TYPES: dict[object, JSONObject] = {
    str: {"type": "string"},
    datetime: {"type": "string", "format": "date-time"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    NoneType: {"type": "null"},
    JSONObject: {"type": "object"},
}


def core_schema(model: type[CoreModel]) -> object:
    """Return pydantic's schema of a model: its constructor's conversion, and `to_dict`."""
    schemas: Any = import_module("pydantic_core.core_schema")
    return schemas.no_info_plain_validator_function(
        partial(build, model),
        serialization=schemas.plain_serializer_function_ser_schema(model.to_dict),
    )


def json_schema(model: type[CoreModel]) -> JSONObject:
    """Return the JSON Schema of a model's JSON form, whole: without references."""
    hints = get_type_hints(model)
    properties: JSONObject = {
        item.json_name: _schema(hints[item.name]) for item in model.__properties__
    }
    required: list[JSON] = [item.json_name for item in model.__properties__ if item.required]
    found: JSONObject = {"title": model.__name__, "type": "object", "properties": properties}
    summary = (model.__doc__ or "").partition("\n\n")[0]
    if summary:
        found["description"] = " ".join(summary.split())
    return {**found, "required": required} if required else found


def _schema(hint: object) -> JSONObject:
    if hint == JSON:
        return {}
    for kind, schema in _TYPES.items():
        if hint == kind:
            return {**schema}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return {"anyOf": [_schema(member) for member in arguments]}
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    kind = cast("type[CoreModel] | type[Enum]", hint)
    if issubclass(kind, CoreModel):
        return json_schema(kind)
    return {"title": kind.__name__, "type": "string", "enum": [member.value for member in kind]}

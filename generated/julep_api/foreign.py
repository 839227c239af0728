"""Models in pydantic and in frameworks that are built on it, such as FastAPI.

pydantic is imported by nothing but its own question for a model's schema.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from enum import Enum
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from .construction import build
from .core_model import CoreModel
from .errors import ModelError
from .types import JSON, JSONObject

__all__ = ["core_schema", "dataclass_fields", "dataclass_params", "json_schema"]


_TYPES: dict[object, JSONObject] = {
    str: {"type": "string"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    time: {"type": "string", "format": "time"},
    bytes: {"type": "string", "format": "byte"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    NoneType: {"type": "null"},
    JSONObject: {"type": "object"},
}


def core_schema(model: type[CoreModel]) -> object:
    """Return pydantic's schema of a model: its constructor's conversion, and `to_dict`."""
    core: Any = import_module("pydantic_core")
    schemas: Any = core.core_schema

    def validate(value: object) -> CoreModel:
        try:
            return build(model, value)
        except ModelError as error:
            steps = _steps(error.path.removeprefix(model.__name__))
            details = {"type": "value_error", "loc": steps, "input": value, "ctx": {"error": error}}
            raise core.ValidationError.from_exception_data(model.__name__, [details]) from None

    validate.__name__ = model.__name__  # by which pydantic's errors name the type
    return schemas.no_info_plain_validator_function(
        validate,
        ref=f"{model.__module__}.{model.__qualname__}:{id(model)}",  # documented once, by its name
        serialization=schemas.plain_serializer_function_ser_schema(_serialized, info_arg=True),
    )


def _serialized(model: CoreModel, info: Any) -> JSONObject:
    """Return a model's JSON for pydantic, with the fields that it asks for."""
    return _picked(model.to_dict(), info.include, info.exclude)


def _picked(data: JSONObject, include: Any, exclude: Any) -> JSONObject:
    """Return some keys of an object.

    Args:
        data: The object.
        include: The keys to return, or None for all; a mapping has the keys inside as values.
        exclude: The keys to leave out, in the same form.
    """
    picked: JSONObject = {}
    for key, item in data.items():
        inner_include, inner_exclude = _inside(include, key), _inside(exclude, key)
        if (include is not None and inner_include is None) or inner_exclude is True:
            continue
        if isinstance(item, dict):
            found = None if inner_include is True else inner_include
            picked[key] = _picked(item, found, inner_exclude)
        else:
            picked[key] = item
    return picked


def _inside(names: Any, key: str) -> Any:
    """Return what is named inside of a key: True for all of it, None for nothing."""
    if names is None or key not in names:
        return None
    inside: Any = cast("Mapping[str, Any]", names)[key] if isinstance(names, Mapping) else True
    return True if inside is ... else inside


def _steps(path: str) -> tuple[str | int, ...]:
    """Return the keys and indices of an error's path."""
    found = re.findall(r"\[(\d+)\]|([^.\[\]]+)", path)
    return tuple(int(index) if index else key for index, key in found)


def json_schema(model: type[CoreModel], around: tuple[type, ...] = ()) -> JSONObject:
    """Return the JSON Schema of a model's JSON form, whole: without references.

    Args:
        model: The model.
        around: The models that it is in; what would be inside itself is any object.
    """
    if model in around:
        return {"title": model.__name__, "type": "object"}
    hints = get_type_hints(model)
    inside = (*around, model)
    properties: JSONObject = {
        item.json_name: _schema(hints[item.name], inside) for item in model.__properties__
    }
    required: list[JSON] = [item.json_name for item in model.__properties__ if item.required]
    found: JSONObject = {"title": model.__name__, "type": "object", "properties": properties}
    summary = (model.__doc__ or "").partition("\n\n")[0]
    if summary:
        found["description"] = " ".join(summary.split())
    return {**found, "required": required} if required else found


@dataclass(eq=False, repr=False)
class _Sample:
    field: object


def dataclass_fields(source: CoreModel | type[CoreModel]) -> dict[str, object]:
    """Return a model's fields as those of a dataclass, by their JSON names."""
    names = [item.json_name for item in source.__properties__]
    if isinstance(source, CoreModel):
        names += source.additional_properties
    found: dict[str, object] = {}
    for name in names:
        found[name] = field = copy(fields(_Sample)[0])
        field.name = name
    return found


def dataclass_params(source: object) -> object:
    """Return the options of a dataclass without methods of its own."""
    del source
    params: object = getattr(_Sample, "__dataclass_params__")  # noqa: B009  # type checkers do not know it
    return params


def _schema(hint: object, around: tuple[type, ...]) -> JSONObject:
    if hint == JSON:
        return {}
    for kind, schema in _TYPES.items():
        if hint == kind:
            return {**schema}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return {"anyOf": [_schema(member, around) for member in arguments]}
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0], around)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1], around)}
    kind = cast("type[object]", hint)
    if issubclass(kind, CoreModel):
        return json_schema(kind, around)
    if not issubclass(kind, Enum):
        return {"type": "string", "format": "binary"}
    return {"title": kind.__name__, "type": "string", "enum": [member.value for member in kind]}

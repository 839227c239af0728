"""Encode free-form JSON: metadata, a tool's parameters, everything without a schema."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum
from math import isfinite
from typing import cast
from uuid import UUID

from .checks import items_of, text, wrong_type
from .errors import EncodeError, shown
from .model import Model
from .types import JSON, UNSET, JSONObject

__all__ = ["json_object", "json_value"]

# Far more than a document needs, and less than the limit of Python's own encoder.
_LARGEST_NESTING = 200


def json_object(value: object) -> JSONObject:
    """Encode an object with free keys and any values that `json_value` accepts."""
    return _object(items_of(value), 1)


def json_value(value: object) -> JSON:
    """Encode any JSON value.

    Accepted beside JSON's own types: UUIDs, datetimes and dates (as ISO text), enums (as their
    value), tuples (as lists) and models. NaN and infinity are refused, as JSON has neither.
    """
    return _value(value, 0)


def _value(value: object, depth: int) -> JSON:
    if type(value) is str:
        return text(value)
    if value is None or type(value) is bool or type(value) is int:
        return value
    if depth > _LARGEST_NESTING:
        raise EncodeError("", "expected less nesting; this is too deep, or contains itself")
    if isinstance(value, Mapping):
        return _object(items_of(cast("object", value)), depth + 1)
    if isinstance(value, (list, tuple)):
        return _list(cast("list[object]", value), depth + 1)
    return _other(value, depth)


def _object(items: list[tuple[str, object]], depth: int) -> JSONObject:
    out: JSONObject = {}
    key = ""
    try:
        for key, one in items:
            if one is not UNSET:
                out[key] = _value(one, depth)
    except EncodeError as error:
        raise error.under(key) from None
    return out


def _list(items: list[object], depth: int) -> list[JSON]:
    out: list[JSON] = []
    try:
        for one in items:
            out.append(_value(one, depth))
    except EncodeError as error:
        raise error.under(f"[{len(out)}]") from None
    return out


def _other(value: object, depth: int) -> JSON:
    """Encode a Python type that stands for a JSON value."""
    if isinstance(value, Enum) and value is not UNSET:
        return _value(cast("object", value.value), depth + 1)
    if isinstance(value, float):
        if not isfinite(value):
            raise EncodeError("", f"expected a finite number; got {shown(value)}")
        return float(value)
    if isinstance(value, Model):
        return _value(value.to_dict(), depth + 1)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int):
        return int(value)
    raise wrong_type("a JSON value", value)

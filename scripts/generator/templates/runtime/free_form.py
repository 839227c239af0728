"""Encode free-form JSON: metadata, a tool's parameters, everything without a schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import date, time, timedelta
from enum import Enum
from math import isfinite
from types import GeneratorType
from typing import cast
from uuid import UUID

from .checks import is_list, items_of, text, wrong_type
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

    Accepted beside JSON's own types, as in julep 0.3: UUIDs and paths (as text), datetimes, dates
    and times (as ISO text), timedeltas (as seconds), Decimals, bytes of UTF-8, enums (as their
    value), sequences, sets and generators (as lists), and models, dataclasses, attrs classes and
    pydantic models (as objects). Keys may also be numbers, booleans, None, UUIDs, dates and enums.
    NaN and infinity are refused, as JSON has neither.
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
    if isinstance(value, (list, tuple)) or is_list(value):
        return _list(cast("Iterable[object]", value), depth + 1)
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


def _list(items: Iterable[object], depth: int) -> list[JSON]:
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
    if isinstance(value, (date, time)):  # a datetime is a date too
        return value.isoformat()
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, (Set, GeneratorType)):
        return _list(cast("Iterable[object]", value), depth + 1)
    return _rare(value, depth)


def _rare(value: object, depth: int) -> JSON:
    """Encode a value whose type is not worth an import before there is one."""
    from decimal import Decimal
    from pathlib import PurePath

    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        is_whole = isinstance(exponent, int) and exponent >= 0
        return _value(int(value) if is_whole else float(value), depth)
    if isinstance(value, PurePath):
        return text(str(value))
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise wrong_type("a JSON value, or bytes of UTF-8", value) from None
    fields = _fields_of(value)
    if fields is None:
        raise wrong_type("a JSON value", value)
    return _object(items_of(fields), depth + 1)


def _fields_of(value: object) -> dict[str, object] | None:
    """Return the fields of a dataclass, an attrs class or a pydantic model; None of all else."""
    kind = type(value)
    dataclass_fields: object = getattr(kind, "__dataclass_fields__", None)
    attrs_fields: object = getattr(kind, "__attrs_attrs__", None)
    if isinstance(dataclass_fields, dict):
        names = list(cast("dict[str, object]", dataclass_fields))
    elif isinstance(attrs_fields, tuple):
        names = [str(getattr(each, "name", "")) for each in cast("tuple[object]", attrs_fields)]
    elif isinstance(getattr(kind, "model_fields", None), dict):
        return dict(cast("Iterable[tuple[str, object]]", value))
    else:
        return None
    return {name: getattr(value, name) for name in names}

"""The encoder of julep 0.3's low-level client; new code calls ``to_dict()``."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from types import GeneratorType
from typing import TypeAlias, cast
from uuid import UUID

from julep_api.deprecation import warn_deprecated
from julep_api.model import Model

__all__ = ["jsonable_encoder"]

_Encoders: TypeAlias = Mapping[type, Callable[[object], object]]


def jsonable_encoder(obj: object, custom_encoder: _Encoders | None = None) -> object:
    """Return a value as JSON's own types: models and dataclasses as dicts, times as text.

    Args:
        obj: Any value.
        custom_encoder: Functions for the values of some types.

    Returns:
        The value in JSON's types.

    Raises:
        ValueError: When a value has no such form.

    Example:
        >>> from datetime import date
        >>> from julep.api.core import jsonable_encoder
        >>> jsonable_encoder({"days": {date(2026, 1, 31)}})
        {'days': ['2026-01-31']}
    """
    warn_deprecated("jsonable_encoder()", "model.to_dict()")
    return _encoded(obj, custom_encoder or {})


def _encoded(obj: object, custom: _Encoders) -> object:
    for kind, encode in custom.items():
        if isinstance(obj, kind):
            return encode(obj)
    if isinstance(obj, Model):
        return (
            _encoded({key: obj[key] for key in obj.to_dict()}, custom) if custom else obj.to_dict()
        )
    if dataclasses.is_dataclass(obj) and not isinstance(obj, type):
        return _encoded(dataclasses.asdict(obj), custom)
    if isinstance(obj, Enum):
        return obj.value
    if isinstance(obj, str | int | float) or obj is None:
        return obj
    if isinstance(obj, Mapping):
        pairs = cast("Mapping[object, object]", obj).items()
        return {_encoded(key, custom): _encoded(value, custom) for key, value in pairs}
    if isinstance(obj, list | set | frozenset | GeneratorType | tuple):
        return [_encoded(item, custom) for item in cast("list[object]", obj)]
    return _encoded_scalar(obj, custom)


def _encoded_scalar(obj: object, custom: _Encoders) -> object:
    if isinstance(obj, date | PurePath | UUID):
        return str(obj)
    if isinstance(obj, Decimal):
        return int(obj) if obj == obj.to_integral_value() else float(obj)
    if isinstance(obj, timedelta):
        return obj.total_seconds()
    if isinstance(obj, bytes):
        return obj.decode()
    if not hasattr(obj, "__dict__"):
        raise ValueError(f"a {type(obj).__name__} has no form in JSON")
    return _encoded(vars(obj), custom)

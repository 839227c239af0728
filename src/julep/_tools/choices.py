"""Enums and literals: schemas that list the values that are allowed."""

from __future__ import annotations

import datetime as dt
import enum
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from julep._tools.results import to_json
from julep._tools.schema import Schema, built, choice, mismatch

if TYPE_CHECKING:
    from julep_api.types import JSON, JSONObject

_CHOICES: Final[tuple[type[Any], ...]] = (
    str,
    int,
    float,
    tuple,
    list,
    dict,
    bytes,
    dt.date,
    dt.time,
    dt.timedelta,
    Decimal,
    UUID,
)


def literal(arguments: Sequence[object]) -> Schema:
    """Return the schema of a Literal."""
    names = {each.name: each for each in arguments if isinstance(each, enum.Enum)}
    return choice([_choice_json(each, "") for each in arguments], arguments, names)


def enumeration(kind: type[enum.Enum]) -> Schema:
    """Return the schema of an enum.

    Raises:
        TypeError: When it has no members.
    """
    members = [*kind]
    if not members:
        raise TypeError(f"{kind.__qualname__} has no JSON Schema: it has no members")
    if issubclass(kind, enum.Flag):
        return _flags(kind)
    values = [_choice_json(each.value, each.name) for each in members]
    return choice(values, members, dict(kind.__members__))


def _flags(kind: Any) -> Schema:
    """Return the schema of an enum whose members can be combined: a sum of their values.

    Names are read too: one, or several with ``|`` between them.
    """
    members: list[Any] = [*kind]
    most = 0
    for each in members:
        most |= int(each.value)
    listed = ", ".join(f"{each.value} is {each.name}" for each in members)

    def member(value: JSON) -> Any:
        if isinstance(value, str) and value in kind.__members__:
            return kind[value]
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value & ~most or value < 0:
            raise mismatch(f"a sum of flags: {listed}", value)
        return built(kind, value)

    def read(value: JSON) -> object:
        parts: Sequence[JSON] = value.split("|") if isinstance(value, str) else [value]
        found = kind(0)
        for part in parts:
            found |= member(part)
        return cast("object", found)

    document: JSONObject = {"type": "integer", "minimum": 0, "maximum": most}
    if most & (most + 1):  # some bit is no flag
        sums = [*_sums([each.value for each in members])]
        document = {"type": "integer", "enum": [*sums]}
    return Schema({**document, "description": f"A sum of flags: {listed}."}, read)


def _sums(values: Sequence[int]) -> Sequence[int]:
    sums = [0]
    for value in values:
        sums += [each | value for each in sums]
    return sums


def _choice_json(value: object, name: str) -> JSON:
    """Return the JSON of a choice; its name if its value has none."""
    if isinstance(value, enum.Enum):
        return _choice_json(value.value, value.name)
    known: type[object] = type(value)
    has_json = value is None or issubclass(known, _CHOICES)
    return to_json(value) if has_json else name


def key_text(value: JSON) -> str:
    """Return a choice as the key of an object."""
    return value if isinstance(value, str) else json.dumps(value)

"""The results of functions, as a model reads them: text, or JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from collections import UserString
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MappingView, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from enum import Enum
from math import isfinite, isnan
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from julep._tools.scalars import bytes_text, duration_text
from julep_api.model import Model
from julep_api.types import UNSET

if TYPE_CHECKING:
    from julep_api.types import JSON

_MAX_DEPTH: Final = 100
# Of many libraries' classes, of records of databases, of arrays and their scalars.
_CONVERSIONS: Final = ("to_dict", "_asdict", "tolist")


def result_text(value: object) -> str:
    """Return a function's result as text for a model: a text as it is, anything else as JSON.

    It never fails: what has no JSON form is written as its text.
    """
    try:
        plain = to_json(value)
        is_text = isinstance(value, str) and isinstance(plain, str)
        text = str(plain) if is_text else json.dumps(plain, ensure_ascii=False)
    except Exception:  # noqa: BLE001  # a class may raise anything from what is read of it
        text = _text_of(value)
    return sendable(text)


def error_text(error: BaseException | str) -> str:
    """Return the content of a message that reports an error to a model."""
    known = error if isinstance(error, str) else _error_line(error)
    return sendable(json.dumps({"error": known}, ensure_ascii=False))


def _error_line(error: BaseException) -> str:
    """Return the class and the text of an error; of a group, those of its errors too."""
    line = f"{type(error).__name__}: {_text_of(error)}".removesuffix(": ")
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        line += f": {'; '.join(map(_error_line, group.exceptions))}"
    return line


def sendable(text: str) -> str:
    """Return a text without lone surrogates, which no encoding can send."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def to_json(value: object, outer: tuple[int, ...] = ()) -> JSON:
    """Return the JSON form of any value: of what has none, its text.

    Args:
        value: The value.
        outer: The identities of the objects that it is in, to detect circles.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return to_json(value.value, outer)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if isfinite(value) else _infinite(value)
    if id(value) in outer or len(outer) > _MAX_DEPTH:
        return "…"
    outer = (*outer, id(value))
    for kind, convert in _BY_CLASS:
        if isinstance(value, kind):
            return convert(value, outer)
    return _of_fields(value, outer)


def _infinite(value: float) -> str:
    return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _items(value: object, outer: tuple[int, ...]) -> JSON:
    row: Any = value  # of a database, with names
    if isinstance(value, Sequence) and callable(getattr(row, "_asdict", None)):
        return _mapping(row._asdict(), outer)
    if isinstance(value, Sequence) and callable(getattr(row, "keys", None)):
        return _mapping({key: row[key] for key in row.keys()}, outer)  # noqa: SIM118
    return [to_json(each, outer) for each in cast("Iterable[object]", value)]


def _set(value: object, outer: tuple[int, ...]) -> JSON:
    items = [to_json(each, outer) for each in cast("AbstractSet[object]", value)]
    # In an order that is the same in every process.
    return sorted(items, key=lambda each: json.dumps(each, sort_keys=True))


def _mapping(value: object, outer: tuple[int, ...]) -> JSON:
    pairs = cast("Mapping[object, object]", value).items()
    return {_key(key): to_json(each, outer) for key, each in pairs if each is not UNSET}


def _key(key: object) -> str:
    found = to_json(key)
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def _tuple(value: object, outer: tuple[int, ...]) -> JSON:
    names: Sequence[str] = getattr(value, "_fields", ())
    if names:
        return {name: to_json(getattr(value, name), outer) for name in names}
    return _items(value, outer)


_BY_CLASS: Final[
    Sequence[tuple[type[object] | tuple[type[object], ...], Callable[[Any, tuple[int, ...]], JSON]]]
] = (
    ((dt.date, dt.time), lambda value, _: value.isoformat()),
    (dt.timedelta, lambda value, _: duration_text(value)),
    ((bytes, bytearray, memoryview), lambda value, _: bytes_text(value)),
    (UserString, lambda value, _: str(value)),
    (re.Pattern, lambda value, outer: to_json(value.pattern, outer)),
    (Model, lambda value, outer: _mapping(value.to_dict(), outer)),
    (Mapping, _mapping),
    (tuple, _tuple),
    ((set, frozenset), _set),
    ((Sequence, MappingView, AbstractSet, Iterator), _items),
    (BaseException, lambda value, _: _error_line(value)),
)


def _of_fields(value: object, outer: tuple[int, ...]) -> JSON:
    """Return the JSON form of an object by its fields, or else its text."""
    kind = type(value)
    if isinstance(value, type):
        return value.__qualname__
    if dataclasses.is_dataclass(value):
        return _attributes(value, [each.name for each in dataclasses.fields(value)], outer)
    if attrs.has(kind):
        return _attributes(value, [each.name for each in attrs.fields(kind)], outer)
    if hasattr(kind, "__struct_encode_fields__"):
        return _struct(value, outer)
    dump: Callable[..., object] | None = getattr(value, "model_dump", None)  # pydantic
    if dump is not None:
        return to_json(_dumped(dump), outer)
    for name in _CONVERSIONS:
        convert: Callable[[], object] | None = getattr(value, name, None)
        if callable(convert):
            return to_json(convert(), outer)
    is_plain = kind.__repr__ is object.__repr__ and kind.__str__ is object.__str__
    items: Any = value
    if isinstance(value, Collection) or (is_plain and hasattr(kind, "__iter__")):
        return _mapping(dict(items), outer) if hasattr(items, "keys") else _items(items, outer)
    if is_plain or isinstance(value, SimpleNamespace):
        names = [*getattr(value, "__dict__", ()), *_slots(kind)]
        if names or hasattr(value, "__dict__"):
            return _attributes(value, [each for each in names if not each.startswith("_")], outer)
    return _text_of(value)


def _struct(value: Any, outer: tuple[int, ...]) -> JSON:
    """Return the JSON form of a Struct of msgspec, with the names and the tag that it has there."""
    pairs = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
    found = {name: getattr(value, each, UNSET) for name, each in pairs}
    config = value.__struct_config__
    tag = {} if config.tag is None else {config.tag_field: config.tag}
    return _mapping({**tag, **found}, outer)


def _slots(kind: type[object]) -> Iterator[str]:
    for each in kind.__mro__:
        slots: str | Iterable[str] = vars(each).get("__slots__", ())
        yield from (slots,) if isinstance(slots, str) else slots


def _attributes(value: object, names: Sequence[str], outer: tuple[int, ...]) -> JSON:
    pairs = {name: getattr(value, name, UNSET) for name in names}
    return _mapping(pairs, outer)


def _dumped(dump: Callable[..., object]) -> object:
    """Return an object of pydantic as JSON, or as Python values where some have no JSON form."""
    for options in ({"mode": "json", "by_alias": True}, {"by_alias": True}):
        with suppress(Exception):
            return dump(**options)
    return dump()


def _text_of(value: object) -> str:
    """Return a value's text; a class may fail to make one."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001  # it is only described then
        return f"<{type(value).__qualname__}>"

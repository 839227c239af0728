"""The JSON forms of types whose values JSON writes as one text or number."""

from __future__ import annotations

import datetime as dt
import numbers
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from math import isfinite
from os import PathLike
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from julep._tools.schema import Schema, mismatch, union

if TYPE_CHECKING:
    from julep_api.types import JSON, JSONObject

INTEGER: Final = "-?(0|[1-9][0-9]*)"
"""The pattern of a whole number, as JSON writes it."""

NUMBER: Final = rf"{INTEGER}(\.[0-9]+)?([eE][+-]?[0-9]{{1,9}})?"
"""The pattern of a number, as JSON writes it."""

_BASE64: Final = "([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
_FRACTION: Final = "[+-]?[0-9]+(/0*[1-9][0-9]*)?"
_SECONDS: Final = r"[0-9]{1,9}(\.[0-9]+)?S"
_MINUTES: Final = f"[0-9]{{1,9}}M({_SECONDS})?"
_TIME: Final = f"T([0-9]{{1,9}}H({_MINUTES}|{_SECONDS})?|{_MINUTES}|{_SECONDS})"
# Without years and months, which have no fixed length. The digits are limited, as in a timedelta.
_DURATION: Final = f"-?P([0-9]{{1,7}}W|[0-9]{{1,8}}D({_TIME})?|{_TIME})"
_DURATION_PART: Final = re.compile(r"([0-9.]+)([WDHMS])")
_UNITS: Final = {"W": "weeks", "D": "days", "H": "hours", "M": "minutes", "S": "seconds"}


def _plain(kind: type[object], name: str) -> Schema:
    def read(value: JSON) -> object:
        if kind is int and isinstance(value, float) and value.is_integer():
            # JSON Schema counts 5.0 among the integers.
            return int(value)
        if isinstance(value, bool) and kind is not bool:
            raise mismatch(name, value)
        if kind is float and isinstance(value, int):
            return _as_float(value)
        if not isinstance(value, kind):
            raise mismatch(name, value)
        if isinstance(value, float) and not isfinite(value):
            raise mismatch("a number that is not so large", value)
        return value

    return Schema({"type": name}, read)


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        raise mismatch("a number that is not so large", value) from None


def _text(
    expected: str, document: JSONObject, parse: Callable[[str], object], pattern: str = ""
) -> Schema:
    """Return the schema of a type whose values are texts.

    Args:
        expected: What a text is, for errors.
        document: Keywords of the schema besides its type.
        parse: Converts a text; an error of what it makes is a mismatch.
        pattern: What every text matches, where no keyword states it.
    """
    matches = re.compile(pattern).fullmatch if pattern else None

    def read(value: JSON) -> object:
        try:
            if isinstance(value, str) and (matches is None or matches(value)):
                return parse(value)
        except (ValueError, ArithmeticError, KeyError, re.error):
            pass
        raise mismatch(expected, value)

    more: JSONObject = {"pattern": f"^({pattern})$"} if pattern else {}
    return Schema({"type": "string", **document, **more}, read)


def _formatted(name: str, parse: Callable[[str], object]) -> Schema:
    return _text(f"a string of format {name}", {"format": name}, parse)


def _iso(name: str, parse: Callable[[str], object]) -> Schema:
    """Return the schema of a time by RFC 3339, with lower-case letters and leap seconds as well."""

    def read(text: str) -> object:
        return parse(re.sub(r"(?<=:\d\d:)60", "59", text.upper()))

    return _formatted(name, read)


def parse_duration(text: str) -> dt.timedelta:
    """Parse a duration as ISO 8601 writes it, such as ``PT90S`` or ``P1DT12H``.

    Raises:
        ValueError: When it is no such text, or has years or months.
    """
    if not re.fullmatch(_DURATION, text):
        raise ValueError(f"{text!r} is not a duration")
    parts = {_UNITS[unit]: float(number) for number, unit in _DURATION_PART.findall(text)}
    length = dt.timedelta(**parts)
    return -length if text.startswith("-") else length


def duration_text(length: dt.timedelta) -> str:
    """Return a duration as ISO 8601 writes it."""
    sign, length = ("-", -length) if length < dt.timedelta() else ("", length)
    seconds = f"{length.seconds}.{length.microseconds:06}".rstrip("0").rstrip(".")
    seconds = str(length.seconds) if not length.microseconds else seconds
    days = f"{length.days}D" if length.days else ""
    rest = f"T{seconds}S" if seconds != "0" or not days else ""
    return f"{sign}P{days}{rest}"


def bytes_text(value: bytes | bytearray | memoryview) -> str:
    """Return bytes as text: as they are when they are UTF-8, and else in base64."""
    data = bytes(value)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return b64encode(data).decode()


def _bytes(make: Callable[[bytes], object]) -> Schema:
    document: JSONObject = {"contentEncoding": "base64"}
    return _text("a string in base64", document, lambda text: make(b64decode(text)), _BASE64)


DECIMAL_TEXT: Final = _text("a decimal number", {}, Decimal, NUMBER)
"""The schema of a Decimal that is a text, as the keys of objects are."""


def _decimal() -> Schema:
    def read(value: JSON) -> object:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise mismatch("number", value)
        # A float's shortest text is what the model wrote.
        return Decimal(value) if isinstance(value, int) else Decimal(repr(value))

    return union([Schema({"type": "number"}, read), DECIMAL_TEXT])


def _path(kind: Callable[[str], object]) -> Schema:
    return _text("a path", {"format": "path"}, kind)


SCALARS: Final[Mapping[object, Schema]] = {
    str: _plain(str, "string"),
    int: _plain(int, "integer"),
    float: _plain(float, "number"),
    bool: _plain(bool, "boolean"),
    None: _plain(type(None), "null"),
    type(None): _plain(type(None), "null"),
    dt.datetime: _iso("date-time", dt.datetime.fromisoformat),
    dt.date: _formatted("date", dt.date.fromisoformat),
    dt.time: _iso("time", dt.time.fromisoformat),
    dt.timedelta: _text(
        "a duration such as PT90S", {"format": "duration"}, parse_duration, _DURATION
    ),
    UUID: _formatted("uuid", UUID),
    Decimal: _decimal(),
    Fraction: _text("a fraction such as 1/3", {}, Fraction, _FRACTION),
    IPv4Address: _formatted("ipv4", IPv4Address),
    IPv6Address: _formatted("ipv6", IPv6Address),
    **{
        kind: _formatted(kind.__name__.lower(), kind)
        for kind in (IPv4Network, IPv4Interface, IPv6Network, IPv6Interface)
    },
    re.Pattern: _text("a regular expression", {"format": "regex"}, re.compile),
    ZoneInfo: _text("a time zone such as Europe/Berlin", {"format": "zoneinfo"}, ZoneInfo),
    numbers.Integral: _plain(int, "integer"),
    numbers.Real: _plain(float, "number"),
    numbers.Number: _plain(float, "number"),
    Path: _path(Path),
    PurePath: _path(PurePath),
    PathLike: _path(Path),
    bytes: _bytes(bytes),
    bytearray: _bytes(bytearray),
}
"""The schema of each type; None stands for its type, as in annotations."""

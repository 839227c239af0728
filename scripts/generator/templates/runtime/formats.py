"""Encoders and readers of texts in a format, and of values of which only some are allowed."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable
from datetime import date as Date  # noqa: N812  # the functions here have the formats' names
from datetime import datetime, timedelta
from datetime import time as Time  # noqa: N812  # likewise
from typing import Final, TypeVar
from uuid import UUID

from .checks import text, wrong_type
from .decoding import mismatch, string
from .encoding import Encoder
from .errors import EncodeError, shown
from .types import JSON

__all__ = [
    "among",
    "byte",
    "date",
    "duration",
    "matching",
    "read_byte",
    "read_date",
    "read_duration",
    "read_time",
    "read_uuid",
    "time",
    "uuid",
]

T = TypeVar("T")

_DURATION: Final = re.compile(
    r"P(?!$)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)"
)
_UUID: Final = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def uuid(value: object) -> str:
    """Encode a UUID of any version, given as a `uuid.UUID` or as its usual text."""
    if isinstance(value, UUID):
        return str(value)
    found = text(value, "a UUID, as a str or a uuid.UUID")
    if _UUID.fullmatch(found) is None:
        raise EncodeError("", f"expected a UUID; got {shown(value)}", "id")
    return found


def date(value: object) -> str:
    """Encode a date, or its text, such as 2026-11-26."""
    return _encode(value, "a date, or its RFC 3339 text", Date, Date.fromisoformat)


def time(value: object) -> str:
    """Encode a time of day, or its text, such as 12:30:00Z."""
    return _encode(value, "a time, or its RFC 3339 text", Time, Time.fromisoformat)


def _encode(
    value: object, expected: str, kind: type[Date | Time], parse: Callable[[str], object]
) -> str:
    if isinstance(value, kind) and not isinstance(value, datetime):
        return value.isoformat()
    found = text(value, expected)
    try:
        parse(found)
    except ValueError:
        raise EncodeError("", f"expected {expected}; got {shown(value)}") from None
    return found


def duration(value: object) -> str:
    """Encode a duration: a timedelta of 0 or more, or its ISO 8601 text, such as P1DT12H."""
    expected = "a timedelta of 0 or more, or its ISO 8601 text"
    if isinstance(value, timedelta):
        if value < timedelta():
            raise EncodeError("", f"expected {expected}; got {shown(value)}")
        seconds = f"{value.seconds}.{value.microseconds:06}".rstrip("0").rstrip(".")
        return f"P{value.days}DT{seconds}S"
    found = text(value, expected)
    if _DURATION.fullmatch(found) is None:
        raise EncodeError("", f"expected {expected}; got {shown(value)}")
    return found


def byte(value: object) -> str:
    """Encode bytes as base64; a str is taken for base64 already."""
    if isinstance(value, (bytes, bytearray)):
        return b64encode(value).decode()
    found = text(value, "bytes, or their base64 text")
    try:
        b64decode(found, validate=True)
    except (Error, ValueError):
        problem = f"expected bytes, or their base64 text; got {shown(value)}"
        raise EncodeError("", problem) from None
    return found


def matching(pattern: str, item: Encoder) -> Encoder:
    """Build the encoder of a text that a regular expression must be found in."""
    find = re.compile(pattern, re.ASCII).search

    def encode(value: object) -> JSON:
        checked = item(value)
        if isinstance(checked, str) and find(checked) is None:
            raise EncodeError("", f"expected a text that matches {pattern}; got {shown(value)}")
        return checked

    return encode


def among(item: Encoder, *values: JSON) -> Encoder:
    """Build the encoder of a value of which only some are allowed."""
    # True is 1 for Python, and not for JSON.
    allowed_values = [(one, isinstance(one, bool)) for one in values]

    def encode(value: object) -> JSON:
        checked = item(value)
        if (checked, isinstance(checked, bool)) not in allowed_values:
            allowed = " or ".join(map(repr, values))
            raise EncodeError("", f"expected {allowed}; got {shown(value)}")
        return checked

    return encode


def read_date(value: JSON) -> Date:
    """Read a date."""
    return _read(value, "a date", Date.fromisoformat)


def read_time(value: JSON) -> Time:
    """Read a time of day."""
    return _read(value, "a time", Time.fromisoformat)


def read_byte(value: JSON) -> bytes:
    """Read base64; line breaks in it count for nothing."""
    return _read(value, "base64", lambda found: b64decode("".join(found.split()), validate=True))


def read_duration(value: JSON) -> str:
    """Read a duration in ISO 8601, where another text would be of another type."""
    return _read(value, "a duration", lambda found: _only(_DURATION, found))


def read_uuid(value: JSON) -> str:
    """Read a UUID, where another text would be of another type."""
    return _read(value, "a UUID", lambda found: _only(_UUID, found))


def _only(pattern: re.Pattern[str], found: str) -> str:
    if pattern.fullmatch(found) is None:
        raise ValueError(found)
    return found


def _read(value: JSON, expected: str, parse: Callable[[str], T]) -> T:
    try:
        return parse(string(value))
    except ValueError:  # base64's own error is one
        raise mismatch("", expected, value) from None

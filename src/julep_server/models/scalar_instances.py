"""The simplest texts and numbers that a JSON Schema accepts."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from decimal import Decimal

from julep_server.json_text import JSON, JSONObject
from julep_server.models.pattern_instances import simplest_match

_BY_FORMAT = {
    "date": "2024-01-01",
    "date-time": "2024-01-01T00:00:00Z",
    "duration": "PT0S",
    "email": "a@example.com",
    "hostname": "example.com",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "time": "00:00:00Z",
    "uri": "https://example.com",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "uuid4": "00000000-0000-4000-8000-000000000000",
}


def text_instance(schema: JSONObject) -> str:
    """Build the simplest text that a schema accepts."""
    known = _BY_FORMAT.get(str(schema.get("format")), "")
    pattern = schema.get("pattern")
    length = whole(schema.get("minLength"))
    if isinstance(pattern, str):
        if known and re.search(pattern, known):
            return known
        return simplest_match(pattern, length)
    return known or "x" * length


def number_instance(schema: JSONObject, *, is_whole: bool) -> JSON:
    """Build the simplest number that a schema accepts: whole, or the nearest to zero."""
    low, above = _bound(schema, "minimum", "exclusiveMinimum", max)
    high, below = _bound(schema, "maximum", "exclusiveMaximum", min)
    step = schema.get("multipleOf")
    unit = Decimal(str(step)) if isinstance(step, (int, float)) and step > 0 else Decimal(1)
    # The multiple that is the nearest to zero; without a multiple, whole numbers come first.
    number = Decimal(0)
    if low is not None and (number < low or (above and number == low)):
        number = math.ceil(low / unit) * unit
        number += unit if above and number == low else 0
    elif high is not None and (number > high or (below and number == high)):
        number = math.floor(high / unit) * unit
        number -= unit if below and number == high else 0
    if (
        not is_whole
        and step is None
        and not _is_within(number, low, high, above=above, below=below)
    ):
        lowest = number if low is None else low
        number = (lowest + (number if high is None else high)) / 2
    return int(number) if number == int(number) else float(number)


def _is_within(
    number: Decimal, low: Decimal | None, high: Decimal | None, *, above: bool, below: bool
) -> bool:
    over = low is None or number > low or (number == low and not above)
    under = high is None or number < high or (number == high and not below)
    return over and under


def _bound(
    schema: JSONObject,
    inclusive: str,
    exclusive: str,
    stricter: Callable[[Iterable[Decimal]], Decimal],
) -> tuple[Decimal | None, bool]:
    """Return a bound, and whether it is excluded."""
    found = [
        (Decimal(str(limit)), keyword == exclusive)
        for keyword in (inclusive, exclusive)
        if isinstance(limit := schema.get(keyword), (int, float)) and not isinstance(limit, bool)
    ]
    if not found:
        return None, False
    value = stricter(limit for limit, _ in found)
    return value, (value, True) in found


def whole(value: JSON) -> int:
    """Return the value of a keyword that is a count; 0 without one."""
    return value if isinstance(value, int) else 0

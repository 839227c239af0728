"""JSON parsing and encoding: strict, bounded in depth, always valid Unicode."""

from __future__ import annotations

import json
import math
import re
import sys
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
else:
    # Programs evaluate annotations, and no alias of Python 3.11 may refer to itself.
    JSON = dict[str, Any] | list[Any] | str | int | float | bool | None
JSONObject: TypeAlias = dict[str, JSON]

# A value that contains itself is no JSON, and nothing here makes one: looking for it takes long.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False
)
_DECODER = json.JSONDecoder()

MAX_DEPTH = 200
"""Levels of nested objects and arrays; deeper documents are refused before parsing."""

# Possessive, so that a text of any length is read without memory.
_TOKENS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+|[\[\]{},]', re.DOTALL)


class MalformedJSONError(ValueError):
    """The text is not JSON that the server accepts; the message is the reason."""


class TooManyValuesError(MalformedJSONError):
    """The text has more values than the caller of ``loads`` accepts."""


def _refuse_constant(name: str) -> float:
    raise MalformedJSONError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise MalformedJSONError(f"the number {text[:40]} is too large")
    return number


def loads(data: bytes | str, max_values: int = sys.maxsize) -> JSON:
    """Parse JSON, refusing NaN, overflow, deep nesting and lone surrogates.

    Args:
        data: UTF-8 bytes (a byte order mark is refused) or text.
        max_values: The maximum number of values: lists, objects, and what is in them.

    Returns:
        The parsed value.

    Raises:
        TooManyValuesError: The text has more values.
        MalformedJSONError: The text is not acceptable JSON.

    Example:
        >>> loads(b'{"a": 1}')
        {'a': 1}
    """
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        _check_shape(text, max_values)
        value = cast("JSON", json.loads(text, parse_constant=_refuse_constant, parse_float=_finite))
        if "\\ud" in text or "\\uD" in text or not isinstance(data, bytes):
            # Half a surrogate pair parses, but cannot be encoded again.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except MalformedJSONError:
        raise
    except UnicodeError:
        raise MalformedJSONError("the text is not valid Unicode") from None
    except json.JSONDecodeError as error:
        raise MalformedJSONError(
            f"{error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError as error:
        raise MalformedJSONError(str(error)) from None
    except ValueError:
        # The interpreter's own message names one of its settings, which callers can't change.
        limit = sys.get_int_max_str_digits()
        raise MalformedJSONError(f"an integer has more than {limit} digits") from None
    return value


def load_stored(data: bytes | str) -> JSON:
    """Parse what `dumps` wrote to the database, which needs no checks.

    `json.loads` takes several times as long for a small text: it looks for white space around it,
    and for the encoding of bytes.

    Example:
        >>> load_stored('{"a":1}')
        {'a': 1}
    """
    text = data if isinstance(data, str) else data.decode("utf-8")
    value: JSON
    try:
        value, end = _DECODER.raw_decode(text)
        if end == len(text):
            return value
    except ValueError:
        pass
    value = json.loads(text)  # another program may have written it
    return value


def _check_shape(text: str, max_values: int) -> None:
    """Refuse deep nesting and too many values before anything is built of them."""
    brackets = text.count("[") + text.count("{")
    if brackets <= MAX_DEPTH and brackets + text.count(",") <= max_values:
        return
    depth = values = texts = 0
    for found in _TOKENS.finditer(text):
        match text[found.start()]:
            case '"':
                texts += 1
            case "[" | "{":
                values += 1
                depth += 1
                if depth > MAX_DEPTH:
                    raise MalformedJSONError(f"nested deeper than {MAX_DEPTH} levels")
            case ",":
                values += 1
            case _:
                depth -= 1
        # A member has two texts. More of them, without commas, are no JSON.
        if values > max_values or texts > 2 * max_values + 2:
            raise TooManyValuesError(f"there are more than {max_values} values")


def dumps(value: object) -> str:
    """Encode a value as compact JSON, with unescaped characters, so that logs stay readable."""
    return _ENCODER.encode(value)


def canonical(value: JSON) -> str:
    """Encode a value so that equal values have equal texts: keys sorted, 1.0 as 1, true never 1.

    Example:
        >>> canonical({"b": 1.0, "a": [True]})
        '{"a":[true],"b":1}'
    """
    return json.dumps(_whole_numbers(value), sort_keys=True, separators=(",", ":"))


def _whole_numbers(value: JSON) -> JSON:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    return value


def merge_patch(target: JSON, patch: JSON) -> JSON:
    """Merge by RFC 7396: null deletes a key, objects are merged, other values are replaced.

    Example:
        >>> merge_patch({"a": 1, "b": {"c": 2}}, {"a": None, "b": {"d": 3}})
        {'b': {'c': 2, 'd': 3}}
    """
    if not isinstance(patch, dict):
        return patch
    merged: JSONObject = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def objects_in(value: JSON) -> list[JSONObject]:
    """Return the objects in a list; an empty list when the value is not a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []

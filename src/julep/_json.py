"""JSON, read and written by the standard library without what each of its calls does anew."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from julep_api.types import JSON

_decoder: Final = json.JSONDecoder()
_encoder: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def loads(data: bytes | str) -> JSON:
    """Parse JSON as `json.loads` does: the same values, the same errors.

    Most of what json.loads costs for a small document is its search for white space and for an
    encoding other than UTF-8, which nobody sends. Both are left to it when they are needed.

    Raises:
        ValueError: When it is not JSON.
        RecursionError: When it is nested too deeply.
    """
    try:
        text = data if isinstance(data, str) else data.decode()
        value: JSON
        value, end = _decoder.raw_decode(text)
        if end == len(text):
            return value
    except ValueError:
        pass
    whole: JSON = json.loads(data)
    return whole


def dumps(value: JSON) -> str:
    """Write JSON in its shortest form, with text as it is."""
    return _encoder.encode(value)

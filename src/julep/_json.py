"""JSON by the standard library, without the work that its functions repeat in every call.

Long documents are parsed by msgspec if it is installed, with the same values and errors.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from julep_api.types import JSON

LONG: Final = 32 * 1024
"""The length from which on msgspec parses a document, if it is installed.

For a shorter one it would save less than its import takes.
"""

_decoder: Final = json.JSONDecoder()
_encoder: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def loads(data: bytes | str) -> JSON:
    """Parse JSON as `json.loads` does, with the same values and errors.

    For a small document, `json.loads` spends most of its time on white space around it and on
    detecting encodings other than UTF-8, neither of which servers send. It is called for such
    documents only.

    Raises:
        ValueError: When the data is not JSON.
        RecursionError: When the data is nested too deeply.
    """
    if len(data) >= LONG and (loads_long := find_fast_loads()) is not None:
        try:
            return loads_long(data)
        except (ValueError, RecursionError):
            pass  # json has the last word
    try:
        text = data if isinstance(data, str) else data.decode()
        value: JSON
        value, end = _decoder.raw_decode(text)
        if end == len(text):
            return value
    except ValueError:
        pass
    value = json.loads(data)
    return value


@cache
def find_fast_loads() -> Callable[[bytes | str], JSON] | None:
    """Return what parses long documents; None when msgspec is not installed."""
    try:
        from julep._fast_json import loads as fast_loads
    except ImportError:
        return None
    return fast_loads


def dumps(value: JSON) -> str:
    """Serialize JSON in its shortest form, with non-ASCII text unescaped."""
    return _encoder.encode(value)

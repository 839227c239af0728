"""JSON by the standard library, without the work that its functions repeat in every call.

Long documents are parsed by msgspec if it is installed, with the same values and errors.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types import ModuleType

    from julep_api.decoding import PageReader
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
    if len(data) >= LONG and (fast := find_fast_json()) is not None:
        try:
            parsed: JSON = fast.loads(data)
            return parsed
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


def loads_page(reader: PageReader[Any], data: bytes) -> Any:
    """Parse a long page straight to models, if msgspec is installed and everything is as usual.

    Returns:
        The page; None if it must be parsed by `loads`, and then read.
    """
    fast = find_fast_json()
    page: Any = None if fast is None else fast.loads_page(reader, data)
    return page


@cache
def find_fast_json() -> ModuleType | None:
    """Return the module that parses long documents; None when msgspec is not installed."""
    try:
        from julep._json import fast
    except ImportError:
        return None
    return fast


def dumps(value: JSON) -> str:
    """Serialize JSON in its shortest form, with non-ASCII text unescaped."""
    return _encoder.encode(value)

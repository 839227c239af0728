"""JSON by the standard library, without the work that its functions repeat in every call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from julep_api.types import JSON

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


def dumps(value: JSON) -> str:
    """Serialize JSON in its shortest form, with non-ASCII text unescaped."""
    return _encoder.encode(value)

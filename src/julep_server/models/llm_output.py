"""Parses the output of language models: JSON among other text, without marked thoughts."""

from __future__ import annotations

import json
import re

from julep_server.json_text import JSON, JSONObject, MalformedJSONError, loads

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_OPENING = re.compile(r"[\[{]")
_MAX_LENGTH = 200_000
_MAX_TRIES = 200
_DECODER = json.JSONDecoder()


def without_thoughts(text: str) -> str:
    """Remove the parts of a model's output that it marks as thoughts.

    Example:
        >>> without_thoughts("<think>Hm.</think> Yes.")
        'Yes.'
    """
    # Databases can't store halves of surrogate pairs, nor NUL.
    storable = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return _THOUGHT.sub("", storable).strip()


def parse_json_list(text: str) -> list[JSONObject | str] | None:
    """Find the list of objects or texts in a model's output.

    Text before and after it, code fences, and an object around the list are ignored, and so are
    items that are neither objects nor texts.

    Returns:
        The items; None when there is no such list.

    Example:
        >>> parse_json_list('Here it is: [{"content": "She likes tea."}]. Anything else?')
        [{'content': 'She likes tea.'}]
    """
    text = without_thoughts(text)[:_MAX_LENGTH]
    start = 0
    for _ in range(_MAX_TRIES):
        opening = _OPENING.search(text, start)
        if opening is None:
            return None
        start = opening.start()
        found = _value_at(text, start)
        if found is None:
            start += 1
            continue
        value, end = found
        items = _items(value)
        if items is not None:
            return items
        start = end
    return None


def _value_at(text: str, start: int) -> tuple[JSON, int] | None:
    try:
        _, end = _DECODER.raw_decode(text, start)
        # Parsed again, for the server's own rules.
        return loads(text[start:end]), end
    except (MalformedJSONError, ValueError, RecursionError):
        return None


def _items(value: JSON) -> list[JSONObject | str] | None:
    """Return the items of a list, or of the only list in an object; None when there are none."""
    if isinstance(value, dict):
        lists = [item for item in value.values() if isinstance(item, list)]
        # An object without a list may be a single item, without the list around it.
        if not lists and any(isinstance(item, str) for item in value.values()):
            return [value]
        value = lists[0] if len(lists) == 1 else None
    if not isinstance(value, list):
        return None
    items = [item for item in value if isinstance(item, (dict, str))]
    return items if items or not value else None

"""Reads what language models write: JSON among other words, and what they only thought."""

from __future__ import annotations

import json
import re

from julep_server.json_text import JSON, JSONObject, MalformedJSONError, loads

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_OPENING = re.compile(r"[\[{]")
_LONGEST = 200_000
_TRIES = 200
_DECODER = json.JSONDecoder()


def spoken(text: str) -> str:
    """A model's words without those that it marks as thoughts.

    Example:
        >>> spoken("<think>Hm.</think> Yes.")
        'Yes.'
    """
    # What no database keeps: halves of surrogate pairs, and NUL.
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return _THOUGHT.sub("", whole).strip()


def json_list(text: str) -> list[JSONObject | str] | None:
    """Find the list of objects or texts that a model was asked for, in what it wrote.

    Words before and after it, code fences, and an object around the list do no harm; items that
    are neither objects nor texts are left out.

    Returns:
        The items; None when there is no such list.

    Example:
        >>> json_list('Here it is: [{"content": "She likes tea."}]. Anything else?')
        [{'content': 'She likes tea.'}]
    """
    text = spoken(text)[:_LONGEST]
    start = 0
    for _ in range(_TRIES):
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
        # Once more, for all that the server refuses in JSON.
        return loads(text[start:end]), end
    except (MalformedJSONError, ValueError, RecursionError):
        return None


def _items(value: JSON) -> list[JSONObject | str] | None:
    """The items of a list, or of the one list in an object; None where they aren't any."""
    if isinstance(value, dict):
        lists = [item for item in value.values() if isinstance(item, list)]
        # An object of no list may be an only item, without the list around it.
        if not lists and any(isinstance(item, str) for item in value.values()):
            return [value]
        value = lists[0] if len(lists) == 1 else None
    if not isinstance(value, list):
        return None
    items = [item for item in value if isinstance(item, (dict, str))]
    return items if items or not value else None

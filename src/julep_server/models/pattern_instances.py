"""The simplest text that a regular expression matches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

_MAX_LENGTH = 64
_CANDIDATES = "xaA0 -_.:/@,;!?#'\"()[]{}+*=<>|&%$~^\\`\n\t"
# The parser of the standard library's regular expressions; it has no public name.
_parser: Any = import_module("re._parser")


def simplest_match(pattern: str, min_length: int = 0) -> str:
    """Build a short text that a pattern is found in, as JSON Schema's ``pattern`` demands.

    Assertions about what comes before or after are not supported.

    Args:
        pattern: The regular expression.
        min_length: The least length of the text.

    Returns:
        The text; an empty one if none is found.
    """
    try:
        parsed = _parser.parse(pattern)
    except re.error:
        return "x" * min_length
    # More repetitions until the text is long enough.
    for more in range(_MAX_LENGTH):
        text = _of_sequence(parsed, more, [])
        if len(text) >= min_length and re.search(pattern, text):
            return text
        padded = text + "x" * (min_length - len(text))
        if re.search(pattern, padded):
            return padded
    return ""


def _of_sequence(items: Iterable[tuple[Any, Any]], more: int, groups: list[str]) -> str:
    return "".join(_of_item(str(operator), argument, more, groups) for operator, argument in items)


def _of_item(operator: str, argument: Any, more: int, groups: list[str]) -> str:
    match operator:
        case "LITERAL":
            return chr(argument)
        case "NOT_LITERAL":
            return next(each for each in _CANDIDATES if each != chr(argument))
        case "ANY":
            return "x"
        case "IN":
            return _of_set(argument)
        case "BRANCH":
            return _of_sequence(argument[1][0], more, groups)
        case "SUBPATTERN":
            text = _of_sequence(argument[3], more, groups)
            groups.append(text)
            return text
        case "ATOMIC_GROUP":
            return _of_sequence(argument, more, groups)
        case "GROUPREF":
            number = int(argument)
            return groups[number - 1] if number <= len(groups) else ""
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            low, high = int(argument[0]), int(argument[1])
            return _of_sequence(argument[2], more, groups) * min(high, low + more)
        case _:
            return ""


def _of_set(members: Sequence[tuple[Any, Any]]) -> str:
    """Return a character of a set such as ``[a-z]``."""
    written = "".join(_written(str(kind), argument) for kind, argument in members)
    allowed = re.compile(f"[{written}]")
    first = [chr(a if str(k) == "LITERAL" else a[0]) for k, a in members if str(k) in _POINTS]
    return next((each for each in [*first, *_CANDIDATES] if allowed.match(each)), "")


_POINTS = ("LITERAL", "RANGE")
_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}


def _written(kind: str, argument: Any) -> str:
    match kind:
        case "NEGATE":
            return "^"
        case "LITERAL":
            return re.escape(chr(argument))
        case "RANGE":
            return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
        case _:
            return _CATEGORIES.get(str(argument), "")

"""Regular expressions of contracts, which are those of JavaScript, as Python reads them."""

from __future__ import annotations

import re
import warnings


def python_pattern(pattern: str) -> str | None:
    """Translate a regular expression.

    ``$`` matches at the end alone, not before a line break; named groups are spelled otherwise; in
    a set, brackets and doubled signs are themselves.

    Returns:
        The expression for `re.search`, with `re.ASCII`; None if Python has no such expression.
    """
    out: list[str] = []
    in_set, at = False, 0
    while at < len(pattern):
        character, pair = pattern[at], pattern[at : at + 2]
        at += 1
        if character == "\\" and len(pair) == 2:
            at += 1
            out.append({"\\Z": "Z", "\\A": "A"}.get(pair, pair))
        elif in_set:
            in_set = character != "]"
            out.append(f"\\{character}" if character in "[&|~" else character)
        elif character == "[":
            if pattern[at : at + 1] == "]" or pattern[at : at + 2] == "^]":
                return None  # the empty set, and its opposite
            in_set = True
            out.append(character)
            if pattern[at : at + 1] == "^":
                out.append("^")
                at += 1
        elif character == "$":
            out.append(r"\Z")
        elif pattern.startswith("(?<", at - 1) and pattern[at + 2 : at + 3] not in ("=", "!"):
            out.append("(?P<")
            at += 2
        else:
            out.append(character)
    found = "".join(out)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(found, re.ASCII)
    except (re.error, Warning, RecursionError, OverflowError):
        return None
    return found

"""Basic checks of values that will be sent, and their error messages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, KeysView, Mapping, Sequence, ValuesView
from datetime import date
from enum import Enum
from math import isfinite
from typing import Final, TypeGuard, cast
from uuid import UUID

from .errors import EncodeError, shown

__all__ = [
    "allowed_amount",
    "allowed_range",
    "alternatives",
    "is_list",
    "items_of",
    "misspelt",
    "one_of_texts",
    "suggestion",
    "text",
    "wrong_type",
]

_LISTS: Final = (list, tuple, Sequence, KeysView, ValuesView)
_TEXTS: Final = (str, bytes, bytearray, memoryview)

# Settings of other programs for models, spelled nearly like one of the contract's.
_OTHER_SETTINGS: Final = frozenset({"top_a", "top_k"})

_MISSPELT: Final = 0.75
"""The least similarity of a misspelling: of four letters, one may differ or two be swapped."""


def wrong_type(expected: str, value: object) -> EncodeError:
    return EncodeError("", f"expected {expected}; got {shown(value)}", "type")


def text(value: object, expected: str = "a str") -> str:
    """Return a plain str; refuse text that UTF-8 cannot express."""
    if not isinstance(value, str):
        raise wrong_type(expected, value)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            problem = f"expected text that UTF-8 can express; got {shown(value)}"
            raise EncodeError("", problem) from None
    return value if type(value) is str else str.__str__(value)


def is_list(value: object) -> TypeGuard[Collection[object]]:
    """Check whether a value is a list, another sequence or a view of a dict, but not a text."""
    return isinstance(value, _LISTS) and not isinstance(value, _TEXTS)


def items_of(value: object) -> list[tuple[str, object]]:
    """Return the items of a mapping, with its keys as JSON has them."""
    if not isinstance(value, Mapping):
        raise wrong_type("a dict", value)
    pairs = cast("Mapping[object, object]", value).items()
    return [(text(key) if isinstance(key, str) else _key(key), one) for key, one in pairs]


def _key(key: object) -> str:
    """Return the text of a key that is not a str, as Python's own JSON encoder writes it."""
    if isinstance(key, Enum):
        return _key(cast("object", key.value))
    if isinstance(key, str):
        return text(key)
    if key is None:
        return "null"
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, int):
        return int.__repr__(key)
    if isinstance(key, float) and isfinite(key):
        return float.__repr__(key)
    if isinstance(key, UUID):
        return str(key)
    if isinstance(key, date):  # a datetime is one too
        return key.isoformat()
    raise wrong_type("a str as the key", key)


def suggestion(given: str, known: Iterable[str]) -> str:
    """Return "did you mean" with the nearest known text; an empty text when none is near."""
    from difflib import get_close_matches  # needed for errors only

    folded = {each.casefold(): each for each in known}
    close = get_close_matches(given.casefold(), folded, n=1)
    return f" (did you mean {folded[close[0]]!r}?)" if close else ""


def misspelt(key: str, known: Iterable[str]) -> str | None:
    """Return the known key that another one looks like a misspelling of; None if there is none."""
    from difflib import get_close_matches  # needed for unknown keys only

    if key in _OTHER_SETTINGS:
        return None
    folded = {each.casefold(): each for each in known}
    close = get_close_matches(key.casefold(), folded, n=1, cutoff=_MISSPELT)
    return folded[close[0]] if close else None


def alternatives(words: Sequence[str]) -> str:
    """Join alternatives, such as "a function, a dict or Tool"."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def one_of_texts(values: Iterable[str]) -> str:
    """Describe the members of an enum, such as "one of 'asc', 'desc'"."""
    texts = [repr(value) for value in values]
    return f"{'one of ' if len(texts) > 1 else ''}{', '.join(texts)}"


def allowed_amount(least: int, most: int | None, unit: str) -> str:
    """Describe an allowed amount, such as "1 to 4 items"."""
    if most is None:
        return f"at least {least} {unit}{'' if least == 1 else 's'}"
    return f"{least} to {most} {unit}s"


def allowed_range(
    minimum: float | None,
    maximum: float | None,
    above: float | None = None,
    below: float | None = None,
) -> str:
    """Describe the allowed numbers, such as ">= 0 and < 1"."""
    bounds = ((">=", minimum), (">", above), ("<=", maximum), ("<", below))
    return " and ".join(f"{sign} {bound}" for sign, bound in bounds if bound is not None)

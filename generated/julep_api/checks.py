"""Basic checks of values that will be sent, and their error messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from .errors import EncodeError, shown

__all__ = ["allowed_amount", "allowed_range", "items_of", "suggestion", "text", "wrong_type"]


def wrong_type(expected: str, value: object) -> EncodeError:
    return EncodeError("", f"expected {expected}; got {shown(value)}", "type")


def text(value: object, expected: str = "a string") -> str:
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


def items_of(value: object) -> list[tuple[str, object]]:
    """Return the items of a mapping whose keys are all str."""
    if not isinstance(value, Mapping):
        raise wrong_type("a dict", value)
    pairs = cast("Mapping[object, object]", value).items()
    return [(text(key, "a str as the key"), one) for key, one in pairs]


def suggestion(given: str, known: Mapping[str, object]) -> str:
    from difflib import get_close_matches  # needed for errors only

    close = get_close_matches(given, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


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

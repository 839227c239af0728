"""Encode the path, query and header parameters of an operation as text."""

from __future__ import annotations

import re
from collections.abc import Callable

from .encoding import Encoder
from .errors import EncodeError, shown
from .types import JSON, UNSET

__all__ = ["header", "path", "query"]

Texts = tuple[tuple[str, str], ...]

# The characters of ids: most segments of a path need no percent-encoding.
_PLAIN = re.compile("[0-9A-Za-z_-]+")


def _as_json(name: str, encode: Encoder, value: object) -> JSON:
    """Check one parameter; errors contain its name."""
    try:
        return encode(value)
    except EncodeError as error:
        raise error.under(name) from None


def _as_text(value: JSON) -> str:
    """Return the text of a checked scalar."""
    if isinstance(value, str):
        return value
    return "true" if value is True else "false" if value is False else str(value)


def path(name: str, encode: Encoder) -> Callable[[object], str]:
    """Build the encoder of a path parameter.

    Args:
        name: The argument's name, for errors.
        encode: Checks its value.

    Returns:
        A function that returns one percent-encoded segment of a path. A segment that is empty,
        ``.`` or ``..`` is refused: with it, the path would name another resource.
    """

    def segment(value: object) -> str:
        text = _as_text(_as_json(name, encode, value))
        if _PLAIN.fullmatch(text) is None:
            from urllib.parse import quote

            text = quote(text, safe="")
        if text in ("", ".", ".."):
            raise EncodeError(name, f"expected a name for the path; got {shown(value)}")
        return text

    return segment


def query(*parameters: tuple[str, str, Encoder, bool]) -> Callable[..., Texts]:
    """Build the encoder of an operation's query parameters.

    Args:
        *parameters: For each: its name on the wire, its argument's name, its encoder, and
            whether it is required.

    Returns:
        A function that takes the arguments in that order and returns the text of those that were
        given. ``None`` counts as not given; a list is sent once for each of its items.
    """

    def texts(*values: object) -> Texts:
        given: list[tuple[str, str]] = []
        for (wire, name, encode, required), value in zip(parameters, values, strict=True):
            if not required and (value is UNSET or value is None):
                continue
            checked = _as_json(name, encode, value)
            if isinstance(checked, list):
                given += [(wire, _as_text(item)) for item in checked]
            else:
                given.append((wire, _as_text(checked)))
        return tuple(given)

    return texts


def header(*parameters: tuple[str, str, Encoder, bool]) -> Callable[..., Texts]:
    """Build the encoder of an operation's header parameters.

    Args:
        *parameters: As for `query`.

    Returns:
        As for `query`. Text that a header cannot contain is refused: anything but printable
        ASCII, line breaks in particular, and spaces around it.
    """
    encode_all = query(*parameters)
    arguments = {wire: name for wire, name, _, _ in parameters}

    def texts(*values: object) -> Texts:
        given = encode_all(*values)
        for wire, text in given:
            if not (text.isascii() and text.isprintable() and text == text.strip()):
                problem = f"expected printable ASCII without spaces around it; got {shown(text)}"
                raise EncodeError(arguments[wire], problem)
        return given

    return texts

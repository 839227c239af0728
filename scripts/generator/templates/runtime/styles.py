"""Parameters in other styles than the usual ones: lists and objects in one text, cookies, JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TypeAlias
from urllib.parse import quote

from .encoding import Encoder
from .errors import EncodeError, shown
from .types import JSON, UNSET

__all__ = [
    "as_json",
    "cookie",
    "deep_object",
    "deep_pairs",
    "form",
    "header",
    "label",
    "leaves",
    "matrix",
    "path",
    "pipes",
    "query",
    "scalar",
    "simple",
    "spaces",
]

Texts: TypeAlias = tuple[tuple[str, str], ...]
Pairs: TypeAlias = list[tuple[str, str]]
Style: TypeAlias = Callable[[str, JSON, Callable[[str], str]], Pairs]
Parameter: TypeAlias = (
    tuple[str, str, Encoder, bool] | tuple[str, str, Encoder, bool, Style]
)


def scalar(value: JSON) -> str:
    """Return the text of a value; of an object or a list, its JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    return str(value)


def leaves(name: str, value: JSON) -> list[tuple[str, JSON]]:
    """Return the values in an object or a list, under names that have their keys in brackets."""
    if isinstance(value, dict):
        return [pair for key, one in value.items() for pair in leaves(f"{name}[{key}]", one)]
    if isinstance(value, list):
        return [pair for n, one in enumerate(value) for pair in leaves(f"{name}[{n}]", one)]
    return [(name, value)]


def deep_pairs(name: str, value: JSON) -> Pairs:
    """Return the values in an object or a list as text; see `leaves`."""
    return [(key, scalar(one)) for key, one in leaves(name, value) if one is not None]


def _joined(items: Iterable[str], separator: str, encode: Callable[[str], str]) -> str:
    texts = list(items)
    for one in texts:
        # Encoded, it would be read as one that separates.
        if separator in encode(one):
            problem = f"expected items without {separator!r}, which separates them; got {shown(one)}"
            raise EncodeError("", problem)
    return separator.join(encode(one) for one in texts)


def _style(separator: str, *, explode: bool) -> Style:
    def pairs(wire: str, value: JSON, encode: Callable[[str], str]) -> Pairs:
        if isinstance(value, dict):
            if explode:
                return [(key, encode(scalar(one))) for key, one in value.items()]
            flat = [text for key, one in value.items() for text in (key, scalar(one))]
            return [(wire, _joined(flat, separator, encode))]
        if isinstance(value, list):
            if explode:
                return [(wire, encode(scalar(one))) for one in value]
            return [(wire, _joined(map(scalar, value), separator, encode))]
        return [(wire, encode(scalar(value)))]

    return pairs


def form(*, explode: bool) -> Style:
    """Build the style of ``a=1,2``, or of a pair for each item or key."""
    return _style(",", explode=explode)


def spaces(*, explode: bool) -> Style:
    """Build the style of items with spaces between."""
    return _style(" ", explode=explode)


def pipes(*, explode: bool) -> Style:
    """Build the style of items with bars between."""
    return _style("|", explode=explode)


def deep_object() -> Style:
    """Build the style of ``filter[name]=a``."""
    return lambda wire, value, encode: [(key, encode(one)) for key, one in deep_pairs(wire, value)]


def as_json(wire: str, value: JSON, encode: Callable[[str], str]) -> Pairs:
    """Return a value as JSON."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return [(wire, encode(text))]


def simple(*, explode: bool) -> Style:
    """Build the style of ``1,2`` and ``key,1``, or ``key=1``."""

    def pairs(wire: str, value: JSON, encode: Callable[[str], str]) -> Pairs:
        if isinstance(value, dict) and explode:
            keys = [f"{encode(key)}={encode(scalar(one))}" for key, one in value.items()]
            return [(wire, ",".join(keys))]
        return _style(",", explode=False)(wire, value, encode)

    return pairs


def label(*, explode: bool) -> Style:
    """Build the style of ``.1.2`` in a path."""

    def pairs(wire: str, value: JSON, encode: Callable[[str], str]) -> Pairs:
        if isinstance(value, dict) and explode:
            keys = [f"{encode(key)}={encode(scalar(one))}" for key, one in value.items()]
            return [(wire, "".join(f".{one}" for one in keys))]
        if isinstance(value, list) and explode:
            return [(wire, "".join(f".{encode(scalar(one))}" for one in value))]
        return [(wire, f".{_style(',', explode=False)(wire, value, encode)[0][1]}")]

    return pairs


def matrix(*, explode: bool) -> Style:
    """Build the style of ``;a=1;a=2`` in a path."""

    def pairs(wire: str, value: JSON, encode: Callable[[str], str]) -> Pairs:
        found = _style(",", explode=explode)(wire, value, encode)
        return [(wire, "".join(f";{encode(name)}={text}" for name, text in found))]

    return pairs


def _usual(wire: str, value: JSON, encode: Callable[[str], str]) -> Pairs:
    return _style(",", explode=True)(wire, value, encode)


def _same(text: str) -> str:
    return text


def _percent(text: str) -> str:
    return quote(text, safe="")


def _given(
    parameters: tuple[Parameter, ...], values: tuple[object, ...], encode: Callable[[str], str]
) -> Iterable[tuple[str, Pairs]]:
    """Yield the arguments' names and the pairs of those that were given."""
    for parameter, value in zip(parameters, values, strict=True):
        wire, name, check, required = parameter[:4]
        style = parameter[4] if len(parameter) == 5 else _usual
        if not required and (value is UNSET or value is None):
            continue
        try:
            yield name, style(wire, check(value), encode)
        except EncodeError as error:
            raise error.under(name) from None


def path(wire: str, name: str, encode: Encoder, style: Style) -> Callable[[object], str]:
    """Build the encoder of a path parameter in another style than the usual one."""

    def segment(value: object) -> str:
        for _, pairs in _given(((wire, name, encode, True, style),), (value,), _percent):
            text = pairs[0][1] if pairs else ""
            if text not in ("", ".", ".."):
                return text
        raise EncodeError(name, f"expected a value for the path; got {shown(value)}")

    return segment


def query(*parameters: Parameter) -> Callable[..., Texts]:
    """Build the encoder of query parameters, of which some have a style of their own.

    Args:
        *parameters: For each: its name on the wire, its argument's name, its encoder, whether it is
            required, and its style if that is not the usual one.
    """

    def texts(*values: object) -> Texts:
        return tuple(pair for _, pairs in _given(parameters, values, _same) for pair in pairs)

    return texts


def header(*parameters: Parameter) -> Callable[..., Texts]:
    """Build the encoder of header parameters, of which some have a style of their own."""

    def texts(*values: object) -> Texts:
        found: Pairs = []
        for name, pairs in _given(parameters, values, _same):
            for wire, text in pairs:
                if not (text.isascii() and text.isprintable() and text == text.strip()):
                    problem = (
                        f"expected printable ASCII without spaces around it; got {shown(text)}"
                    )
                    raise EncodeError(name, problem)
                found.append((wire, text))
        return tuple(found)

    return texts


def cookie(*parameters: Parameter) -> Callable[..., Texts]:
    """Build the encoder of cookie parameters: one header has all that were given."""

    def texts(*values: object) -> Texts:
        found = [
            f"{wire}={text}"
            for _, pairs in _given(parameters, values, _percent)
            for wire, text in pairs
        ]
        return (("Cookie", "; ".join(found)),) if found else ()

    return texts

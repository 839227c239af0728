"""Checking one argument against its annotation, and naming the part of it that is wrong.

beartype checks every part. It is not passed a whole list, of which it would sample one item:
lists and the values of mappings are walked here, so that an error is the same each time and names
the first part that is wrong. The keys of mappings are left to the encoders.
"""

from __future__ import annotations

import types
import typing
from collections import abc
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from beartype import BeartypeConf
from beartype.door import is_bearable

from julep._arguments.mistakes import advice
from julep._arguments.wording import expectation
from julep_api.checks import is_list, suggestion
from julep_api.errors import EncodeError, shown

# An int passes for a float: temperature=1.
_CONFIGURATION: Final = BeartypeConf(is_color=False, is_pep484_tower=True)

SEQUENCES: Final = (list, abc.Sequence)
MAPPINGS: Final = (dict, abc.Mapping)


def check_argument(name: str, value: object, hint: object) -> None:
    """Check an argument.

    Args:
        name: The parameter's name, with which the error's path begins.
        value: The argument.
        hint: The parameter's annotation, evaluated.

    Raises:
        EncodeError: When a part of it has a wrong type, or is none of the texts that are allowed.
    """
    error = _refusal(name, value, hint)
    if error is not None:
        raise error


def members(hint: object) -> list[object]:
    """Return the members of a union, those of unions in it too; else the annotation alone."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return [each for member in typing.get_args(hint) for each in members(member)]
    return [hint]


def _refusal(path: str, value: object, hint: object) -> EncodeError | None:
    """Return the error of the first part that is wrong, or None."""
    found = members(hint)
    inner: EncodeError | None = None
    for member in found:
        origin, arguments = typing.get_origin(member), typing.get_args(member)
        if origin in SEQUENCES or origin in MAPPINGS:
            parts = _items(path, value) if origin in SEQUENCES else _values(path, value)
            if parts is None:
                continue
            error = _first(parts, arguments[-1])
        elif _is_bearable(value, member):
            return None
        else:
            continue
        if error is None:
            return None
        inner = inner or error
    return inner or _wrong(path, value, found)


def _items(path: str, value: object) -> Iterable[tuple[str, object]] | None:
    """Return the items of a list with their paths; None of what is no list."""
    return ((f"{path}[{n}]", each) for n, each in enumerate(value)) if is_list(value) else None


def _values(path: str, value: object) -> Iterable[tuple[str, object]] | None:
    """Return the values of a mapping with their paths; None of what is no mapping."""
    if not isinstance(value, Mapping):
        return None
    pairs = cast("Mapping[object, object]", value).items()
    return ((f"{path}.{key}", each) for key, each in pairs)


def _first(parts: Iterable[tuple[str, object]], hint: object) -> EncodeError | None:
    """Return the error of the first of several parts that is wrong."""
    for path, part in parts:
        error = _refusal(path, part, hint)
        if error is not None:
            return error
    return None


def _is_bearable(value: object, member: Any) -> bool:
    """Check a value by beartype; a member of an enum of texts counts as its text."""
    if typing.is_typeddict(member):
        return isinstance(value, Mapping)
    if typing.get_origin(member) is typing.Literal and isinstance(value, str):
        value = str.__str__(value)
    return is_bearable(value, member, conf=_CONFIGURATION)


def _wrong(path: str, value: object, found: list[object]) -> EncodeError:
    name = path.partition("[")[0].partition(".")[0]
    problem = f"expected {expectation(found, name)}; got {shown(value)}"
    texts = [
        text
        for member in found
        if typing.get_origin(member) is typing.Literal
        for text in typing.get_args(member)
    ]
    if texts and isinstance(value, str):
        return EncodeError(path, problem + suggestion(value, texts))
    return EncodeError(path, problem + advice(path, value, found), "type")

"""Words for annotations, in the messages about arguments; the encoders use the same."""

from __future__ import annotations

import os
import typing
from collections import abc
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from types import NoneType
from typing import Final, TypeGuard, cast
from uuid import UUID

from julep_api.checks import alternatives, one_of_texts
from julep_api.model import Model

_NAMES: Final[Mapping[object, str]] = {
    str: "a str",
    int: "an int",
    float: "a number",
    bool: "True or False",
    UUID: "a uuid.UUID",
    datetime: "a datetime",
}


def expectation(members: Sequence[object], name: str) -> str:
    """Describe what is expected, such as "a list of messages (dicts or Message), or a str".

    Args:
        members: The members of a union, or a single annotation.
        name: The argument's name, which is the plural of the items if it is a list.
    """
    if str in members and UUID in members:
        return "a UUID v4, as a str or a uuid.UUID"
    parts: list[str] = []
    for member in members:
        origin, arguments = typing.get_origin(member), typing.get_args(member)
        if origin is typing.Literal:
            parts.append(one_of_texts(arguments))
        elif origin in (list, abc.Sequence):
            parts.insert(0, _list_of(arguments[0], name))
        elif _is_callable(member):
            parts.append("a function")
        elif origin is os.PathLike:
            parts.append("a pathlib.Path")
        elif _is_dict(member):
            parts.append("a dict")
        elif _is_class(member) and not issubclass(member, (NoneType, Enum)):
            parts.append(_NAMES.get(member, member.__name__))
    if "a dict" in parts:
        parts = _dict_or_model(parts, members)
    parts = list(dict.fromkeys(parts))
    is_long = any(", " in part or "(" in part for part in parts)
    return ", or ".join(parts) if is_long else alternatives(parts)


def _list_of(item: object, name: str) -> str:
    # The arguments of a mapping are no alternatives.
    members = (item,) if _is_dict(item) else typing.get_args(item) or (item,)
    if item is str:
        return "a list of str"
    words = ["dicts"] if any(map(_is_dict, members)) else []
    if any(map(_is_callable, members)):
        words.insert(0, "functions")
    return f"a list of {name} ({alternatives([*words, *_models(members)[:1]])})"


def _dict_or_model(parts: Sequence[str], members: Sequence[object]) -> list[str]:
    """Name one model beside the dict: the others are those of values that were read."""
    models = _models(members)
    rest = [part for part in parts if part != "a dict" and part not in models]
    if any(", " in part for part in rest):
        return [*rest, " or ".join(["a dict", *models[:1]])]
    return [*rest, "a dict", *models[:1]]


def _models(members: Sequence[object]) -> list[str]:
    return [each.__name__ for each in members if isinstance(each, type) and issubclass(each, Model)]


def _is_class(member: object) -> TypeGuard[type[object]]:
    return isinstance(member, type)


def _is_callable(member: object) -> bool:
    origin: object = typing.get_origin(member)
    return origin is cast("object", abc.Callable)


def _is_dict(member: object) -> bool:
    return typing.is_typeddict(member) or typing.get_origin(member) in (dict, abc.Mapping)

"""Matching values against annotations by their exact types.

Nearly every argument is a plain str, number, dict or list, which can be checked without a library.
A match is certain. A value that does not match may be valid all the same (an instance of a
subclass, for example): `julep._arguments.judge` decides that, by beartype.

The keys of a dict are not matched: which keys there may be, and which numbers may be written as
keys, is the encoders' knowledge.
"""

from __future__ import annotations

import types
import typing
from collections import abc
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, TypeAlias

Test: TypeAlias = "Callable[[Any], bool] | None"

Matcher: TypeAlias = "Mapping[type, Test] | None"
"""For each exact type that matches: a further test, or None. A matcher of None matches anything."""

_ITERABLES: Final[Mapping[object, tuple[type, ...]]] = {
    list: (list,),
    abc.Sequence: (list, tuple),
}

_MAPPINGS: Final = (dict, abc.Mapping)


def matches(value: object, matcher: Matcher) -> bool:
    """Check whether a value certainly matches."""
    if matcher is None:
        return True
    test = matcher.get(type(value), never)
    return test is None or test(value)


def matcher(hint: object) -> Matcher:
    """Build the matcher of an annotation.

    Args:
        hint: The annotation, evaluated.

    Returns:
        The matcher; for an annotation that is not a plain one, it matches nothing.
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is object or hint is Any:
        return None
    if origin in (typing.Union, types.UnionType):
        return _union([matcher(member) for member in arguments])
    if origin is typing.Literal:
        kinds: set[type[object]] = {type(literal) for literal in arguments}
        return {kind: _one_of({v for v in arguments if type(v) is kind}) for kind in kinds}
    if origin in _ITERABLES:
        return dict.fromkeys(_ITERABLES[origin], _all(matcher(arguments[0])))
    if origin in _MAPPINGS:
        return {dict: _values(matcher(arguments[1]))}
    if typing.is_typeddict(hint):
        return {dict: None}
    if hint is float:
        return {float: None, int: None}  # the numeric tower of PEP 484
    return {hint: None} if isinstance(hint, type) and origin is None else {}


def never(value: object) -> bool:
    """Match no value: the test of a type that is not in a matcher."""
    del value
    return False


def _union(members: Iterable[Matcher]) -> Matcher:
    union: dict[type, Test] = {}
    for member in members:
        if member is None:
            return None
        for kind, test in member.items():
            union[kind] = _either(union[kind], test) if kind in union else test
    return union


def _either(first: Test, second: Test) -> Test:
    if first is None or second is None:
        return None
    return lambda value: first(value) or second(value)


def _one_of(values: Collection[object]) -> Test:
    return lambda value: value in values


def _all(item: Matcher) -> Test:
    if item is None:
        return None

    def test(values: Iterable[object]) -> bool:
        for value in values:
            further = item.get(type(value), never)
            if further is not None and not further(value):
                return False
        return True

    return test


def _values(value: Matcher) -> Test:
    test_all = _all(value)
    return None if test_all is None else lambda mapping: test_all(mapping.values())

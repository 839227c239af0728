"""What fits an annotation for certain, told by exact types.

Nearly every argument is a plain str, number, dict or list, and to see that needs no library. A
value that is not seen to fit may fit all the same (an instance of a subclass, say): somebody else
has to decide that.
"""

from __future__ import annotations

import types
import typing
from collections import abc
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, TypeAlias

Test: TypeAlias = "Callable[[Any], bool] | None"

Matcher: TypeAlias = "Mapping[type, Test] | None"
"""For each exact type that fits: what else has to hold, or None; None as a whole: anything fits."""

_ITERABLES: Final[Mapping[object, tuple[type, ...]]] = {
    list: (list,),
    abc.Sequence: (list, tuple),
}

_MAPPINGS: Final = (dict, abc.Mapping)


def matches(value: object, fitting: Matcher) -> bool:
    """Tell whether a value fits for certain."""
    if fitting is None:
        return True
    test = fitting.get(type(value), _never)
    return test is None or test(value)


def matcher(hint: object) -> Matcher:
    """Find what fits an annotation for certain.

    Args:
        hint: The annotation, evaluated.

    Returns:
        No types at all for an annotation that is none of the plain ones.
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is object or hint is Any:
        return None
    if origin in (typing.Union, types.UnionType):
        return _union([matcher(each) for each in arguments])
    if origin is typing.Literal:
        kinds: set[type[object]] = {type(each) for each in arguments}
        return {kind: _among({v for v in arguments if type(v) is kind}) for kind in kinds}
    if origin in _ITERABLES:
        return dict.fromkeys(_ITERABLES[origin], _all(matcher(arguments[0])))
    if origin in _MAPPINGS:
        return {dict: _items(matcher(arguments[0]), matcher(arguments[1]))}
    if typing.is_typeddict(hint):
        return {dict: _items({str: None}, None)}
    if hint is float:
        return {float: None, int: None}  # the numeric tower of PEP 484
    return {hint: None} if isinstance(hint, type) and origin is None else {}


def _never(value: object) -> bool:
    del value
    return False


def _union(parts: Iterable[Matcher]) -> Matcher:
    found: dict[type, Test] = {}
    for part in parts:
        if part is None:
            return None
        for kind, test in part.items():
            found[kind] = _either(found[kind], test) if kind in found else test
    return found


def _either(one: Test, other: Test) -> Test:
    if one is None or other is None:
        return None
    return lambda value: one(value) or other(value)


def _among(values: Collection[object]) -> Test:
    return lambda value: value in values


def _all(item: Matcher) -> Test:
    if item is None:
        return None

    def test(values: Iterable[object]) -> bool:
        for value in values:
            needed = item.get(type(value), _never)
            if needed is not None and not needed(value):
                return False
        return True

    return test


def _items(key: Matcher, value: Matcher) -> Test:
    fitting_keys, fitting_values = _all(key), _all(value)

    def test(mapping: Mapping[object, object]) -> bool:
        return (fitting_keys is None or fitting_keys(mapping)) and (
            fitting_values is None or fitting_values(mapping.values())
        )

    return test

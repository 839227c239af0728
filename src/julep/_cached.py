"""A property that is computed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

from julep._ending import import_failure

T = TypeVar("T")


class cached(Generic[T]):  # noqa: N801  # a decorator, like property
    """A property whose value is computed when it is first read, and then kept.

    Unlike `functools.cached_property` of Python 3.11 it holds no lock, which a fork could copy
    while it is held. Two threads may both compute the value, and both get the first one.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object, owner: type) -> T | Self:
        if instance is None:
            return self
        try:
            value: T = vars(instance).setdefault(self._name, self._compute(instance))
        except ImportError as error:
            raise import_failure(error) from None
        return value

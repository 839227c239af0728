"""A property that is computed once."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self, TypeVar, overload

from julep._arguments.ending import import_failure

T = TypeVar("T")


class cached(cached_property[T]):  # noqa: N801  # a decorator, like its base
    """A `functools.cached_property` without the lock that it holds in Python 3.11.

    A fork could copy the lock while it is held. Two threads may both compute the value, and both
    get the first one.
    """

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T | Self:
        if instance is None:
            return self
        name, values = self.attrname or self.func.__name__, vars(instance)
        try:
            value: T = values.setdefault(name, self.func(instance))
        except (ImportError, AttributeError) as error:
            raise import_failure(error) from None
        return value

"""Models are classes of attrs, which is imported when a program looks for it in them.

Its import takes as long as everything else before a program's first response. Models have their
slots by themselves, and `attrs.fields`, `attrs.evolve` and the like find what they need.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["define"]

T = TypeVar("T", bound=type)

if TYPE_CHECKING:
    from attrs import define
else:

    def define(**options: bool) -> Callable[[T], T]:
        """Make classes of attrs by `attrs.define` when their attributes are looked for.

        Args:
            **options: The options of `attrs.define`. A class has slots of its own, and keeps all of
                its methods.
        """

        def decorate(model: T) -> T:
            model.__match_args__ = model.__slots__
            model.__attrs_attrs__ = _Attributes(model, options)
            return model

        return decorate


class _Attributes:
    """The attributes of a class, as attrs describes them.

    Args:
        model: The class.
        options: The options of `attrs.define`.
    """

    def __init__(self, model: type, options: dict[str, bool]) -> None:
        self._model = model
        self._options = options

    def __get__(self, instance: object, kind: type) -> object:
        attrs: Any = import_module("attrs")
        model = self._model
        body = {"__annotations__": dict(model.__annotations__), "__module__": model.__module__}
        described = attrs.define(**self._options)(type(model.__name__, (), body))
        found: object = described.__attrs_attrs__
        type.__setattr__(model, "__attrs_attrs__", found)
        return found

"""Annotations whose names are imported when a program reads them.

Modules import most types for type checkers only, so that a program pays for what it uses.
`typing.get_type_hints` and ``inspect.signature(eval_str=True)`` evaluate annotations in the module's
namespace, so the names are put there once somebody looks at the annotations.
"""

from __future__ import annotations

import re
import sys
from collections.abc import ItemsView, Iterator, KeysView
from importlib import import_module
from types import FunctionType
from typing import Final, cast

__all__ = ["resolvable"]

_NAME: Final = re.compile(r"[A-Za-z_]\w*")


def resolvable(module: str, *sources: str) -> None:
    """Let the annotations of a module's functions and classes be evaluated.

    It is called at the end of a module that imports names under ``if TYPE_CHECKING``.

    Args:
        module: The module's ``__name__``.
        *sources: The modules that its annotations' names come from, in the order in which they are
            searched.
    """
    for value in list(vars(sys.modules[module]).values()):
        if getattr(value, "__module__", None) == module:
            _resolve(value, module, sources)


def _resolve(value: object, module: str, sources: tuple[str, ...]) -> None:
    if isinstance(value, type):
        if "__annotations__" in vars(value):
            annotations = value.__annotations__
            if type(annotations) is dict:
                value.__annotations__ = _Annotations(annotations, module, sources)
        for member in vars(value).values():
            _resolve(member, module, sources)
    elif isinstance(value, property):
        for accessor in (value.fget, value.fset, value.fdel):
            _resolve(accessor, module, sources)
    elif isinstance(value, (classmethod, staticmethod)):
        _resolve(cast("object", value.__func__), module, sources)  # pyright: ignore[reportUnknownMemberType]  # a function of any kind
    while isinstance(value, FunctionType):
        if type(value.__annotations__) is dict:
            value.__annotations__ = _Annotations(value.__annotations__, module, sources)
        value = getattr(value, "__wrapped__", None)


class _Annotations(dict[str, object]):
    """Annotations that import their names when they are looked through.

    Args:
        annotations: The annotations, as they are written.
        module: The module in whose namespace they are evaluated.
        sources: The modules that the names come from.
    """

    def __init__(
        self, annotations: dict[str, object], module: str, sources: tuple[str, ...]
    ) -> None:
        super().__init__(annotations)
        self._module = module
        self._sources = sources

    def __iter__(self) -> Iterator[str]:
        self._import_names()
        return super().__iter__()

    def keys(self) -> KeysView[str]:  # type: ignore[override]  # dict's own are dict_keys
        self._import_names()
        return super().keys()

    def items(self) -> ItemsView[str, object]:  # type: ignore[override]  # dict's own are dict_items
        self._import_names()
        return super().items()

    def _import_names(self) -> None:
        namespace = vars(sys.modules[self._module])
        sources, self._sources = self._sources, ()
        if not sources:
            return
        for annotation in super().values():
            text = annotation if isinstance(annotation, str) else ""
            text = getattr(annotation, "__forward_arg__", text)
            for name in _NAME.findall(text):
                if name not in namespace:
                    for source in map(import_module, sources):
                        if hasattr(source, name):
                            namespace[name] = getattr(source, name)
                            break

"""The members of a class that its page describes."""

from __future__ import annotations

import enum
import inspect
from typing import Any, NamedTuple

from scripts.site.names import Name, homes, is_ours, kind_of
from scripts.site.signatures import type_text
from scripts.site.sources import Place, place_of_method


class Member(NamedTuple):
    """A method or an attribute of a class."""

    name: str
    value: Any
    docstring: str
    type: str
    place: Place | None

    @property
    def is_method(self) -> bool:
        """Whether it can be called."""
        return self.type == ""

    @property
    def decorators(self) -> tuple[str, ...]:
        """The decorators of a method, as the source has them."""
        return self.place.decorators if self.place else ()


def members_of(one: Name) -> list[Member]:
    """Return the members, by name. A manager has all, another class those without another page."""
    cls: type = one.value
    is_manager = one.module.startswith("julep.managers") and one.name.endswith("Manager")
    found: dict[str, Member] = {}
    for owner in cls.__mro__:
        if not is_ours(owner) or (owner is not cls and not is_manager and _has_a_page(owner)):
            continue
        if kind_of(cls) in {"enum", "dict", "model"} and owner is not cls:
            continue
        for name in owner.__dict__:
            if name not in found and _is_shown(one, owner, name, is_manager):
                member = _member(owner, name)
                if member is not None:
                    found[name] = member
    return [found[name] for name in sorted(found)]


def _has_a_page(owner: type) -> bool:
    found = homes().get(owner.__name__)
    return found is not None and found.value is owner


def _is_shown(one: Name, owner: type, name: str, is_manager: bool) -> bool:
    if not name.startswith("_"):
        return not (is_manager and one.name.startswith("Base"))
    if name.startswith("__"):
        return False
    # The implementation of the public methods, on the page of the base class alone.
    in_base = is_manager and one.name.startswith("Base")
    return in_base and owner.__name__ != "BaseManager" and "Manager" in one.name


def _member(owner: type, name: str) -> Member | None:
    value: Any = inspect.getattr_static(owner, name)
    function: Any = getattr(value, "__func__", value)
    getter: Any = getattr(value, "fget", None) or getattr(value, "func", None)
    if getter is not None:  # a property, or a cached one
        annotation = inspect.signature(getter).return_annotation
        return Member(
            name, value, inspect.getdoc(value) or "", type_text(annotation) or "object", None
        )
    if inspect.isfunction(function) and not isinstance(value, enum.Enum):
        docstring = inspect.cleandoc(function.__doc__) if function.__doc__ else ""
        return Member(name, function, docstring, "", place_of_method(owner, name))
    return None

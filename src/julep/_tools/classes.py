"""Classes with fields: dataclasses, attrs, TypedDict, NamedTuple, and the models of this API."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import attrs

from julep_api.model import Model


class Fields(NamedTuple):
    """The fields of a class.

    Attributes:
        hints: The annotation of each, by the name under which the class takes it.
        required: The names of those without a default.
        make: Builds an object of their values, passed by name.
    """

    hints: Mapping[str, object]
    required: AbstractSet[str]
    make: Callable[..., object]


def fields_of(kind: type[Any]) -> Fields | None:
    """Return the fields of a class; None when it is of no kind that has any.

    Raises:
        NameError: When an annotation names what cannot be found.
    """
    if _is_typed_dict(kind):
        hints = class_hints(kind)
        return Fields(hints, _required_keys(kind, hints), dict)
    if issubclass(kind, Model):
        return _model_fields(kind)
    if hasattr(kind, "_fields"):
        names: tuple[str, ...] = getattr(kind, "_fields")  # noqa: B009  # of a NamedTuple
        defaults: Mapping[str, object] = getattr(kind, "_field_defaults", {})
        hints = class_hints(kind)
        return Fields({n: hints.get(n, Any) for n in names}, {*names} - {*defaults}, kind)
    if dataclasses.is_dataclass(kind) or attrs.has(kind):
        return _init_parameters(kind)
    return None


def _is_typed_dict(kind: type[object]) -> bool:
    """Check whether a class is a TypedDict: that of typing or that of typing_extensions."""
    return hasattr(kind, "__total__") and hasattr(kind, "__required_keys__")


def class_hints(kind: type[object]) -> dict[str, object]:
    """Return the annotations of a class, evaluated.

    A class is found by its own name, although it may be defined in a function, and so are classes
    within it. Other attributes are not: a method named ``dict`` would hide the builtin.
    """
    inner = {name: each for name, each in vars(kind).items() if isinstance(each, type)}
    names = {**inner, kind.__name__: kind, **type_parameters(kind)}
    return typing.get_type_hints(kind, localns=names, include_extras=True)


def type_parameters(generic: object) -> dict[str, object]:
    """Return the type parameters of ``class Name[T]`` or ``def name[T]()`` by their names."""
    return {each.__name__: each for each in getattr(generic, "__type_params__", ())}


def _required_keys(kind: type[object], hints: Mapping[str, object]) -> set[str]:
    """Return the required keys of a TypedDict.

    Its ``__required_keys__`` are right only where annotations are evaluated: not under
    ``from __future__ import annotations``.
    """
    required: set[str] = set(getattr(kind, "__required_keys__", ()))
    marks = {name: typing.get_origin(hint) for name, hint in hints.items()}
    required |= {name for name, mark in marks.items() if mark is typing.Required}
    return required - {name for name, mark in marks.items() if mark is typing.NotRequired}


def _init_parameters(kind: type[object]) -> Fields:
    """Return what the ``__init__`` of a dataclass or an attrs class takes by name."""
    hints = class_hints(kind)
    aliases: dict[str, str] = {}
    if attrs.has(kind):
        for field in attrs.fields(kind):
            aliases[field.alias or field.name] = field.name
            hints.setdefault(field.name, field.type or Any)
    found: dict[str, object] = {}
    required: set[str] = set()
    for name, parameter in inspect.signature(kind).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        hint = hints.get(aliases.get(name, name), Any)
        found[name] = hint
        if parameter.default is parameter.empty:
            required.add(name)
    return Fields(found, required, kind)


def _model_fields(kind: type[Model]) -> Fields:
    """Return the properties of one of the API's models, by their names in JSON."""
    # Free-form JSON is anything; its recursive alias cannot be evaluated.
    free = {"JSON": Any, "JSONObject": dict[str, Any]}
    hints = typing.get_type_hints(kind, localns=free, include_extras=True)
    fields = kind.__properties__
    names = {field.json_name: field.name for field in fields}

    def make(**values: object) -> object:
        return kind(**{names[name]: each for name, each in values.items()})

    required = {field.json_name for field in fields if field.required}
    return Fields({n: hints[attribute] for n, attribute in names.items()}, required, make)

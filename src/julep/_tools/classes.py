"""Classes with fields: dataclasses, attrs, msgspec, TypedDict, NamedTuple, this API's models."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Annotated, Any, Literal, NamedTuple

import attrs

from julep._tools.annotations import class_hints, evaluated
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
    if hasattr(kind, "__struct_encode_fields__"):
        return _struct_fields(kind)
    if dataclasses.is_dataclass(kind) or attrs.has(kind):
        return _init_parameters(kind)
    return None


def _is_typed_dict(kind: type[object]) -> bool:
    """Check whether a class is a TypedDict: that of typing or that of typing_extensions."""
    return hasattr(kind, "__total__") and hasattr(kind, "__required_keys__")


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
    described: Mapping[str, Any] = getattr(kind, "__dataclass_fields__", {})
    if attrs.has(kind):
        described = attrs.fields_dict(kind)
        for field in attrs.fields(kind):
            aliases[field.alias or field.name] = field.name
            hints.setdefault(field.name, field.type or Any)
    else:
        # An __init__ of its own may take something else than the fields.
        init: Any = getattr(kind, "__init__")  # noqa: B009  # that of the class
        names: dict[str, Any] = getattr(init, "__globals__", {})
        if {*inspect.signature(init).parameters} - {*described, "self"}:
            hints = {**evaluated(init, init, {}, names), **hints}
    found: dict[str, object] = {}
    required: set[str] = set()
    for name, parameter in inspect.signature(kind).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        attribute = aliases.get(name, name)
        hint: Any = hints.get(attribute, Any)
        metadata: Mapping[str, object] = getattr(described.get(attribute), "metadata", {})
        text = metadata.get("description")
        found[name] = Annotated[hint, text] if isinstance(text, str) else hint
        if parameter.default is parameter.empty:
            required.add(name)
    return Fields(found, required, kind)


def _struct_fields(kind: Any) -> Fields:
    """Return the fields of a Struct of msgspec, by their names in JSON."""
    hints = class_hints(kind)
    names = dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))
    parameters = inspect.signature(kind).parameters
    required = {
        n for n, each in names.items() if parameters[each].default is inspect.Parameter.empty
    }
    found: dict[str, object] = {name: hints[each] for name, each in names.items()}
    tag: Any = kind.__struct_config__.tag
    if tag is not None:
        # The tag tells structs of a union apart.
        found[kind.__struct_config__.tag_field] = Literal[tag]
        required.add(kind.__struct_config__.tag_field)

    def make(**values: object) -> object:
        return kind(**{names[name]: each for name, each in values.items() if name in names})

    return Fields(found, required, make)


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

"""The base class of all models, with the names that models of julep 0.3 had."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from os import PathLike
from typing import TYPE_CHECKING, ClassVar, Self, TypeAlias, TypeVar, cast

from .core_model import CoreModel, Extra, Field, plain
from .types import JSON, JSONObject

__all__ = ["Extra", "Field", "Model"]

M = TypeVar("M", bound="Model")

_Values: TypeAlias = dict[str, object]  # inside `Model`, `dict` is a method
_Names: TypeAlias = Collection[str] | Mapping[str, object] | None


class _Variables:
    """Provides what ``vars`` returns: the attributes are in slots."""

    __slots__ = ()

    @property
    def __dict__(self) -> _Values:  # type: ignore[override]  # object's is no property
        """The attributes, by name."""
        model = cast("CoreModel", self)
        return {item.name: getattr(model, item.name) for item in model.__properties__}


class _FieldsByName:
    """Provides the deprecated ``__fields__`` of a class."""

    def __get__(self, model: Model | None, kind: type[Model]) -> dict[str, Field]:
        _warn_of("__fields__", "attrs.fields()")
        return {item.name: item for item in kind.__properties__}


class Model(_Variables, CoreModel):
    """The base class of all models.

    Two models are equal when they are of one class and all their fields are. An optional field that
    is absent is ``None``; ``"user_id" in session`` tells it from a null, and `to_dict` writes back
    just what was there.

    ``from_dict``, which every model has, reads decoded JSON. Properties that the contract does not
    describe are kept in ``additional_properties`` and written back by ``to_dict``. A null where none
    is documented is kept on an optional field, and refused on a required one. An enum's unknown value
    becomes a member of its own. Free-form values are not copied: they are those of the JSON that was
    read.

    Constructors convert as reading does: texts become times and enum members, dicts become models.
    They refuse what does not match by a `ModelError`, and keep keyword arguments that the contract
    does not describe.
    """

    __slots__ = ()
    __fields__: ClassVar[_FieldsByName] = _FieldsByName()

    def dict(
        self,
        *,
        include: _Names = None,
        exclude: _Names = None,
        by_alias: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
    ) -> _Values:
        """Return the fields that are there as Python values; deprecated: use `to_dict` for JSON.

        Args:
            include: The names to return, all by default; a mapping has the names inside as values.
            exclude: The names to leave out, in the same form.
            by_alias: Whether the keys are the JSON names instead of the attributes'.
            exclude_unset: Whether fields that are absent are left out, instead of being None.
            exclude_defaults: The same as ``exclude_none``: every default is None.
            exclude_none: Whether fields that are None are left out.

        Returns:
            A new dict, with dicts in the place of models.
        """
        _warn_of("dict()", "to_dict()")
        options = (by_alias, exclude_unset, exclude_none or exclude_defaults)
        return _values(self, include, exclude, options)

    def json(
        self,
        *,
        include: _Names = None,
        exclude: _Names = None,
        by_alias: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        encoder: Callable[[object], object] | None = None,
        indent: int | None = None,
        sort_keys: bool = False,
        ensure_ascii: bool = True,
        separators: tuple[str, str] | None = None,
    ) -> str:
        """Return the fields that are there as JSON text; deprecated: use `to_json`.

        Args:
            include: The names to return, all by default; a mapping has the names inside as values.
            exclude: The names to leave out, in the same form.
            by_alias: Whether the keys are the JSON names instead of the attributes'.
            exclude_unset: Whether fields that are absent are left out, instead of being null.
            exclude_defaults: The same as ``exclude_none``: every default is None.
            exclude_none: Whether fields that are None are left out.
            encoder: Returns a form in JSON of a value that has none.
            indent: As in `json.dumps`, like the arguments below.
            sort_keys: Whether keys are sorted.
            ensure_ascii: Whether other characters than ASCII's are escaped.
            separators: The texts between items, and after keys.
        """
        from json import dumps

        _warn_of("json()", "to_json()")
        options = (by_alias, exclude_unset, exclude_none or exclude_defaults)
        return dumps(
            _values(self, include, exclude, options),
            default=encoder or _zulu,
            indent=indent,
            sort_keys=sort_keys,
            ensure_ascii=ensure_ascii,
            separators=separators,
        )

    def copy(
        self,
        *,
        include: _Names = None,
        exclude: _Names = None,
        update: Mapping[str, object] | None = None,
        deep: bool = False,
    ) -> Self:
        """Return a copy; deprecated: use `copy.copy`, or `attrs.evolve` for changes.

        Args:
            include: The names to copy, all by default; the others are absent.
            exclude: The names not to copy.
            update: Other values, which are not checked.
            deep: Whether values are copied too.
        """
        from copy import copy, deepcopy

        _warn_of("copy()", "copy.copy() or attrs.evolve()")
        made = deepcopy(self) if deep else copy(self)
        extra = made._extra or Extra({})
        left_out = [one for one in made.__properties__ if not _is_kept(one.name, include, exclude)]
        for item in left_out:
            setattr(made, item.name, None)
        # A new dict, so that changes of one model do not show in the other.
        required = {item.json_name for item in left_out if item.required}
        optional = {item.json_name for item in left_out if not item.required}
        made._extra = Extra({**extra.additional}, extra.unusual - optional | required)
        for name, value in (update or {}).items():
            made[name] = value
        return made

    @classmethod
    def parse_obj(cls, obj: object) -> Self:
        """Build a model of a mapping; deprecated: use the constructor, or `from_dict` for JSON."""
        _warn_of("parse_obj()", "from_dict()")
        return _built(cls, obj)

    @classmethod
    def validate(cls, value: object) -> Self:
        """Build a model of a mapping; deprecated: use the constructor, or `from_dict` for JSON."""
        _warn_of("validate()", "from_dict()")
        return _built(cls, value)

    @classmethod
    def parse_raw(cls, b: str | bytes) -> Self:
        """Build a model of JSON text; deprecated: use `from_dict` and `json.loads`."""
        from json import loads

        _warn_of("parse_raw()", "from_dict(json.loads(text))")
        return _built(cls, loads(b))

    @classmethod
    def parse_file(cls, path: str | PathLike[str]) -> Self:
        """Build a model of a file of JSON; deprecated: use `from_dict` and `json.load`."""
        from json import loads
        from pathlib import Path

        _warn_of("parse_file()", "from_dict(json.load(file))")
        return _built(cls, loads(Path(path).read_bytes()))

    @classmethod
    def update_forward_refs(cls, **localns: object) -> None:
        """Do nothing: annotations are resolved when they are used; deprecated."""
        _warn_of("update_forward_refs()", "typing.get_type_hints()")
        del localns

    @classmethod
    def __get_validators__(cls) -> Iterator[Callable[[object], Self]]:
        """Yield how pydantic 1, and ``pydantic.v1``, makes a field of the model."""
        yield _validator(cls)

    @classmethod
    def construct(cls, _fields_set: object = None, **values: object) -> Self:
        """Build a model without any check; deprecated: use ``from_dict(data, partial=True)``."""
        _warn_of("construct()", "from_dict(data, partial=True)")
        del _fields_set
        made = object.__new__(cls)
        missing: set[str] = set()
        for item in cls.__properties__:
            given = item.name if item.name in values else item.json_name
            if given not in values and item.required:
                missing.add(item.json_name)
            setattr(made, item.name, values.pop(given, None))
        made._extra = Extra(cast("JSONObject", values), frozenset(missing))
        return made

    if not TYPE_CHECKING:  # a field of one model has this name

        @classmethod
        def schema(cls, by_alias: bool = True) -> JSONObject:
            """Return a JSON Schema; deprecated: use ``pydantic.TypeAdapter(model).json_schema()``."""
            from .foreign import json_schema

            _warn_of("schema()", "pydantic.TypeAdapter(model).json_schema()")
            del by_alias
            return json_schema(cls)

        @classmethod
        def schema_json(cls, *, by_alias: bool = True, indent: int | None = None) -> str:
            """Return a JSON Schema as text; deprecated, as `schema` is."""
            from json import dumps

            from .foreign import json_schema

            _warn_of("schema_json()", "pydantic.TypeAdapter(model).json_schema()")
            del by_alias
            return dumps(json_schema(cls), indent=indent)

    @property
    def __fields_set__(self) -> set[str]:
        """The names of the attributes that are there; deprecated: use ``in``."""
        _warn_of("__fields_set__", '"name" in model')
        return {item.name for item, _ in self._present()}


def _warn_of(what: str, replacement: str) -> None:
    from .deprecation import warn_deprecated

    warn_deprecated(what, replacement, stacklevel=4)


def _built(model: type[M], value: object) -> M:
    """Build a model of a mapping or of pairs, or return it as it is.

    Raises:
        ModelError: If the value is neither, or not what the contract describes.
    """
    from .construction import build

    if isinstance(value, (model, Mapping, str, bytes)):
        return build(model, cast("object", value))
    try:
        return build(model, dict(cast("Iterable[tuple[str, object]]", value)))
    except TypeError:
        return build(model, value)  # which refuses it


def _validator(model: type[M]) -> Callable[[object], M]:
    def validate(value: object) -> M:
        return _built(model, value)

    return validate


def _is_kept(name: str, include: _Names, exclude: _Names) -> bool:
    if include is not None and name not in include:
        return False
    if exclude is None or name not in exclude:
        return True
    # A mapping's value says what of the field is left out: all of it, or names inside of it.
    return isinstance(exclude, Mapping) and exclude[name] not in (True, ...)


def _inside(names: _Names, name: str) -> _Names:
    if not isinstance(names, Mapping):
        return None
    found = cast("Mapping[str, object]", names).get(name)
    return None if found in (None, True, ...) else cast("_Names", found)


def _values(
    model: Model, include: _Names, exclude: _Names, options: tuple[bool, bool, bool]
) -> _Values:
    """Return a model's fields as julep 0.3 did: times and enums are not converted."""
    by_alias, exclude_unset, exclude_none = options
    out: _Values = {}
    for item in model.__properties__:
        name, value = item.name, getattr(model, item.name)
        if not _is_kept(name, include, exclude) or (exclude_unset and item.json_name not in model):
            continue
        if value is not None or not exclude_none:
            inner = _inside(include, name), _inside(exclude, name)
            out[item.json_name if by_alias else name] = _value(value, *inner, options)
    return out


def _value(
    value: object, include: _Names, exclude: _Names, options: tuple[bool, bool, bool]
) -> object:
    if isinstance(value, Model):
        # Such as settings that only newer servers know: the model can be built again of them.
        unknown = value.additional_properties.items()
        kept = {name: each for name, each in unknown if _is_kept(name, include, exclude)}
        return _values(value, include, exclude, options) | kept
    if isinstance(value, list):
        items = cast("list[object]", value)
        return [_value(item, include, exclude, options) for item in items]
    return value


def _zulu(value: object) -> JSON:
    """Return the JSON form of types that JSON lacks, with times as julep 0.3 wrote them."""
    found = plain(value)
    if isinstance(value, datetime) and isinstance(found, str):
        return found.replace("+00:00", "Z")
    return found

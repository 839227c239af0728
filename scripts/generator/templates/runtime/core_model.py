"""What models do: fields by name, JSON, comparison, and how they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from .types import JSON, UNSET, JSONObject

__all__ = ["TAGS", "CoreModel", "Extra", "Field", "plain"]


class Field(NamedTuple):
    """One property of a model.

    Attributes:
        json_name: Its name in JSON.
        name: The attribute's name, which differs where the JSON name is not usable in Python.
        encode: Checks a value and returns its JSON.
        required: Whether a value without it is refused.
    """

    json_name: str
    name: str
    encode: Callable[[object], JSON]
    required: bool = True


class Extra(NamedTuple):
    """What a model holds beside the values of its attributes.

    Attributes:
        additional: Properties that the contract does not describe, by JSON name.
        unusual: JSON names of optional fields that were null in JSON, and of required ones that were
            missing. All other optional fields are in the JSON form if they are not None, and all
            other required ones always.
    """

    additional: JSONObject
    unusual: frozenset[str] = frozenset()


class _LikeADataclass:
    """Provides an attribute by which frameworks recognize a dataclass.

    FastAPI reads a parameter from a request's body only if it is a pydantic model, a mapping or a
    dataclass; pydantic and ``dataclasses.asdict`` write a value of unknown type by these fields.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, model: CoreModel | None, kind: type[CoreModel]) -> object:
        from . import foreign

        return getattr(foreign, self._name)(kind if model is None else model)


class CoreModel:
    """The part of `Model` that is not there for older code only."""

    if not TYPE_CHECKING:
        __slots__ = ("__weakref__", "_extra")

        __dataclass_fields__ = _LikeADataclass("dataclass_fields")
        __dataclass_params__ = _LikeADataclass("dataclass_params")

        def __getattr__(self, name: str) -> object:
            """Return a property that the contract does not describe, or a field by its JSON name."""
            # dict(model) takes an object with keys for a mapping, and calls them.
            is_open = not name.startswith("_") and name != "keys"
            item = self._field(name) if is_open else None
            if item is not None and item.name != name:
                return getattr(self, item.name)
            if item is None and is_open and name in self:
                return self.additional_properties[name]
            raise AttributeError(f"{self.__class__.__name__!r} object has no attribute {name!r}")

    else:
        # mypy does not see inherited slots in a class of attrs, but properties.
        @property
        def _extra(self) -> Extra | None:
            """What the model holds beside its attributes.

            None instead of an empty tuple and dict: most responses have nothing beyond the contract,
            and these for each of a thousand items would be most of their memory.
            """

        @_extra.setter
        def _extra(self, value: Extra | None) -> None: ...

    __properties__: ClassVar[tuple[Field, ...]] = ()
    __encoder__: ClassVar[Callable[[object], JSONObject]]

    @property
    def additional_properties(self) -> JSONObject:
        """Properties that the contract does not describe, by JSON name; may be changed in place."""
        if self._extra is None:
            self._extra = Extra({})
        return self._extra.additional

    @classmethod
    def encode(cls, value: object, path: str = "") -> JSONObject:
        """Check a value against the contract and return the JSON to send.

        Args:
            value: A model of this class, or a mapping with the JSON names as keys. What a model
                carries in ``additional_properties`` is sent too.
            path: Where the value is, for the error's message.

        Returns:
            A new dict of plain JSON.

        Raises:
            EncodeError: If the value does not match the contract.
        """
        if not path:
            return cls.__encoder__(value)
        from .errors import EncodeError

        try:
            return cls.__encoder__(value)
        except EncodeError as error:
            raise error.under(path) from None

    def to_dict(self) -> JSONObject:
        """Return the JSON form of what is there, without checking it: absent fields are left out.

        Returns:
            A new dict with the JSON names as keys.
        """
        out: JSONObject = {item.json_name: plain(value) for item, value in self._present()}
        if self._extra is not None:
            for key, value in self._extra.additional.items():
                out.setdefault(key, plain(value))
        return out

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the JSON form as text.

        Args:
            indent: Spaces of indentation a level; None for one line.
        """
        from json import dumps

        return dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def __getitem__(self, key: str) -> object:
        item = self._field(key)
        return self.additional_properties[key] if item is None else getattr(self, item.name)

    def __setitem__(self, key: str, value: object) -> None:
        item = self._field(key)
        if item is None:
            self.additional_properties[key] = cast("JSON", value)
        else:
            setattr(self, item.name, value)

    def __delitem__(self, key: str) -> None:
        item = self._field(key)
        if item is None:
            del self.additional_properties[key]
        elif item.required:
            raise KeyError(f"{key}: {self.__class__.__name__} needs it")
        else:
            setattr(self, item.name, None)
            if self._extra is not None:
                left = self._extra.unusual - {item.json_name}
                self._extra = self._extra._replace(unusual=left)

    def __contains__(self, key: object) -> bool:
        """Check whether a field, or an additional property, is there: null counts, absence not."""
        item = self._field(key)
        if item is None:
            return self._extra is not None and key in self._extra.additional
        return self._is_present(item, getattr(self, item.name))

    def __iter__(self) -> Iterator[tuple[str, object]]:
        """Yield the JSON name and the value of each field, None if it is absent, so `dict` works."""
        for item in self.__properties__:
            yield item.json_name, getattr(self, item.name)
        if self._extra is not None:
            yield from self._extra.additional.items()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CoreModel) or other.__class__ is not self.__class__:
            return NotImplemented
        own = {} if self._extra is None else self._extra.additional
        others = {} if other._extra is None else other._extra.additional
        return own == others and all(
            getattr(self, item.name) == getattr(other, item.name) for item in self.__properties__
        )

    def __hash__(self) -> int:
        # By the id where there is one; otherwise by the fields that have a hash.
        known: object = getattr(self, "id", None)
        if isinstance(known, str):
            return hash((self.__class__, known))
        values = (getattr(self, item.name) for item in self.__properties__)
        plain_values = (value for value in values if isinstance(value, (str, int, float, date)))
        return hash((self.__class__, *plain_values))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{self.__class__.__name__}({shown})"

    def __rich_repr__(self) -> Iterator[tuple[str, object]]:
        """Yield the names and values that the `rich` library shows: those that are there."""
        for item, value in self._present():
            yield item.name, value
        if self._extra is not None:
            yield from self._extra.additional.items()

    def _repr_html_(self) -> str:
        """Return a table, for notebooks."""
        return _table(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> object:
        """Return how pydantic, and so FastAPI, validates and serializes the model."""
        from .foreign import core_schema

        del source, handler
        return core_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: object, handler: object) -> JSONObject:
        """Return the JSON Schema that pydantic, and so FastAPI, documents."""
        from .foreign import json_schema

        del core_schema, handler
        return json_schema(cls)

    def _fill(self, given: Mapping[str, object], additional: Mapping[str, object]) -> None:
        """Set all attributes from the arguments of a constructor, by attribute name."""
        from .construction import converted

        values, kept = converted(self.__class__, given, additional)
        for name, value in values.items():
            setattr(self, name, value)
        self._extra = Extra(kept) if kept else None

    def _is_present(self, item: Field, value: object) -> bool:
        if value is not None:
            return True
        unusual = self._extra is not None and item.json_name in self._extra.unusual
        return item.required is not unusual

    def _present(self) -> Iterator[tuple[Field, object]]:
        """Yield the fields that are there, with their values."""
        for item in self.__properties__:
            value: object = getattr(self, item.name)
            if value is not None or self._is_present(item, value):
                yield item, value

    def _field(self, key: object) -> Field | None:
        """Return the field of a JSON name, or of an attribute's name."""
        for item in self.__properties__:
            if key in (item.json_name, item.name):
                return item
        return None


# For each union of models that the value of a property distinguishes: its name, and the models.
TAGS: dict[frozenset[type[CoreModel]], tuple[str, Mapping[str, type[CoreModel]]]] = {}


def plain(value: object) -> JSON:
    """Return the JSON form of any value, as far as there is one: no value is refused."""
    if value is None or value.__class__ in (str, int, float, bool):
        return cast("JSON", value)
    if isinstance(value, CoreModel):
        return value.to_dict()
    if value is UNSET:
        return None
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, (str, int, float)):
        return value
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return {str(key): plain(item) for key, item in pairs}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in cast("list[object]", value)]
    if isinstance(value, bytes):
        from base64 import b64encode

        return b64encode(value).decode()
    return str(value)


def _table(model: CoreModel) -> str:
    from html import escape

    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{_cell(value)}</td></tr>"
        for name, value in model.__rich_repr__()
    )
    return f"<table><caption>{model.__class__.__name__}</caption>{rows}</table>"


def _cell(value: object) -> str:
    from html import escape

    if isinstance(value, CoreModel):
        return _table(value)
    if not isinstance(value, list):
        return escape(str(value))
    return "<br>".join(map(_cell, cast("list[object]", value)))

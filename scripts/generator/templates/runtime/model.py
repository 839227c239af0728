"""The base class of all models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import ClassVar, NamedTuple, TypeAlias, cast

from attrs import define, field

from .types import JSON, UNSET, JSONObject

__all__ = ["Field", "Model"]

_Values: TypeAlias = dict[str, object]  # inside `Model`, `dict` is a method


class Field(NamedTuple):
    """One property of a model.

    Attributes:
        json_name: Its name in JSON.
        name: The attribute's name, which differs where the JSON name is not usable in Python.
        encode: Checks a value and returns its JSON.
        required: Whether the contract requires it.
    """

    json_name: str
    name: str
    encode: Callable[[object], JSON]
    required: bool = True


@define(eq=False, repr=False)
class Model:
    """The base class of all models.

    Two models are equal when they are of one class and all their fields are. Fields that were not
    given hold ``UNSET``.

    ``from_dict``, which every model has, reads decoded JSON. Properties that the contract does not
    describe are kept in ``additional_properties`` and written back by ``to_dict``. A null where
    none is documented is read as ``UNSET``, or kept as ``None`` if the property is required. An
    enum's unknown value becomes a member of its own. Free-form values are not copied: they are
    those of the JSON that was read.
    """

    # None instead of an empty dict: most responses have nothing beyond the contract, and a dict for
    # each of a thousand items would be most of their memory.
    _additional: JSONObject | None = field(default=None, init=False)

    __fields__: ClassVar[tuple[Field, ...]] = ()
    __encoder__: ClassVar[Callable[[object], JSONObject]]

    @property
    def additional_properties(self) -> JSONObject:
        """Properties that the contract does not describe, by JSON name; may be changed in place."""
        if self._additional is None:
            self._additional = {}
        return self._additional

    @classmethod
    def encode(cls, value: object, path: str = "") -> JSONObject:
        """Check a value against the contract and return the JSON to send.

        Args:
            value: A model of this class, or a mapping with the JSON names as keys. ``UNSET``
                values are left out. What a model carries in ``additional_properties`` is sent too;
                a mapping may have the contract's keys only.
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
        """Return the JSON form of the fields that are set, without checking them.

        Returns:
            A new dict with the JSON names as keys.
        """
        out: JSONObject = {}
        for json_name, name, _, _ in self.__fields__:
            value: object = getattr(self, name)
            if value is not UNSET:
                out[json_name] = _plain(value)
        if self._additional:
            for key, extra in self._additional.items():
                out.setdefault(key, _plain(extra))
        return out

    def dict(
        self, *, by_alias: bool = True, exclude_unset: bool = True, exclude_none: bool = False
    ) -> _Values:
        """Return the fields that are set as Python values; deprecated: use `to_dict` for JSON.

        Args:
            by_alias: Whether the keys are the JSON names instead of the attributes'.
            exclude_unset: Whether fields that are not set are left out, instead of being None.
            exclude_none: Whether fields that are None are left out.

        Returns:
            A new dict, with dicts in the place of models.
        """
        _warn_of("dict()", "to_dict()")
        return _values(self, by_alias, exclude_unset, exclude_none)

    def json(
        self,
        *,
        by_alias: bool = True,
        exclude_unset: bool = True,
        exclude_none: bool = False,
        indent: int | None = None,
    ) -> str:
        """Return the fields that are set as JSON text; deprecated: use `to_dict` and `json.dumps`.

        Args:
            by_alias: Whether the keys are the JSON names instead of the attributes'.
            exclude_unset: Whether fields that are not set are left out, instead of being null.
            exclude_none: Whether fields that are None are left out.
            indent: Spaces of indentation a level; None for one line.
        """
        from json import dumps

        _warn_of("json()", "json.dumps(model.to_dict())")
        found = _values(self, by_alias, exclude_unset, exclude_none)
        return dumps(found, default=_zulu, indent=indent)

    def __getitem__(self, key: str) -> JSON:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: JSON) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: object) -> bool:
        return self._additional is not None and key in self._additional

    __iter__: ClassVar[None] = None  # without it, __getitem__ alone would make models iterable

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model) or other.__class__ is not self.__class__:
            return NotImplemented
        return (self._additional or {}) == (other._additional or {}) and all(
            getattr(self, item.name) == getattr(other, item.name) for item in self.__fields__
        )

    # Mutable, so unhashable: for Python because __eq__ is defined, for type checkers by this line.
    __hash__: ClassVar[None]  # type: ignore[assignment]  # object's is a method

    def __repr__(self) -> str:
        values = ((item.name, getattr(self, item.name, UNSET)) for item in self.__fields__)
        parts = [f"{name}={value!r}" for name, value in values if value is not UNSET]
        if self._additional:
            parts.append(f"additional_properties={self._additional!r}")
        return f"{self.__class__.__name__}({', '.join(parts)})"


def _warn_of(method: str, replacement: str) -> None:
    from warnings import warn

    message = f"{method} is from julep 0.3, and may go from 2027-12-01 on: use {replacement}"
    warn(message, DeprecationWarning, stacklevel=3)


def _values(model: Model, by_alias: bool, exclude_unset: bool, exclude_none: bool) -> _Values:
    """Return a model's fields as julep 0.3 did: times and enums are not converted."""
    options = (by_alias, exclude_unset, exclude_none)
    out: _Values = {}
    for json_name, name, _, _ in model.__fields__:
        value: object = getattr(model, name)
        if value is UNSET:
            if exclude_unset:
                continue
            value = None
        if value is not None or not exclude_none:
            out[json_name if by_alias else name] = _value(value, options)
    return out


def _value(value: object, options: tuple[bool, bool, bool]) -> object:
    if isinstance(value, Model):
        return _values(value, *options)
    if isinstance(value, list):
        return [_value(item, options) for item in cast("list[object]", value)]
    return value


def _zulu(value: object) -> JSON:
    """Return the JSON form of types that JSON lacks, with times as julep 0.3 wrote them."""
    plain = _plain(value)
    if isinstance(value, datetime) and isinstance(plain, str):
        return plain.replace("+00:00", "Z")
    return plain


def _plain(value: object) -> JSON:
    """Return the JSON form of any value, as far as there is one: no value is refused."""
    if value is None or value.__class__ in (str, int, float, bool):
        return cast("JSON", value)
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, (str, int, float)):
        return value
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return {str(key): _plain(item) for key, item in pairs if item is not UNSET}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in cast("list[object]", value)]
    return str(value)

"""Functions that the models' readers share.

Readers are straight-line code, generated into each model, because they run once for every item of
a list. The functions in here read composite values, and handle undocumented ones.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, ClassVar, Generic, NoReturn, Protocol, TypeAlias, TypeVar, cast

from .core_model import Extra, Field
from .errors import DecodeError, shown
from .types import JSON, JSONObject, OpenEnum

__all__ = [
    "PageReader",
    "Reader",
    "anything",
    "boolean",
    "date_time",
    "enum_of",
    "extra",
    "integer",
    "json_object",
    "lacking",
    "list_of",
    "map_of",
    "members",
    "mismatch",
    "not_an_object",
    "nothing",
    "nullable",
    "number",
    "string",
]

E = TypeVar("E", bound=OpenEnum)
T = TypeVar("T")
Reader: TypeAlias = Callable[[JSON], T]


class _Page(Protocol):
    items: Any


class _Item(Protocol):
    __properties__: ClassVar[tuple[Field, ...]]

    @classmethod
    def from_dict(cls, data: JSON) -> object: ...

    @classmethod
    def from_checked(cls, source: Any) -> object: ...

    @classmethod
    def replace_usual(cls, items: list[Any], at: int) -> int: ...


P = TypeVar("P", bound=_Page)


def mismatch(path: str, expected: str, value: JSON) -> DecodeError:
    """Build the error for a value of a wrong type."""
    return DecodeError(path, f"expected {expected}; got {shown(value)}")


def lacking(data: JSONObject, key: str, expected: str, value: JSON, partial: bool) -> Any:
    """Return None for a required property that is missing, when that is allowed.

    The result is ``Any``, since the attribute's type is that of the contract.

    Args:
        data: The object that was read.
        key: The property's JSON name.
        expected: What was expected, for the message.
        value: The value found; ``None`` when there is none.
        partial: Whether properties may be missing.

    Raises:
        DecodeError: If the property is missing, null, or has another type.
    """
    if value is not None or key in data:
        raise mismatch(key, expected, value)
    if not partial:
        raise DecodeError(key, f"expected {expected}; it is missing")
    return None


def extra(data: JSONObject, fields: frozenset[str], required: frozenset[str]) -> Extra | None:
    """Return what an object has beside the values of a model's attributes.

    Args:
        data: The object that was read.
        fields: The JSON names of the model's fields.
        required: Those that must be in the object.

    Returns:
        The additional properties, and the fields whose presence does not follow from their values;
        None if there are neither.
    """
    additional: JSONObject = {}
    unusual = set(required.difference(data))
    for key, value in data.items():
        if key not in fields:
            additional[key] = value
        elif value is None and key not in required:
            unusual.add(key)
    return Extra(additional, frozenset(unusual)) if additional or unusual else None


def not_an_object(value: JSON) -> NoReturn:
    """Raise the error for a value that is not a JSON object."""
    raise mismatch("", "an object", value)


def string(value: JSON) -> str:
    """Read a string."""
    if type(value) is not str:
        raise mismatch("", "a string", value)
    return value


def integer(value: JSON) -> int:
    """Read an integer; true and false are not integers."""
    if type(value) is not int:
        raise mismatch("", "an integer", value)
    return value


def number(value: JSON) -> float:
    """Read a number; an integer stays an int."""
    if type(value) is not float and type(value) is not int:
        raise mismatch("", "a number", value)
    return value


def boolean(value: JSON) -> bool:
    """Read true or false."""
    if type(value) is not bool:
        raise mismatch("", "true or false", value)
    return value


def json_object(value: JSON) -> JSONObject:
    """Read an object without fixed properties."""
    if type(value) is not dict:
        raise mismatch("", "an object", value)
    return value


def anything(value: JSON) -> JSON:
    """Read any JSON."""
    return value


def nothing(value: JSON) -> None:
    """Read the body of a response that has none."""
    del value


def date_time(value: JSON) -> datetime:
    """Read a time; without an offset, it is UTC."""
    if type(value) is not str:
        raise mismatch("", "a date-time", value)
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        raise mismatch("", "a date-time", value) from None
    return when if when.tzinfo is not None else when.replace(tzinfo=timezone.utc)


def list_of(item: Reader[T]) -> Reader[list[T]]:
    """Build the reader of a list."""

    def read(value: JSON) -> list[T]:
        if type(value) is not list:
            raise mismatch("", "a list", value)
        try:
            return [item(one) for one in value]
        except DecodeError:
            pass
        # An item cannot be read: read again, slowly, to find its index.
        done: list[T] = []
        try:
            for one in value:
                done.append(item(one))
        except DecodeError as error:
            raise error.under(f"[{len(done)}]") from None
        return done

    return read


class PageReader(Generic[P]):
    """Reads a page from JSON that nothing else uses, and that is not left as it was.

    The models take the places of their JSON one by one, so that each dict is free when its model is
    made: Python collects garbage by the number of objects, and the memory is used again at once.

    A loop in the model replaces usual items as long as they have the same keys; from the first unusual
    one on, each is read by itself.

    A faster reader of JSON may check the items' plain types itself, and make the models by their
    `from_checked`.

    Attributes:
        page: The page's reader.
        item: The model of its items.
    """

    def __init__(self, page: Reader[P], item: type[_Item]) -> None:
        self.page = page
        self.item = item

    def __call__(self, value: JSON) -> P:
        """Read a page.

        Raises:
            DecodeError: If the JSON is not what the contract describes.
        """
        given = value.get("items") if type(value) is dict else None
        if type(value) is not dict or type(given) is not list:
            return self.page(value)  # which refuses it
        value["items"] = []
        page = self.page(value)
        items, item = cast("list[Any]", given), self.item.from_dict
        at = after = 0
        while after < len(items) and (after := self.item.replace_usual(items, at)) > at:
            at = after
        try:
            for at in range(at, len(items)):
                items[at] = item(items[at])
        except DecodeError as error:
            raise error.under(f"items[{at}]") from None
        page.items = items
        return page


def map_of(item: Reader[T]) -> Reader[dict[str, T]]:
    """Build the reader of an object whose values all have one type."""

    def read(value: JSON) -> dict[str, T]:
        if type(value) is not dict:
            raise mismatch("", "an object", value)
        done: dict[str, T] = {}
        for key, one in value.items():
            try:
                done[key] = item(one)
            except DecodeError as error:
                raise error.under(key) from None
        return done

    return read


def nullable(item: Reader[T]) -> Reader[T | None]:
    """Build the reader of a value that may be null."""

    def read(value: JSON) -> T | None:
        return None if value is None else item(value)

    return read


def enum_of(kind: Callable[[str], T]) -> Reader[T]:
    """Build the reader of an enum; an open one takes any text."""

    def read(value: JSON) -> T:
        try:
            return kind(string(value))
        except ValueError:
            raise mismatch("", "a documented value", value) from None

    return read


def members(kind: type[E]) -> dict[str, E]:
    """Return the documented members of an enum by value: a look-up costs less than a call."""
    return {member.value: member for member in kind}

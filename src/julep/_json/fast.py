"""JSON by msgspec, which comes with `julep[fast]`: long documents take half the time."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from functools import cache
from types import GenericAlias, NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Union, get_args, get_origin, get_type_hints

import msgspec

from julep_api.errors import DecodeError
from julep_api.types import UNSET, JSONObject

if TYPE_CHECKING:
    from julep_api.core_model import CoreModel
    from julep_api.decoding import PageReader
    from julep_api.types import JSON

_decoder: Final = msgspec.json.Decoder()


def loads(data: bytes | str) -> JSON:
    """Parse JSON, with the values of `json.loads`.

    msgspec refuses some documents that `json.loads` parses, such as NaN and half surrogate pairs,
    and has other errors. `json.loads` has the last word on what is refused here.

    Raises:
        ValueError: When msgspec does not parse it.
        RecursionError: When the data is nested too deeply.
    """
    try:
        value: JSON = _decoder.decode(data)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
    return value


def loads_page(reader: PageReader[Any], data: bytes) -> Any:
    """Parse a page whose items are as usual: msgspec checks their types while it parses them.

    Args:
        reader: The reader of the page.
        data: The JSON.

    Returns:
        The page; None if anything in it is unusual, such as an additional property, or invalid.
        Then its reader reads it, or raises the error.
    """
    read = reader.item.from_checked
    try:
        items: list[Any] = _page_decoder(reader.item).decode(data).items
        for at, item in enumerate(items):
            items[at] = read(item)
    except (msgspec.MsgspecError, DecodeError, ValueError, RecursionError):
        return None
    page = reader.page({"items": []})
    page.items = items
    return page


@cache
def _page_decoder(model: type[CoreModel]) -> msgspec.json.Decoder[Any]:
    """Build the decoder of a page: to objects with the fields of a model as attributes."""
    hints = get_type_hints(model)
    fields: list[Any] = []
    for field in model.__properties__:
        kind = _checked_type(hints[field.name], nullable=field.required)
        absent: object = UNSET if kind is Any else None
        fields.append((field.name, kind) if field.required else (field.name, kind, absent))
    renamed = {field.name: field.json_name for field in model.__properties__}
    item: Any = msgspec.defstruct(
        model.__name__, fields, rename=renamed, forbid_unknown_fields=True, gc=False
    )
    items: Any = GenericAlias(list, (item,))
    page = msgspec.defstruct("Page", [("items", items)], forbid_unknown_fields=True, gc=False)
    return msgspec.json.Decoder(page)


def _checked_type(hint: object, *, nullable: bool) -> Any:
    """Return the type of JSON that msgspec checks for an annotation; Any if it checks nothing."""
    members = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    kinds = [member for member in members if member is not NoneType]
    plain = _plain_type(kinds[0]) if len(kinds) == 1 else Any
    if plain is Any or not (nullable and NoneType in members):
        return plain
    return Union[plain, None]  # noqa: UP007  # of types that are values here


def _plain_type(hint: Any) -> Any:
    if hint == JSONObject:
        return dict[str, Any]
    if hint in (str, bool, int):
        return hint
    if hint is float:
        return Union[int, float]  # noqa: UP007  # an int stays one
    if hint is datetime or (isinstance(hint, type) and issubclass(hint, Enum)):
        return str
    return Any

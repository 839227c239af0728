"""The model `UpdateDocRequest`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class UpdateDocRequest(Model):
    """The fields that replace a document's.

    Attributes:
        title: The document's title. It is searched, and shown to the model.
        content: The text: as a whole, or in parts that are searched separately.
        metadata: Any data to store with it: a free JSON object, by which lists can be filtered.

    Example:
        >>> from julep_api.models import UpdateDocRequest
        >>> data = {'title': 'Opening hours', 'content': 'We are open from 10 to 17 on weekdays.'}
        >>> model = UpdateDocRequest.from_dict(data)
        >>> UpdateDocRequest.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "title",
            "content",
            "metadata",
        )

    title: str
    """The document's title. It is searched, and shown to the model."""

    content: list[str] | str
    """The text: as a whole, or in parts that are searched separately."""

    metadata: JSONObject | None
    """Any data to store with it: a free JSON object, by which lists can be filtered."""

    def __init__(
        self,
        /,
        title: str,
        content: Sequence[str] | str,
        metadata: Mapping[str, object] | None = None,
        **additional: object,
    ) -> None:
        self._fill({"title": title, "content": content, "metadata": metadata}, additional)

    @classmethod
    def from_dict(cls, data: JSON, *, partial: bool = False) -> Self:
        """Read a model from decoded JSON; see `Model`.

        Args:
            data: A JSON object.
            partial: Whether required properties may be missing; they are ``None`` then.

        Raises:
            DecodeError: If a required property is missing or null, or a value has a wrong type.
        """
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 3
        x: JSON
        x = get("title")
        if type(x) is str:
            self.title = x
        else:
            self.title = decoding.lacking(data, "title", "a string", x, partial)
            known = -1
        x = get("content")
        if x is None:
            self.content = decoding.lacking(data, "content", "a list or a string", x, partial)
            known = -1
        else:
            try:
                self.content = _read_content(x)
            except DecodeError as error:
                raise error.under("content") from None
        x = get("metadata")
        if type(x) is dict:
            self.metadata = x
        elif x is None:
            self.metadata = None
            known -= 1
        else:
            raise decoding.mismatch("metadata", "an object", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "title",
        "content",
        "metadata",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "title",
        "content",
    }
)

# At the end, since models may need each other.


_read_content_list: Final[decoding.Reader[list[str]]] = decoding.list_of(decoding.string)


def _read_content(value: JSON) -> list[str] | str:
    if type(value) is list:
        return _read_content_list(value)
    if type(value) is str:
        return value
    raise decoding.mismatch("", "a list or a string", value)


encoding.declare(
    UpdateDocRequest,
    Field("title", "title", encoding.string()),
    Field(
        "content",
        "content",
        encoding.one_of(
            {list: encoding.list_of(encoding.string(), min_items=1), str: encoding.string()}
        ),
    ),
    Field("metadata", "metadata", encoding.json_object, required=False),
)

"""The model `ErrorDetail`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class ErrorDetail(Model):
    """One problem of the request, and its place.

    Attributes:
        path: The place in the request: the name of a parameter, or the field's path in the body.
        message: What is wrong there, and what was expected.

    Example:
        >>> from julep_api.models import ErrorDetail
        >>> data = {'path': 'messages[0].role',
        ...         'message': "expected one of 'user', 'assistant', 'system', 'function_call', "
        ...                    "'function', 'auto'; got 'usr'"}
        >>> model = ErrorDetail.from_dict(data)
        >>> ErrorDetail.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "path",
            "message",
        )

    path: str
    """The place in the request: the name of a parameter, or the field's path in the body."""

    message: str
    """What is wrong there, and what was expected."""

    def __init__(
        self,
        /,
        path: str,
        message: str,
        **additional: object,
    ) -> None:
        self._fill({"path": path, "message": message}, additional)

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
        known = 2
        x: JSON
        x = get("path")
        if type(x) is str:
            self.path = x
        else:
            self.path = decoding.lacking(data, "path", "a string", x, partial)
            known = -1
        x = get("message")
        if type(x) is str:
            self.message = x
        else:
            self.message = decoding.lacking(data, "message", "a string", x, partial)
            known = -1
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "path",
        "message",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "path",
        "message",
    }
)

# At the end, since models may need each other.


encoding.declare(
    ErrorDetail,
    Field("path", "path", encoding.string()),
    Field("message", "message", encoding.string()),
)

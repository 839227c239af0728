"""The model `ErrorInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class ErrorInfo(Model):
    """What went wrong.

    Attributes:
        message: The error message, for people.
        code: The error code, for programs, such as `not_found` or `rate_limited`. New codes may be
            added.
        details: Every problem of the request.
        status: The HTTP status of this error, when it is an event of a stream: the status of the
            stream was sent before.

    Example:
        >>> from julep_api.models import ErrorInfo
        >>> data = {'message': 'There is no session with this id.', 'code': 'not_found'}
        >>> model = ErrorInfo.from_dict(data)
        >>> ErrorInfo.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "message",
            "code",
            "details",
            "status",
        )

    message: str
    """The error message, for people."""

    code: str
    """The error code, for programs, such as `not_found` or `rate_limited`. New codes may be added."""

    details: list[ErrorDetail] | None
    """Every problem of the request."""

    status: int | None
    """The HTTP status of this error, when it is an event of a stream: the status of the stream was
    sent before."""

    def __init__(
        self,
        /,
        message: str,
        code: str,
        details: Sequence[ErrorDetail | Mapping[str, object]] | None = None,
        status: int | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {"message": message, "code": code, "details": details, "status": status}, additional
        )

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
        known = 4
        x: JSON
        x = get("message")
        if type(x) is str:
            self.message = x
        else:
            self.message = decoding.lacking(data, "message", "a string", x, partial)
            known = -1
        x = get("code")
        if type(x) is str:
            self.code = x
        else:
            self.code = decoding.lacking(data, "code", "a string", x, partial)
            known = -1
        x = get("details")
        if x is None:
            self.details = None
            known -= 1
        else:
            try:
                self.details = _read_details(x)
            except DecodeError as error:
                raise error.under("details") from None
        x = get("status")
        if type(x) is int:
            self.status = x
        elif x is None:
            self.status = None
            known -= 1
        else:
            raise decoding.mismatch("status", "an integer", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "message",
        "code",
        "details",
        "status",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "message",
        "code",
    }
)

# At the end, since models may need each other.
from .error_detail import ErrorDetail

_read_details: Final[decoding.Reader[list[ErrorDetail]]] = decoding.list_of(ErrorDetail.from_dict)


encoding.declare(
    ErrorInfo,
    Field("message", "message", encoding.string()),
    Field("code", "code", encoding.string()),
    Field("details", "details", encoding.list_of(ErrorDetail.encode), required=False),
    Field("status", "status", encoding.integer(), required=False),
)

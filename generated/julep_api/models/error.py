"""The model `Error`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class Error(Model):
    """The body of every response that is not a success.

    Attributes:
        error: What went wrong.

    Example:
        >>> from julep_api.models import Error
        >>> data = {'error': {'message': 'The request does not fit the contract.',
        ...                   'code': 'unprocessable_entity',
        ...                   'details': [{'path': 'messages[0].role',
        ...                                'message': "expected one of 'user', 'assistant', 'system', "
        ...                                           "'function_call', 'function', 'auto'; got "
        ...                                           "'usr'"}]}}
        >>> model = Error.from_dict(data)
        >>> Error.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = ("error",)

    error: ErrorInfo
    """What went wrong."""

    def __init__(
        self,
        /,
        error: ErrorInfo | Mapping[str, object],
        **additional: object,
    ) -> None:
        self._fill({"error": error}, additional)

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
        known = 1
        x: JSON
        x = get("error")
        if x is None:
            self.error = decoding.lacking(data, "error", "an object", x, partial)
            known = -1
        else:
            try:
                self.error = ErrorInfo.from_dict(x)
            except DecodeError as error:
                raise error.under("error") from None
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "error",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "error",
    }
)

# At the end, since models may need each other.
from .error_info import ErrorInfo

encoding.declare(
    Error,
    Field("error", "error", ErrorInfo.encode),
)

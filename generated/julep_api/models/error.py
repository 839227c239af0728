"""The model `Error`."""

from __future__ import annotations

import datetime
from typing import Final, Self

from attrs import define

from .. import decoding, encoding
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, Unset


@define(eq=False, repr=False)
class Error(Model):
    """The body of every response that is not a success.

    Attributes:
        error: What went wrong.
    """

    error: ErrorInfo

    @classmethod
    def from_dict(cls, data: JSON, *, partial: bool = False) -> Self:
        """Read a model from decoded JSON; see `Model`.

        Args:
            data: A JSON object.
            partial: Whether required properties may be missing; they are ``UNSET`` then.

        Raises:
            DecodeError: If a required property is missing, or a value has a wrong type.
        """
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 1
        x: JSON | Unset
        x = get("error")
        if x is None:
            self.error = decoding.lacking(data, "error", "an object", x, partial)
        else:
            try:
                self.error = ErrorInfo.from_dict(x)
            except DecodeError as error:
                raise error.under("error") from None
        self._additional = None if len(data) == known else decoding.unknown(data, _KEYS)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
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

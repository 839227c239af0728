"""The model `MemoryAccessOptions`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class MemoryAccessOptions(Model):
    """What this turn of a chat recalls, and what it stores.

    Attributes:
        recall: Whether documents and memories are searched, and matching ones shown to the model.
            The server's default: True.
        record: Whether this turn is added to the history. The server's default: True.
        remember: Whether memories are formed from this turn. The server's default: True.

    Example:
        >>> from julep_api.models import MemoryAccessOptions
        >>> data = {'recall': True, 'record': True, 'remember': False}
        >>> model = MemoryAccessOptions.from_dict(data)
        >>> MemoryAccessOptions.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "recall",
            "record",
            "remember",
        )

    recall: bool | None
    """Whether documents and memories are searched, and matching ones shown to the model. The server's
    default: True."""

    record: bool | None
    """Whether this turn is added to the history. The server's default: True."""

    remember: bool | None
    """Whether memories are formed from this turn. The server's default: True."""

    def __init__(
        self,
        /,
        recall: bool | None = None,
        record: bool | None = None,
        remember: bool | None = None,
        **additional: object,
    ) -> None:
        self._fill({"recall": recall, "record": record, "remember": remember}, additional)

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
        x = get("recall")
        if type(x) is bool:
            self.recall = x
        elif x is None:
            self.recall = None
            known -= 1
        else:
            raise decoding.mismatch("recall", "true or false", x)
        x = get("record")
        if type(x) is bool:
            self.record = x
        elif x is None:
            self.record = None
            known -= 1
        else:
            raise decoding.mismatch("record", "true or false", x)
        x = get("remember")
        if type(x) is bool:
            self.remember = x
        elif x is None:
            self.remember = None
            known -= 1
        else:
            raise decoding.mismatch("remember", "true or false", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "recall",
        "record",
        "remember",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset({})

# At the end, since models may need each other.


encoding.declare(
    MemoryAccessOptions,
    Field("recall", "recall", encoding.boolean, required=False),
    Field("record", "record", encoding.boolean, required=False),
    Field("remember", "remember", encoding.boolean, required=False),
)

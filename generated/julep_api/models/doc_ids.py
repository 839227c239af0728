"""The model `DocIds`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class DocIds(Model):
    """The documents that were shown to the model for a reply, each once.

    Attributes:
        agent_doc_ids: Documents of the agent.
        user_doc_ids: Documents of the user.

    Example:
        >>> from julep_api.models import DocIds
        >>> data = {'agent_doc_ids': ['e2a7c5b9-14d8-4e6f-b3a0-7c9d1f5e8b62'], 'user_doc_ids': []}
        >>> model = DocIds.from_dict(data)
        >>> DocIds.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "agent_doc_ids",
            "user_doc_ids",
        )

    agent_doc_ids: list[str]
    """Documents of the agent."""

    user_doc_ids: list[str]
    """Documents of the user."""

    def __init__(
        self,
        /,
        agent_doc_ids: Sequence[str],
        user_doc_ids: Sequence[str],
        **additional: object,
    ) -> None:
        self._fill({"agent_doc_ids": agent_doc_ids, "user_doc_ids": user_doc_ids}, additional)

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
        x = get("agent_doc_ids")
        if x is None:
            self.agent_doc_ids = decoding.lacking(data, "agent_doc_ids", "a list", x, partial)
            known = -1
        else:
            try:
                self.agent_doc_ids = _read_agent_doc_ids(x)
            except DecodeError as error:
                raise error.under("agent_doc_ids") from None
        x = get("user_doc_ids")
        if x is None:
            self.user_doc_ids = decoding.lacking(data, "user_doc_ids", "a list", x, partial)
            known = -1
        else:
            try:
                self.user_doc_ids = _read_user_doc_ids(x)
            except DecodeError as error:
                raise error.under("user_doc_ids") from None
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "agent_doc_ids",
        "user_doc_ids",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "agent_doc_ids",
        "user_doc_ids",
    }
)

# At the end, since models may need each other.


_read_agent_doc_ids: Final[decoding.Reader[list[str]]] = decoding.list_of(decoding.string)


_read_user_doc_ids: Final[decoding.Reader[list[str]]] = decoding.list_of(decoding.string)


encoding.declare(
    DocIds,
    Field("agent_doc_ids", "agent_doc_ids", encoding.list_of(encoding.string())),
    Field("user_doc_ids", "user_doc_ids", encoding.list_of(encoding.string())),
)

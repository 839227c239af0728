"""The model `CreateUserRequest`."""

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
class CreateUserRequest(Model):
    """The fields of a new user.

    Attributes:
        name: The user's name. The server's default: 'User'.
        about: The user's description, for the model.
        docs: Documents to create with the user.
        metadata: Any data to store with it: a free JSON object, by which lists can be filtered.

    Example:
        >>> from julep_api.models import CreateUserRequest
        >>> data = {'name': 'Ada',
        ...         'about': 'Ada buys rye bread every Saturday.',
        ...         'metadata': {'language': 'en'}}
        >>> model = CreateUserRequest.from_dict(data)
        >>> CreateUserRequest.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "name",
            "about",
            "docs",
            "metadata",
        )

    name: str | None
    """The user's name. The server's default: 'User'."""

    about: str | None
    """The user's description, for the model."""

    docs: list[CreateDoc] | None
    """Documents to create with the user."""

    metadata: JSONObject | None
    """Any data to store with it: a free JSON object, by which lists can be filtered."""

    def __init__(
        self,
        /,
        name: str | None = None,
        about: str | None = None,
        docs: Sequence[CreateDoc | Mapping[str, object]] | None = None,
        metadata: Mapping[str, object] | None = None,
        **additional: object,
    ) -> None:
        self._fill({"name": name, "about": about, "docs": docs, "metadata": metadata}, additional)

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
        x = get("name")
        if type(x) is str:
            self.name = x
        elif x is None:
            self.name = None
            known -= 1
        else:
            raise decoding.mismatch("name", "a string", x)
        x = get("about")
        if type(x) is str:
            self.about = x
        elif x is None:
            self.about = None
            known -= 1
        else:
            raise decoding.mismatch("about", "a string", x)
        x = get("docs")
        if x is None:
            self.docs = None
            known -= 1
        else:
            try:
                self.docs = _read_docs(x)
            except DecodeError as error:
                raise error.under("docs") from None
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
        "name",
        "about",
        "docs",
        "metadata",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset({})

# At the end, since models may need each other.
from .create_doc import CreateDoc

_read_docs: Final[decoding.Reader[list[CreateDoc]]] = decoding.list_of(CreateDoc.from_dict)


encoding.declare(
    CreateUserRequest,
    Field("name", "name", encoding.string(), required=False),
    Field("about", "about", encoding.string(), required=False),
    Field("docs", "docs", encoding.list_of(CreateDoc.encode), required=False),
    Field("metadata", "metadata", encoding.json_object, required=False),
)

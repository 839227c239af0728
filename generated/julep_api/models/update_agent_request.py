"""The model `UpdateAgentRequest`."""

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
class UpdateAgentRequest(Model):
    """The fields that replace an agent's. Fields left out are reset.

    Attributes:
        about: The agent's description, for the model.
        name: The agent's name.
        model: The agent's model. A server that does not offer it uses its own.
        default_settings: Default settings of an agent's chats.
        metadata: Any data to store with it: a free JSON object, by which lists can be filtered.
        instructions: The agent's instructions: one, or several in order.

    Example:
        >>> from julep_api.models import UpdateAgentRequest
        >>> data = {'name': 'Pip',
        ...         'about': 'Pip answers at the front desk of a bakery.',
        ...         'model': 'julep-ai/samantha-1-turbo',
        ...         'instructions': ['Answer in two sentences at most.', 'Offer to take an order.']}
        >>> model = UpdateAgentRequest.from_dict(data)
        >>> UpdateAgentRequest.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "about",
            "name",
            "model",
            "default_settings",
            "metadata",
            "instructions",
        )

    about: str
    """The agent's description, for the model."""

    name: str
    """The agent's name."""

    model: str | None
    """The agent's model. A server that does not offer it uses its own."""

    default_settings: AgentDefaultSettings | None
    """Default settings of an agent's chats."""

    metadata: JSONObject | None
    """Any data to store with it: a free JSON object, by which lists can be filtered."""

    instructions: str | list[str] | None
    """The agent's instructions: one, or several in order."""

    def __init__(
        self,
        /,
        about: str,
        name: str,
        model: str | None = None,
        default_settings: AgentDefaultSettings | Mapping[str, object] | None = None,
        metadata: Mapping[str, object] | None = None,
        instructions: str | Sequence[str] | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "about": about,
                "name": name,
                "model": model,
                "default_settings": default_settings,
                "metadata": metadata,
                "instructions": instructions,
            },
            additional,
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
        known = 6
        x: JSON
        x = get("about")
        if type(x) is str:
            self.about = x
        else:
            self.about = decoding.lacking(data, "about", "a string", x, partial)
            known = -1
        x = get("name")
        if type(x) is str:
            self.name = x
        else:
            self.name = decoding.lacking(data, "name", "a string", x, partial)
            known = -1
        # No optional property is there: so are most chunks of a stream.
        if len(data) == 2 and known > 0:
            self.model = None
            self.default_settings = None
            self.metadata = None
            self.instructions = None
            self._extra = None
            return self
        x = get("model")
        if type(x) is str:
            self.model = x
        elif x is None:
            self.model = None
            known -= 1
        else:
            raise decoding.mismatch("model", "a string", x)
        x = get("default_settings")
        if x is None:
            self.default_settings = None
            known -= 1
        else:
            try:
                self.default_settings = AgentDefaultSettings.from_dict(x)
            except DecodeError as error:
                raise error.under("default_settings") from None
        x = get("metadata")
        if type(x) is dict:
            self.metadata = x
        elif x is None:
            self.metadata = None
            known -= 1
        else:
            raise decoding.mismatch("metadata", "an object", x)
        x = get("instructions")
        if x is None:
            self.instructions = None
            known -= 1
        else:
            try:
                self.instructions = _read_instructions(x)
            except DecodeError as error:
                raise error.under("instructions") from None
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "about",
        "name",
        "model",
        "default_settings",
        "metadata",
        "instructions",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "about",
        "name",
    }
)

# At the end, since models may need each other.
from .agent_default_settings import AgentDefaultSettings

_read_instructions_list: Final[decoding.Reader[list[str]]] = decoding.list_of(decoding.string)


def _read_instructions(value: JSON) -> str | list[str]:
    if type(value) is str:
        return value
    if type(value) is list:
        return _read_instructions_list(value)
    raise decoding.mismatch("", "a string or a list", value)


encoding.declare(
    UpdateAgentRequest,
    Field("about", "about", encoding.string()),
    Field("name", "name", encoding.string()),
    Field("model", "model", encoding.string(), required=False),
    Field("default_settings", "default_settings", AgentDefaultSettings.encode, required=False),
    Field("metadata", "metadata", encoding.json_object, required=False),
    Field(
        "instructions",
        "instructions",
        encoding.one_of({str: encoding.string(), list: encoding.list_of(encoding.string())}),
        required=False,
    ),
)

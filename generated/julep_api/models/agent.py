"""The model `Agent`."""

from __future__ import annotations

import datetime
from typing import Final, Self

from attrs import define

from .. import decoding, encoding
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, UNSET, JSONObject, Unset


@define(eq=False, repr=False)
class Agent(Model):
    """A model with a character.

    Attributes:
        id: The agent's id, a UUID v4.
        name: The agent's name.
        model: The agent's model. A server that does not offer it uses its own. The server's
            default: 'julep-ai/samantha-1-turbo'.
        about: The agent's description, for the model. The server's default: ''.
        default_settings: Default settings of an agent's chats.
        metadata: Any data to store with it: a free JSON object, by which lists can be filtered.
        instructions: The agent's instructions: one, or several in order.
        created_at: When it was created.
        updated_at: When it was last changed.
    """

    id: str
    name: str
    model: str
    about: str | Unset = UNSET
    default_settings: AgentDefaultSettings | Unset = UNSET
    metadata: JSONObject | Unset = UNSET
    instructions: str | list[str] | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    updated_at: datetime.datetime | Unset = UNSET

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
        known = 9
        x: JSON | Unset
        x = get("id")
        if type(x) is str:
            self.id = x
        else:
            self.id = decoding.lacking(data, "id", "a string", x, partial)
        x = get("name")
        if type(x) is str:
            self.name = x
        else:
            self.name = decoding.lacking(data, "name", "a string", x, partial)
        x = get("model")
        if type(x) is str:
            self.model = x
        else:
            self.model = decoding.lacking(data, "model", "a string", x, partial)
        x = get("about")
        if type(x) is str:
            self.about = x
        elif x is None:
            self.about = UNSET
            known -= 1
        else:
            raise decoding.mismatch("about", "a string", x)
        x = get("default_settings")
        if x is None:
            self.default_settings = UNSET
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
            self.metadata = UNSET
            known -= 1
        else:
            raise decoding.mismatch("metadata", "an object", x)
        x = get("instructions")
        if x is None:
            self.instructions = UNSET
            known -= 1
        else:
            try:
                self.instructions = _read_instructions(x)
            except DecodeError as error:
                raise error.under("instructions") from None
        x = get("created_at")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("created_at", "a date-time", x) from None
            self.created_at = when if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc)
        elif x is None:
            self.created_at = UNSET
            known -= 1
        else:
            raise decoding.mismatch("created_at", "a date-time", x)
        x = get("updated_at")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("updated_at", "a date-time", x) from None
            self.updated_at = when if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc)
        elif x is None:
            self.updated_at = UNSET
            known -= 1
        else:
            raise decoding.mismatch("updated_at", "a date-time", x)
        self._additional = None if len(data) == known else decoding.unknown(data, _KEYS)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "id",
        "name",
        "model",
        "about",
        "default_settings",
        "metadata",
        "instructions",
        "created_at",
        "updated_at",
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
    Agent,
    Field("id", "id", encoding.uuid4),
    Field("name", "name", encoding.string()),
    Field("model", "model", encoding.string()),
    Field("about", "about", encoding.string(), required=False),
    Field("default_settings", "default_settings", AgentDefaultSettings.encode, required=False),
    Field("metadata", "metadata", encoding.json_object, required=False),
    Field(
        "instructions",
        "instructions",
        encoding.one_of({str: encoding.string(), list: encoding.list_of(encoding.string())}),
        required=False,
    ),
    Field("created_at", "created_at", encoding.date_time, required=False),
    Field("updated_at", "updated_at", encoding.date_time, required=False),
)

"""The model `CreateAgentRequest`."""

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
class CreateAgentRequest(Model):
    """The fields of a new agent.

    Attributes:
        name: The agent's name.
        about: The agent's description, for the model. The server's default: ''.
        tools: Tools to create with the agent.
        default_settings: Default settings of an agent's chats.
        model: The agent's model. A server that does not offer it uses its own. The server's
            default: 'julep-ai/samantha-1-turbo'.
        docs: Documents to create with the agent.
        metadata: Any data to store with it: a free JSON object, by which lists can be filtered.
        instructions: The agent's instructions: one, or several in order.

    Example:
        >>> from julep_api.models import CreateAgentRequest
        >>> data = {'name': 'Pip',
        ...         'about': 'Pip answers at the front desk of a bakery.',
        ...         'model': 'julep-ai/samantha-1-turbo',
        ...         'instructions': ['Answer in two sentences at most.', 'Offer to take an order.'],
        ...         'default_settings': {'temperature': 0.3,
        ...                              'frequency_penalty': 0.5,
        ...                              'preset': 'business'},
        ...         'metadata': {'team': 'support', 'priority': 2},
        ...         'tools': [{'type': 'function',
        ...                    'function': {'name': 'get_weather',
        ...                                 'description': 'Gives the weather of a city.',
        ...                                 'parameters': {'type': 'object',
        ...                                                'properties': {'city': {'type': 'string'}},
        ...                                                'required': ['city']}}}],
        ...         'docs': [{'title': 'Opening hours',
        ...                   'content': ['We are open from 9 to 17 on weekdays.',
        ...                               'On Saturdays we close at 13.'],
        ...                   'metadata': {'source': 'handbook'}}]}
        >>> model = CreateAgentRequest.from_dict(data)
        >>> CreateAgentRequest.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "name",
            "about",
            "tools",
            "default_settings",
            "model",
            "docs",
            "metadata",
            "instructions",
        )

    name: str
    """The agent's name."""

    about: str | None
    """The agent's description, for the model. The server's default: ''."""

    tools: list[CreateToolRequest] | None
    """Tools to create with the agent."""

    default_settings: AgentDefaultSettings | None
    """Default settings of an agent's chats."""

    model: str | None
    """The agent's model. A server that does not offer it uses its own. The server's default:
    'julep-ai/samantha-1-turbo'."""

    docs: list[CreateDoc] | None
    """Documents to create with the agent."""

    metadata: JSONObject | None
    """Any data to store with it: a free JSON object, by which lists can be filtered."""

    instructions: str | list[str] | None
    """The agent's instructions: one, or several in order."""

    def __init__(
        self,
        /,
        name: str,
        about: str | None = None,
        tools: Sequence[CreateToolRequest | Mapping[str, object]] | None = None,
        default_settings: AgentDefaultSettings | Mapping[str, object] | None = None,
        model: str | None = None,
        docs: Sequence[CreateDoc | Mapping[str, object]] | None = None,
        metadata: Mapping[str, object] | None = None,
        instructions: str | Sequence[str] | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "name": name,
                "about": about,
                "tools": tools,
                "default_settings": default_settings,
                "model": model,
                "docs": docs,
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
        known = 8
        x: JSON
        x = get("name")
        if type(x) is str:
            self.name = x
        else:
            self.name = decoding.lacking(data, "name", "a string", x, partial)
            known = -1
        # No optional property is there: so are most chunks of a stream.
        if len(data) == 1 and known > 0:
            self.about = None
            self.tools = None
            self.default_settings = None
            self.model = None
            self.docs = None
            self.metadata = None
            self.instructions = None
            self._extra = None
            return self
        x = get("about")
        if type(x) is str:
            self.about = x
        elif x is None:
            self.about = None
            known -= 1
        else:
            raise decoding.mismatch("about", "a string", x)
        x = get("tools")
        if x is None:
            self.tools = None
            known -= 1
        else:
            try:
                self.tools = _read_tools(x)
            except DecodeError as error:
                raise error.under("tools") from None
        x = get("default_settings")
        if x is None:
            self.default_settings = None
            known -= 1
        else:
            try:
                self.default_settings = AgentDefaultSettings.from_dict(x)
            except DecodeError as error:
                raise error.under("default_settings") from None
        x = get("model")
        if type(x) is str:
            self.model = x
        elif x is None:
            self.model = None
            known -= 1
        else:
            raise decoding.mismatch("model", "a string", x)
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
        "name",
        "about",
        "tools",
        "default_settings",
        "model",
        "docs",
        "metadata",
        "instructions",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "name",
    }
)

# At the end, since models may need each other.
from .agent_default_settings import AgentDefaultSettings
from .create_doc import CreateDoc
from .create_tool_request import CreateToolRequest

_read_tools: Final[decoding.Reader[list[CreateToolRequest]]] = decoding.list_of(
    CreateToolRequest.from_dict
)


_read_docs: Final[decoding.Reader[list[CreateDoc]]] = decoding.list_of(CreateDoc.from_dict)


_read_instructions_list: Final[decoding.Reader[list[str]]] = decoding.list_of(decoding.string)


def _read_instructions(value: JSON) -> str | list[str]:
    if type(value) is str:
        return value
    if type(value) is list:
        return _read_instructions_list(value)
    raise decoding.mismatch("", "a string or a list", value)


encoding.declare(
    CreateAgentRequest,
    Field("name", "name", encoding.string()),
    Field("about", "about", encoding.string(), required=False),
    Field("tools", "tools", encoding.list_of(CreateToolRequest.encode), required=False),
    Field("default_settings", "default_settings", AgentDefaultSettings.encode, required=False),
    Field("model", "model", encoding.string(), required=False),
    Field("docs", "docs", encoding.list_of(CreateDoc.encode), required=False),
    Field("metadata", "metadata", encoding.json_object, required=False),
    Field(
        "instructions",
        "instructions",
        encoding.one_of({str: encoding.string(), list: encoding.list_of(encoding.string())}),
        required=False,
    ),
)

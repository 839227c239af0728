"""The model `ChatSettingsResponseFormat`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, Self

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class ChatSettingsResponseFormat(Model):
    """The format of the reply.

    Attributes:
        type: Free text, a JSON object, or a text that matches a pattern. One of "text",
            "json_object", "regex". The server's default: 'text'.
        pattern: The regular expression that the reply matches, for type `regex`.
        schema: The JSON Schema that the reply matches, for type `json_object`. The server's
            default: {}.

    Example:
        >>> from julep_api.models import ChatSettingsResponseFormat
        >>> data = {'type': 'json_object'}
        >>> model = ChatSettingsResponseFormat.from_dict(data)
        >>> ChatSettingsResponseFormat.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "type",
            "pattern",
            "schema",
        )

    type: ChatSettingsResponseFormatType | None
    """Free text, a JSON object, or a text that matches a pattern. One of "text", "json_object",
    "regex". The server's default: 'text'."""

    pattern: str | None
    """The regular expression that the reply matches, for type `regex`."""

    schema: JSONObject | None
    """The JSON Schema that the reply matches, for type `json_object`. The server's default: {}."""

    def __init__(
        self,
        /,
        type: ChatSettingsResponseFormatType
        | Literal["text", "json_object", "regex"]
        | None = None,
        pattern: str | None = None,
        schema: Mapping[str, object] | None = None,
        **additional: object,
    ) -> None:
        self._fill({"type": type, "pattern": pattern, "schema": schema}, additional)

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
        x = get("type")
        if type(x) is str:
            self.type = _chat_settings_response_format_type.get(
                x
            ) or ChatSettingsResponseFormatType(x)
        elif x is None:
            self.type = None
            known -= 1
        else:
            raise decoding.mismatch("type", "a string", x)
        x = get("pattern")
        if type(x) is str:
            self.pattern = x
        elif x is None:
            self.pattern = None
            known -= 1
        else:
            raise decoding.mismatch("pattern", "a string", x)
        x = get("schema")
        if type(x) is dict:
            self.schema = x
        elif x is None:
            self.schema = None
            known -= 1
        else:
            raise decoding.mismatch("schema", "an object", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "type",
        "pattern",
        "schema",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset({})

# At the end, since models may need each other.
from .chat_settings_response_format_type import ChatSettingsResponseFormatType

_chat_settings_response_format_type: Final = decoding.members(ChatSettingsResponseFormatType)


encoding.declare(
    ChatSettingsResponseFormat,
    Field("type", "type", encoding.choice("text", "json_object", "regex"), required=False),
    Field("pattern", "pattern", encoding.string(), required=False),
    Field("schema", "schema", encoding.json_object, required=False),
)

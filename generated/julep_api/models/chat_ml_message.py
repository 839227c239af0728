"""The model `ChatMlMessage`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class ChatMlMessage(Model):
    """A stored message.

    Attributes:
        id: The message's id, a UUID v4.
        role: The role of the author. A call that the model requests is a `function_call`; its
            result is a `function`. One of "user", "assistant", "system", "function_call",
            "function".
        content: The content: a text, or a list of texts and images. For a `function_call`, a JSON
            text with `name` and `arguments`.
        created_at: When it was created.
        name: The name of the author, or of the function.
        interrupted: Whether the server stopped while the model wrote the message: it is what there
            was by then. Absent otherwise.

    Example:
        >>> from julep_api.models import ChatMlMessage
        >>> data = {'id': '7b2e9d40-6c1f-4a85-9d3e-5f8c0b1a2e67',
        ...         'role': 'assistant',
        ...         'content': 'Tomorrow is a Saturday: we open at 9 and close at 13.',
        ...         'name': 'Pip',
        ...         'created_at': '2026-11-02T10:15:42.500000Z'}
        >>> model = ChatMlMessage.from_dict(data)
        >>> ChatMlMessage.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "id",
            "role",
            "content",
            "created_at",
            "name",
            "interrupted",
        )

    id: str
    """The message's id, a UUID v4."""

    role: ChatMlMessageRole
    """The role of the author. A call that the model requests is a `function_call`; its result is a
    `function`. One of "user", "assistant", "system", "function_call", "function"."""

    content: str | list[ChatMlTextContentPart | ChatMlImageContentPart | JSONObject]
    """The content: a text, or a list of texts and images. For a `function_call`, a JSON text with
    `name` and `arguments`."""

    created_at: datetime.datetime
    """When it was created."""

    name: str | None
    """The name of the author, or of the function."""

    interrupted: bool | None
    """Whether the server stopped while the model wrote the message: it is what there was by then.
    Absent otherwise."""

    def __init__(
        self,
        /,
        id: UUID | str,
        role: ChatMlMessageRole
        | Literal["user", "assistant", "system", "function_call", "function"],
        content: str
        | Sequence[ChatMlTextContentPart | ChatMlImageContentPart | Mapping[str, object]],
        created_at: datetime.datetime | str,
        name: str | None = None,
        interrupted: bool | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "id": id,
                "role": role,
                "content": content,
                "created_at": created_at,
                "name": name,
                "interrupted": interrupted,
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
        x = get("id")
        if type(x) is str:
            self.id = x
        else:
            self.id = decoding.lacking(data, "id", "a string", x, partial)
            known = -1
        x = get("role")
        if type(x) is str:
            self.role = _chat_ml_message_role.get(x) or ChatMlMessageRole(x)
        else:
            self.role = decoding.lacking(data, "role", "a string", x, partial)
            known = -1
        x = get("content")
        if x is None:
            self.content = decoding.lacking(data, "content", "a string or a list", x, partial)
            known = -1
        else:
            try:
                self.content = _read_content(x)
            except DecodeError as error:
                raise error.under("content") from None
        x = get("created_at")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("created_at", "a date-time", x) from None
            self.created_at = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        else:
            self.created_at = decoding.lacking(data, "created_at", "a date-time", x, partial)
            known = -1
        x = get("name")
        if type(x) is str:
            self.name = x
        elif x is None:
            self.name = None
            known -= 1
        else:
            raise decoding.mismatch("name", "a string", x)
        x = get("interrupted")
        if type(x) is bool:
            self.interrupted = x
        elif x is None:
            self.interrupted = None
            known -= 1
        else:
            raise decoding.mismatch("interrupted", "true or false", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self

    @classmethod
    def from_checked(cls, source: Any) -> Self:
        """Read a model from an object with its fields as attributes; see `PageReader`.

        Args:
            source: An object whose attributes have JSON of the right plain types. Of the others,
                absent ones are ``UNSET``.

        Raises:
            ValueError: If a text is not what the contract describes.
            DecodeError: If another value is not.
        """
        self = _new(cls)
        x: Any
        x = source.id
        self.id = x
        x = source.role
        self.role = ChatMlMessageRole(x)
        x = source.content
        self.content = _read_content(x)
        x = source.created_at
        when = _fromisoformat(x)
        self.created_at = (
            when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
        )
        x = source.name
        self.name = x
        x = source.interrupted
        self.interrupted = x
        self._extra = None
        return self

    @classmethod
    def replace_usual(cls, items: list[Any], at: int) -> int:
        """Replace JSON objects of a page by models, up to the first unusual one; see `PageReader`.

        Usual is what has the keys of the first one, which are known, with valid values and without
        a null in the place of an absent one.

        Args:
            items: JSON that nothing else uses.
            at: The index of the first one.

        Returns:
            The index of the first that was not replaced.
        """
        x: Any
        data: Any = items[at]
        try:
            if not _KEYS.issuperset(data):
                return at
            size = len(data)
            has_name = "name" in data
            has_interrupted = "interrupted" in data
            for at in range(at, len(items)):
                data = items[at]
                if len(data) != size:
                    return at
                self = _new(cls)
                x = data["id"]
                if not (type(x) is str):
                    return at
                self.id = x
                x = data["role"]
                if type(x) is not str:
                    return at
                self.role = _chat_ml_message_role.get(x) or ChatMlMessageRole(x)
                x = data["content"]
                self.content = _read_content(x)
                x = data["created_at"]
                when = _fromisoformat(x)
                self.created_at = (
                    when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
                )
                if not has_name:
                    self.name = None
                else:
                    x = data["name"]
                    if not (type(x) is str):
                        return at
                    self.name = x
                if not has_interrupted:
                    self.interrupted = None
                else:
                    x = data["interrupted"]
                    if not (type(x) is bool):
                        return at
                    self.interrupted = x
                self._extra = None
                items[at] = self
        except (DecodeError, KeyError, TypeError, ValueError):
            return at
        return len(items)


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "id",
        "role",
        "content",
        "created_at",
        "name",
        "interrupted",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "id",
        "role",
        "content",
        "created_at",
    }
)

# At the end, since models may need each other.
from .chat_ml_image_content_part import ChatMlImageContentPart
from .chat_ml_message_role import ChatMlMessageRole
from .chat_ml_text_content_part import ChatMlTextContentPart

_chat_ml_message_role: Final = decoding.members(ChatMlMessageRole)


def _read_content_list_item(
    value: JSON,
) -> ChatMlTextContentPart | ChatMlImageContentPart | JSONObject:
    if type(value) is not dict:
        raise decoding.mismatch("", "an object", value)
    tag = value.get("type")
    if tag == "text":
        return ChatMlTextContentPart.from_dict(value)
    if tag == "image_url":
        return ChatMlImageContentPart.from_dict(value)
    return value  # of a kind that the contract does not describe yet


_read_content_list: Final[
    decoding.Reader[list[ChatMlTextContentPart | ChatMlImageContentPart | JSONObject]]
] = decoding.list_of(_read_content_list_item)


def _read_content(
    value: JSON,
) -> str | list[ChatMlTextContentPart | ChatMlImageContentPart | JSONObject]:
    if type(value) is str:
        return value
    if type(value) is list:
        return _read_content_list(value)
    raise decoding.mismatch("", "a string or a list", value)


encoding.declare(
    ChatMlMessage,
    Field("id", "id", encoding.uuid4),
    Field(
        "role", "role", encoding.choice("user", "assistant", "system", "function_call", "function")
    ),
    Field(
        "content",
        "content",
        encoding.one_of(
            {
                str: encoding.string(),
                list: encoding.list_of(
                    encoding.tagged(
                        "type", {"text": ChatMlTextContentPart, "image_url": ChatMlImageContentPart}
                    )
                ),
            }
        ),
    ),
    Field("created_at", "created_at", encoding.date_time),
    Field("name", "name", encoding.string(), required=False),
    Field("interrupted", "interrupted", encoding.boolean, required=False),
)

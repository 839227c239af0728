"""The model `ChatMlImageContentPart`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class ChatMlImageContentPart(Model):
    """An image in a message.

    Attributes:
        image_url: The image's address and level of detail.
        type: Marks this part as an image. One of "image_url". The server's default: 'image_url'.

    Example:
        >>> from julep_api.models import ChatMlImageContentPart
        >>> data = {'type': 'image_url',
        ...         'image_url': {'url': 'https://images.test/loaf.jpg', 'detail': 'low'}}
        >>> model = ChatMlImageContentPart.from_dict(data)
        >>> ChatMlImageContentPart.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "image_url",
            "type",
        )

    image_url: ChatMlImageContentPartImageUrl
    """The image's address and level of detail."""

    type: ChatMlImageContentPartType
    """Marks this part as an image. One of "image_url". The server's default: 'image_url'."""

    def __init__(
        self,
        /,
        image_url: ChatMlImageContentPartImageUrl | Mapping[str, object],
        type: ChatMlImageContentPartType | Literal["image_url"] = "image_url",
        **additional: object,
    ) -> None:
        self._fill({"image_url": image_url, "type": type}, additional)

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
        x = get("image_url")
        if x is None:
            self.image_url = decoding.lacking(data, "image_url", "an object", x, partial)
            known = -1
        else:
            try:
                self.image_url = ChatMlImageContentPartImageUrl.from_dict(x)
            except DecodeError as error:
                raise error.under("image_url") from None
        x = get("type")
        if x == "image_url":
            self.type = ChatMlImageContentPartType.IMAGE_URL
        else:
            self.type = decoding.lacking(data, "type", "'image_url'", x, partial)
            known = -1
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "image_url",
        "type",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "image_url",
        "type",
    }
)

# At the end, since models may need each other.
from .chat_ml_image_content_part_image_url import ChatMlImageContentPartImageUrl
from .chat_ml_image_content_part_type import ChatMlImageContentPartType

encoding.declare(
    ChatMlImageContentPart,
    Field("image_url", "image_url", ChatMlImageContentPartImageUrl.encode),
    Field("type", "type", encoding.choice("image_url")),
)

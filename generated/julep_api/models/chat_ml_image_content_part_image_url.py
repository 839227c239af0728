"""The model `ChatMlImageContentPartImageUrl`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, Literal, Self

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class ChatMlImageContentPartImageUrl(Model):
    """The image's address and level of detail.

    Attributes:
        url: The image's address, or the image itself as a `data:` URL.
        detail: The level of detail: `low`, `high`, or `auto` for the model's choice. One of "low",
            "high", "auto". The server's default: 'auto'.

    Example:
        >>> from julep_api.models import ChatMlImageContentPartImageUrl
        >>> data = {'url': 'https://images.test/loaf.jpg', 'detail': 'low'}
        >>> model = ChatMlImageContentPartImageUrl.from_dict(data)
        >>> ChatMlImageContentPartImageUrl.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "url",
            "detail",
        )

    url: str
    """The image's address, or the image itself as a `data:` URL."""

    detail: ChatMlImageContentPartImageUrlDetail | None
    """The level of detail: `low`, `high`, or `auto` for the model's choice. One of "low", "high",
    "auto". The server's default: 'auto'."""

    def __init__(
        self,
        /,
        url: str,
        detail: ChatMlImageContentPartImageUrlDetail | Literal["low", "high", "auto"] | None = None,
        **additional: object,
    ) -> None:
        self._fill({"url": url, "detail": detail}, additional)

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
        x = get("url")
        if type(x) is str:
            self.url = x
        else:
            self.url = decoding.lacking(data, "url", "a string", x, partial)
            known = -1
        x = get("detail")
        if type(x) is str:
            self.detail = _chat_ml_image_content_part_image_url_detail.get(
                x
            ) or ChatMlImageContentPartImageUrlDetail(x)
        elif x is None:
            self.detail = None
            known -= 1
        else:
            raise decoding.mismatch("detail", "a string", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "url",
        "detail",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "url",
    }
)

# At the end, since models may need each other.
from .chat_ml_image_content_part_image_url_detail import ChatMlImageContentPartImageUrlDetail

_chat_ml_image_content_part_image_url_detail: Final = decoding.members(
    ChatMlImageContentPartImageUrlDetail
)


encoding.declare(
    ChatMlImageContentPartImageUrl,
    Field("url", "url", encoding.string()),
    Field("detail", "detail", encoding.choice("low", "high", "auto"), required=False),
)

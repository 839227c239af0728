"""The model `RenderedChat`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class RenderedChat(Model):
    """The request that a chat would make to the model, and its explanation.

    Attributes:
        request: The body of the request to the model's endpoint, in the format of OpenAI's chat
            completions. Written as JSON without spaces, in the order of its keys, it is the same
            byte for byte.
        explanation: What the model saw in a chat: the parts of the prompt, what was found for it,
            and what was left out. A reply has one if the chat requested it with `explain`.

    Example:
        >>> from julep_api.models import RenderedChat
        >>> data = {'request': {'model': 'offline',
        ...                     'messages': [{'role': 'user',
        ...                                   'content': 'When do you open tomorrow?'}]},
        ...         'explanation': {'tokens': 6,
        ...                         'parts': [{'kind': 'message',
        ...                                    'role': 'user',
        ...                                    'text': 'When do you open tomorrow?',
        ...                                    'tokens': 6}],
        ...                         'docs': [],
        ...                         'memories': []}}
        >>> model = RenderedChat.from_dict(data)
        >>> RenderedChat.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "request",
            "explanation",
        )

    request: JSONObject
    """The body of the request to the model's endpoint, in the format of OpenAI's chat completions.
    Written as JSON without spaces, in the order of its keys, it is the same byte for byte."""

    explanation: Explanation
    """What the model saw in a chat: the parts of the prompt, what was found for it, and what was left
    out. A reply has one if the chat requested it with `explain`."""

    def __init__(
        self,
        /,
        request: Mapping[str, object],
        explanation: Explanation | Mapping[str, object],
        **additional: object,
    ) -> None:
        self._fill({"request": request, "explanation": explanation}, additional)

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
        x = get("request")
        if type(x) is dict:
            self.request = x
        else:
            self.request = decoding.lacking(data, "request", "an object", x, partial)
            known = -1
        x = get("explanation")
        if x is None:
            self.explanation = decoding.lacking(data, "explanation", "an object", x, partial)
            known = -1
        else:
            try:
                self.explanation = Explanation.from_dict(x)
            except DecodeError as error:
                raise error.under("explanation") from None
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "request",
        "explanation",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "request",
        "explanation",
    }
)

# At the end, since models may need each other.
from .explanation import Explanation

encoding.declare(
    RenderedChat,
    Field("request", "request", encoding.json_object),
    Field("explanation", "explanation", Explanation.encode),
)

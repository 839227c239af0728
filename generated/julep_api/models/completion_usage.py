"""The model `CompletionUsage`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class CompletionUsage(Model):
    """The number of tokens of a reply.

    Attributes:
        completion_tokens: Tokens of the reply.
        prompt_tokens: Tokens of the prompt.
        total_tokens: The sum of both.

    Example:
        >>> from julep_api.models import CompletionUsage
        >>> data = {'prompt_tokens': 182, 'completion_tokens': 17, 'total_tokens': 199}
        >>> model = CompletionUsage.from_dict(data)
        >>> CompletionUsage.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "completion_tokens",
            "prompt_tokens",
            "total_tokens",
        )

    completion_tokens: int
    """Tokens of the reply."""

    prompt_tokens: int
    """Tokens of the prompt."""

    total_tokens: int
    """The sum of both."""

    def __init__(
        self,
        /,
        completion_tokens: int,
        prompt_tokens: int,
        total_tokens: int,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "completion_tokens": completion_tokens,
                "prompt_tokens": prompt_tokens,
                "total_tokens": total_tokens,
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
        known = 3
        x: JSON
        x = get("completion_tokens")
        if type(x) is int:
            self.completion_tokens = x
        else:
            self.completion_tokens = decoding.lacking(
                data, "completion_tokens", "an integer", x, partial
            )
            known = -1
        x = get("prompt_tokens")
        if type(x) is int:
            self.prompt_tokens = x
        else:
            self.prompt_tokens = decoding.lacking(data, "prompt_tokens", "an integer", x, partial)
            known = -1
        x = get("total_tokens")
        if type(x) is int:
            self.total_tokens = x
        else:
            self.total_tokens = decoding.lacking(data, "total_tokens", "an integer", x, partial)
            known = -1
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "completion_tokens",
        "prompt_tokens",
        "total_tokens",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "completion_tokens",
        "prompt_tokens",
        "total_tokens",
    }
)

# At the end, since models may need each other.


encoding.declare(
    CompletionUsage,
    Field("completion_tokens", "completion_tokens", encoding.integer()),
    Field("prompt_tokens", "prompt_tokens", encoding.integer()),
    Field("total_tokens", "total_tokens", encoding.integer()),
)

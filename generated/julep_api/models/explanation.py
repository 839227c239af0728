"""The model `Explanation`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class Explanation(Model):
    """What the model saw in a chat: the parts of the prompt, what was found for it, and what was left
    out. A reply has one if the chat requested it with `explain`.

    Attributes:
        tokens: The tokens of all parts in the prompt, by the rule that the server applies to
            `token_budget`. The model's own count is in the usage of the reply.
        parts: The parts of the prompt, in order, with the messages of the history that were left
            out.
        docs: The parts of documents that match the new messages, the nearest first, with those that
            were left out.
        memories: The memories that match the new messages, the nearest first, with those that were
            left out.

    Example:
        >>> from julep_api.models import Explanation
        >>> data = {'tokens': 6,
        ...         'parts': [{'kind': 'message',
        ...                    'role': 'user',
        ...                    'text': 'When do you open tomorrow?',
        ...                    'tokens': 6}],
        ...         'docs': [],
        ...         'memories': []}
        >>> model = Explanation.from_dict(data)
        >>> Explanation.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "tokens",
            "parts",
            "docs",
            "memories",
        )

    tokens: int
    """The tokens of all parts in the prompt, by the rule that the server applies to `token_budget`.
    The model's own count is in the usage of the reply."""

    parts: list[PromptPart]
    """The parts of the prompt, in order, with the messages of the history that were left out."""

    docs: list[DocMatch]
    """The parts of documents that match the new messages, the nearest first, with those that were left
    out."""

    memories: list[MemoryMatch]
    """The memories that match the new messages, the nearest first, with those that were left out."""

    def __init__(
        self,
        /,
        tokens: int,
        parts: Sequence[PromptPart | Mapping[str, object]],
        docs: Sequence[DocMatch | Mapping[str, object]],
        memories: Sequence[MemoryMatch | Mapping[str, object]],
        **additional: object,
    ) -> None:
        self._fill(
            {"tokens": tokens, "parts": parts, "docs": docs, "memories": memories}, additional
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
        known = 4
        x: JSON
        x = get("tokens")
        if type(x) is int:
            self.tokens = x
        else:
            self.tokens = decoding.lacking(data, "tokens", "an integer", x, partial)
            known = -1
        x = get("parts")
        if x is None:
            self.parts = decoding.lacking(data, "parts", "a list", x, partial)
            known = -1
        else:
            try:
                self.parts = _read_parts(x)
            except DecodeError as error:
                raise error.under("parts") from None
        x = get("docs")
        if x is None:
            self.docs = decoding.lacking(data, "docs", "a list", x, partial)
            known = -1
        else:
            try:
                self.docs = _read_docs(x)
            except DecodeError as error:
                raise error.under("docs") from None
        x = get("memories")
        if x is None:
            self.memories = decoding.lacking(data, "memories", "a list", x, partial)
            known = -1
        else:
            try:
                self.memories = _read_memories(x)
            except DecodeError as error:
                raise error.under("memories") from None
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "tokens",
        "parts",
        "docs",
        "memories",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "tokens",
        "parts",
        "docs",
        "memories",
    }
)

# At the end, since models may need each other.
from .doc_match import DocMatch
from .memory_match import MemoryMatch
from .prompt_part import PromptPart

_read_parts: Final[decoding.Reader[list[PromptPart]]] = decoding.list_of(PromptPart.from_dict)


_read_docs: Final[decoding.Reader[list[DocMatch]]] = decoding.list_of(DocMatch.from_dict)


_read_memories: Final[decoding.Reader[list[MemoryMatch]]] = decoding.list_of(MemoryMatch.from_dict)


encoding.declare(
    Explanation,
    Field("tokens", "tokens", encoding.integer()),
    Field("parts", "parts", encoding.list_of(PromptPart.encode)),
    Field("docs", "docs", encoding.list_of(DocMatch.encode)),
    Field("memories", "memories", encoding.list_of(MemoryMatch.encode)),
)

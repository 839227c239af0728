"""The model `ChatResponseChunk`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..mixins import ChatResponseChunkMixin
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class ChatResponseChunk(ChatResponseChunkMixin, Model):
    """The data of one event of a streamed reply: what is new since the previous event.

    Attributes:
        id: The completion's id, a UUID v4: the same in all events of one reply.
        delta: What an event adds to the message. The parts of `content`, joined in order, are its
            text.
        finish_reason: Why the reply ended, as in `ChatResponse`; null in all events but the last.
            One of "stop", "length", "tool_calls", "content_filter", "function_call".
        usage: The number of tokens of a reply.
        doc_ids: The documents that were shown to the model for a reply, each once.
        jobs: Ids of the jobs that were started and have not finished. Only in the last event.
        explanation: What the model saw in a chat: the parts of the prompt, what was found for it,
            and what was left out. A reply has one if the chat requested it with `explain`.

    Example:
        >>> from julep_api.models import ChatResponseChunk
        >>> data = {'id': 'd4c8a1f6-9e52-4f3d-8b70-2a6e9c5d1b83',
        ...         'delta': {'role': 'assistant', 'content': 'Tomorrow is'},
        ...         'finish_reason': None}
        >>> model = ChatResponseChunk.from_dict(data)
        >>> ChatResponseChunk.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "id",
            "delta",
            "finish_reason",
            "usage",
            "doc_ids",
            "jobs",
            "explanation",
        )

    id: str
    """The completion's id, a UUID v4: the same in all events of one reply."""

    delta: ChatResponseDelta
    """What an event adds to the message. The parts of `content`, joined in order, are its text."""

    finish_reason: ChatResponseChunkFinishReason | None
    """Why the reply ended, as in `ChatResponse`; null in all events but the last. One of "stop",
    "length", "tool_calls", "content_filter", "function_call"."""

    usage: CompletionUsage | None
    """The number of tokens of a reply."""

    doc_ids: DocIds | None
    """The documents that were shown to the model for a reply, each once."""

    jobs: list[str] | None
    """Ids of the jobs that were started and have not finished. Only in the last event."""

    explanation: Explanation | None
    """What the model saw in a chat: the parts of the prompt, what was found for it, and what was left
    out. A reply has one if the chat requested it with `explain`."""

    def __init__(
        self,
        /,
        id: UUID | str,
        delta: ChatResponseDelta | Mapping[str, object],
        finish_reason: ChatResponseChunkFinishReason
        | Literal["stop", "length", "tool_calls", "content_filter", "function_call"]
        | None,
        usage: CompletionUsage | Mapping[str, object] | None = None,
        doc_ids: DocIds | Mapping[str, object] | None = None,
        jobs: Sequence[UUID | str] | None = None,
        explanation: Explanation | Mapping[str, object] | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "id": id,
                "delta": delta,
                "finish_reason": finish_reason,
                "usage": usage,
                "doc_ids": doc_ids,
                "jobs": jobs,
                "explanation": explanation,
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
        known = 7
        x: JSON
        x = get("id")
        if type(x) is str:
            self.id = x
        else:
            self.id = decoding.lacking(data, "id", "a string", x, partial)
            known = -1
        x = get("delta")
        if x is None:
            self.delta = decoding.lacking(data, "delta", "an object", x, partial)
            known = -1
        else:
            try:
                self.delta = ChatResponseDelta.from_dict(x)
            except DecodeError as error:
                raise error.under("delta") from None
        x = get("finish_reason")
        if type(x) is str:
            self.finish_reason = _chat_response_chunk_finish_reason.get(
                x
            ) or ChatResponseChunkFinishReason(x)
        elif x is None and "finish_reason" in data:
            self.finish_reason = None
        else:
            self.finish_reason = decoding.lacking(data, "finish_reason", "a string", x, partial)
            known = -1
        # No optional property is there: so are most chunks of a stream.
        if len(data) == 3 and known > 0:
            self.usage = None
            self.doc_ids = None
            self.jobs = None
            self.explanation = None
            self._extra = None
            return self
        x = get("usage")
        if x is None:
            self.usage = None
            known -= 1
        else:
            try:
                self.usage = CompletionUsage.from_dict(x)
            except DecodeError as error:
                raise error.under("usage") from None
        x = get("doc_ids")
        if x is None:
            self.doc_ids = None
            known -= 1
        else:
            try:
                self.doc_ids = DocIds.from_dict(x)
            except DecodeError as error:
                raise error.under("doc_ids") from None
        x = get("jobs")
        if x is None:
            self.jobs = None
            known -= 1
        else:
            try:
                self.jobs = _read_jobs(x)
            except DecodeError as error:
                raise error.under("jobs") from None
        x = get("explanation")
        if x is None:
            self.explanation = None
            known -= 1
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
        "id",
        "delta",
        "finish_reason",
        "usage",
        "doc_ids",
        "jobs",
        "explanation",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "id",
        "delta",
        "finish_reason",
    }
)

# At the end, since models may need each other.
from .chat_response_chunk_finish_reason import ChatResponseChunkFinishReason
from .chat_response_delta import ChatResponseDelta
from .completion_usage import CompletionUsage
from .doc_ids import DocIds
from .explanation import Explanation

_chat_response_chunk_finish_reason: Final = decoding.members(ChatResponseChunkFinishReason)

_read_jobs: Final[decoding.Reader[list[str]]] = decoding.list_of(decoding.string)


encoding.declare(
    ChatResponseChunk,
    Field("id", "id", encoding.uuid4),
    Field("delta", "delta", ChatResponseDelta.encode),
    Field(
        "finish_reason",
        "finish_reason",
        encoding.nullable(
            encoding.choice("stop", "length", "tool_calls", "content_filter", "function_call")
        ),
    ),
    Field("usage", "usage", CompletionUsage.encode, required=False),
    Field("doc_ids", "doc_ids", DocIds.encode, required=False),
    Field("jobs", "jobs", encoding.list_of(encoding.uuid4, unique=True), required=False),
    Field("explanation", "explanation", Explanation.encode, required=False),
)

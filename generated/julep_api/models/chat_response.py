"""The model `ChatResponse`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..mixins import ChatResponseMixin
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class ChatResponse(ChatResponseMixin, Model):
    """The reply to one turn of a chat.

    Attributes:
        id: The completion's id, a UUID v4.
        finish_reason: Why the reply ended: at its natural end or a stop text (`stop`), at
            `max_tokens` (`length`), with calls to run (`tool_calls`, `function_call`), or filtered
            (`content_filter`). One of "stop", "length", "tool_calls", "content_filter",
            "function_call".
        response: The messages of the reply: one list for each completion, usually one.
        usage: The number of tokens of a reply.
        doc_ids: The documents that were shown to the model for a reply, each once.
        jobs: Ids of the jobs that this turn started, such as forming memories.
        explanation: What the model saw in a chat: the parts of the prompt, what was found for it,
            and what was left out. A reply has one if the chat requested it with `explain`.

    Example:
        >>> from julep_api.models import ChatResponse
        >>> data = {'id': 'd4c8a1f6-9e52-4f3d-8b70-2a6e9c5d1b83',
        ...         'finish_reason': 'stop',
        ...         'response': [[{'id': '7b2e9d40-6c1f-4a85-9d3e-5f8c0b1a2e67',
        ...                        'role': 'assistant',
        ...                        'content': 'Tomorrow is a Saturday: we open at 9 and close at 13.',
        ...                        'name': 'Pip',
        ...                        'created_at': '2026-11-02T10:15:42.500000Z'}]],
        ...         'usage': {'prompt_tokens': 182, 'completion_tokens': 17, 'total_tokens': 199},
        ...         'doc_ids': {'agent_doc_ids': ['e2a7c5b9-14d8-4e6f-b3a0-7c9d1f5e8b62'],
        ...                     'user_doc_ids': []},
        ...         'jobs': ['c1d5e8f2-3a69-4b07-9f8c-4e2b7a6d0c19']}
        >>> model = ChatResponse.from_dict(data)
        >>> ChatResponse.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "id",
            "finish_reason",
            "response",
            "usage",
            "doc_ids",
            "jobs",
            "explanation",
        )

    id: str
    """The completion's id, a UUID v4."""

    finish_reason: ChatResponseFinishReason
    """Why the reply ended: at its natural end or a stop text (`stop`), at `max_tokens` (`length`),
    with calls to run (`tool_calls`, `function_call`), or filtered (`content_filter`). One of
    "stop", "length", "tool_calls", "content_filter", "function_call"."""

    response: list[list[ChatMlMessage]]
    """The messages of the reply: one list for each completion, usually one."""

    usage: CompletionUsage
    """The number of tokens of a reply."""

    doc_ids: DocIds
    """The documents that were shown to the model for a reply, each once."""

    jobs: list[str]
    """Ids of the jobs that this turn started, such as forming memories."""

    explanation: Explanation | None
    """What the model saw in a chat: the parts of the prompt, what was found for it, and what was left
    out. A reply has one if the chat requested it with `explain`."""

    def __init__(
        self,
        /,
        id: UUID | str,
        finish_reason: ChatResponseFinishReason
        | Literal["stop", "length", "tool_calls", "content_filter", "function_call"],
        response: Sequence[Sequence[ChatMlMessage | Mapping[str, object]]],
        usage: CompletionUsage | Mapping[str, object],
        doc_ids: DocIds | Mapping[str, object],
        jobs: Sequence[UUID | str] | None = None,
        explanation: Explanation | Mapping[str, object] | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "id": id,
                "finish_reason": finish_reason,
                "response": response,
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
        x = get("finish_reason")
        if type(x) is str:
            self.finish_reason = _chat_response_finish_reason.get(x) or ChatResponseFinishReason(x)
        else:
            self.finish_reason = decoding.lacking(data, "finish_reason", "a string", x, partial)
            known = -1
        x = get("response")
        if x is None:
            self.response = decoding.lacking(data, "response", "a list", x, partial)
            known = -1
        else:
            try:
                self.response = _read_response(x)
            except DecodeError as error:
                raise error.under("response") from None
        x = get("usage")
        if x is None:
            self.usage = decoding.lacking(data, "usage", "an object", x, partial)
            known = -1
        else:
            try:
                self.usage = CompletionUsage.from_dict(x)
            except DecodeError as error:
                raise error.under("usage") from None
        x = get("doc_ids")
        if x is None:
            self.doc_ids = decoding.lacking(data, "doc_ids", "an object", x, partial)
            known = -1
        else:
            try:
                self.doc_ids = DocIds.from_dict(x)
            except DecodeError as error:
                raise error.under("doc_ids") from None
        x = get("jobs")
        if x is None:
            self.jobs = None  # type: ignore[assignment]  # a server older than the contract
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
        "finish_reason",
        "response",
        "usage",
        "doc_ids",
        "jobs",
        "explanation",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "id",
        "finish_reason",
        "response",
        "usage",
        "doc_ids",
    }
)

# At the end, since models may need each other.
from .chat_ml_message import ChatMlMessage
from .chat_response_finish_reason import ChatResponseFinishReason
from .completion_usage import CompletionUsage
from .doc_ids import DocIds
from .explanation import Explanation

_chat_response_finish_reason: Final = decoding.members(ChatResponseFinishReason)

_read_response: Final[decoding.Reader[list[list[ChatMlMessage]]]] = decoding.list_of(
    decoding.list_of(ChatMlMessage.from_dict)
)


_read_jobs: Final[decoding.Reader[list[str]]] = decoding.list_of(decoding.string)


encoding.declare(
    ChatResponse,
    Field("id", "id", encoding.uuid4),
    Field(
        "finish_reason",
        "finish_reason",
        encoding.choice("stop", "length", "tool_calls", "content_filter", "function_call"),
    ),
    Field("response", "response", encoding.list_of(encoding.list_of(ChatMlMessage.encode))),
    Field("usage", "usage", CompletionUsage.encode),
    Field("doc_ids", "doc_ids", DocIds.encode),
    Field("jobs", "jobs", encoding.list_of(encoding.uuid4, unique=True), required=False),
    Field("explanation", "explanation", Explanation.encode, required=False),
)

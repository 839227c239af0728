"""Chat in a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call, EventCall
from ...models.chat_input import ChatInput
from ...models.chat_response import ChatResponse
from ...models.chat_response_chunk import ChatResponseChunk
from ...types import UNSET, Unset

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: ChatResponse.from_dict,
}
_session_id: Final = parameters.path("session_id", encoding.uuid4)
_headers: Final = parameters.header(
    ("Last-Event-ID", "last_event_id", encoding.string(), False),
    ("Idempotency-Key", "idempotency_key", encoding.string(min_length=1, max_length=255), False),
)


def call(
    session_id: UUID | str,
    body: ChatInput | Mapping[str, object],
    *,
    last_event_id: str | None | Unset = UNSET,
    idempotency_key: str | None | Unset = UNSET,
) -> Call[ChatResponse]:
    """Chat in a session.

    ``POST /sessions/{session_id}/chat``

    Sends messages and returns the agent's reply. The model receives the situation, the descriptions
    of the agent and the user, the instructions, recalled documents and memories, the history, and
    then the new messages. With `stream: true`, or `Accept: text/event-stream`, the reply is
    streamed as server-sent events. Each event has an `id:` and one `ChatResponseChunk` as its
    `data:`; after the last one comes `data: [DONE]`. An error that happens after the first byte
    arrives as an `event: error` whose data is an `Error` with a `status`. A client whose connection
    broke repeats the request with the same `Idempotency-Key` and the last id it received in
    `Last-Event-ID`, and gets the events after it.

    Args:
        session_id: The session's id, a UUID v4.
        body: The request body, as a `ChatInput` or a dict with the same keys.
        last_event_id: The id of the last event that arrived before the connection broke. With the
            `Idempotency-Key` of the first attempt, the stream resumes after it, and the model is
            not called again.
        idempotency_key: Identifies this request, so that repeating it does not perform it twice.
            For 24 hours the same key with the same body returns the first response again, even
            while the first request still runs; with another body it is a conflict. 1 to 255
            characters.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "Chat",
        "POST",
        f"/sessions/{_session_id(session_id)}/chat",
        _ANSWERS,
        headers=_headers(last_event_id, idempotency_key),
        body=ChatInput.encode(body),
    )


def stream(
    session_id: UUID | str,
    body: ChatInput | Mapping[str, object],
    *,
    last_event_id: str | None | Unset = UNSET,
    idempotency_key: str | None | Unset = UNSET,
) -> EventCall[ChatResponseChunk]:
    """Chat in a session. The response is a stream of server-sent events.

    ``POST /sessions/{session_id}/chat``

    Sends messages and returns the agent's reply. The model receives the situation, the descriptions
    of the agent and the user, the instructions, recalled documents and memories, the history, and
    then the new messages. With `stream: true`, or `Accept: text/event-stream`, the reply is
    streamed as server-sent events. Each event has an `id:` and one `ChatResponseChunk` as its
    `data:`; after the last one comes `data: [DONE]`. An error that happens after the first byte
    arrives as an `event: error` whose data is an `Error` with a `status`. A client whose connection
    broke repeats the request with the same `Idempotency-Key` and the last id it received in
    `Last-Event-ID`, and gets the events after it.

    Args:
        session_id: The session's id, a UUID v4.
        body: The request body, as a `ChatInput` or a dict with the same keys.
        last_event_id: The id of the last event that arrived before the connection broke. With the
            `Idempotency-Key` of the first attempt, the stream resumes after it, and the model is
            not called again.
        idempotency_key: Identifies this request, so that repeating it does not perform it twice.
            For 24 hours the same key with the same body returns the first response again, even
            while the first request still runs; with another body it is a conflict. 1 to 255
            characters.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return EventCall(
        "Chat",
        "POST",
        f"/sessions/{_session_id(session_id)}/chat",
        ChatResponseChunk.from_dict,
        headers=_headers(last_event_id, idempotency_key),
        body=ChatInput.encode(body),
    )

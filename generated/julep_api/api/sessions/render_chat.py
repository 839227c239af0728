"""Render the model's request of a chat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call
from ...models.chat_input import ChatInput
from ...models.rendered_chat import RenderedChat
from ...types import UNSET, Unset

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: RenderedChat.from_dict,
}
_session_id: Final = parameters.path("session_id", encoding.uuid4)
_headers: Final = parameters.header(
    ("Idempotency-Key", "idempotency_key", encoding.string(min_length=1, max_length=255), False),
)


def call(
    session_id: UUID | str,
    body: ChatInput | Mapping[str, object],
    *,
    idempotency_key: str | None | Unset = UNSET,
) -> Call[RenderedChat]:
    """Render the model's request of a chat.

    ``POST /sessions/{session_id}/render``

    Returns the request that a chat with this body would make to the model, without making it, and
    explains it. Nothing is stored: the history, the memories and the jobs stay as they are.

    Args:
        session_id: The session's id, a UUID v4.
        body: The request body, as a `ChatInput` or a dict with the same keys.
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
        "RenderChat",
        "POST",
        f"/sessions/{_session_id(session_id)}/render",
        _ANSWERS,
        headers=_headers(idempotency_key),
        body=ChatInput.encode(body),
    )

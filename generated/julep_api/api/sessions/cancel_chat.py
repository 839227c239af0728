"""Cancel running replies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call
from ...models.cancel_chat_response import CancelChatResponse
from ...types import UNSET, Unset

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: CancelChatResponse.from_dict,
}
_session_id: Final = parameters.path("session_id", encoding.uuid4)
_query: Final = parameters.query(
    ("response_id", "response_id", encoding.uuid4, False),
)


def call(
    session_id: UUID | str,
    *,
    response_id: UUID | str | None | Unset = UNSET,
) -> Call[CancelChatResponse]:
    """Cancel running replies.

    ``DELETE /sessions/{session_id}/chat``

    Cancels the replies that a model is writing in a session. Nothing of them is stored, and the
    chats that wait for them end with a conflict. A reply that is complete can't be cancelled.

    Args:
        session_id: The session's id, a UUID v4.
        response_id: Only the reply with this id, which every event of a stream has.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "CancelChat",
        "DELETE",
        f"/sessions/{_session_id(session_id)}/chat",
        _ANSWERS,
        query=_query(response_id),
    )

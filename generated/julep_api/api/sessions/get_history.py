"""List the history of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ... import decoding, encoding, parameters
from ...client import Call
from ...models.chat_ml_message import ChatMlMessage
from ...models.get_history_response import GetHistoryResponse
from ...types import UNSET, Unset

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: decoding.PageReader(GetHistoryResponse.from_dict, ChatMlMessage),
}
_session_id: Final = parameters.path("session_id", encoding.uuid4)
_query: Final = parameters.query(
    ("limit", "limit", encoding.integer(minimum=1, maximum=1000), False),
    ("offset", "offset", encoding.integer(minimum=0), False),
    ("with_total", "with_total", encoding.boolean, False),
)


def call(
    session_id: UUID | str,
    *,
    limit: int | None | Unset = UNSET,
    offset: int | None | Unset = UNSET,
    with_total: bool | None | Unset = UNSET,
) -> Call[GetHistoryResponse]:
    """List the history of a session.

    ``GET /sessions/{session_id}/history``

    Returns one page of the messages of a session, oldest first, with their content as sent.

    Args:
        session_id: The session's id, a UUID v4.
        limit: The maximum number of items. At least 1 and at most 1000. The server's default: 100.
        offset: The number of items to skip before the page. At least 0. The server's default: 0.
        with_total: Whether the response, beside its page of `items`, has `total`: the number of
            items of the whole list, an integer. The server's default: False.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "GetHistory",
        "GET",
        f"/sessions/{_session_id(session_id)}/history",
        _ANSWERS,
        query=_query(limit, offset, with_total),
    )

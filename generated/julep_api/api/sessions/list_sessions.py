"""List sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ... import decoding, encoding, parameters
from ...client import Call
from ...models.list_sessions_response import ListSessionsResponse
from ...models.session import Session
from ...types import UNSET, Unset

if TYPE_CHECKING:
    from uuid import UUID

    from ...models.list_sessions_request_order import ListSessionsRequestOrder
    from ...models.list_sessions_request_sort_by import ListSessionsRequestSortBy

_ANSWERS: Final = {
    200: decoding.PageReader(ListSessionsResponse.from_dict, Session),
}
_query: Final = parameters.query(
    ("limit", "limit", encoding.integer(minimum=1, maximum=1000), False),
    ("offset", "offset", encoding.integer(minimum=0), False),
    ("with_total", "with_total", encoding.boolean, False),
    ("metadata_filter", "metadata_filter", encoding.string(), False),
    ("sort_by", "sort_by", encoding.choice("created_at", "updated_at"), False),
    ("order", "order", encoding.choice("asc", "desc"), False),
    ("agent_id", "agent_id", encoding.uuid4, False),
    ("user_id", "user_id", encoding.uuid4, False),
)


def call(
    *,
    limit: int | None | Unset = UNSET,
    offset: int | None | Unset = UNSET,
    with_total: bool | None | Unset = UNSET,
    metadata_filter: str | None | Unset = UNSET,
    sort_by: ListSessionsRequestSortBy | str | None | Unset = UNSET,
    order: ListSessionsRequestOrder | str | None | Unset = UNSET,
    agent_id: UUID | str | None | Unset = UNSET,
    user_id: UUID | str | None | Unset = UNSET,
) -> Call[ListSessionsResponse]:
    """List sessions.

    ``GET /sessions``

    Returns one page of the sessions, newest first unless ordered otherwise.

    Args:
        limit: The maximum number of items. At least 1 and at most 1000. The server's default: 100.
        offset: The number of items to skip before the page. At least 0. The server's default: 0.
        with_total: Whether the response, beside its page of `items`, has `total`: the number of
            items of the whole list, an integer. The server's default: False.
        metadata_filter: A JSON object. Only items whose metadata has each of its keys with an equal
            value are returned; values that are objects are compared as a whole. `{}` matches all.
            The server's default: '{}'.
        sort_by: The time by which items are ordered. One of "created_at", "updated_at". The
            server's default: 'created_at'.
        order: Ascending (`asc`: oldest first) or descending (`desc`: newest first). One of "asc",
            "desc". The server's default: 'desc'.
        agent_id: Only sessions of this agent.
        user_id: Only sessions with this user.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "ListSessions",
        "GET",
        "/sessions",
        _ANSWERS,
        query=_query(limit, offset, with_total, metadata_filter, sort_by, order, agent_id, user_id),
    )

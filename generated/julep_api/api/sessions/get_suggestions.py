"""List the suggestions of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ... import decoding, encoding, parameters
from ...client import Call
from ...models.get_suggestions_response import GetSuggestionsResponse
from ...models.suggestion import Suggestion
from ...types import UNSET, Unset

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: decoding.PageReader(GetSuggestionsResponse.from_dict, Suggestion),
}
_session_id: Final = parameters.path("session_id", encoding.uuid4)
_query: Final = parameters.query(
    ("limit", "limit", encoding.integer(minimum=1, maximum=1000), False),
    ("offset", "offset", encoding.integer(minimum=0), False),
)


def call(
    session_id: UUID | str,
    *,
    limit: int | None | Unset = UNSET,
    offset: int | None | Unset = UNSET,
) -> Call[GetSuggestionsResponse]:
    """List the suggestions of a session.

    ``GET /sessions/{session_id}/suggestions``

    Returns one page of the suggestions made in a session. The list is empty when the model makes
    none.

    Args:
        session_id: The session's id, a UUID v4.
        limit: The maximum number of items. At least 1 and at most 1000. The server's default: 100.
        offset: The number of items to skip before the page. At least 0. The server's default: 0.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "GetSuggestions",
        "GET",
        f"/sessions/{_session_id(session_id)}/suggestions",
        _ANSWERS,
        query=_query(limit, offset),
    )

"""Search the documents of an agent, of a user, or of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ... import decoding, encoding, parameters
from ...client import Call
from ...models.doc_match import DocMatch
from ...models.search_docs_response import SearchDocsResponse
from ...types import UNSET, Unset

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: decoding.PageReader(SearchDocsResponse.from_dict, DocMatch),
}
_query: Final = parameters.query(
    ("query", "query", encoding.string(), True),
    ("agent_id", "agent_id", encoding.uuid4, False),
    ("user_id", "user_id", encoding.uuid4, False),
    ("limit", "limit", encoding.integer(minimum=1, maximum=1000), False),
)


def call(
    *,
    query: str,
    agent_id: UUID | str | None | Unset = UNSET,
    user_id: UUID | str | None | Unset = UNSET,
    limit: int | None | Unset = UNSET,
) -> Call[SearchDocsResponse]:
    """Search the documents of an agent, of a user, or of both.

    ``GET /docs/search``

    Returns the parts of documents that match a query, the nearest first, as a chat with this agent
    and this user recalls them. At least one owner must be given.

    Args:
        query: The text to search for.
        agent_id: The agent whose documents are searched.
        user_id: The user whose documents are searched.
        limit: The maximum number of items. At least 1 and at most 1000. The server's default: 100.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "SearchDocs",
        "GET",
        "/docs/search",
        _ANSWERS,
        query=_query(query, agent_id, user_id, limit),
    )

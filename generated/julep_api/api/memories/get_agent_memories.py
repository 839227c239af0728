"""List or search the memories of an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ... import decoding, encoding, parameters
from ...client import Call
from ...models.get_agent_memories_response import GetAgentMemoriesResponse
from ...models.memory import Memory
from ...types import UNSET, Unset

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: decoding.PageReader(GetAgentMemoriesResponse.from_dict, Memory),
}
_agent_id: Final = parameters.path("agent_id", encoding.uuid4)
_query: Final = parameters.query(
    ("query", "query", encoding.string(), False),
    ("types", "types", encoding.list_of(encoding.string()), False),
    ("user_id", "user_id", encoding.uuid4, False),
    ("limit", "limit", encoding.integer(minimum=1, maximum=1000), False),
    ("offset", "offset", encoding.integer(minimum=0), False),
    ("with_total", "with_total", encoding.boolean, False),
)


def call(
    agent_id: UUID | str,
    *,
    query: str | None | Unset = UNSET,
    types: list[str] | None | Unset = UNSET,
    user_id: UUID | str | None | Unset = UNSET,
    limit: int | None | Unset = UNSET,
    offset: int | None | Unset = UNSET,
    with_total: bool | None | Unset = UNSET,
) -> Call[GetAgentMemoriesResponse]:
    """List or search the memories of an agent.

    ``GET /agents/{agent_id}/memories``

    Returns one page of an agent's memories: those most similar to the query first, or newest first
    without a query.

    Args:
        agent_id: The agent's id, a UUID v4.
        query: The text to search for.
        types: Only memories of these types; the parameter is repeated for several.
        user_id: Only memories that concern this user.
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
        "GetAgentMemories",
        "GET",
        f"/agents/{_agent_id(agent_id)}/memories",
        _ANSWERS,
        query=_query(query, types, user_id, limit, offset, with_total),
    )

"""List the tools of an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ... import decoding, encoding, parameters
from ...client import Call
from ...models.get_agent_tools_response import GetAgentToolsResponse
from ...models.tool import Tool
from ...types import UNSET, Unset

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: decoding.PageReader(GetAgentToolsResponse.from_dict, Tool),
}
_agent_id: Final = parameters.path("agent_id", encoding.uuid4)
_query: Final = parameters.query(
    ("limit", "limit", encoding.integer(minimum=1, maximum=1000), False),
    ("offset", "offset", encoding.integer(minimum=0), False),
    ("with_total", "with_total", encoding.boolean, False),
)


def call(
    agent_id: UUID | str,
    *,
    limit: int | None | Unset = UNSET,
    offset: int | None | Unset = UNSET,
    with_total: bool | None | Unset = UNSET,
) -> Call[GetAgentToolsResponse]:
    """List the tools of an agent.

    ``GET /agents/{agent_id}/tools``

    Returns one page of an agent's tools.

    Args:
        agent_id: The agent's id, a UUID v4.
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
        "GetAgentTools",
        "GET",
        f"/agents/{_agent_id(agent_id)}/tools",
        _ANSWERS,
        query=_query(limit, offset, with_total),
    )

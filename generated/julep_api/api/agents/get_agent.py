"""Get an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call
from ...models.agent import Agent

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: Agent.from_dict,
}
_agent_id: Final = parameters.path("agent_id", encoding.uuid4)


def call(
    agent_id: UUID | str,
) -> Call[Agent]:
    """Get an agent.

    ``GET /agents/{agent_id}``

    Returns one agent, without its tools and documents.

    Args:
        agent_id: The agent's id, a UUID v4.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "GetAgent",
        "GET",
        f"/agents/{_agent_id(agent_id)}",
        _ANSWERS,
    )

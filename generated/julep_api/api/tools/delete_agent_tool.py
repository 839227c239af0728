"""Delete a tool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call
from ...models.resource_deleted_response import ResourceDeletedResponse

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    202: ResourceDeletedResponse.from_dict,
}
_agent_id: Final = parameters.path("agent_id", encoding.uuid4)
_tool_id: Final = parameters.path("tool_id", encoding.uuid4)


def call(
    agent_id: UUID | str,
    tool_id: UUID | str,
) -> Call[ResourceDeletedResponse]:
    """Delete a tool.

    ``DELETE /agents/{agent_id}/tools/{tool_id}``

    Deletes a tool of an agent. Deleting it again has the same response.

    Args:
        agent_id: The agent's id, a UUID v4.
        tool_id: The tool's id, a UUID v4.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "DeleteAgentTool",
        "DELETE",
        f"/agents/{_agent_id(agent_id)}/tools/{_tool_id(tool_id)}",
        _ANSWERS,
    )

"""Delete an agent."""

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


def call(
    agent_id: UUID | str,
) -> Call[ResourceDeletedResponse]:
    """Delete an agent.

    ``DELETE /agents/{agent_id}``

    Deletes an agent with its tools, documents and memories. Its sessions keep their history but can
    no longer chat. Deleting it again has the same response.

    Args:
        agent_id: The agent's id, a UUID v4.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "DeleteAgent",
        "DELETE",
        f"/agents/{_agent_id(agent_id)}",
        _ANSWERS,
    )

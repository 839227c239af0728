"""Change a tool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call
from ...models.patch_tool_request import PatchToolRequest
from ...models.resource_updated_response import ResourceUpdatedResponse
from ...types import UNSET, Unset

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: ResourceUpdatedResponse.from_dict,
}
_agent_id: Final = parameters.path("agent_id", encoding.uuid4)
_tool_id: Final = parameters.path("tool_id", encoding.uuid4)
_headers: Final = parameters.header(
    ("Prefer", "prefer", encoding.string(), False),
)


def call(
    agent_id: UUID | str,
    tool_id: UUID | str,
    body: PatchToolRequest | Mapping[str, object],
    *,
    prefer: str | None | Unset = UNSET,
) -> Call[ResourceUpdatedResponse]:
    """Change a tool.

    ``PATCH /agents/{agent_id}/tools/{tool_id}``

    Changes the given parts of a tool's definition and leaves the rest unchanged.

    Args:
        agent_id: The agent's id, a UUID v4.
        tool_id: The tool's id, a UUID v4.
        body: The request body, as a `PatchToolRequest` or a dict with the same keys.
        prefer: The requested content of the response (RFC 7240): `return=representation` for the
            whole resource, `return=minimal`, the default, for id and time alone.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "PatchAgentTool",
        "PATCH",
        f"/agents/{_agent_id(agent_id)}/tools/{_tool_id(tool_id)}",
        _ANSWERS,
        headers=_headers(prefer),
        body=PatchToolRequest.encode(body),
    )

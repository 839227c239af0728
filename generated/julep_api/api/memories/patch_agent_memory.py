"""Change a memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call
from ...models.patch_memory_request import PatchMemoryRequest
from ...models.resource_updated_response import ResourceUpdatedResponse
from ...types import UNSET, Unset

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: ResourceUpdatedResponse.from_dict,
}
_agent_id: Final = parameters.path("agent_id", encoding.uuid4)
_memory_id: Final = parameters.path("memory_id", encoding.uuid4)
_headers: Final = parameters.header(
    ("Prefer", "prefer", encoding.string(), False),
)


def call(
    agent_id: UUID | str,
    memory_id: UUID | str,
    body: PatchMemoryRequest | Mapping[str, object],
    *,
    prefer: str | None | Unset = UNSET,
) -> Call[ResourceUpdatedResponse]:
    """Change a memory.

    ``PATCH /agents/{agent_id}/memories/{memory_id}``

    Changes the given fields of a memory and leaves the rest unchanged.

    Args:
        agent_id: The agent's id, a UUID v4.
        memory_id: The memory's id, a UUID v4.
        body: The request body, as a `PatchMemoryRequest` or a dict with the same keys.
        prefer: The requested content of the response (RFC 7240): `return=representation` for the
            whole resource, `return=minimal`, the default, for id and time alone.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "PatchAgentMemory",
        "PATCH",
        f"/agents/{_agent_id(agent_id)}/memories/{_memory_id(memory_id)}",
        _ANSWERS,
        headers=_headers(prefer),
        body=PatchMemoryRequest.encode(body),
    )

"""Add a memory to an agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call
from ...models.create_memory_request import CreateMemoryRequest
from ...models.resource_created_response import ResourceCreatedResponse
from ...types import UNSET, Unset

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    201: ResourceCreatedResponse.from_dict,
}
_agent_id: Final = parameters.path("agent_id", encoding.uuid4)
_headers: Final = parameters.header(
    ("Idempotency-Key", "idempotency_key", encoding.string(min_length=1, max_length=255), False),
    ("Prefer", "prefer", encoding.string(), False),
)


def call(
    agent_id: UUID | str,
    body: CreateMemoryRequest | Mapping[str, object],
    *,
    idempotency_key: str | None | Unset = UNSET,
    prefer: str | None | Unset = UNSET,
) -> Call[ResourceCreatedResponse]:
    """Add a memory to an agent.

    ``POST /agents/{agent_id}/memories``

    Adds what an agent remembers of a user. Searches and chats find it at once. The same text about
    the same user is remembered once.

    Args:
        agent_id: The agent's id, a UUID v4.
        body: The request body, as a `CreateMemoryRequest` or a dict with the same keys.
        idempotency_key: Identifies this request, so that repeating it does not perform it twice.
            For 24 hours the same key with the same body returns the first response again, even
            while the first request still runs; with another body it is a conflict. 1 to 255
            characters.
        prefer: The requested content of the response (RFC 7240): `return=representation` for the
            whole resource, `return=minimal`, the default, for id and time alone.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "CreateAgentMemory",
        "POST",
        f"/agents/{_agent_id(agent_id)}/memories",
        _ANSWERS,
        headers=_headers(idempotency_key, prefer),
        body=CreateMemoryRequest.encode(body),
    )

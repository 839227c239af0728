"""Change a document of an agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call
from ...models.patch_doc_request import PatchDocRequest
from ...models.resource_updated_response import ResourceUpdatedResponse
from ...types import UNSET, Unset

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: ResourceUpdatedResponse.from_dict,
}
_agent_id: Final = parameters.path("agent_id", encoding.uuid4)
_doc_id: Final = parameters.path("doc_id", encoding.uuid4)
_headers: Final = parameters.header(
    ("Prefer", "prefer", encoding.string(), False),
)


def call(
    agent_id: UUID | str,
    doc_id: UUID | str,
    body: PatchDocRequest | Mapping[str, object],
    *,
    prefer: str | None | Unset = UNSET,
) -> Call[ResourceUpdatedResponse]:
    """Change a document of an agent.

    ``PATCH /agents/{agent_id}/docs/{doc_id}``

    Changes the given fields of a document and leaves the rest unchanged. Searches find the new text
    at once.

    Args:
        agent_id: The agent's id, a UUID v4.
        doc_id: The document's id, a UUID v4.
        body: The request body, as a `PatchDocRequest` or a dict with the same keys.
        prefer: The requested content of the response (RFC 7240): `return=representation` for the
            whole resource, `return=minimal`, the default, for id and time alone.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "PatchAgentDoc",
        "PATCH",
        f"/agents/{_agent_id(agent_id)}/docs/{_doc_id(doc_id)}",
        _ANSWERS,
        headers=_headers(prefer),
        body=PatchDocRequest.encode(body),
    )

"""Change a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call
from ...models.patch_session_request import PatchSessionRequest
from ...models.resource_updated_response import ResourceUpdatedResponse
from ...types import UNSET, Unset

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: ResourceUpdatedResponse.from_dict,
}
_session_id: Final = parameters.path("session_id", encoding.uuid4)
_headers: Final = parameters.header(
    ("Prefer", "prefer", encoding.string(), False),
)


def call(
    session_id: UUID | str,
    body: PatchSessionRequest | Mapping[str, object],
    *,
    prefer: str | None | Unset = UNSET,
) -> Call[ResourceUpdatedResponse]:
    """Change a session.

    ``PATCH /sessions/{session_id}``

    Changes the given fields of a session and leaves the rest unchanged.

    Args:
        session_id: The session's id, a UUID v4.
        body: The request body, as a `PatchSessionRequest` or a dict with the same keys.
        prefer: The requested content of the response (RFC 7240): `return=representation` for the
            whole resource, `return=minimal`, the default, for id and time alone.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "PatchSession",
        "PATCH",
        f"/sessions/{_session_id(session_id)}",
        _ANSWERS,
        headers=_headers(prefer),
        body=PatchSessionRequest.encode(body),
    )

"""Replace a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call
from ...models.resource_updated_response import ResourceUpdatedResponse
from ...models.update_session_request import UpdateSessionRequest
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
    body: UpdateSessionRequest | Mapping[str, object],
    *,
    prefer: str | None | Unset = UNSET,
) -> Call[ResourceUpdatedResponse]:
    """Replace a session.

    ``PUT /sessions/{session_id}``

    Replaces the fields of a session. Fields left out are reset to their defaults; the agent, the
    user and the history stay.

    Args:
        session_id: The session's id, a UUID v4.
        body: The request body, as a `UpdateSessionRequest` or a dict with the same keys.
        prefer: The requested content of the response (RFC 7240): `return=representation` for the
            whole resource, `return=minimal`, the default, for id and time alone.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "UpdateSession",
        "PUT",
        f"/sessions/{_session_id(session_id)}",
        _ANSWERS,
        headers=_headers(prefer),
        body=UpdateSessionRequest.encode(body),
    )

"""Delete the history of a session."""

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
_session_id: Final = parameters.path("session_id", encoding.uuid4)


def call(
    session_id: UUID | str,
) -> Call[ResourceDeletedResponse]:
    """Delete the history of a session.

    ``DELETE /sessions/{session_id}/history``

    Deletes all messages of a session and keeps the session.

    Args:
        session_id: The session's id, a UUID v4.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "DeleteSessionHistory",
        "DELETE",
        f"/sessions/{_session_id(session_id)}/history",
        _ANSWERS,
    )

"""Get a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call
from ...models.session import Session

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: Session.from_dict,
}
_session_id: Final = parameters.path("session_id", encoding.uuid4)


def call(
    session_id: UUID | str,
) -> Call[Session]:
    """Get a session.

    ``GET /sessions/{session_id}``

    Returns one session, without its history.

    Args:
        session_id: The session's id, a UUID v4.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "GetSession",
        "GET",
        f"/sessions/{_session_id(session_id)}",
        _ANSWERS,
    )

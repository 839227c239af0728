"""Fork a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call
from ...models.fork_session_request import ForkSessionRequest
from ...models.resource_created_response import ResourceCreatedResponse
from ...types import UNSET, Unset

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    201: ResourceCreatedResponse.from_dict,
}
_session_id: Final = parameters.path("session_id", encoding.uuid4)
_headers: Final = parameters.header(
    ("Idempotency-Key", "idempotency_key", encoding.string(min_length=1, max_length=255), False),
    ("Prefer", "prefer", encoding.string(), False),
)


def call(
    session_id: UUID | str,
    body: ForkSessionRequest | Mapping[str, object],
    *,
    idempotency_key: str | None | Unset = UNSET,
    prefer: str | None | Unset = UNSET,
) -> Call[ResourceCreatedResponse]:
    """Fork a session.

    ``POST /sessions/{session_id}/fork``

    Creates a session with the agent, the user, the settings and a copy of the history of another
    one. Each goes its own way afterwards: messages of one are not in the other.

    Args:
        session_id: The session's id, a UUID v4.
        body: The request body, as a `ForkSessionRequest` or a dict with the same keys.
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
        "ForkSession",
        "POST",
        f"/sessions/{_session_id(session_id)}/fork",
        _ANSWERS,
        headers=_headers(idempotency_key, prefer),
        body=ForkSessionRequest.encode(body),
    )

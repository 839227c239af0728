"""Get a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call
from ...models.user import User

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: User.from_dict,
}
_user_id: Final = parameters.path("user_id", encoding.uuid4)


def call(
    user_id: UUID | str,
) -> Call[User]:
    """Get a user.

    ``GET /users/{user_id}``

    Returns one user, without the user's documents.

    Args:
        user_id: The user's id, a UUID v4.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "GetUser",
        "GET",
        f"/users/{_user_id(user_id)}",
        _ANSWERS,
    )

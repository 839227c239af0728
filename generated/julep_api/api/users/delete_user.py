"""Delete a user."""

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
_user_id: Final = parameters.path("user_id", encoding.uuid4)


def call(
    user_id: UUID | str,
) -> Call[ResourceDeletedResponse]:
    """Delete a user.

    ``DELETE /users/{user_id}``

    Deletes a user with its documents. Deleting it again has the same response.

    Args:
        user_id: The user's id, a UUID v4.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "DeleteUser",
        "DELETE",
        f"/users/{_user_id(user_id)}",
        _ANSWERS,
    )

"""Get a document of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call
from ...models.doc import Doc

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: Doc.from_dict,
}
_user_id: Final = parameters.path("user_id", encoding.uuid4)
_doc_id: Final = parameters.path("doc_id", encoding.uuid4)


def call(
    user_id: UUID | str,
    doc_id: UUID | str,
) -> Call[Doc]:
    """Get a document of a user.

    ``GET /users/{user_id}/docs/{doc_id}``

    Returns one document of this user, with its content as it was created. A document of any other
    owner is not found.

    Args:
        user_id: The user's id, a UUID v4.
        doc_id: The document's id, a UUID v4.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "GetUserDoc",
        "GET",
        f"/users/{_user_id(user_id)}/docs/{_doc_id(doc_id)}",
        _ANSWERS,
    )

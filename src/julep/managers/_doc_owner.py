"""The owner of docs: the contract has each of their operations for agents and for users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from julep._arguments.encode import REPRESENTATION
from julep.errors import InvalidArgumentError
from julep_api.api import docs

if TYPE_CHECKING:
    from julep_api.client import Call
    from julep_api.models import (
        CreateDoc,
        Doc,
        GetAgentDocsResponse,
        GetUserDocsResponse,
        ResourceCreatedResponse,
        ResourceDeletedResponse,
        ResourceUpdatedResponse,
    )


class DocOwner(NamedTuple):
    """The agent that has docs, or the user that they are about."""

    id: str | UUID
    is_user: bool


def owner_of(agent_id: str | UUID | None, user_id: str | UUID | None) -> DocOwner:
    """Return the owner that a method's arguments name.

    Raises:
        InvalidArgumentError: When there are none or two.
    """
    if agent_id is not None and user_id is None:
        return DocOwner(agent_id, is_user=False)
    if user_id is not None and agent_id is None:
        return DocOwner(user_id, is_user=True)
    found = "neither" if agent_id is None else "both"
    raise InvalidArgumentError(
        f"agent_id: expected either this or user_id; got {found}", path="agent_id"
    )


def get_call(owner: DocOwner, doc_id: str | UUID) -> Call[Doc]:
    """Build the call that gets a doc."""
    operation = docs.get_user_doc.call if owner.is_user else docs.get_agent_doc.call
    return operation(owner.id, doc_id)


def list_call(
    owner: DocOwner,
    *,
    limit: int | None = None,
    offset: int | None = None,
    with_total: bool | None = None,
    metadata_filter: str | None = None,
    sort_by: str | None = None,
    order: str | None = None,
) -> Call[GetUserDocsResponse] | Call[GetAgentDocsResponse]:
    """Build the call that lists docs."""
    operation = docs.get_user_docs.call if owner.is_user else docs.get_agent_docs.call
    return operation(
        owner.id,
        limit=limit,
        offset=offset,
        with_total=with_total,
        metadata_filter=metadata_filter,
        sort_by=sort_by,
        order=order,
    )


def create_call(
    owner: DocOwner, doc: CreateDoc | Mapping[str, object]
) -> Call[ResourceCreatedResponse]:
    """Build the call that creates a doc, and returns it."""
    operation = docs.create_user_doc.call if owner.is_user else docs.create_agent_doc.call
    return operation(owner.id, doc, prefer=REPRESENTATION)


def patch_call(
    owner: DocOwner, doc_id: str | UUID, body: Mapping[str, object]
) -> Call[ResourceUpdatedResponse]:
    """Build the call that changes fields of a doc, and returns it."""
    operation = docs.patch_user_doc.call if owner.is_user else docs.patch_agent_doc.call
    return operation(owner.id, doc_id, body, prefer=REPRESENTATION)


def replace_call(
    owner: DocOwner, doc_id: str | UUID, body: Mapping[str, object]
) -> Call[ResourceUpdatedResponse]:
    """Build the call that replaces a doc, and returns it."""
    operation = docs.update_user_doc.call if owner.is_user else docs.update_agent_doc.call
    return operation(owner.id, doc_id, body, prefer=REPRESENTATION)


def delete_call(owner: DocOwner, doc_id: str | UUID) -> Call[ResourceDeletedResponse]:
    """Build the call that deletes a doc."""
    operation = docs.delete_user_doc.call if owner.is_user else docs.delete_agent_doc.call
    return operation(owner.id, doc_id)

"""The enum `ListUsersRequestSortBy`."""

from __future__ import annotations

from ..types import OpenEnum


class ListUsersRequestSortBy(OpenEnum):
    """The values that the contract lists.

    Example:
        >>> from julep_api.models import ListUsersRequestSortBy
        >>> ListUsersRequestSortBy("created_at")
        <ListUsersRequestSortBy.CREATED_AT: 'created_at'>
    """

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"

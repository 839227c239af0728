"""The enum `ListAgentsRequestSortBy`."""

from __future__ import annotations

from ..types import OpenEnum


class ListAgentsRequestSortBy(OpenEnum):
    """The values that the contract lists.

    Example:
        >>> from julep_api.models import ListAgentsRequestSortBy
        >>> ListAgentsRequestSortBy("created_at")
        <ListAgentsRequestSortBy.CREATED_AT: 'created_at'>
    """

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"

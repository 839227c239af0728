"""The enum `ListSessionsRequestSortBy`."""

from __future__ import annotations

from ..types import OpenEnum


class ListSessionsRequestSortBy(OpenEnum):
    """The values that the contract lists.

    Example:
        >>> from julep_api.models import ListSessionsRequestSortBy
        >>> ListSessionsRequestSortBy("created_at")
        <ListSessionsRequestSortBy.CREATED_AT: 'created_at'>
    """

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"

"""The enum `GetUserDocsRequestSortBy`."""

from __future__ import annotations

from ..types import OpenEnum


class GetUserDocsRequestSortBy(OpenEnum):
    """The values that the contract lists.

    Example:
        >>> from julep_api.models import GetUserDocsRequestSortBy
        >>> GetUserDocsRequestSortBy("created_at")
        <GetUserDocsRequestSortBy.CREATED_AT: 'created_at'>
    """

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"

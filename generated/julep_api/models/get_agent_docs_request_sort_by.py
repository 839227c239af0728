"""The enum `GetAgentDocsRequestSortBy`."""

from __future__ import annotations

from ..types import OpenEnum


class GetAgentDocsRequestSortBy(OpenEnum):
    """The values that the contract lists.

    Example:
        >>> from julep_api.models import GetAgentDocsRequestSortBy
        >>> GetAgentDocsRequestSortBy("created_at")
        <GetAgentDocsRequestSortBy.CREATED_AT: 'created_at'>
    """

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"

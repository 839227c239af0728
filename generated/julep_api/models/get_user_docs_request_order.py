"""The enum `GetUserDocsRequestOrder`."""

from __future__ import annotations

from ..types import OpenEnum


class GetUserDocsRequestOrder(OpenEnum):
    """The values that the contract lists."""

    ASC = "asc"
    DESC = "desc"

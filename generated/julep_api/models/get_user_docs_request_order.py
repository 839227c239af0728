"""The enum `GetUserDocsRequestOrder`."""

from __future__ import annotations

from ..types import OpenEnum


class GetUserDocsRequestOrder(OpenEnum):
    """What the contract lists."""

    ASC = "asc"
    DESC = "desc"

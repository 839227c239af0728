"""The enum `DocMatchLeftOut`."""

from __future__ import annotations

from ..types import OpenEnum


class DocMatchLeftOut(OpenEnum):
    """Why it was not shown to the model: others are better than it (`limit`), or it is too far behind
    the best (`distance`). Absent if it was shown.

    Example:
        >>> from julep_api.models import DocMatchLeftOut
        >>> DocMatchLeftOut("limit")
        <DocMatchLeftOut.LIMIT: 'limit'>
    """

    LIMIT = "limit"
    DISTANCE = "distance"

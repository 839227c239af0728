"""A helper of julep 0.3's low-level client; new code uses a comprehension."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from julep_api.deprecation import warn_deprecated

__all__ = ["remove_none_from_dict"]

T = TypeVar("T")


def remove_none_from_dict(original: Mapping[str, T | None]) -> dict[str, T]:
    """Return a dict without the keys whose value is None.

    Args:
        original: The dict, which stays as it is.

    Returns:
        A dict of the other keys.

    Example:
        >>> from julep.api.core import remove_none_from_dict
        >>> remove_none_from_dict({"limit": 10, "offset": None})
        {'limit': 10}
    """
    warn_deprecated("remove_none_from_dict()", "a dict comprehension")
    return {key: value for key, value in original.items() if value is not None}

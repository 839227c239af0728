"""The named servers of julep 0.3; new code passes ``base_url`` to a client."""

from __future__ import annotations

from enum import Enum

from julep._settings.config import DEFAULT_BASE_URL

__all__ = ["JulepApiEnvironment"]


class JulepApiEnvironment(Enum):
    """The servers that a low-level client can use.

    Attributes:
        DEFAULT: The local server. In 0.3 it was the hosted service, which is gone.

    Example:
        >>> from julep.api.environment import JulepApiEnvironment
        >>> JulepApiEnvironment.DEFAULT.value
        'http://127.0.0.1:8080/api'
    """

    DEFAULT = DEFAULT_BASE_URL

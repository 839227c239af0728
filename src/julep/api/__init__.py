"""Import paths of julep 0.3; new code imports from `julep`, `julep.types` and `julep.errors`.

Example:
    >>> from julep.api.types import Agent
    >>> import julep.types
    >>> Agent is julep.types.Agent
    True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from julep.api.types import *  # noqa: F403  # the names are pinned by a test
else:
    from julep.api import types

    __all__ = types.__all__
    __getattr__ = types.__getattr__
    __dir__ = types.__dir__

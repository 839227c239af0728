"""Import paths of julep 0.3; new code imports from `julep`, `julep.types` and `julep.errors`.

Example:
    >>> from julep.api.types import Agent
    >>> import julep.types
    >>> Agent is julep.types.Agent
    True
"""

from typing import TYPE_CHECKING

from julep import _lazy

if TYPE_CHECKING:
    from julep.api import client as client
    from julep.api import core as core
    from julep.api import environment as environment
    from julep.api.environment import JulepApiEnvironment as JulepApiEnvironment
    from julep.api.types import *  # noqa: F403  # the names are pinned by a test
else:
    from julep.api import types

    __all__, __getattr__, __dir__ = _lazy.lazy(
        __name__,
        {
            "julep.api.environment": ("JulepApiEnvironment",),
            "julep.api.types": types.__all__,
        },
        submodules=("client", "core", "environment", "types"),
    )

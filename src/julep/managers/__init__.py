"""The managers: one module a resource, with a base class, a sync class and an async class."""

from typing import TYPE_CHECKING

from julep import _lazy

if TYPE_CHECKING:
    from julep.managers import agent as agent
    from julep.managers import base as base
    from julep.managers import doc as doc
    from julep.managers import job as job
    from julep.managers import memory as memory
    from julep.managers import session as session
    from julep.managers import tool as tool
    from julep.managers import types as types
    from julep.managers import user as user
    from julep.managers import utils as utils
else:
    __all__, __getattr__, __dir__ = _lazy.lazy(
        __name__,
        {},
        submodules=(
            "agent",
            "base",
            "doc",
            "job",
            "memory",
            "session",
            "tool",
            "types",
            "user",
            "utils",
        ),
    )

"""The contract's models and enums, and the dict forms of arguments.

Each is loaded when it is first used.

Example:
    >>> from julep.types import InputChatMlMessage, InputChatMlMessageRole
    >>> InputChatMlMessage(role=InputChatMlMessageRole.USER, content="Hello!").to_dict()
    {'role': 'user', 'content': 'Hello!'}
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from julep import _lazy

if TYPE_CHECKING:
    from julep.managers.types import *  # noqa: F403  # the names are pinned by a test
    from julep_api.models import *  # noqa: F403
else:
    _SOURCES = ("julep_api.models", "julep.managers.types")

    def __getattr__(name):
        sources = [import_module(source) for source in _SOURCES]
        if name == "__all__":
            return sorted({name for source in sources for name in source.__all__})
        for source in sources:
            if name in source.__all__:
                value = globals()[name] = getattr(source, name)
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return _lazy.public_names(sys.modules[__name__])

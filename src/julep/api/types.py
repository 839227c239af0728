"""The models at the import path and with the names of julep 0.3.

Each is imported on first use and is the same object as in `julep.types`. It can also be imported
from a module of its own, such as ``julep.api.types.agent``; these modules exist at run time only.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING

from julep import _lazy
from julep_api import models

# Messages of both directions share their classes of content parts; 0.3 had separate ones.
if TYPE_CHECKING:
    from julep_api.models import *  # noqa: F403  # the names are pinned by a test

    ChatMlMessageContentItem_ImageUrl = models.ChatMlImageContentPart
    ChatMlMessageContentItem_Text = models.ChatMlTextContentPart
    InputChatMlMessageContentItem_ImageUrl = models.ChatMlImageContentPart
    InputChatMlMessageContentItem_Text = models.ChatMlTextContentPart
else:
    _MODULES = models._MODULES  # noqa: SLF001  # the modules have the names of 0.3's
    _RENAMED = {
        "ChatMlMessageContentItem_ImageUrl": "ChatMlImageContentPart",
        "ChatMlMessageContentItem_Text": "ChatMlTextContentPart",
        "InputChatMlMessageContentItem_ImageUrl": "ChatMlImageContentPart",
        "InputChatMlMessageContentItem_Text": "ChatMlTextContentPart",
    }

    __all__ = models.__all__ + list(_RENAMED)

    def __getattr__(name):
        if f"{__name__}.{name}" in sys.modules:
            return sys.modules[f"{__name__}.{name}"]
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(models, _RENAMED.get(name, name))
        return value

    def __dir__():
        return _lazy.public_names(sys.modules[__name__])

    class _TypeModule(ModuleType):
        """A module of 0.3 with one type; all other types can be imported from it as well."""

        def __getattr__(self, name):
            if name == "__all__":
                stem = self.__name__.rpartition(".")[2]
                return [n for n in sys.modules[__name__].__all__ if _stem_of(n) == stem]
            if name.startswith("__"):
                raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
            return getattr(sys.modules[__name__], name)

    def _stem_of(name):
        return _MODULES[name.partition("_")[0]]

    # An import finds them here, as the import system allows.
    for _stem in set(_MODULES.values()):
        _name = f"{__name__}.{_stem}"
        sys.modules[_name] = _TypeModule(_name)
        sys.modules[_name].__spec__ = ModuleSpec(_name, None)

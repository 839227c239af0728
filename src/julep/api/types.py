"""The models by the import path and the names that they had in julep 0.3.

Each is loaded when it is first used, and is the one that `julep.types` has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from julep_api import models

# A content part is one class here, whoever wrote the message; 0.3 had one for each use.
if TYPE_CHECKING:
    from julep_api.models import *  # noqa: F403  # the names are pinned by a test

    ChatMlMessageContentItem_ImageUrl = models.ChatMlImageContentPart
    ChatMlMessageContentItem_Text = models.ChatMlTextContentPart
    InputChatMlMessageContentItem_ImageUrl = models.ChatMlImageContentPart
    InputChatMlMessageContentItem_Text = models.ChatMlTextContentPart
else:
    _RENAMED = {
        "ChatMlMessageContentItem_ImageUrl": "ChatMlImageContentPart",
        "ChatMlMessageContentItem_Text": "ChatMlTextContentPart",
        "InputChatMlMessageContentItem_ImageUrl": "ChatMlImageContentPart",
        "InputChatMlMessageContentItem_Text": "ChatMlTextContentPart",
    }

    __all__ = models.__all__ + list(_RENAMED)

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(models, _RENAMED.get(name, name))
        return value

    def __dir__():
        return sorted({*globals(), *__all__})

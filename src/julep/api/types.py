"""The models at the import path and with the names of julep 0.3.

Each is imported on first use and is the same object as in `julep.types`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from julep_api import models

# Messages of both directions share their classes of content parts; 0.3 had separate ones.
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

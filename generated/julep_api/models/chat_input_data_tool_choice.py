"""The named type `ChatInputDataToolChoice`."""

from __future__ import annotations

from typing import TypeAlias

from .named_tool_choice import NamedToolChoice
from .tool_choice_option_mode import ToolChoiceOptionMode

ChatInputDataToolChoice: TypeAlias = ToolChoiceOptionMode | NamedToolChoice
"""What `tool_choice` of a `ChatInputData` may be."""

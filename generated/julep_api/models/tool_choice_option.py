"""The named type `ToolChoiceOption`."""

from __future__ import annotations

from typing import TypeAlias

from .named_tool_choice import NamedToolChoice
from .tool_choice_option_mode import ToolChoiceOptionMode

ToolChoiceOption: TypeAlias = ToolChoiceOptionMode | NamedToolChoice
"""The tool that the model calls: `none` for no tool, `auto` to let the model choose, or one tool by
name."""

"""The named type `AgentInstructions`."""

from __future__ import annotations

from typing import TypeAlias

AgentInstructions: TypeAlias = str | list[str]
"""What `instructions` of a `Agent` may be."""

"""The named type `UpdateAgentRequestInstructions`."""

from __future__ import annotations

from typing import TypeAlias

UpdateAgentRequestInstructions: TypeAlias = str | list[str]
"""What `instructions` of a `UpdateAgentRequest` may be."""

"""The named type `PatchAgentRequestInstructions`."""

from __future__ import annotations

from typing import TypeAlias

PatchAgentRequestInstructions: TypeAlias = str | list[str]
"""What `instructions` of a `PatchAgentRequest` may be."""

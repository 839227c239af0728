"""The named type `CreateAgentRequestInstructions`."""

from __future__ import annotations

from typing import TypeAlias

CreateAgentRequestInstructions: TypeAlias = str | list[str]
"""What `instructions` of a `CreateAgentRequest` may be."""

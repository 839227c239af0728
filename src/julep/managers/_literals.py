"""The arguments that are one of several texts: apart from other types, which need models."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = ["ContextOverflow", "MemoryKind", "Order", "Preset", "SortBy"]

SortBy: TypeAlias = Literal["created_at", "updated_at"]
"""The field that a list is sorted by."""

Order: TypeAlias = Literal["asc", "desc"]
"""Oldest first or newest first."""

Preset: TypeAlias = Literal[
    "problem_solving",
    "conversational",
    "fun",
    "prose",
    "creative",
    "business",
    "deterministic",
    "code",
    "multilingual",
]
"""A named set of chat settings."""

ContextOverflow: TypeAlias = Literal["truncate", "adaptive"]
"""How a prompt that is too long is shortened."""

MemoryKind: TypeAlias = Literal["belief", "episode"]
"""What a memory is: something true, or something that happened."""

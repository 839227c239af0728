"""The arguments that are one of several texts: apart from other types, which need models."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = ["ContextOverflow", "MemoryKind", "Order", "Preset", "SortBy"]

SortBy: TypeAlias = Literal["created_at", "updated_at"]
"""The field that a list is sorted by.

Example:
    >>> [agent.name for agent in client.agents.list(sort_by="updated_at")]
    ['Ada']
"""

Order: TypeAlias = Literal["asc", "desc"]
"""Oldest first or newest first.

Example:
    >>> [agent.name for agent in client.agents.list(order="asc")]
    ['Ada']
"""

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
"""A named set of chat settings.

Example:
    >>> client.sessions.chat(session.id, "Hello!", preset="deterministic").text
    'Hello! How can I help?'
"""

ContextOverflow: TypeAlias = Literal["truncate", "adaptive"]
"""How a prompt that is too long is shortened: without the oldest history, or with a summary of it.

Example:
    >>> options = {"context_overflow": "adaptive", "token_budget": 4000}
    >>> client.sessions.create(agent_id=agent.id, **options).token_budget
    4000
"""

MemoryKind: TypeAlias = Literal["belief", "episode"]
"""What a memory is: something true, or something that happened.

Example:
    >>> [memory.content for memory in client.memories.list(agent.id, types="belief")]
    ['Grace likes porridge.']
"""

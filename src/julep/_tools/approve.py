"""The type of a function that decides about calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

Approve: TypeAlias = Callable[[str, Mapping[str, Any]], bool | str | Awaitable[bool | str]]
"""Decides about a call, by the function's name and its arguments: True, False, or why not.

Example:
    >>> def approve(name, arguments):
    ...     return name != "delete" or "nothing is deleted today"
    >>> client.sessions.run(session.id, "Hello!", [temperature], approve=approve).text
    'Hello! How can I help?'
"""

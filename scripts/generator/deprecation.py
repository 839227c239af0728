"""Deprecations of the contract: ``deprecated: true``, and the date in ``x-sunset``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, cast

from contract import Node

_VALUES = ("example", "examples", "default", "enum")


def audit_sunsets(node: Any, where: str = "") -> Iterator[str]:
    """Yield a line for each ``x-sunset`` that is no date, or beside nothing that is deprecated.

    Args:
        node: The document, or a part of it.
        where: Its place, such as ``paths /users get``.
    """
    if isinstance(node, list):
        for item in cast("list[object]", node):
            yield from audit_sunsets(item, where)
    if not isinstance(node, dict):
        return
    fields = cast("Node", node)
    given = fields.get("x-sunset")
    if given is not None and not fields.get("deprecated"):
        yield f"{where}: 'x-sunset' is of a deprecation; expected deprecated: true beside it"
    if given is not None and not _is_date(str(given)):
        yield f"{where}: x-sunset: {given} is not a date; expected one such as 2027-12-31"
    for key, value in fields.items():
        if key not in _VALUES:
            yield from audit_sunsets(value, f"{where} {key}".strip())


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def note(node: Node) -> str:
    """Return the sentence that begins the documentation of something deprecated, or nothing."""
    if not node.get("deprecated"):
        return ""
    date = node.get("x-sunset")
    return f"Deprecated, and may be gone from {date} on." if date else "Deprecated."


def message(node: Node, name: str) -> str:
    """Return the warning of an operation or a class that is deprecated, or nothing."""
    if not node.get("deprecated"):
        return ""
    date = node.get("x-sunset")
    end = f", and may be gone from {date} on" if date else ""
    return f"{name} is deprecated by the API{end}"

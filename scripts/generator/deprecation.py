"""Deprecations of the contract: ``deprecated: true``, and the date in ``x-sunset``."""

from __future__ import annotations

import datetime as dt
from typing import cast

from contract import Node, Pointer
from findings import Findings

_VALUES = ("example", "examples", "default", "enum")


def audit_sunsets(node: object, findings: Findings, pointer: Pointer = ()) -> None:
    """Record each ``x-sunset`` that is no date, or beside nothing that is deprecated.

    Args:
        node: The document, or a part of it.
        findings: What was found.
        pointer: Its place in the document.
    """
    if isinstance(node, list):
        for at, item in enumerate(cast("list[object]", node)):
            audit_sunsets(item, findings, (*pointer, at))
    if not isinstance(node, dict):
        return
    fields = cast("Node", node)
    given = fields.get("x-sunset")
    if given is not None and not fields.get("deprecated"):
        text = "'x-sunset' is of a deprecation"
        findings.refuse(pointer, "x-sunset", text, "deprecated: true beside it")
    if given is not None and not _is_date(str(given)):
        text = f"x-sunset: {given} is not a date"
        findings.refuse(pointer, "x-sunset", text, "one such as 2027-12-31")
    for key, value in fields.items():
        if key not in _VALUES:
            audit_sunsets(value, findings, (*pointer, key))


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

"""Cuts a document into chunks: one an item, long items at the borders of their text."""

from __future__ import annotations

import re

from julep_server.json_text import JSON

CHUNK = 800
"""Characters that a chunk may have: a paragraph or two, so that a fact comes with its context."""

# The best border first. Each ends where the next chunk can begin.
_BORDERS = (
    re.compile(r"\n\s*\n\s*"),
    re.compile(r"[.!?…][\"')\]]*\s+|[。！？]\s*"),  # noqa: RUF001 - CJK full stops
    re.compile(r"\s+"),
)


def chunks(content: JSON) -> list[str]:
    """Cut a document's content, a text or a list of texts; what is blank gives no chunk.

    Example:
        >>> chunks(["One item.", "Another."])
        ['One item.', 'Another.']
    """
    items = content if isinstance(content, list) else [content]
    return [chunk for item in items for chunk in _split(str(item))]


def _split(text: str) -> list[str]:
    found: list[str] = []
    start = 0
    while len(text) - start > CHUNK:
        end = _border(text, start)
        found.append(text[start:end].strip())
        start = end
    found.append(text[start:].strip())
    return [chunk for chunk in found if chunk]


def _border(text: str, start: int) -> int:
    """Where the chunk ends: at the last good border that keeps it at least half full."""
    limit = start + CHUNK
    for border in _BORDERS:
        ends = [match.end() for match in border.finditer(text, start + CHUNK // 2, limit)]
        if ends:
            return ends[-1]
    return limit

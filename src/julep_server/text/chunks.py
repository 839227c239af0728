"""Splits documents into chunks: one per item, long items at paragraphs, sentences or words."""

from __future__ import annotations

import re

from julep_server.json_text import JSON

MAX_CHUNK_LENGTH = 800
"""Characters that a chunk may have: a paragraph or two, so that a fact comes with its context."""

# The best boundary first. Each match ends where the next chunk can begin.
_BOUNDARIES = (
    re.compile(r"\n\s*\n\s*"),
    re.compile(r"[.!?…][\"')\]]*\s+|[。！？]\s*"),  # noqa: RUF001 - CJK full stops
    re.compile(r"\s+"),
)


def split_chunks(content: JSON) -> list[str]:
    """Split a document's content, a text or a list of texts, without blank chunks.

    Example:
        >>> split_chunks(["One item.", "Another."])
        ['One item.', 'Another.']
    """
    items = content if isinstance(content, list) else [content]
    return [chunk for item in items for chunk in _split(str(item))]


def _split(text: str) -> list[str]:
    found: list[str] = []
    start = 0
    while len(text) - start > MAX_CHUNK_LENGTH:
        end = _boundary(text, start)
        found.append(text[start:end].strip())
        start = end
    found.append(text[start:].strip())
    return [chunk for chunk in found if chunk]


def _boundary(text: str, start: int) -> int:
    """Return the end of the chunk: the last, best boundary in its second half."""
    limit = start + MAX_CHUNK_LENGTH
    for boundary in _BOUNDARIES:
        matches = boundary.finditer(text, start + MAX_CHUNK_LENGTH // 2, limit)
        if ends := [match.end() for match in matches]:
            return ends[-1]
    return limit

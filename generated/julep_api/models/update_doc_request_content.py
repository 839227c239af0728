"""The named type `UpdateDocRequestContent`."""

from __future__ import annotations

from typing import TypeAlias

UpdateDocRequestContent: TypeAlias = list[str] | str
"""What `content` of a `UpdateDocRequest` may be."""

"""The named type `PatchDocRequestContent`."""

from __future__ import annotations

from typing import TypeAlias

PatchDocRequestContent: TypeAlias = list[str] | str
"""What `content` of a `PatchDocRequest` may be."""

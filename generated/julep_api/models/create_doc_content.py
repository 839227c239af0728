"""The named type `CreateDocContent`."""

from __future__ import annotations

from typing import TypeAlias

CreateDocContent: TypeAlias = list[str] | str
"""What `content` of a `CreateDoc` may be."""

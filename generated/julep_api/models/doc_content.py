"""The named type `DocContent`."""

from __future__ import annotations

from typing import TypeAlias

DocContent: TypeAlias = list[str] | str
"""What `content` of a `Doc` may be."""

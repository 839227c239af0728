"""The named type `ChatSettingsStop`."""

from __future__ import annotations

from typing import TypeAlias

ChatSettingsStop: TypeAlias = str | list[str]
"""What `stop` of a `ChatSettings` may be."""

"""The warning of what is kept for code written for julep 0.3; models raise it too."""

from __future__ import annotations

from julep_api.deprecation import KEPT_UNTIL, warn_deprecated

__all__ = ["KEPT_UNTIL", "warn_deprecated"]

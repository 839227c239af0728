"""The named type `UpdateSessionRequestMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

UpdateSessionRequestMetadata: TypeAlias = JSONObject
"""What `metadata` of a `UpdateSessionRequest` may be."""

"""Tokens of HTTP, of which methods and header names consist (RFC 9110, section 5.6.2)."""

from __future__ import annotations

import re
from typing import Final

TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""The pattern of one whole token, for `fullmatch`."""

"""Tokens of HTTP, of which methods and header names consist (RFC 9110, section 5.6.2)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

LETTERS_AND_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""Those of ASCII."""

_CHARACTERS: Final = f"!#$%&'*+-.^_`|~{LETTERS_AND_DIGITS}"


@lru_cache
def is_token(text: str) -> bool:
    """Check whether a text is one token."""
    return text != "" and not text.strip(_CHARACTERS)  # nothing of a token remains

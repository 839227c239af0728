"""Which headers may be shown: in a log, an error, a command, a pickle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HIDDEN: Final = "[hidden]"

# A name that says so is enough: whoever gave the header knows best what it is for.
_TELLING: Final = ("auth", "cookie", "credential", "key", "password", "secret", "token")

# It names a request, and opens nothing.
_HARMLESS: Final = frozenset({"idempotency-key"})


def is_secret(name: str) -> bool:
    """Tell whether a header looks like one that lets someone in."""
    name = name.lower()
    return name not in _HARMLESS and any(word in name for word in _TELLING)


def without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    """Give headers that may be shown: the values of secret ones are hidden."""
    return {name: HIDDEN if is_secret(name) else value for name, value in headers.items()}

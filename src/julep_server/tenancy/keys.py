"""API keys and tenants as records, and what a key looks like."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from julep_server.json_text import JSON

LOCAL_TENANT: Final = "local"
"""The tenant of a server without keys: its id and its name."""

READ: Final = "read"
ALL: Final = "all"
SCOPES: Final = (ALL, READ)

FROM_SETTINGS: Final = "settings"
FROM_COMMAND: Final = "command"
FROM_MIGRATION: Final = "migration"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PREFIX = "jk_"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant, with the limits that differ from the server's."""

    id: str
    name: str
    limits: Mapping[str, JSON]
    created_at: int


@dataclass(frozen=True, slots=True)
class Key:
    """A key, without the key itself.

    Attributes:
        sha256: The key's hash.
        scope: ``all`` or ``read``.
        origin: What entered it: ``settings``, ``command`` or ``migration``.
    """

    id: str
    tenant: str
    name: str
    sha256: str
    scope: str
    origin: str
    created_at: int
    expires_at: int | None
    last_used_at: int | None
    revoked_at: int | None

    def state(self, moment: int) -> str:
        """Return ``active``, ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= moment else "active"


def require_key(keys: Iterable[Key]) -> bool:
    """Check whether a server with these keys requires one; an old database's do not count."""
    return any(key.origin != FROM_MIGRATION for key in keys)


def new_key() -> str:
    """Return a new key: 256 random bits, with a prefix by which scanners recognise it."""
    return _PREFIX + secrets.token_urlsafe(32)


def key_hash(key: str) -> str:
    """Return the hash by which a key is stored.

    A key of 256 random bits needs no slow hash. The text before it keeps the hash apart from
    other hashes of the same key; databases of the first version have it as their tenants' ids.
    """
    return hashlib.sha256(b"julep tenant\0" + key.encode("utf-8", "surrogatepass")).hexdigest()


def automatic_name(sha256: str) -> str:
    """Return the name of a key, and of its tenant, that has no other."""
    return f"key-{sha256[:12]}"


def is_automatic(name: str) -> bool:
    """Check whether a name was made by :func:`automatic_name`."""
    return re.fullmatch("key-[0-9a-f]{12}", name) is not None


def split_name(text: str) -> tuple[str | None, str]:
    """Split ``NAME:KEY``; the name is None when the text is a key alone.

    Example:
        >>> split_name("acme:secret"), split_name("secret")
        (('acme', 'secret'), (None, 'secret'))
    """
    name, colon, key = text.partition(":")
    return (name, key) if colon and key and _NAME.fullmatch(name) else (None, text)


def checked_name(name: str) -> str:
    """Return a name of a tenant or a key.

    Raises:
        ValueError: It can't be one.
    """
    if _NAME.fullmatch(name) is None:
        raise ValueError(
            f"a name has up to 64 letters, digits, dots, dashes and underscores; got {name!r:.80}"
        )
    return name

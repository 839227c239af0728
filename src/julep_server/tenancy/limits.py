"""The limits of a tenant: the server's settings, and what the tenant has of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from julep_server.json_text import JSON
from julep_server.settings import Settings

NAMES = ("rate", "burst", "chats", "tokens", "storage", "models")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a tenant may use; None is no limit.

    Attributes:
        rate: Requests a second.
        burst: Requests at once; None for those of one second.
        chats: Chats at the same time.
        tokens: Tokens of chats a day, of prompts and answers together.
        storage: Bytes of stored text.
        models: The names of the only models that it may use.
    """

    rate: float | None = None
    burst: int | None = None
    chats: int | None = None
    tokens: int | None = None
    storage: int | None = None
    models: Sequence[str] | None = None

    @property
    def bucket(self) -> int:
        """The requests at once, in numbers; 0 without a rate."""
        if self.rate is None:
            return 0
        return self.burst or max(1, math.ceil(self.rate))

    @property
    def window(self) -> int:
        """The whole seconds in which the requests at once are allowed again."""
        return max(1, math.ceil(self.bucket / self.rate)) if self.rate else 0

    @property
    def quota(self) -> int:
        """The requests that the rate allows in a window."""
        return max(self.bucket, math.floor((self.rate or 0) * self.window))


def limits_of(settings: Settings, own: Mapping[str, JSON], models: Sequence[str] | None) -> Limits:
    """Return a tenant's limits.

    Args:
        settings: The server's settings.
        own: The tenant's: absent is the server's, null is no limit.
        models: The models that the server's settings allow it.
    """

    def number(name: str, default: float | None) -> float | None:
        value = own.get(name, default)
        return value if isinstance(value, (int, float)) else None

    def whole(name: str, default: int | None) -> int | None:
        value = number(name, default)
        return None if value is None else int(value)

    listed = own.get("models", None if models is None else list[JSON](models))
    return Limits(
        number("rate", settings.tenant_rate),
        whole("burst", settings.tenant_burst),
        whole("chats", settings.tenant_chats),
        whole("tokens", settings.tenant_tokens),
        whole("storage", settings.tenant_storage),
        [str(name) for name in listed] if isinstance(listed, list) else None,
    )

"""The headers RateLimit and RateLimit-Policy, by draft-ietf-httpapi-ratelimit-headers-10."""

from __future__ import annotations

from julep_server.tenancy.limits import Limits
from julep_server.tenancy.tokens import DAY, seconds_to_tomorrow


def rate_headers(limits: Limits, left: int, full: int, chats: int, tokens: int) -> dict[str, str]:
    """Return the headers for a tenant with some of the limits.

    Args:
        limits: The tenant's limits.
        left: The requests that it may make now.
        full: The seconds until it may make all at once again.
        chats: Its running chats.
        tokens: The tokens that it has used today.

    Example:
        >>> rate_headers(Limits(rate=5, chats=2), 4, 1, 1, 0)["RateLimit"]
        '"requests";r=4;t=1, "chats";r=1'
    """
    policies: list[str] = []
    states: list[str] = []
    if limits.rate is not None:
        policies.append(f'"requests";q={limits.quota};w={limits.window}')
        states.append(f'"requests";r={left};t={full}')
    if limits.chats is not None:
        policies.append(f'"chats";q={limits.chats};qu="concurrent-requests"')
        states.append(f'"chats";r={max(0, limits.chats - chats)}')
    if limits.tokens is not None:
        policies.append(f'"tokens";q={limits.tokens};w={DAY};qu="tokens"')
        states.append(f'"tokens";r={max(0, limits.tokens - tokens)};t={seconds_to_tomorrow()}')
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(states)}

"""Requests a second by tenant: a bucket of tokens that fills at the rate."""

from __future__ import annotations

import math

from julep_server.tenancy.limits import Limits


class Bucket:
    """The requests that a tenant may make now.

    Args:
        moment: The time, in seconds.
        limits: The tenant's limits, with a rate.
    """

    __slots__ = ("_left", "_moment")

    def __init__(self, moment: float, limits: Limits) -> None:
        self._left = float(limits.bucket)
        self._moment = moment

    def take(self, moment: float, limits: Limits) -> float:
        """Take one request; return 0, or the seconds until there is one."""
        self._fill(moment, limits)
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / (limits.rate or 1.0)

    def left(self, moment: float, limits: Limits) -> int:
        """Return the number of requests that may be made now."""
        self._fill(moment, limits)
        return math.floor(self._left)

    def seconds_to_full(self, limits: Limits) -> int:
        """Return the seconds, as of the last look, until all requests at once may be made."""
        return math.ceil((limits.bucket - self._left) / (limits.rate or 1.0))

    def _fill(self, moment: float, limits: Limits) -> None:
        passed = max(0.0, moment - self._moment)
        self._moment = moment
        # The limits may have been changed meanwhile.
        self._left = min(float(limits.bucket), self._left + passed * (limits.rate or 0.0))

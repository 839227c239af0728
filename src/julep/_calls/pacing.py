"""Pacing of the calls of a `gather`, by the rate limits that the server's responses state.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10: a rate of requests, and a number
of concurrent ones. Calls outside a `gather` are not paced.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from julep._settings.config import Config

_CONCURRENT: Final = "concurrent-requests"
_CHAT: Final = "Chat"
_POLL: Final = 0.1
_LONGEST_INTERVAL: Final = 60.0
_ITEM: Final = re.compile(r'"([^"]*)"((?:\s*;\s*[a-z*][a-z0-9_.*-]*=(?:"[^"]*"|[^;,"\s]+))*)')
_PARAMETER: Final = re.compile(r';\s*([a-z*][a-z0-9_.*-]*)=(?:"([^"]*)"|([^;,"\s]+))')


class Policy(NamedTuple):
    """A limit that a response states.

    Attributes:
        quota: The requests that are allowed in the window, or at the same time.
        window: The window in seconds; 0 for a limit of concurrent requests.
        left: The requests that are allowed now; None when the response does not state it.
    """

    quota: int
    window: int
    left: int | None


def parse_policies(headers: Mapping[str, str]) -> tuple[Policy | None, Policy | None]:
    """Parse the headers of a response.

    Returns:
        The limit of the rate, and that of concurrent requests; None for one that is not stated or
        cannot be read.
    """
    text = headers.get("ratelimit-policy")
    if not text:
        return None, None
    states = dict(_items(headers.get("ratelimit", "")))
    rate = concurrent = None
    for name, policy in _items(text):
        quota, window = _number(policy.get("q")), _number(policy.get("w")) or 0
        unit = policy.get("qu", "requests")
        if not quota:
            continue
        left = _number(states.get(name, {}).get("r"))
        if unit == _CONCURRENT:
            concurrent = Policy(quota, 0, left)
        elif unit == "requests" and window and rate is None:
            rate = Policy(quota, window, left)
    return rate, concurrent


class Lane:
    """The requests of a `gather` with one key to one server.

    Attributes:
        outstanding: The requests that were begun, and have no response yet.
        succeeded: The requests that were not refused for their rate.
    """

    def __init__(self) -> None:
        self.outstanding = 0
        self.succeeded = 0
        self._lock = Lock()
        self._chats = 0
        self._max_chats: int | None = None
        # Seconds between two requests; 0 while no rate is known.
        self._interval = 0.0
        # The most requests that the server has allowed at once.
        self._burst = 0
        self._left = 0.0
        self._moment = 0.0

    def chat_delay(self, operation: str) -> float:
        """Return 0 when a chat may begin, else the seconds until the next try."""
        if operation != _CHAT:
            return 0.0
        with self._lock:
            if self._max_chats is not None and self._chats >= self._max_chats:
                return _POLL
            self._chats += 1
        return 0.0

    def begin(self) -> float:
        """Begin a request, and return the seconds to wait before it is sent."""
        with self._lock:
            self.outstanding += 1
            if not self._interval:
                return 0.0
            now = monotonic()
            gained = (now - self._moment) / self._interval
            self._left = min(float(self._burst), self._left + gained) - 1
            self._moment = now
            return max(0.0, -self._left * self._interval)

    def end(self, operation: str) -> None:
        """End a request, with or without a response."""
        with self._lock:
            self.outstanding -= 1
            if operation == _CHAT:
                self._chats -= 1

    def observe(self, status: int, headers: Mapping[str, str]) -> None:
        """Read the limits that the response to an ended request states."""
        rate, concurrent = parse_policies(headers)
        with self._lock:
            self.succeeded += status != 429
            if concurrent is not None:
                self._max_chats = concurrent.quota
            if rate is None or rate.window / rate.quota > _LONGEST_INTERVAL:
                # A longer wait is the caller's decision: the response states its length.
                self._interval = 0.0
            elif rate.left is not None:
                self._interval = rate.window / rate.quota
                self._burst = max(self._burst, rate.left + 1)
                # The server has not counted some of those that are under way.
                self._left, self._moment = float(rate.left - self.outstanding), monotonic()


class Pacer:
    """The lanes of one `gather`."""

    def __init__(self) -> None:
        self._lanes: dict[tuple[str, str | None], Lane] = {}
        self._lock = Lock()

    def lane(self, config: Config) -> Lane:
        """Return the lane of a client's requests."""
        key = (config.base_url, config.headers.get("authorization"))
        with self._lock:
            return self._lanes.setdefault(key, Lane())


def _items(text: str) -> list[tuple[str, dict[str, str]]]:
    return [
        (name, {key: quoted or plain for key, quoted, plain in _PARAMETER.findall(parameters)})
        for name, parameters in _ITEM.findall(text[:4096])
    ]


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None

"""Faults on the wire: lost connections, lost and cut responses, delays."""

from __future__ import annotations

import asyncio
import random
import threading
from contextlib import suppress
from typing import Final, Literal, TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Fault: TypeAlias = Literal["drop", "lose", "cut"]

_FAULTS: Final[tuple[Fault, ...]] = ("drop", "lose", "cut")


class Faults:
    """The faults of a server's connections.

    Args:
        drop: The share of requests, from 0 to 1, whose connection is lost before anything is done.
        lose: The share of requests that take effect, and whose response is lost.
        cut: The share of responses that end in the middle.
        delay: Seconds before each request is read.
        times: The number of faults, after which there are none; None for no limit.
        seed: The start of the random numbers, so that each run of a test has the same faults.

    Raises:
        ValueError: When a value is out of range.

    Example:
        >>> from julep.testing import ScriptedServer
        >>> with ScriptedServer() as server, julep.Client(base_url=server.url) as client:
        ...     with server.faults(drop=1, times=2) as faults:
        ...         agents = client.agents.list()
        >>> faults
        <Faults so far: drop: 2, lose: 0, cut: 0>
    """

    def __init__(
        self,
        *,
        drop: float = 0.0,
        lose: float = 0.0,
        cut: float = 0.0,
        delay: float = 0.0,
        times: int | None = None,
        seed: int = 0,
    ) -> None:
        self._shares: tuple[tuple[Fault, float], ...] = (
            ("drop", drop),
            ("lose", lose),
            ("cut", cut),
        )
        for name, share in self._shares:
            if not 0 <= share <= 1:
                raise ValueError(f"{name} must be a share of requests, from 0 to 1; got {share}")
        if drop + lose + cut > 1:
            raise ValueError(f"all shares together must be at most 1; got {drop + lose + cut}")
        if delay < 0 or (times is not None and times < 0):
            raise ValueError("delay and times must not be negative")
        self.delay: Final = delay
        self._left = times
        self._random = random.Random(seed)  # noqa: S311 - tests are to be repeatable
        self._lock = threading.Lock()
        self._counts: dict[Fault, int] = dict.fromkeys(_FAULTS, 0)

    def __repr__(self) -> str:
        counts = ", ".join(f"{name}: {count}" for name, count in self._counts.items())
        return f"<Faults so far: {counts}>"

    @property
    def count(self) -> int:
        """The number of faults so far.

        Example:
            >>> from julep.testing import Faults
            >>> Faults(drop=0.2).count
            0
        """
        return sum(self._counts.values())

    def next(self) -> Fault | None:
        """Return the fault of the next request, or None.

        Returns:
            ``drop``, ``lose``, ``cut`` or None.

        Example:
            >>> from julep.testing import Faults
            >>> faults = Faults(lose=1, times=1)
            >>> faults.next(), faults.next()
            ('lose', None)
        """
        with self._lock:
            number = self._random.random()
            if self._left == 0:
                return None
            for name, share in self._shares:
                if number < share:
                    self._counts[name] += 1
                    self._left = None if self._left is None else self._left - 1
                    return name
                number -= share
            return None


async def respond_with_fault(
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    fault: Fault,
    transport: asyncio.Transport,
) -> None:
    """Respond to a request, with a fault of its connection."""
    if fault == "drop":
        transport.abort()
        await _wait_for_the_end(receive)
        return
    sender = _lost(transport) if fault == "lose" else _cut(send, transport)
    with suppress(OSError):
        await app(scope, receive, sender)
    await _wait_for_the_end(receive)


async def _wait_for_the_end(receive: Receive) -> None:
    # Without it, uvicorn would note that there was no response.
    while (await receive())["type"] != "http.disconnect":
        pass


def _lost(transport: asyncio.Transport) -> Send:
    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            transport.abort()

    return send


def _cut(send: Send, transport: asyncio.Transport) -> Send:
    pieces, forward = 0, send

    async def send_until_cut(message: Message) -> None:
        nonlocal pieces
        body: bytes = message.get("body", b"")
        if message["type"] == "http.response.start" or not body:
            await forward(message)
            return
        pieces += 1
        if pieces == 1 and message.get("more_body", False):
            await forward(message)  # a stream begins
        elif not transport.is_closing():
            await forward({**message, "body": body[: len(body) // 2], "more_body": True})
            transport.close()  # which sends what was written

    return send_until_cut

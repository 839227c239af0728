"""A token's way through the server: its event's bytes, and timers that are not made anew for it."""

from __future__ import annotations

import asyncio
import heapq
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep_server.chat.chunks import chunk, text_chunk
from julep_server.idle_timer import IdleTimer
from julep_server.json_text import JSONObject

pytestmark = pytest.mark.once


@given(st.text(), st.booleans())
def test_a_tokens_event_is_that_of_any_chunk(text: str, first: bool) -> None:
    delta: JSONObject = {"role": "assistant", "content": text} if first else {"content": text}
    data = text_chunk("00000000-0000-4000-8000-000000000000", text, first=first)
    assert data == chunk("00000000-0000-4000-8000-000000000000", delta)
    assert json.loads(data)["delta"] == delta


class Loop:
    """An event loop of timers alone."""

    def __init__(self) -> None:
        self.now = 0.0
        self.made = 0
        self._timers: list[tuple[float, int, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, call: Callable[[], None]) -> Loop:
        self.made += 1
        heapq.heappush(self._timers, (when, self.made, call))
        return self

    def cancel(self) -> None:
        self._timers.clear()

    def go_to(self, moment: float) -> None:
        while self._timers and self._timers[0][0] <= moment:
            self.now, _, call = heapq.heappop(self._timers)
            call()
        self.now = moment


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    loop = Loop()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
    return loop


def test_a_limit_counts_from_the_last_event(loop: Loop) -> None:
    idle: list[float] = []
    timer = IdleTimer(10.0, lambda: idle.append(loop.now))
    for moment in range(1000):
        loop.go_to(moment / 10)
        timer.touch()
    # 99.9 seconds of events have needed eleven timers.
    assert (idle, loop.made) == ([], 11)
    loop.go_to(109.8)
    assert idle == []
    loop.go_to(200.0)
    assert idle == [pytest.approx(109.9)]
    # Once, and again after another event.
    timer.touch()
    loop.go_to(300.0)
    assert idle[1:] == [pytest.approx(210.0)]


def test_a_limit_that_is_stopped_has_no_end(loop: Loop) -> None:
    idle: list[float] = []
    timer = IdleTimer(10.0, lambda: idle.append(loop.now))
    timer.touch()
    timer.stop()
    loop.go_to(100.0)
    assert idle == []

"""Threads that are left behind."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

import pytest


@contextmanager
def no_thread_left() -> Generator[None]:
    """Check that all threads end that this one starts meanwhile, and all that those start.

    Servers that other tests use as well may start and end some at any time.
    """
    ours, start = {threading.current_thread()}, threading.Thread.start

    def note(thread: threading.Thread) -> None:
        if threading.current_thread() in ours:
            ours.add(thread)
        start(thread)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "start", note)
        yield
    assert [each for each in ours if each.is_alive()] == [threading.current_thread()]

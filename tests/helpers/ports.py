"""Ports at which nothing listens."""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def closed_port() -> Generator[int]:
    """Keep a port at which nothing listens: one that is only free, another test may take."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]

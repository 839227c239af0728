"""The plugin of pytest: fixtures alone, which import what they need when a test uses them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import julep
    from julep.testing import ScriptedServer


@pytest.fixture
def julep_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    """A server in memory with a scripted model, which clients without a URL use during the test.

    Calls don't wait before their retries; ``julep_server.delays`` has the seconds.
    """
    from julep.testing import ScriptedServer

    with ScriptedServer() as server:
        for name in ("JULEP_API_KEY", "JULEP_BASE_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def julep_client(julep_server: ScriptedServer) -> Iterator[julep.Client]:
    """A sync client of ``julep_server``."""
    import julep

    with julep.Client(base_url=julep_server.url) as client:
        yield client


@pytest.fixture
def async_julep_client(julep_server: ScriptedServer) -> Iterator[julep.AsyncClient]:
    """An async client of ``julep_server``, for tests on asyncio and on trio."""
    import julep

    client = julep.AsyncClient(base_url=julep_server.url)
    try:
        yield client
    finally:
        # No plugin's event loop runs here, and no plugin's kind of async fixture suits the others.
        client.api.close_now()

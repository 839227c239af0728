from __future__ import annotations

import pytest

from julep import _retry


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come at once; how long they would wait is tested by itself."""
    monkeypatch.setattr(_retry, "FIRST_PAUSE", 0.002)

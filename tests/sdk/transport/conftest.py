from __future__ import annotations

import pytest

from julep import RetryPolicy


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come at once; how long they would wait is tested by itself."""
    backoff = RetryPolicy._backoff
    monkeypatch.setattr(RetryPolicy, "_backoff", lambda self, failed: backoff(self, failed) / 250)

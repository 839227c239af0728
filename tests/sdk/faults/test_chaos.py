"""Many concurrent calls while a fifth of all connections is killed."""

from __future__ import annotations

import pytest

from tests.sdk.faults.helpers import chaos
from tests.sdk.helpers.modes import Mode


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_connections_lose_and_repeat_nothing(mode: Mode, seed: int) -> None:
    outcome = chaos.run(mode, 100, 20, seed)
    assert outcome.calls == 120
    assert outcome.killed >= outcome.connections // 8

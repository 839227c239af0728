"""A fifth of all connections is killed, and nothing is lost, and nothing done twice."""

from __future__ import annotations

import pytest

from tests.sdk.faults.helpers import chaos
from tests.sdk.helpers.modes import Mode


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_and_nothing_is_done_twice(mode: Mode, seed: int) -> None:
    outcome = chaos.run(mode, 100, 20, seed)
    assert outcome.calls == 120
    assert outcome.killed >= outcome.connections // 8

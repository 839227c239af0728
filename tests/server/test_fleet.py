"""Servers that are killed behind a round-robin proxy: a small run of scripts/chaos fleet."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.chaos import fleet

pytestmark = pytest.mark.once

WRITES, CHATS = (int(part) for part in os.environ.get("JULEP_TEST_FLEET", "24,4").split(","))


@pytest.mark.timeout(1200)
def test_servers_that_are_killed_lose_and_repeat_nothing(database_url: str, tmp_path: Path) -> None:
    """A server is killed while clients write; the script does it more often."""
    plan = fleet.Plan(WRITES, CHATS, pause=1.0, servers=2)
    result = asyncio.run(fleet.run(database_url, tmp_path, plan))
    assert not result.differences
    assert not result.counts.wrong
    assert result.blows["SIGKILL"] >= plan.kills
    made = (WRITES + result.more, CHATS + 2 * result.more)
    assert (result.counts.writes, result.counts.chats) == made

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Meet the faults in one environment: what they are about is the same in every other."""
    for item in items:
        if "/faults/" in item.nodeid:
            item.add_marker(pytest.mark.once)

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the faults in one environment: their outcome is the same in every other."""
    for item in items:
        if "/faults/" in item.nodeid:
            item.add_marker(pytest.mark.once)


@pytest.fixture(autouse=True)
def _no_collection_in_the_depth(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep the garbage collector from running other tests' finalizers at the recursion limit."""
    if "deep" not in request.node.name:
        yield
        return
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

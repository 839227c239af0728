from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Meet the faults in one environment: what they are about is the same in every other."""
    for item in items:
        if "/faults/" in item.nodeid:
            item.add_marker(pytest.mark.once)


@pytest.fixture(autouse=True)
def _no_collection_in_the_depth(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep the collector from ending what other tests left while no call is possible any more."""
    if "deep" not in request.node.name:
        yield
        return
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

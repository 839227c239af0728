"""Settings of all tests."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings

# A busy machine is no failure: pytest's own timeout ends tests that hang.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# Helper modules assert too. Pytest rewrites their asserts as in test modules, so that a failure is
# explained, and also raised under ``python -O`` (scripts/test-optimized).
pytest.register_assert_rewrite(
    "tests.chaos",
    "tests.cli",
    "tests.contract",
    "tests.docs",
    "tests.gate",
    "tests.generated",
    "tests.helpers.ports",
    "tests.helpers.quick_plugin",
    "tests.helpers.threads",
    "tests.local_model",
    "tests.packaging",
    "tests.sdk",
    "tests.server",
    "tests.typing",
)


def pytest_collection_finish() -> None:
    """Take what pytest has collected from the garbage collector.

    Tests of memory collect thousands of times, and each time would look through all tests.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def data_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the default database out of the home directory of the user who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield

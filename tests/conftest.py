"""Settings of all tests."""

from __future__ import annotations

import pytest
from hypothesis import settings

# A busy machine is no failure: pytest's own timeout ends tests that hang.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# Helper modules assert too. Pytest rewrites their asserts as in test modules, so that a failure is
# explained, and also raised under ``python -O`` (scripts/test-optimized).
pytest.register_assert_rewrite(
    "tests.contract",
    "tests.gate",
    "tests.generated",
    "tests.helpers.quick_plugin",
    "tests.local_model",
    "tests.packaging",
    "tests.sdk",
    "tests.server",
    "tests.typing",
)

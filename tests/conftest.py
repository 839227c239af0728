"""What every suite needs."""

from __future__ import annotations

import pytest
from hypothesis import settings

# A busy machine is no failure: what hangs is ended by pytest's own timeout.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# Helper modules assert too. Pytest rewrites what they assert, as it does in test modules: a failure
# tells more, and it is one under ``python -O`` as well (scripts/test-optimized).
pytest.register_assert_rewrite(
    "tests.contract",
    "tests.generated",
    "tests.helpers.quick_plugin",
    "tests.packaging",
    "tests.sdk",
    "tests.server",
)

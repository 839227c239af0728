"""What every suite needs."""

from __future__ import annotations

import pytest

# Helper modules assert too. Pytest rewrites what they assert, as it does in test modules: a failure
# tells more, and it is one under ``python -O`` as well (scripts/test-optimized).
pytest.register_assert_rewrite(
    "tests.contract", "tests.generated", "tests.packaging", "tests.sdk", "tests.server"
)

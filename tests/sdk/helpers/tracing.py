"""OpenTelemetry for tests of spans, which other tests' calls must not have."""

from __future__ import annotations

import sys
from typing import Any

from opentelemetry import trace

# Calls have spans as soon as it is loaded.
LOADED: Any = sys.modules.pop("opentelemetry.trace", trace)

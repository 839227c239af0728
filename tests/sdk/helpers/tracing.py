"""OpenTelemetry for tests of spans, which other tests' calls must not have.

Tests import its names from here: the import of another module of it would load it again.
"""

from __future__ import annotations

import sys
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

__all__ = [
    "LOADED",
    "InMemorySpanExporter",
    "ReadableSpan",
    "SimpleSpanProcessor",
    "SpanKind",
    "StatusCode",
    "TracerProvider",
    "trace",
]

# Calls have spans as soon as it is loaded.
LOADED: Any = sys.modules.pop("opentelemetry.trace")

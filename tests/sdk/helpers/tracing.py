"""OpenTelemetry for tests of spans, which other tests' calls must not have.

Tests import its names from here: the import of another module of it would load it again.
"""

from __future__ import annotations

import sys
from functools import cache
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
    "attributes_of",
    "memory_exporter",
    "trace",
]

# Calls have spans as soon as it is loaded.
LOADED: Any = sys.modules.pop("opentelemetry.trace")


@cache
def memory_exporter() -> InMemorySpanExporter:
    """Return the exporter that keeps the spans.

    The provider of a process cannot be replaced; a program of the documentation may have set it.
    """
    exporter = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter


def attributes_of(span: ReadableSpan) -> dict[str, object]:
    """Return a span's attributes."""
    return dict(span.attributes or {})

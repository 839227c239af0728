"""Metrics for Prometheus. The one module that knows prometheus-client, the extra ``metrics``."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from julep_server.monitoring.request_record import RequestRecord
from julep_server.monitoring.shared_metrics import FOLDER

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The media type of what :meth:`Metrics.exposition` returns."""

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)


class Metrics:
    """The metrics of one server; none of them reveals tenants, ids or texts.

    Those of several processes of a server are added up, except for what a process says of itself.
    """

    def __init__(self) -> None:
        # Its own, because a process may run several servers.
        self._registry = CollectorRegistry()
        self._exposed = self._registry
        self._followed: list[tuple[Gauge, Callable[[], float]]] = []
        self._shared = FOLDER in os.environ
        if self._shared:
            self._exposed = CollectorRegistry()
            collect: Callable[[CollectorRegistry], object] = MultiProcessCollector
            collect(self._exposed)
        else:
            ProcessCollector(registry=self._registry)
            PlatformCollector(registry=self._registry)
        labels = ["method", "operation", "status"]
        self._requests = Counter(
            "julep_requests", "Requests that have ended.", labels, registry=self._registry
        )
        self._durations = Histogram(
            "julep_request_duration_seconds",
            "Seconds from a request to the end of its response, streams included.",
            ["operation"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._running = Gauge(
            "julep_requests_running",
            "Requests that are being handled.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self._received = Counter(
            "julep_received_bytes", "Bytes of the bodies of requests.", registry=self._registry
        )
        self._sent = Counter(
            "julep_sent_bytes", "Bytes of the bodies of responses.", registry=self._registry
        )
        self._tokens = Counter(
            "julep_model_tokens",
            "Tokens that models have read (prompt) and written (completion).",
            ["model", "kind"],
            registry=self._registry,
        )
        self._model_seconds = Histogram(
            "julep_model_duration_seconds",
            "Seconds of a request to a model, by its outcome: ok, or an error's code.",
            ["model", "outcome"],
            buckets=_SECONDS,
            registry=self._registry,
        )

    def gauge(
        self,
        name: str,
        text: str,
        value: Callable[[], float],
        together: Literal["livesum", "livemax"] = "livemax",
    ) -> None:
        """Add a metric whose value is looked up when it is read.

        Args:
            name: Its name.
            text: Its description.
            value: Returns the value. Other processes know it as of the last request here.
            together: How the values of several processes are one: by the sum, or the highest.
        """
        gauge = Gauge(name, text, registry=self._registry, multiprocess_mode=together)
        if self._shared:
            self._followed.append((gauge, value))
        else:
            gauge.set_function(value)

    def request_started(self) -> None:
        """Count a request that has come."""
        self._running.inc()

    def request_ended(self, record: RequestRecord) -> None:
        """Count a request that has ended."""
        operation = record.operation or "other"
        self._running.dec()
        # The method is the client's text, and each value would be another series.
        method = record.method if record.operation else "other"
        self._requests.labels(method, operation, str(record.status)).inc()
        self._durations.labels(operation).observe(record.seconds)
        self._received.inc(record.bytes_in)
        self._sent.inc(record.bytes_out)
        self._look_up()

    def model_answered(self, model: str, seconds: float, tokens: tuple[int, int]) -> None:
        """Count a request to a model: its duration, and the tokens read and written."""
        self._model_seconds.labels(model, "ok").observe(seconds)
        for kind, count in zip(("prompt", "completion"), tokens, strict=True):
            self._tokens.labels(model, kind).inc(count)

    def model_failed(self, model: str, seconds: float, code: str) -> None:
        """Count a request to a model that has failed."""
        self._model_seconds.labels(model, code).observe(seconds)

    def exposition(self) -> bytes:
        """Return the metrics in Prometheus's text format."""
        self._look_up()
        return generate_latest(self._exposed)

    def _look_up(self) -> None:
        for gauge, value in self._followed:
            gauge.set(value())

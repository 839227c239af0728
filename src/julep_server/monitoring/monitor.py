"""The monitor: reports requests, and requests to models, to the log, to metrics and to traces."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from julep_server.errors import ApiError
from julep_server.monitoring.logs import log_request
from julep_server.monitoring.model_call import ModelCall
from julep_server.monitoring.request_record import RequestRecord, add_tokens, set_current

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from julep_server.monitoring.metrics import Metrics

_TRACES = "opentelemetry.trace"
"""The module that is loaded where a program has configured traces."""


class Monitor:
    """Reports what a server does.

    Args:
        metrics: Whether to count it for Prometheus.
    """

    def __init__(self, *, metrics: bool) -> None:
        self.metrics: Metrics | None = None
        if metrics:
            from julep_server.monitoring.metrics import Metrics

            self.metrics = Metrics()

    @contextmanager
    def request(
        self, record: RequestRecord, headers: Mapping[str, str], scheme: str
    ) -> Iterator[None]:
        """Report a request when the block ends."""
        set_current(record)
        if self.metrics is not None:
            self.metrics.request_started()
        try:
            with _request_span(record, headers, scheme):
                yield
                log_request(record)
        finally:
            if self.metrics is not None:
                self.metrics.request_ended(record)

    @contextmanager
    def model_call(self, call: ModelCall) -> Iterator[None]:
        """Report a request to a model when the block ends, and count its tokens."""
        started = time.perf_counter()
        try:
            with _model_span(call):
                try:
                    yield
                except ApiError as error:
                    call.error = error.code
                    raise
                except BaseException as error:
                    call.error = type(error).__qualname__
                    raise
        finally:
            seconds = time.perf_counter() - started
            tokens = (call.prompt_tokens, call.completion_tokens)
            if not call.error:
                add_tokens(call.answered_by, *tokens)
            if self.metrics is not None and call.error:
                self.metrics.model_failed(call.model, seconds, call.error)
            elif self.metrics is not None:
                self.metrics.model_answered(call.answered_by, seconds, tokens)


def _request_span(
    record: RequestRecord, headers: Mapping[str, str], scheme: str
) -> AbstractContextManager[None]:
    if _TRACES not in sys.modules:
        return nullcontext()
    from julep_server.monitoring.spans import request_span

    return request_span(record, headers, scheme)


def _model_span(call: ModelCall) -> AbstractContextManager[None]:
    if _TRACES not in sys.modules:
        return nullcontext()
    from julep_server.monitoring.spans import model_span

    return model_span(call)

"""OpenTelemetry spans: of each request, and of each request to a model.

The one module of the server that imports OpenTelemetry; it is imported only when OpenTelemetry's
API is loaded, as by the program that configures it (``opentelemetry-instrument julep serve``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context, propagate, trace

from julep_server.monitoring.model_call import ModelCall
from julep_server.monitoring.request_record import RequestRecord
from julep_server.version import VERSION

# The methods of RFC 9110 and RFC 5789; the conventions report all others as "_OTHER".
_METHODS = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
)


@contextmanager
def request_span(record: RequestRecord, headers: Mapping[str, str], scheme: str) -> Iterator[None]:
    """Make a server span of a request, by the conventions of HTTP, a child of its caller's span.

    Args:
        record: The request, whose operation is known only at the end.
        headers: The request's headers, which propagate the caller's span.
        scheme: ``http`` or ``https``.
    """
    known = record.method in _METHODS
    attributes: dict[str, str | int] = {
        "http.request.method": record.method if known else "_OTHER",
        "url.path": record.path,
        "url.scheme": scheme,
    }
    if not known:
        attributes["http.request.method_original"] = record.method
    name = record.method if known else "HTTP"
    parent = propagate.extract(dict(headers))
    kind = trace.SpanKind.SERVER
    span = _tracer().start_span(name, parent, kind=kind, attributes=attributes)
    token = context.attach(trace.set_span_in_context(span, parent))
    try:
        yield
    finally:
        context.detach(token)
        if record.operation:
            # No path, which has ids: the names of spans must be few.
            span.update_name(f"{name} {record.operation}")
            span.set_attribute("julep.operation", record.operation)
        if record.status:
            span.set_attribute("http.response.status_code", record.status)
        if record.status >= 500 or not record.status:
            span.set_attribute("error.type", str(record.status or "disconnected"))
            span.set_status(trace.StatusCode.ERROR)
        span.end()


@contextmanager
def model_span(call: ModelCall) -> Iterator[None]:
    """Make a client span of a request to a model, by the conventions of generative AI.

    Args:
        call: The request, whose outcome is known only at the end.
    """
    attributes: dict[str, str | float] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": call.provider,
        "gen_ai.request.model": call.model,
    }
    attributes |= {f"gen_ai.{name}": text for name, text in call.of.items() if text}
    attributes |= {f"gen_ai.request.{name}": value for name, value in call.settings.items()}
    kind = trace.SpanKind.CLIENT
    with _tracer().start_as_current_span(
        f"chat {call.model}", kind=kind, attributes=attributes, record_exception=False
    ) as span:
        try:
            yield
        finally:
            if call.error:
                span.set_attribute("error.type", call.error)
                span.set_status(trace.StatusCode.ERROR)
            if call.finish_reason:
                span.set_attribute("gen_ai.response.model", call.answered_by)
                span.set_attribute("gen_ai.response.finish_reasons", [call.finish_reason])
                span.set_attribute("gen_ai.usage.input_tokens", call.prompt_tokens)
                span.set_attribute("gen_ai.usage.output_tokens", call.completion_tokens)


def _tracer() -> trace.Tracer:
    return trace.get_tracer("julep_server", VERSION)

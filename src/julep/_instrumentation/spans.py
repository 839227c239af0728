"""A span of OpenTelemetry for every attempt, by the semantic conventions of HTTP clients.

The one module that knows OpenTelemetry; it is imported when its API is loaded, and not before.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from opentelemetry import propagate, trace

from julep._http.messages import StreamingResponse, UnreadableResponse
from julep._redaction import redact_url
from julep._version import __version__
from julep.errors import InvalidResponseError, NetworkError

if TYPE_CHECKING:
    from julep._calls.attempts import AttemptTracker
    from julep._calls.flow import Outcome
    from julep._http.messages import Request
    from julep.errors import RequestError

_ID: Final = re.compile(r"(?<=/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=/|$)", re.IGNORECASE)

# What RFC 9110 and RFC 5789 define; the conventions want others to be told apart from these.
_METHODS: Final = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
)


class SpanListener:
    """The spans of one call, one after another: each begins with an attempt.

    It ends with the answer, or, of a stream, when that is read to its end, lost or closed.
    """

    def __init__(self) -> None:
        self._span: trace.Span | None = None

    def on_request(self, attempts: AttemptTracker, request: Request) -> Request:
        """Begin a span, and let the request tell the server of it."""
        name, attributes = _span_attributes(attempts, request)
        provider = trace.get_tracer_provider()
        kind = trace.SpanKind.CLIENT
        self._span = _tracer(provider).start_span(name, kind=kind, attributes=attributes)
        told: dict[str, str] = {}
        propagate.inject(told, trace.set_span_in_context(self._span))
        further = {name.lower(): value for name, value in told.items()}
        return request._replace(headers={**request.headers, **further})

    def on_response(self, attempts: AttemptTracker, reply: Outcome[Any], took: float) -> None:
        """Tell the span what came of the attempt."""
        del attempts, took  # a span has its own clock
        if isinstance(reply, NetworkError):
            self._end(_name(reply))
            return
        if self._span is not None:
            self._span.set_attribute("http.response.status_code", reply.status)
        if not 200 <= reply.status < 300:
            self._end(str(reply.status))
        elif isinstance(reply, UnreadableResponse):
            self._end(_name(InvalidResponseError))
        elif not isinstance(reply, StreamingResponse):
            self._end()

    def on_retry(self, attempts: AttemptTracker, error: RequestError, pause: float) -> None:
        """Do nothing: no span tells of a pause."""

    def on_end(self, attempts: AttemptTracker, error: BaseException | None, took: float) -> None:
        """End the span of a stream, or of an attempt that was cancelled."""
        del attempts, took
        if error is None:
            self._end()
        else:
            self._end(_name(error) if isinstance(error, Exception) else "cancelled")

    def _end(self, error_type: str | None = None) -> None:
        span, self._span = self._span, None
        if span is None:
            return
        if error_type is not None:
            span.set_attribute("error.type", error_type)
            span.set_status(trace.StatusCode.ERROR)
        span.end()


def _span_attributes(
    attempts: AttemptTracker, request: Request
) -> tuple[str, dict[str, str | int]]:
    """Give a span's name, and what is known of it from its beginning."""
    known = request.method in _METHODS
    name = request.method if known else "HTTP"
    attributes: dict[str, str | int] = {
        "http.request.method": request.method if known else "_OTHER",
        "server.address": request.origin.host,
        "server.port": request.origin.port,
        "url.full": redact_url(request.url),
    }
    if not known:
        attributes["http.request.method_original"] = request.method
    if attempts.count > 1:
        attributes["http.request.resend_count"] = attempts.count - 1
    if attempts.operation:
        # Ids are all that varies in the contract's paths. What a path of somebody else's holds,
        # nobody knows, and names have to be few.
        template = _ID.sub("{id}", request.target.partition("?")[0])
        attributes["url.template"] = template
        name = f"{name} {template}"
    return name, attributes


@lru_cache(maxsize=1)
def _tracer(provider: trace.TracerProvider) -> trace.Tracer:
    return provider.get_tracer("julep", __version__)


def _name(error: BaseException | type[BaseException]) -> str:
    kind = error if isinstance(error, type) else type(error)
    return f"{kind.__module__}.{kind.__qualname__}"

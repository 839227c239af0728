"""OpenTelemetry's spans of attempts, chats, runs and calls of functions.

Those of attempts follow the semantic conventions of HTTP clients, the others those of generative
AI. This is the one module that imports OpenTelemetry; it is imported only when OpenTelemetry's API
is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from opentelemetry import context, propagate, trace

from julep._http.messages import StreamingResponse, UnreadableResponse
from julep._instrumentation.gen_ai import (
    CHAT,
    answer_attributes,
    chat_attributes,
    run_attributes,
    tool_attributes,
    wants_content,
)
from julep._redaction import redact_url
from julep._version import __version__
from julep.errors import InvalidResponseError, NetworkError

if TYPE_CHECKING:
    from julep._http.messages import Outcome, Request
    from julep._instrumentation.record import CallRecord
    from julep.errors import RequestError

_ID: Final = re.compile(r"(?<=/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=/|$)", re.IGNORECASE)

# The methods of RFC 9110 and RFC 5789; the conventions report all others as "_OTHER".
_METHODS: Final = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
)


class SpanListener:
    """The spans of one call, one for each attempt; of a chat, one more around them.

    A span ends with the response, or, of a stream, when that was read to its end, lost or closed.
    """

    def __init__(self) -> None:
        self._context = context.get_current()
        self._chat: trace.Span | None = None
        self._span: trace.Span | None = None

    def __del__(self) -> None:
        # Of a stream that was neither read to its end nor closed.
        self._end()
        if self._chat is not None:
            self._chat.end()

    def on_request(self, call: CallRecord, request: Request) -> Request:
        """Begin a span, and add the headers that propagate it to the server."""
        name, attributes = _span_attributes(call, request)
        tracer = _tracer(trace.get_tracer_provider())
        kind = trace.SpanKind.CLIENT
        if call.operation == CHAT and self._chat is None:
            self._chat = tracer.start_span("chat", self._context, kind)
            if self._chat.is_recording():
                self._chat.set_attributes(chat_attributes(call))
            self._context = trace.set_span_in_context(self._chat, self._context)
        self._span = tracer.start_span(name, self._context, kind, attributes)
        propagated: dict[str, str] = {}
        propagate.inject(propagated, trace.set_span_in_context(self._span))
        headers = {name.lower(): value for name, value in propagated.items()}
        return request._replace(headers={**request.headers, **headers})

    def on_response(self, call: CallRecord, outcome: Outcome[Any], elapsed: float) -> None:
        """Set the outcome of the attempt on the span."""
        del call, elapsed  # a span has its own clock
        if isinstance(outcome, NetworkError):
            self._end(_name(outcome))
            return
        if self._span is not None:
            self._span.set_attribute("http.response.status_code", outcome.status)
        if not 200 <= outcome.status < 300:
            self._end(str(outcome.status))
        elif isinstance(outcome, UnreadableResponse):
            self._end(_name(InvalidResponseError))
        elif not isinstance(outcome, StreamingResponse):
            self._end()

    def on_retry(self, call: CallRecord, error: RequestError, delay: float) -> None:
        """Do nothing: a delay is not part of a span."""

    def on_end(self, call: CallRecord, error: BaseException | None, elapsed: float) -> None:
        """End the span of a stream, or of an attempt that was cancelled, and that of the chat."""
        del elapsed
        failure = _failure(error)
        self._end(failure)
        chat, self._chat = self._chat, None
        if chat is not None:
            if chat.is_recording():
                chat.set_attributes(answer_attributes(call))
            _end_span(chat, failure)

    def _end(self, error_type: str | None = None) -> None:
        span, self._span = self._span, None
        if span is not None:
            _end_span(span, error_type)


class RunSpan:
    """The span of a run, and those of the functions that it calls.

    Args:
        session_id: The run's session.
    """

    def __init__(self, session_id: object) -> None:
        self._session_id = session_id
        tracer = _tracer(trace.get_tracer_provider())
        self._span: trace.Span = tracer.start_span("invoke_agent")
        self._ended = False
        if self._span.is_recording():
            self._span.set_attributes(run_attributes(session_id))
        self._context = trace.set_span_in_context(self._span)

    def __del__(self) -> None:
        self.end()  # of a run that was left half-way

    @contextmanager
    def attached(self) -> Iterator[None]:
        """Make the run's span the current one. The block must not be suspended in a generator."""
        token = context.attach(self._context)
        try:
            yield
        finally:
            context.detach(token)

    @contextmanager
    def tool(
        self, name: str, arguments: str
    ) -> Iterator[Callable[[BaseException | None, str], None]]:
        """Make a span of a function's call; the block reports the call's error and its content."""
        tracer = _tracer(trace.get_tracer_provider())
        span = tracer.start_span(f"execute_tool {name}", self._context)
        if span.is_recording():
            span.set_attributes(tool_attributes(name, arguments, self._session_id))
        token = context.attach(trace.set_span_in_context(span, self._context))
        failure: str | None = "cancelled"

        def report(error: BaseException | None, content: str) -> None:
            nonlocal failure
            failure = _failure(error)
            if wants_content():
                span.set_attribute("gen_ai.tool.call.result", content)

        try:
            yield report
        except Exception as error:
            failure = _name(error)
            raise
        finally:
            context.detach(token)
            _end_span(span, failure)

    def end(self, error: BaseException | None = None) -> None:
        """End the span; a second time does nothing."""
        if not self._ended:
            self._ended = True
            _end_span(self._span, _failure(error))


def _failure(error: BaseException | None) -> str | None:
    if error is None:
        return None
    return _name(error) if isinstance(error, Exception) else "cancelled"


def _end_span(span: trace.Span, error_type: str | None) -> None:
    if error_type is not None:
        span.set_attribute("error.type", error_type)
        span.set_status(trace.StatusCode.ERROR)
    span.end()


def _span_attributes(call: CallRecord, request: Request) -> tuple[str, dict[str, str | int]]:
    """Return a span's name, and the attributes that are known at its start."""
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
    if call.attempts > 1:
        attributes["http.request.resend_count"] = call.attempts - 1
    if call.operation:
        # Only ids vary in the contract's paths. Other paths may hold anything, and the names of
        # spans must be few.
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

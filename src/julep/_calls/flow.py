"""The logic of a call, written once for the sync and the async client.

A `Flow` is a generator that yields steps (send this request, sleep for some seconds) and receives
their results. It makes every decision: what is sent, whether it is sent again, how the response is
read. The drivers only run its steps, so the sync and the async client decide alike.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from julep._calls.attempts import AttemptTracker
from julep._calls.redirects import MAX_REDIRECTS, next_request
from julep._calls.requests import build_request
from julep._calls.responses import parse_response
from julep._http.messages import Response, StreamingResponse, UnreadableResponse
from julep._instrumentation.record import CallRecord, current_records
from julep.errors import InvalidResponseError, NetworkError

if TYPE_CHECKING:
    from julep._calls.pacing import Lane, Pacer
    from julep._http.messages import Outcome, Request
    from julep._settings.config import Config, KeyFunction
    from julep_api.client import Call, EventCall

TOO_MANY_REQUESTS: Final = 429

current_pacer: ContextVar[Pacer | None] = ContextVar("julep_pacer", default=None)
"""The pacer of the `gather` whose call this is."""

T = TypeVar("T")
B = TypeVar("B")


class Sleep(NamedTuple):
    """A step that waits for some seconds."""

    seconds: float


class Task(Protocol):
    """A function that a driver runs for a flow, sync or async; it must not raise."""

    def run(self) -> object:
        """Run it, and return its result."""
        ...

    async def arun(self) -> object:
        """Run it, and return its result."""
        ...


class RunTasks(NamedTuple):
    """A step that runs tasks; it results in the list of their results, in order."""

    tasks: Sequence[Task]


StepResult: TypeAlias = "Outcome[B] | list[Any] | None"
"""The result of a step: a request's outcome, the results of tasks, or None after a sleep."""

Flow: TypeAlias = "Generator[Request | Sleep | RunTasks, StepResult[B], T]"
"""A generator that yields steps, receives their results, and returns a T."""


class Flows(Generic[B]):
    """Builds the flows of single calls; B is the type of a stream's body.

    Args:
        config: The client's settings.
        transport_secrets: Returns the secrets that its transport adds to requests.
    """

    def __init__(
        self, config: Config, transport_secrets: Callable[[], Iterable[str]] = tuple
    ) -> None:
        self.config = config
        self._transport_secrets = transport_secrets

    def request(
        self, call: Call[T], on_response: Callable[[Response], None] | None = None
    ) -> Flow[B, T]:
        """Send the request of a call, with retries, and read the response.

        Args:
            call: The call.
            on_response: Called with the response, for what is not in its body.

        Raises:
            ApiError: When the server responds with an error, or its response cannot be read.
            NetworkError: When no complete response arrives.
        """
        tracker = self._track(call)
        try:
            response = yield from self._send(tracker)
            if isinstance(response, StreamingResponse):
                raise TypeError(f"{tracker.call.request} got a stream, which was not requested")
            result = _parse(call, response, tracker)
            if on_response is not None:
                on_response(response)
        except BaseException as error:
            tracker.end(error)
            raise
        tracker.call.result = result
        tracker.end()
        return result

    def open_stream(
        self, call: EventCall[Any]
    ) -> Flow[B, tuple[AttemptTracker, StreamingResponse[B]]]:
        """Send the request of a streamed call, with retries; return its tracker and the stream.

        Raises:
            ApiError: When the server responds with an error, or with no stream.
            NetworkError: When no response arrives.
        """
        tracker = self._track(call)
        return tracker, (yield from self._open(tracker))

    def resume_stream(
        self,
        tracker: AttemptTracker,
        last_id: str,
        failure: NetworkError | Response,
        requested_delay: float | None,
    ) -> Flow[B, StreamingResponse[B]]:
        """Resume a lost stream after the last event that was read.

        An empty id means that no event was read: the same request is sent again, and because of
        its Idempotency-Key the server does not do the work twice.

        Args:
            tracker: The call's tracker.
            last_id: The id of the last event that was read; may be empty.
            failure: The error by which the stream was lost, or what its first event reported.
            requested_delay: The delay in seconds before a reconnection that the server requested.

        Raises:
            ApiError: When the server cannot resume it.
            NetworkError: When no response arrives, or no further attempt is allowed.
        """
        if last_id:
            # As UTF-8, by the standard; a header's characters stand for bytes.
            sent_id = last_id.encode().decode("latin-1")
            tracker.call.request = tracker.call.request.with_headers(**{"last-event-id": sent_id})
        yield Sleep(tracker.next_delay(failure, requested_delay))
        return (yield from self._open(tracker))

    def _track(self, call: Call[Any] | EventCall[Any]) -> AttemptTracker:
        config = self.config
        request = build_request(call, config)
        record = CallRecord(request, call.operation, call.path, self._transport_secrets)
        record.body = call.body
        records = current_records.get()
        if records is not None:
            records.append(record)
        return AttemptTracker(record, config.retry, config.hooks)

    def _open(self, tracker: AttemptTracker) -> Flow[B, StreamingResponse[B]]:
        """Send the request for a stream; the call ends when the stream does."""
        try:
            response = yield from self._send(tracker)
            if isinstance(response, StreamingResponse):
                return response
            from julep._calls.error_responses import not_a_stream_error  # only errors need it

            call = tracker.call
            raise tracker.annotate(not_a_stream_error(response, call.request.method, call.path))
        except BaseException as error:
            tracker.end(error)
            raise

    def _send(self, tracker: AttemptTracker) -> Flow[B, Response | StreamingResponse[B]]:
        """Send a request until the response is a 2xx, or no further attempt is allowed."""
        pacer = current_pacer.get()
        lane = None if pacer is None else pacer.lane(self.config)
        while True:
            if self.config.key_function is not None:
                yield from self._authorize(tracker, self.config.key_function)
            if lane is None:
                outcome = yield from self._follow_redirects(tracker.begin())
            else:
                outcome = yield from self._send_paced(tracker, lane)
            if not isinstance(outcome, NetworkError) and 200 <= outcome.status < 300:
                tracker.succeed(outcome)
                if isinstance(outcome, UnreadableResponse):
                    from julep._calls.error_responses import unreadable_error  # only errors need it

                    call = tracker.call
                    error = unreadable_error(outcome, call.request.method, call.path)
                    raise tracker.annotate(error)
                return outcome
            if isinstance(outcome, UnreadableResponse):
                # Its status is enough for an error.
                outcome = Response(outcome.status, outcome.headers, b"")
            if isinstance(outcome, StreamingResponse):
                raise TypeError(f"{tracker.call.request} got a stream with an error status")
            yield Sleep(tracker.next_delay(outcome))

    def _send_paced(self, tracker: AttemptTracker, lane: Lane) -> Flow[B, Outcome[B]]:
        """Send the request of an attempt when the server's limits allow it."""
        operation, waited = tracker.call.operation, 0.0
        while delay := lane.chat_delay(operation):
            waited += delay
            yield Sleep(delay)
        delay = lane.begin()
        try:
            if delay:
                waited += delay
                yield Sleep(delay)
            tracker.postpone(waited)
            outcome = yield from self._follow_redirects(tracker.begin())
        finally:
            lane.end(operation)
        if not isinstance(outcome, NetworkError):
            lane.observe(outcome.status, outcome.headers)
            if outcome.status == TOO_MANY_REQUESTS:
                tracker.forgive(lane.succeeded, others=lane.outstanding > 0)
        return outcome

    def _authorize(
        self, tracker: AttemptTracker, key_function: KeyFunction
    ) -> Generator[RunTasks, StepResult[B], None]:
        """Add the key that a function returns to the request of the next attempt."""
        from julep._calls.api_key import KeyTask

        results = yield RunTasks([KeyTask(key_function)])
        [key] = results if isinstance(results, list) else [None]
        if isinstance(key, Exception):
            raise key
        if key:
            tracker.call.request = tracker.call.request.with_headers(authorization=f"Bearer {key}")

    def _follow_redirects(self, request: Request) -> Flow[B, Outcome[B]]:
        """Send a request, and follow its redirects."""
        for _ in range(MAX_REDIRECTS):
            outcome = yield from self._send_once(request)
            if not isinstance(outcome, Response | UnreadableResponse):
                return outcome
            following = next_request(request, outcome)
            if following is None:
                return outcome
            request = following
        return (yield from self._send_once(request))

    def _send_once(self, request: Request) -> Flow[B, Outcome[B]]:
        outcome = yield request
        if outcome is None or isinstance(outcome, list):
            raise TypeError(f"{request}: the driver returned no outcome")
        return outcome


def _parse(call: Call[T], response: Response, tracker: AttemptTracker) -> T:
    try:
        return parse_response(call, response, tracker.call.hide)
    except InvalidResponseError as error:
        raise tracker.annotate(error) from None

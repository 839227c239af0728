"""One path for every call, in both colours.

A `Flow` is a generator that says what is to be done outside (send this request, wait so
long) and is told what came of it. It decides everything: what is sent, whether it is sent
again, how the answer is read. The drivers only do what it says, so the blocking and the
async side cannot differ in anything but ``await``.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from julep._calls.attempts import AttemptTracker
from julep._calls.redirects import MAX_REDIRECTS, next_request
from julep._calls.responses import not_a_stream_error, parse_response, unreadable_error
from julep._http.messages import Request, Response, StreamingResponse, UnreadableResponse
from julep._http.urls import with_query
from julep._instrumentation.raw_response import record_call
from julep._json import dumps
from julep.errors import InvalidArgumentError, InvalidResponseError, NetworkError
from julep_api.client import EventCall
from julep_api.types import UNSET

if TYPE_CHECKING:
    from julep._settings.config import Config
    from julep_api.client import Call
    from julep_api.types import JSON

# More than servers take.
_MAX_TARGET_CHARACTERS: Final = 65_536

T = TypeVar("T")
B = TypeVar("B")


class Sleep(NamedTuple):
    """A time to wait, in seconds."""

    seconds: float


class Task(Protocol):
    """Something to be done outside, in either colour; it never raises."""

    def run(self) -> object:
        """Do it now."""
        ...

    async def arun(self) -> object:
        """Do it, awaited."""
        ...


class RunTasks(NamedTuple):
    """Tasks to be done, in their order or at once; the reply is a list of what came of each."""

    tasks: Sequence[Task]


Outcome: TypeAlias = "Response | StreamingResponse[B] | UnreadableResponse | NetworkError"
"""What came of a request."""

StepResult: TypeAlias = (
    "Response | StreamingResponse[B] | UnreadableResponse | NetworkError | list[Any] | None"
)
"""What came of a step: an answer, a failure to get one, what came of tasks, or nothing."""

Flow: TypeAlias = Generator["Request | Sleep | RunTasks", "StepResult[B]", T]
"""A generator of steps that is sent each step's reply, and returns a T in the end."""


class Flows(Generic[B]):
    """The flows that make one call each, for a driver whose open answers have bodies of type B."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def ask(self, call: Call[T]) -> Flow[B, T]:
        """Make one call: send its request, again if need be, and read the answer.

        Raises:
            ApiError: When the server answers with an error, or with what cannot be read.
            NetworkError: When no answer came.
        """
        attempts = self._begin(call)
        try:
            reply = yield from self._send(attempts)
            if isinstance(reply, StreamingResponse):
                raise TypeError(f"{attempts.request} was answered by a stream")
            result = _read(call, reply, attempts)
        except BaseException as error:
            attempts.end(error)
            raise
        attempts.end()
        return result

    def open(self, call: EventCall[Any]) -> Flow[B, tuple[AttemptTracker, StreamingResponse[B]]]:
        """Send the request for a stream; give the open answer, and how it came about.

        Raises:
            ApiError: When the server answers with an error, or with something else than a stream.
            NetworkError: When no answer came.
        """
        attempts = self._begin(call)
        return attempts, (yield from self._open(attempts))

    def reopen(
        self, attempts: AttemptTracker, last_id: str, lost: NetworkError
    ) -> Flow[B, StreamingResponse[B]]:
        """Go on with a stream that was lost, after the last event that came of it.

        Without an id, nothing had come of it: the same request is sent again, and its key sees to
        it that the server does not do it twice.

        Raises:
            ApiError: When the server cannot go on with it.
            NetworkError: When no answer came, or there is no sense in another attempt.
        """
        if last_id:
            headers = {**attempts.request.headers, "last-event-id": last_id}
            attempts.request = attempts.request._replace(headers=headers)
        yield Sleep(attempts.next_delay(lost))
        return (yield from self._open(attempts))

    def _begin(self, call: Call[Any] | EventCall[Any]) -> AttemptTracker:
        request = build_request(call, self.config)
        attempts = AttemptTracker(request, self.config, call.operation, call.path)
        record_call(attempts)
        return attempts

    def _open(self, attempts: AttemptTracker) -> Flow[B, StreamingResponse[B]]:
        """Send the request for a stream; the call is over when the stream is."""
        try:
            reply = yield from self._send(attempts)
            if isinstance(reply, StreamingResponse):
                return reply
            raise attempts.annotate(
                not_a_stream_error(reply, attempts.request.method, attempts.path)
            )
        except BaseException as error:
            attempts.end(error)
            raise

    def _send(self, attempts: AttemptTracker) -> Flow[B, Response | StreamingResponse[B]]:
        """Send a request until a 2xx answers it, or there is no sense in trying again."""
        while True:
            reply = yield from self._follow(attempts.begin())
            if not isinstance(reply, NetworkError) and 200 <= reply.status < 300:
                attempts.succeed(reply)
                if isinstance(reply, UnreadableResponse):
                    raise attempts.annotate(
                        unreadable_error(reply, attempts.request.method, attempts.path)
                    )
                return reply
            if isinstance(reply, UnreadableResponse):
                # The status says enough: it is an error whose body cannot be had.
                reply = Response(reply.status, reply.headers, b"")
            if isinstance(reply, StreamingResponse):
                raise TypeError(f"{attempts.request} was answered by a stream of an error")
            yield Sleep(attempts.next_delay(reply))

    def _follow(self, request: Request) -> Flow[B, Outcome[B]]:
        """Send a request, and send it on to where the server says that the thing is."""
        for _ in range(MAX_REDIRECTS):
            reply = yield from self._once(request)
            onward = next_request(request, reply) if isinstance(reply, Response) else None
            if onward is None:
                return reply
            request = onward
        return (yield from self._once(request))

    def _once(self, request: Request) -> Flow[B, Outcome[B]]:
        reply = yield request
        if reply is None or isinstance(reply, list):
            raise TypeError(f"{request}: nothing was said of it")
        return reply


def _read(call: Call[T], answer: Response, attempts: AttemptTracker) -> T:
    try:
        return parse_response(call, answer)
    except InvalidResponseError as error:
        raise attempts.annotate(error) from None


def build_request(call: Call[Any] | EventCall[Any], config: Config) -> Request:
    """Write a call down as HTTP."""
    headers = dict(config.headers)
    streamed = isinstance(call, EventCall)
    if streamed:
        headers["accept"] = "text/event-stream"
    for name, value in call.headers:
        headers[name.lower()] = value
    content = None
    if call.body is not UNSET:
        headers["content-type"] = "application/json"
        content = _to_bytes(call.body)
    if call.method == "POST":
        from uuid import uuid4

        # One key for all attempts of a call: the server does the work once.
        headers.setdefault("idempotency-key", str(uuid4()))
    target = config.path + call.path
    if call.query or config.query:
        target = with_query(target, (*call.query, *config.query))
        if len(target) > _MAX_TARGET_CHARACTERS:
            raise InvalidArgumentError(
                f"{call.method} {call.path}: the query has {len(target)} characters, and a URL may"
                f" have {_MAX_TARGET_CHARACTERS}"
            )
    timeout = config.timeout
    until = None if timeout.total is None else monotonic() + timeout.total
    return Request(call.method, config.origin, target, headers, content, streamed, timeout, until)


def _to_bytes(body: JSON) -> bytes:
    try:
        return dumps(body).encode()
    except UnicodeEncodeError as error:
        found = error.object[error.start : error.end]
        raise InvalidArgumentError(
            f"a text holds {found!r}, half of a surrogate pair, which is no character"
        ) from None

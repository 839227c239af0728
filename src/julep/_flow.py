"""One path for every call, in both colours.

A `Flow` is a generator that says what is to be done outside (send this request, wait so
long) and is told what came of it. It decides everything: what is sent, whether it is sent
again, how the answer is read. The drivers only do what it says, so the blocking and the
async side cannot differ in anything but ``await``.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from julep._answer import not_a_stream, read_answer, read_failure
from julep._json import dumps
from julep._retry import pause_after
from julep.errors import InvalidArgumentError, JulepError, NetworkError
from julep_api.client import EventCall
from julep_api.types import UNSET

if TYPE_CHECKING:
    from julep._config import Config
    from julep_api.client import Call
    from julep_api.types import JSON

T = TypeVar("T")
B = TypeVar("B")


class Request(NamedTuple):
    """An HTTP request to be sent."""

    method: str
    url: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    content: bytes | None
    streamed: bool
    """Whether a 2xx answer is left open, to be read as it comes."""

    # The headers hold the API key, and a traceback may show locals.
    def __repr__(self) -> str:
        return f"Request({self.method} {self.url})"


class Pause(NamedTuple):
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


class Work(NamedTuple):
    """Tasks to be done, in their order or at once; the reply is a list of what came of each."""

    tasks: Sequence[Task]


class Answer(NamedTuple):
    """An HTTP answer that was read whole. Names of headers are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Opened(NamedTuple, Generic[B]):
    """A 2xx answer that is still open; its body is read as it comes."""

    status: int
    headers: Mapping[str, str]
    body: B


Reply: TypeAlias = "Answer | Opened[B] | NetworkError | list[Any] | None"
"""What came of a step: an answer, a failure to get one, what came of tasks, or nothing."""

Flow: TypeAlias = Generator["Request | Pause | Work", "Reply[B]", T]
"""A generator of steps that is sent each step's reply, and returns a T in the end."""


class Flows(Generic[B]):
    """The flows that make one call each, for a driver whose open answers have bodies of type B."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def ask(self, call: Call[T]) -> Flow[B, T]:
        """Make one call: send its request, again if need be, and read the answer.

        Raises:
            ApiError: When the server answers with an error, or with what cannot be read.
            NetworkError: When no answer came.
        """
        reply, attempts = yield from self._send(_request(call, self._config))
        if isinstance(reply, Answer):
            return read_answer(call, reply, attempts)
        raise TypeError(f"a plain request was answered by {reply!r}")

    def open(self, call: EventCall[T]) -> Flow[B, tuple[Opened[B], int]]:
        """Send the request for a stream; give the open answer, and how often it was sent.

        Raises:
            ApiError: When the server answers with an error, or with something else than a stream.
            NetworkError: When no answer came.
        """
        reply, attempts = yield from self._send(_request(call, self._config))
        if isinstance(reply, Opened):
            return reply, attempts
        raise not_a_stream(reply, call.method, call.path, attempts)

    def _send(self, request: Request) -> Flow[B, tuple[Answer | Opened[B], int]]:
        """Send a request until a 2xx answers it, or there is no sense in trying again."""
        attempts = 0
        while True:
            attempts += 1
            reply = yield request
            if isinstance(reply, Opened):
                return reply, attempts
            if isinstance(reply, Answer) and 200 <= reply.status < 300:
                return reply, attempts
            if reply is None or isinstance(reply, list):
                raise TypeError(f"{request.method} {request.url}: nothing was said of it")
            pause = pause_after(reply, attempts, self._config.max_retries)
            if pause is None:
                raise self._failure(request, reply, attempts)
            yield Pause(pause)

    def _failure(self, request: Request, reply: Answer | NetworkError, attempts: int) -> JulepError:
        if isinstance(reply, NetworkError):
            reply.attempts = attempts
            return reply
        path = request.url.removeprefix(self._config.base_url)
        return read_failure(reply, request.method, path, attempts)


def _request(call: Call[T] | EventCall[T], config: Config) -> Request:
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
    return Request(call.method, config.base_url + call.path, call.query, headers, content, streamed)


def _to_bytes(body: JSON) -> bytes:
    try:
        return dumps(body).encode()
    except UnicodeEncodeError as error:
        found = error.object[error.start : error.end]
        raise InvalidArgumentError(
            f"a text holds {found!r}, half of a surrogate pair, which is no character"
        ) from None

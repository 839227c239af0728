"""The scripted model: it answers what a test tells it to, and records what it was asked."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import TypeAlias

import httpx

from julep_server.errors import ApiError
from julep_server.json_text import JSON, JSONObject, dumps
from julep_server.models import openai_format
from julep_server.models.openai_errors import interrupted, refusal
from julep_server.models.provider import (
    Completion,
    ForwardedResponse,
    Listener,
    ModelRequest,
    ToolCall,
    Usage,
)
from julep_server.settings import InProcessModel
from julep_server.text.tokens import count_message_tokens, split_tokens

SCRIPTED_MODEL = "scripted"
SCRIPTED_FAILURE = "the script says so"


# What a script is written with: programs that no type checker reads, and files.
_TYPES: tuple[tuple[str, tuple[type, ...], str], ...] = (
    ("text", (str,), "a str"),
    ("delay", (int, float), "a number of seconds"),
    ("pause", (int, float), "a number of seconds"),
    ("status", (int, NoneType), "an int from 400 to 599"),
    ("message", (str,), "a str"),
    ("retry_after", (int, NoneType), "an int of seconds"),
    ("breaks_off_after", (int, NoneType), "an int of words"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedAnswer:
    """An answer of the scripted model, or a failure.

    Args:
        text: The words.
        calls: The functions to call, each with its arguments.
        finish_reason: Why the answer ends; by default ``tool_calls`` with calls, else ``stop``.
        delay: Seconds before the answer.
        pause: Seconds between the words of a stream.
        status: An HTTP status from 400, as a model's endpoint would fail with it; None for success.
        message: The message of that failure.
        retry_after: The failure's ``Retry-After``, in seconds.
        breaks_off_after: The number of words after which the answer is cut; None for a whole one.
        usage: The tokens read and written; counted by default.

    Raises:
        TypeError: A value has a wrong type.
        ValueError: A value is out of range.

    Example:
        >>> from julep_server import ScriptedAnswer, ScriptedModel
        >>> ScriptedModel(ScriptedAnswer(text="Two.", usage=(10, 2)))
        <ScriptedModel 'scripted': 1 steps left, 0 requests>
    """

    text: str = ""
    calls: Sequence[tuple[str, Mapping[str, JSON]]] = ()
    finish_reason: str | None = None
    delay: float = 0.0
    pause: float = 0.0
    status: int | None = None
    message: str = SCRIPTED_FAILURE
    retry_after: int | None = None
    breaks_off_after: int | None = None
    usage: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for name, kinds, expected in _TYPES:
            value = getattr(self, name)
            if not isinstance(value, kinds) or isinstance(value, bool):
                raise TypeError(f"{name} must be {expected}; got {value!r}")
        if self.status is not None and not 400 <= self.status <= 599:
            raise ValueError(f"status must be from 400 to 599; got {self.status}")
        for name in ("delay", "pause", "breaks_off_after", "retry_after"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} must not be negative; got {value}")


Step: TypeAlias = str | ScriptedAnswer | Callable[[ModelRequest], str | ScriptedAnswer]
"""A step of a script: an answer, its text alone, or a function that returns one of them."""


class ScriptedModel(InProcessModel):
    """A model that answers by a script, for tests of programs that use models.

    Each request takes the next step of the script. A function at its end answers all further
    requests; without one, they fail with a 503 that says so. The jobs after a chat, such as those
    that form memories, take no steps.

    Args:
        *steps: The first steps.
        name: The name of the model.

    Example:
        >>> from julep_server import LocalServer, ScriptedModel
        >>> model = ScriptedModel("Hello!")
        >>> model.calls("look", at="sky").says("It is blue.").fails(503)
        <ScriptedModel 'scripted': 4 steps left, 0 requests>
        >>> with LocalServer(model=model, embedding_model="none") as server:
        ...     print(server.url)
        http://127.0.0.1:46263/api
    """

    def __init__(self, *steps: Step, name: str = SCRIPTED_MODEL) -> None:
        self._name = name
        self._steps: deque[Step] = deque()
        self._last: Step | None = None
        self._asked: list[ModelRequest] = []
        # The server asks in its own thread, while the test adds steps in another.
        self._lock = threading.Lock()
        for step in steps:
            self.then(step)

    def __repr__(self) -> str:
        left, asked = len(self._steps), len(self._asked)
        return f"<ScriptedModel {self._name!r}: {left} steps left, {asked} requests>"

    @property
    def name(self) -> str:
        """The name of the model, which agents have that name none.

        Example:
            >>> from julep_server import ScriptedModel
            >>> ScriptedModel(name="tiny").name
            'tiny'
        """
        return self._name

    @property
    def model(self) -> str:
        """See :class:`~julep_server.models.provider.Provider`.

        Example:
            >>> from julep_server import ScriptedModel
            >>> ScriptedModel(name="tiny").model
            'tiny'
        """
        return self._name

    def request_body(self, request: ModelRequest, *, streamed: bool) -> JSONObject:
        """See :class:`~julep_server.models.provider.Provider`; what an endpoint would be sent.

        Args:
            request: The prompt and its settings.
            streamed: Whether the completion would be streamed.

        Returns:
            The body, in the form of OpenAI's chat completions.

        Example:
            >>> from julep_server import ModelRequest, ScriptedModel
            >>> request = ModelRequest("scripted", [{"role": "user", "content": "1 + 1?"}])
            >>> ScriptedModel().request_body(request, streamed=True)["stream"]
            True
        """
        return request.to_json(streamed=streamed)

    @property
    def asked(self) -> list[ModelRequest]:
        """The requests so far, the oldest first.

        Example:
            >>> from julep_server import ScriptedModel
            >>> ScriptedModel("Two.").asked
            []
        """
        with self._lock:
            return list(self._asked)

    @property
    def steps_left(self) -> int:
        """The number of steps that no request has taken.

        Example:
            >>> from julep_server import ScriptedModel
            >>> ScriptedModel("Two.", "Three.").steps_left
            2
        """
        return len(self._steps)

    def then(self, step: Step) -> ScriptedModel:
        """Add a step to the script, and return the model.

        Args:
            step: An answer, its text, or a function that receives the request and returns either. A
                function at the end of the script answers all further requests, too.

        Returns:
            The model, so that steps can be chained.

        Raises:
            TypeError: It is none of these.

        Example:
            >>> from julep_server import ScriptedModel
            >>> ScriptedModel().then(lambda request: request.messages[-1]["content"])
            <ScriptedModel 'scripted': 1 steps left, 0 requests>
        """
        if not isinstance(step, (str, ScriptedAnswer)) and not callable(step):
            raise TypeError(f"a step must be a str, a ScriptedAnswer or a function; got {step!r}")
        with self._lock:
            self._steps.append(step)
        return self

    def says(self, text: str, *, delay: float = 0.0, pause: float = 0.0) -> ScriptedModel:
        """Add an answer of words, and return the model.

        Args:
            text: The words.
            delay: Seconds before the answer, 0 or more.
            pause: Seconds between the words of a stream, 0 or more.

        Returns:
            The model, so that steps can be chained.

        Example:
            >>> from julep_server import ScriptedModel
            >>> ScriptedModel().says("Two.").says("Three.")
            <ScriptedModel 'scripted': 2 steps left, 0 requests>
        """
        return self.then(ScriptedAnswer(text=text, delay=delay, pause=pause))

    def calls(self, function: str, /, **arguments: JSON) -> ScriptedModel:
        """Add an answer that calls a function with these arguments, and return the model.

        Args:
            function: The function's name.
            arguments: The arguments of the call, JSON.

        Returns:
            The model, so that steps can be chained.

        Example:
            >>> from julep_server import ScriptedModel
            >>> ScriptedModel().calls("temperature", city="Lisbon")
            <ScriptedModel 'scripted': 1 steps left, 0 requests>
        """
        return self.then(ScriptedAnswer(calls=[(function, arguments)]))

    def fails(
        self, status: int, message: str = SCRIPTED_FAILURE, *, retry_after: int | None = None
    ) -> ScriptedModel:
        """Add a failure, as of a model's endpoint with this status, and return the model.

        Args:
            status: The HTTP status, 400 to 599.
            message: The message of the failure.
            retry_after: The ``Retry-After`` of the failure, in seconds.

        Returns:
            The model, so that steps can be chained.

        Example:
            >>> from julep_server import ScriptedModel
            >>> ScriptedModel().fails(429, retry_after=7)
            <ScriptedModel 'scripted': 1 steps left, 0 requests>
        """
        answer = ScriptedAnswer(status=status, message=message, retry_after=retry_after)
        return self.then(answer)

    def breaks_off(self, text: str = "", *, after: int = 0) -> ScriptedModel:
        """Add an answer that is cut after some words, and return the model.

        Args:
            text: The words of the whole answer.
            after: The number of words after which it is cut, 0 or more.

        Returns:
            The model, so that steps can be chained.

        Example:
            >>> from julep_server import ScriptedModel
            >>> ScriptedModel().breaks_off("One two three", after=2)
            <ScriptedModel 'scripted': 1 steps left, 0 requests>
        """
        return self.then(ScriptedAnswer(text=text, breaks_off_after=after))

    @property
    def models(self) -> Sequence[str]:
        """See :class:`~julep_server.models.provider.Provider`.

        Example:
            >>> from julep_server import ScriptedModel
            >>> ScriptedModel(name="tiny").models
            ('tiny',)
        """
        return (self.model,)

    async def complete(self, request: ModelRequest, listener: Listener | None) -> Completion:
        """See :class:`~julep_server.models.provider.Provider`.

        Args:
            request: The prompt and its settings.
            listener: Receives each piece of text as it is written; None for no streaming.

        Returns:
            The whole completion.

        Example:
            >>> from julep_server import ModelRequest, ScriptedModel
            >>> request = ModelRequest("scripted", [{"role": "user", "content": "1 + 1?"}])
            >>> (await ScriptedModel("Two.").complete(request, None)).text
            'Two.'
        """
        answer = await self._answer(request)
        if listener is not None:
            listener.on_start(self._name)
            for piece in _pieces(answer):
                listener.on_text(piece)
                await asyncio.sleep(answer.pause)
        if answer.breaks_off_after is not None:
            raise interrupted()
        return self._completion(request, answer)

    async def forward(
        self,
        path: str,
        body: JSONObject,
        allowed: Sequence[str] | None = None,  # noqa: ARG002 - it has one model
    ) -> ForwardedResponse:
        """See :class:`~julep_server.models.provider.Provider`.

        Args:
            path: ``chat/completions`` or ``completions``.
            body: The request's JSON.
            allowed: Not used: there is one model.

        Returns:
            The response in OpenAI's format.

        Example:
            >>> from julep_server import ScriptedModel
            >>> body = {"model": "scripted", "messages": [{"role": "user", "content": "1 + 1?"}]}
            >>> answer = await ScriptedModel("Two.").forward("chat/completions", body)
            >>> answer.content["choices"][0]["message"]["content"]
            'Two.'
        """
        is_chat = path == "chat/completions"
        requests = (
            openai_format.parse_chat_requests(body)
            if is_chat
            else openai_format.parse_text_requests(body)
        )
        answers = [await self._answer(request) for request in requests]
        pairs = zip(requests, answers, strict=True)
        completions = [self._completion(request, answer) for request, answer in pairs]
        cut = answers[0].breaks_off_after
        if body.get("stream") is True:
            events = openai_format.completion_events(path, completions, body)
            return ForwardedResponse(self._name, "text/event-stream", _cut(events, answers[0]))
        if cut is not None:
            raise interrupted()
        encode = openai_format.chat_completion if is_chat else openai_format.text_completion
        return ForwardedResponse(self._name, "application/json", encode(completions))

    async def close(self) -> None:
        """See :class:`~julep_server.models.provider.Provider`.

        Example:
            >>> from julep_server import ScriptedModel
            >>> await ScriptedModel("Two.").close()
        """

    async def _answer(self, request: ModelRequest) -> ScriptedAnswer:
        """Return the answer to a request.

        Raises:
            ApiError: The script says that the request fails, or has no step for it.
        """
        with self._lock:
            self._asked.append(request)
            number = len(self._asked)
            step = self._steps.popleft() if self._steps else self._last
            self._last = step if callable(step) else None
        if step is None:
            message = f"the script of the model has no step for request {number}"
            raise ApiError(503, "script_ended", message)
        answer = step(request) if callable(step) else step
        if isinstance(answer, str):
            answer = ScriptedAnswer(text=answer)
        await asyncio.sleep(answer.delay)
        if answer.status is not None:
            raise _failure(answer, answer.status, self._name)
        return answer

    def _completion(self, request: ModelRequest, answer: ScriptedAnswer) -> Completion:
        calls = tuple(ToolCall(name, dumps(dict(given))) for name, given in answer.calls)
        read = sum(count_message_tokens(message) for message in request.messages)
        written = len(split_tokens(answer.text)) + sum(
            len(split_tokens(call.arguments)) for call in calls
        )
        usage = Usage(*(answer.usage or (read, written)))
        reason = answer.finish_reason or ("tool_calls" if calls else "stop")
        return Completion(self._name, answer.text, calls, reason, usage)


def _pieces(answer: ScriptedAnswer) -> list[str]:
    return split_tokens(answer.text)[: answer.breaks_off_after]


async def _cut(events: AsyncIterator[bytes], answer: ScriptedAnswer) -> AsyncIterator[bytes]:
    """Yield the events of an answer; those of a cut one end early, without a mark of the end."""
    # The first event has the role alone.
    left = None if answer.breaks_off_after is None else answer.breaks_off_after + 1
    async for event in events:
        if left is not None:
            left -= 1
            if left < 0:
                return
        yield event
        await asyncio.sleep(answer.pause)


def _failure(answer: ScriptedAnswer, status: int, model: str) -> ApiError:
    headers = httpx.Headers()
    if answer.retry_after is not None:
        headers["Retry-After"] = str(answer.retry_after)
    body: JSONObject = {"error": {"message": answer.message}}
    return refusal(status, headers, dumps(body).encode(), model, None)

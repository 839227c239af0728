"""An endpoint whose responses are bytes, in the event loop of a test, and a model that uses it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias

import anyio

from julep_server.errors import ApiError
from julep_server.models.openai import OpenAIModel
from julep_server.models.provider import Completion, ModelRequest

KEY = "the-operators-key"
Parts: TypeAlias = Sequence[bytes | float]
"""A response: its bytes, and seconds to wait between them. Then the connection is closed."""


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: Any


class RawEndpoint:
    def __init__(self, respond: Callable[[Received], Parts]) -> None:
        self._respond = respond
        self.received: list[Received] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.root = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        self.url = f"{self.root}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # The loop closes aborted connections in its next turn.
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._exchange(reader, writer)
            writer.close()
            await writer.wait_closed()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ") for line in lines)}
        content = await reader.readexactly(int(headers.get("content-length", "0")))
        received = Received(first.split(" ")[1], headers, json.loads(content))
        self.received.append(received)
        for part in self._respond(received):
            if isinstance(part, bytes):
                writer.write(part)
                await writer.drain()
            else:
                await asyncio.sleep(part)


def response(
    content: bytes | Any,
    status: str = "200 OK",
    kind: str = "application/json",
    headers: str = "",
) -> Parts:
    """A whole response; what is no bytes becomes JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n{headers}"
    return [f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode(), body]


def stream(*parts: bytes | float, kind: str = "text/event-stream", headers: str = "") -> Parts:
    """A response without a length."""
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n{headers}connection: close\r\n\r\n"
    return [head.encode(), *parts]


def event(value: Any) -> bytes:
    return b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"


DONE = event(b"[DONE]")


def message(fields: dict[str, Any], reason: Any = "stop", **more: Any) -> dict[str, Any]:
    """A whole answer."""
    choice = {"index": 0, "message": {"role": "assistant", **fields}, "finish_reason": reason}
    return {"id": "x", "object": "chat.completion", "choices": [choice], **more}


def delta(fields: dict[str, Any], reason: Any = None, **more: Any) -> bytes:
    """An event of a streamed answer."""
    choice = {"index": 0, "delta": fields, "finish_reason": reason}
    return event({"id": "x", "object": "chat.completion.chunk", "choices": [choice], **more})


def tools(*names: str) -> list[dict[str, Any]]:
    return [{"type": "function", "function": {"name": name, "parameters": {}}} for name in names]


@dataclass
class Outcome:
    """The outcome of requests to a model: answers or errors, words as they came, requests."""

    answers: list[Completion] = field(default_factory=list[Completion])
    errors: list[ApiError] = field(default_factory=list[ApiError])
    texts: list[str] = field(default_factory=list[str])
    received: list[Received] = field(default_factory=list[Received])

    def on_start(self, model: str, ignored: Sequence[str] = ()) -> None:
        pass

    def on_text(self, text: str) -> None:
        self.texts.append(text)

    @property
    def answer(self) -> Completion:
        assert not self.errors, self.errors
        return self.answers[-1]

    @property
    def error(self) -> ApiError:
        assert not self.answers, self.answers
        return self.errors[-1]


HELLO: list[Any] = [{"role": "user", "content": "Hello"}]


def _responder(respond: Callable[[Received], Parts] | Parts) -> Callable[[Received], Parts]:
    if callable(respond):
        return respond

    def always(_: Received) -> Parts:
        return respond

    return always


def ask(
    respond: Callable[[Received], Parts] | Parts,
    *,
    streamed: bool = True,
    path: str = "/v1",
    times: int = 1,
    timeout: float = 60.0,
    model: str = "m",
    names: Sequence[str] = (),
    settings: dict[str, Any] | None = None,
    messages: list[Any] | None = None,
) -> Outcome:
    """Send a chat's request to an endpoint that responds like this."""
    outcome = Outcome()

    async def run() -> None:
        async with RawEndpoint(_responder(respond)) as endpoint:
            outcome.received = endpoint.received
            provider = OpenAIModel(endpoint.root + path, KEY, "m", timeout)
            request = ModelRequest(model, messages or HELLO, tools(*names), settings=settings or {})
            try:
                for _ in range(times):
                    try:
                        done = await provider.complete(request, outcome if streamed else None)
                        outcome.answers.append(done)
                    except ApiError as error:
                        outcome.errors.append(error)
            finally:
                await provider.close()

    anyio.run(run)
    return outcome

"""Forms that no endpoint of chat completions should send: an answer, or an error that names it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.server.helpers.raw_endpoint import (
    DONE,
    Parts,
    ask,
    delta,
    event,
    message,
    response,
    stream,
)

pytestmark = pytest.mark.once

HELLO = json.dumps(message({"content": "Hello!"})).encode()
STOP = delta({}, "stop")
LO = {"index": 0, "delta": {"content": "lo!"}, "finish_reason": None}
HEAD = b"HTTP/1.1 200 OK\r\n"


def calls(value: Any) -> Parts:
    return response(message({"content": None, "tool_calls": value}, "tool_calls"))


READ: dict[str, Parts] = {
    "an index that numbers nothing": stream(
        event({"choices": [{"index": 10**30, "delta": {"content": "Hello!"}}]}), STOP, DONE
    ),
    "a long index as text": stream(
        event({"choices": [{"index": "77777", "delta": {"content": "Hello!"}}]}), STOP, DONE
    ),
    "an index with a fraction": stream(
        event({"choices": [{"index": 0.0, "delta": {"content": "Hello!"}}]}), STOP, DONE
    ),
    "index 1 alone": stream(
        event({"choices": [{"index": 1, "delta": {"content": "Hello!"}, "finish_reason": "stop"}]})
    ),
    "parts in parts": response(message({"content": [[[{"text": "Hello!"}]]]})),
    "Ollama's own": response({"message": {"content": "Hello!"}, "done": True}),
    "status 201": response(HELLO, "201 Created"),
    "100 first": [b"HTTP/1.1 100 Continue\r\n\r\n", *response(HELLO)],
    "103 first": [b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n", *response(HELLO)],
    "HTML after the answer": response(HELLO + b"\n<!-- served -->"),
    "a named end": stream(delta({"content": "Hello!"}), b"event: done\ndata: [DONE]\n\n"),
    "a marked end": stream(delta({"content": "Hello!"}), event({"done": True})),
    "a warning between": stream(
        delta({"content": "Hel"}), event({"warning": "slow"}), delta({"content": "lo!"}), STOP
    ),
}

REFUSED: dict[str, Parts] = {
    "images alone": response(message({"content": "", "images": [{"url": "data:"}]})),
    "images alone, streamed": stream(delta({"content": "", "images": [{"url": "data:"}]}), STOP),
    "another API": response({"object": "response", "output": [{"type": "message"}]}),
    "Anthropic's own": response({"type": "message", "content": [{"type": "text", "text": "Hi"}]}),
    "Anthropic's own events": stream(
        b'event: content_block_delta\ndata: {"type": "content_block_delta", "delta": {}}\n\n',
        b'event: message_stop\ndata: {"type": "message_stop"}\n\n',
    ),
    "Gemini's own": response({"candidates": [{"content": {"parts": [{"text": "Hello!"}]}}]}),
    "a wrapped answer": response({"code": 0, "data": message({"content": "Hello!"})}),
    "a list of texts": response([{"generated_text": "Hello!"}]),
    "a JSON text": response(b'"Hello!"'),
    "a number": response(b"42"),
    "null": response(b"null"),
    "an empty list": response(b"[]"),
    "an empty object": response(b"{}"),
    "nothing": response(b""),
    "status 204": response(b"", "204 No Content"),
    "a job": response({"id": "job", "status": "queued"}, "202 Accepted"),
    "choices of null": response({"choices": [None]}),
    "choices of texts": response({"choices": ["Hello!"]}),
    "no message": response({"choices": [{"index": 0, "message": None, "finish_reason": "stop"}]}),
    "a false content": response(message({"content": False})),
    "a content of 0": response(message({"content": 0})),
    "audio": response(message({"content": None, "audio": {"transcript": "Hello!"}})),
    "cut at its length": [HEAD + b"content-length: 1000\r\n\r\n" + HELLO[:60]],
    "a short length": [HEAD + b"content-length: 20\r\n\r\n" + HELLO],
    "two lengths": [HEAD + b"content-length: 5\r\ncontent-length: 6\r\n\r\nhello"],
    "a wrong chunk": [HEAD + b"transfer-encoding: chunked\r\n\r\nZZ\r\nhello\r\n"],
    "no HTTP": [b"hello there\r\n\r\n"],
    "half a head": [HEAD],
    "a long header": [HEAD + b"x: " + b"a" * 200_000 + b"\r\n\r\n"],
    "another protocol": [b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n"],
    "status 304": response(b"", "304 Not Modified"),
    "status 999": response(b"{}", "999 Huh"),
    "no gzip": response(HELLO, headers="content-encoding: gzip\r\n"),
    "gzip twice": response(HELLO, headers="content-encoding: gzip, gzip\r\n"),
    "UTF-16": response(HELLO.decode().encode("utf-16")),
    "a prefix": response(b")]}',\n" + HELLO),
    "two answers": response(HELLO + HELLO),
    "deep": response(b'{"choices":' + b"[" * 50_000 + b"]" * 50_000 + b"}"),
    "an end of no JSON": stream(delta({"content": "Hel"}), event(b"[done]")),
    "an end without a mark": stream(delta({"content": "Hel"}), b"event: end\ndata: \n\n"),
    "a detail between": stream(delta({"content": "Hel"}), event({"detail": "overloaded"})),
    "an error between": stream(delta({"content": "Hel"}), event({"error": "overloaded"})),
    "a choice in a list": stream(delta({"content": "Hel"}), event({"choices": [[LO]]}), STOP),
    "a choice as a text": stream(delta({"content": "Hel"}), event({"choices": [str(LO)]}), STOP),
    "choices as a text": stream(delta({"content": "Hel"}), event({"choices": str([LO])}), STOP),
    "a choice in a choice": stream(
        delta({"content": "Hel"}), event({"choices": [{"x": LO}]}), STOP
    ),
    "an end before any word": stream(delta({"role": "assistant", "content": ""}), DONE),
    "a call without arguments, but with others": calls(
        [{"id": "a", "function": {"name": "f", "argumetns": '{"x":1}'}}]
    ),
    "calls as text": calls('[{"function": {"name": "f", "arguments": "{}"}}]'),
    "calls by number": calls({"0": {"id": "a", "function": {"name": "f", "arguments": "{}"}}}),
    "a function as text": calls([{"id": "a", "function": "f"}]),
    "a name of no text": calls([{"id": "a", "function": {"name": 5, "arguments": "{}"}}]),
    "no call": calls([]),
    "a call of another kind": calls([{"id": "a", "type": "custom", "custom": {"name": "f"}}]),
}


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("name", READ)
def test_it_is_read(name: str, streamed: bool) -> None:
    assert ask(READ[name], streamed=streamed).answer.text == "Hello!"


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("name", REFUSED)
def test_it_is_an_error_that_names_the_endpoint(name: str, streamed: bool) -> None:
    error = ask(REFUSED[name], streamed=streamed, names=["f"]).error
    assert error.status == 503
    assert "the model's endpoint" in error.message

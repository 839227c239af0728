"""Where endpoints put a model's words, how they end, and in which form they are sent."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest

from julep_server.models import endpoint_events
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

STOP = delta({}, "stop")


def choice(**fields: Any) -> bytes:
    return event({"choices": [{"index": 0, **fields}]})


THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
HEL, LO = {"type": "text", "text": "Hel"}, {"type": "text", "text": "lo!"}

WORDS: dict[str, Parts] = {
    "a text": response(message({"content": "Hello!"})),
    "a text in a stream": stream(delta({"content": "Hel"}), delta({"content": "lo!"}), STOP, DONE),
    "parts": response(message({"content": [THOUGHT, HEL, LO]})),
    "parts in a stream": stream(*[delta({"content": [part]}) for part in (THOUGHT, HEL, LO)], STOP),
    "parts of texts": response(message({"content": ["Hel", "lo!"]})),
    "one part": response(message({"content": {"type": "text", "text": "Hello!"}})),
    "a part with a value": response(
        message({"content": [{"type": "text", "text": {"value": "Hello!"}}]})
    ),
    "a part of output": response(message({"content": [{"type": "output_text", "text": "Hello!"}]})),
    "a refusal": response(message({"content": None, "refusal": "Hello!"})),
    "a refusal in a stream": stream(delta({"refusal": "Hel"}), delta({"refusal": "lo!"}), STOP),
    "a refusal as a part": response(
        message({"content": [{"type": "refusal", "refusal": "Hello!"}]})
    ),
    "a message in a stream": stream(
        choice(message={"role": "assistant", "content": "Hello!"}, finish_reason="stop")
    ),
    "a message beside each delta": stream(
        choice(delta={"content": "Hel"}, message={"content": "Hel"}),
        choice(delta={"content": "lo!"}, message={"content": "Hello!"}),
        choice(delta={}, message={"content": "Hello!"}, finish_reason="stop"),
    ),
    "messages that grow": stream(
        choice(message={"content": "Hel"}),
        choice(message={"content": "Hello!"}),
        choice(message={"content": "Hello!"}, finish_reason="stop"),
    ),
    "messages in pieces": stream(
        choice(message={"content": "Hel"}), choice(message={"content": "lo!"}, finish_reason="stop")
    ),
    "text in a stream": stream(choice(text="Hel"), choice(text="lo!", finish_reason="stop")),
    "text beside a delta": stream(
        choice(text="Hel", delta={"content": "Hel"}),
        choice(text="lo!", delta={"content": "lo!"}, finish_reason="stop"),
    ),
    "text of a whole answer": response({"choices": [{"text": "Hello!", "finish_reason": "stop"}]}),
    "a delta that is a text": stream(choice(delta="Hello!", finish_reason="stop")),
    "one choice that is no list": response({"choices": {"message": {"content": "Hello!"}}}),
    "reasoning before it": stream(
        delta({"reasoning_content": "Hm."}), delta({"content": "Hello!"}), STOP
    ),
    "usage only": stream(
        delta({"content": "Hello!"}, "stop"),
        event({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}),
        DONE,
    ),
    "null choices": stream(
        event({"choices": None}),
        event({"choices": []}),
        event({"choices": [None]}),
        delta({"content": "Hello!"}, "stop"),
    ),
    "null events": stream(event(b"null"), event(b""), delta({"content": "Hello!"}, "stop")),
    "no finish reason, but [DONE]": stream(delta({"content": "Hello!"}), DONE),
    "no [DONE]": stream(delta({"content": "Hello!"}, "stop")),
    "finish reasons in each piece": stream(
        delta({"content": "Hel"}, "stop"), delta({"content": "lo!"}, "stop"), DONE
    ),
    "empty finish reasons": stream(
        delta({"content": "Hel"}, ""), delta({"content": "lo!"}, "stop")
    ),
    "CRLF": stream(
        *[part.replace(b"\n", b"\r\n") for part in (delta({"content": "Hello!"}), STOP, DONE)]
    ),
    "CR": stream(
        *[part.replace(b"\n", b"\r") for part in (delta({"content": "Hello!"}), STOP, DONE)]
    ),
    "comments": stream(b": PROCESSING\n\n", delta({"content": "Hello!"}), b":\n\n", STOP),
    "pings": stream(
        b"event: ping\ndata: ping\n\n", b"event: keep-alive\n\n", delta({"content": "Hello!"}), STOP
    ),
    "other fields": stream(b"id: 1\nretry: 5\nfoo: bar\n" + delta({"content": "Hello!"}), STOP),
    "a byte order mark": stream(b"\xef\xbb\xbf" + delta({"content": "Hello!"}), STOP),
    "a byte order mark, whole": response(
        b"\xef\xbb\xbf" + json.dumps(message({"content": "Hello!"})).encode()
    ),
    "no space after data": stream(delta({"content": "Hello!"}).replace(b"data: ", b"data:"), STOP),
    "no empty lines": stream(
        *[
            part.removesuffix(b"\n")
            for part in (delta({"content": "Hel"}), delta({"content": "lo!"}), STOP, DONE)
        ]
    ),
    "no last line end": stream(delta({"content": "Hello!"}), STOP.rstrip()),
    "an event of several lines": stream(
        b'data: {"choices": [\ndata: {"delta": {"content":\n'
        b'data: "Hello!"}, "finish_reason": "stop"}]}\n\n'
    ),
    "an event of several lines, unmarked": stream(
        b'data: {"choices": [\n  {"delta": {"content":\n'
        b' "Hello!"}, "finish_reason": "stop"}]\n}\n\n'
    ),
    "lines of JSON": stream(
        *[
            part.removeprefix(b"data: ")
            for part in (delta({"content": "Hel"}), delta({"content": "lo!"}, "stop"))
        ],
        kind="application/x-ndjson",
    ),
    "lines of Ollama": stream(
        b'{"model":"m","message":{"role":"assistant","content":"Hel"},"done":false}\n',
        b'{"model":"m","message":{"role":"assistant","content":"lo!"},"done":false}\n{"done":true,"done_reason":"stop"}\n',
    ),
    "pretty-printed": response(json.dumps(message({"content": "Hello!"}), indent=2).encode()),
    "a list around it": response([message({"content": "Hello!"})]),
    "labelled as JSON": stream(delta({"content": "Hello!"}), STOP, kind="application/json"),
    "labelled as text": response(message({"content": "Hello!"}), kind="text/plain"),
    "labelled as a stream": response(message({"content": "Hello!"}), kind="text/event-stream"),
    "no label": stream(delta({"content": "Hello!"}), STOP, kind=""),
    "raw control characters": response(
        b'{"choices":[{"message":{"content":"Hello!"},"note":"\t\n"}]}'
    ),
    "NaN": response(b'{"choices":[{"message":{"content":"Hello!"},"logprobs":NaN}],"x":Infinity}'),
    "gzip": response(
        gzip.compress(json.dumps(message({"content": "Hello!"})).encode()),
        headers="content-encoding: gzip\r\n",
    ),
    "gzip in a stream": stream(
        gzip.compress(delta({"content": "Hello!"}) + STOP), headers="content-encoding: gzip\r\n"
    ),
    "deflate": response(
        zlib.compress(json.dumps(message({"content": "Hello!"})).encode()),
        headers="content-encoding: deflate\r\n",
    ),
    "cut behind its end": [
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n"
        + delta({"content": "Hello!"})
        + STOP
    ],
    "nonsense behind its end": stream(delta({"content": "Hello!"}), STOP, b"data: {\n\n"),
    "an error behind its end": stream(
        delta({"content": "Hello!"}), STOP, event({"error": "usage failed"})
    ),
}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("form", WORDS)
def test_the_words_are_read(form: str, streamed: bool) -> None:
    outcome = ask(WORDS[form], streamed=streamed)
    assert (outcome.answer.text, outcome.answer.finish_reason) == ("Hello!", "stop")
    assert "".join(outcome.texts) == ("Hello!" if streamed else "")


@pytest.mark.parametrize(
    "form", ["parts in a stream", "CRLF", "a byte order mark", "pretty-printed"]
)
def test_the_words_are_read_byte_by_byte(form: str) -> None:
    head, *parts = WORDS[form]
    body = b"".join(part for part in parts if isinstance(part, bytes))
    # At most a few bytes arrive at once: each is a write of its own.
    cut = [body[i : i + 1] for i in range(len(body))]
    parser = endpoint_events.EventParser()
    found = [made for byte in cut for made in parser.feed(byte)] + parser.end()
    whole = endpoint_events.EventParser()
    assert [made.data for made in found] == [
        made.data for made in [*whole.feed(body), *whole.end()]
    ]
    assert ask([head, *cut]).answer.text == "Hello!"


def test_choices_are_kept_apart_and_the_first_is_the_answer() -> None:
    def both(*texts: str) -> bytes:
        return event(
            {
                "choices": [
                    {"index": index, "delta": {"content": text}} for index, text in enumerate(texts)
                ]
            }
        )

    second = event({"choices": [{"index": 1, "delta": {"content": "?"}, "finish_reason": "stop"}]})
    outcome = ask(stream(second, both("Hel", "No"), both("lo!", "!"), STOP, DONE))
    assert (outcome.answer.text, outcome.texts) == ("Hello!", ["Hel", "lo!"])
    # The end of another choice is not that of the first.
    assert ask(stream(both("Hel", "No"), second)).error.code == "model_interrupted"
    two = [{"message": {"content": text}, "finish_reason": "stop"} for text in ("Hello!", "No")]
    assert ask(response({"choices": two}), streamed=False).answer.text == "Hello!"
    only = event(
        {"choices": [{"index": 1, "delta": {"content": "Hello!"}, "finish_reason": "stop"}]}
    )
    outcome = ask(stream(only))
    assert (outcome.answer.text, outcome.texts) == ("Hello!", ["Hello!"])


# --- halves of characters ---


def content(text: bytes, finish: bytes = b"null") -> bytes:
    return b'data: {"choices":[{"delta":{"content":"%b"},"finish_reason":%b}]}\n\n' % (text, finish)


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([b"\\ud83d", b"\\ude00"], "\U0001f600"),
        ([b"a\\ud83d", b"\\ude00b"], "a\U0001f600b"),
        ([b"a\\ud83d", b"b"], "a\ufffdb"),
        ([b"a", b"\\ude00"], "a\ufffd"),
        ([b"a\\ud83d"], "a\ufffd"),
        ([b"\\ud83d", b"", b"\\ude00"], "\U0001f600"),
        ([b"\xf0\x9f", b"\x98\x80"], "\U0001f600"),
        ([b"\xf0", b"\x9f", b"\x98", b"\x80!"], "\U0001f600!"),
        ([b"a\xc3", b"\xa9"], "a\u00e9"),
        ([b"a\xc3", b"b"], "a\ufffdb"),
        ([b"\xff", b"a"], "\ufffda"),
    ],
)
def test_halves_of_characters_are_joined(pieces: list[bytes], text: str) -> None:
    outcome = ask(stream(*map(content, pieces), content(b"", b'"stop"')))
    assert (outcome.answer.text, "".join(outcome.texts)) == (text, text)
    whole = b'{"choices":[{"message":{"content":"%b"}}]}' % b"".join(pieces)
    assert ask(response(whole), streamed=False).answer.text == text


# --- finish reasons ---


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("reason", "seen"),
    [
        ("stop", "stop"),
        ("end_turn", "stop"),
        ("eos", "stop"),
        ("stop_sequence", "stop"),
        ("STOP", "stop"),
        (None, "stop"),
        ("length", "length"),
        ("max_tokens", "length"),
        ("MAX_TOKENS", "length"),
        ("model_length", "length"),
        ("content_filter", "content_filter"),
        ("SAFETY", "content_filter"),
        ("refusal", "content_filter"),
        ("function_call", "function_call"),
        ("repetition_detected", "repetition_detected"),
    ],
)
def test_finish_reasons_are_mapped(reason: str | None, seen: str, streamed: bool) -> None:
    whole = response(message({"content": "Hello!"}, reason))
    reply = stream(delta({"content": "Hello!"}), delta({}, reason), DONE) if streamed else whole
    assert ask(reply, streamed=streamed).answer.finish_reason == seen


# --- usage ---


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 2}, (5, 2)),
        ({"input_tokens": 5, "output_tokens": 2}, (5, 2)),
        ({"prompt_tokens": 5.0, "completion_tokens": 2.0}, (5, 2)),
        ({"prompt_tokens": 5}, (5, 1)),
        ({"prompt_tokens": -1, "completion_tokens": -1}, (1, 1)),
        ({"prompt_tokens": 0, "completion_tokens": 0}, (1, 1)),
        ({"prompt_tokens": "5"}, (1, 1)),
        ({}, (1, 1)),
        (None, (1, 1)),
        ("much", (1, 1)),
    ],
)
def test_usage_is_read_or_counted(usage: Any, expected: tuple[int, int]) -> None:
    counted = ask(response(message({"content": "Hello!"}, usage=usage))).answer.usage
    assert (counted.prompt_tokens, counted.completion_tokens) == expected
    chunks = stream(delta({"content": "Hello!"}, "stop"), event({"choices": [], "usage": usage}))
    counted = ask(chunks).answer.usage
    assert (counted.prompt_tokens, counted.completion_tokens) == expected

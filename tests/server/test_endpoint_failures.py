"""What endpoints send that is no answer: an error of ours, which names the endpoint."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from types import SimpleNamespace
from typing import Any

import pytest

from julep_server.errors import ApiError
from julep_server.models import (
    answer_reader,
    endpoint_body,
    endpoint_events,
    endpoint_transport,
    openai,
)
from tests.server.helpers.raw_endpoint import (
    DONE,
    KEY,
    Parts,
    RawEndpoint,
    ask,
    delta,
    event,
    message,
    response,
    stream,
)

pytestmark = pytest.mark.once

STOP = delta({}, "stop")
THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}


# --- empty answers ---


@pytest.mark.parametrize(
    "fields",
    [
        {"content": None, "reasoning_content": "Hm."},
        {"content": "", "reasoning": "Hm."},
        {"content": [THOUGHT]},
        {"content": None, "thinking_blocks": [{"thinking": "Hm."}]},
        {"content": None, "audio": {"data": "AAAA"}},
        {"content": [{"type": "image_url", "image_url": {"url": "x"}}]},
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_an_answer_without_words_is_an_error(fields: dict[str, Any], streamed: bool) -> None:
    reply = stream(delta(fields), STOP, DONE) if streamed else response(message(fields))
    error = ask(reply, streamed=streamed).error
    assert (error.status, error.code) == (503, "model_empty")
    assert error.message.startswith("the model's endpoint sent an empty answer: ")


def test_tokens_of_reasoning_alone_are_an_empty_answer() -> None:
    usage = {
        "prompt_tokens": 1,
        "completion_tokens": 9,
        "completion_tokens_details": {"reasoning_tokens": 9},
    }
    assert ask(response(message({"content": ""}, usage=usage))).error.code == "model_empty"
    assert ask(response(message({"content": ""}, "length"))).error.code == "model_empty"
    assert ask(response(message({"content": ""}, "tool_calls"))).error.code == "model_empty"


@pytest.mark.parametrize("fields", [{"content": ""}, {"content": None}, {}])
def test_a_model_may_say_nothing(fields: dict[str, Any]) -> None:
    assert ask(response(message(fields))).answer.text == ""
    assert ask(stream(delta(fields), STOP)).answer.text == ""


# --- responses that are no whole answer, although they mean success ---


@pytest.mark.parametrize("status", [202, 204, 206])
@pytest.mark.parametrize("streamed", [False, True])
def test_a_response_without_a_whole_answer_is_an_error(status: int, streamed: bool) -> None:
    content = b"" if status == 204 else json.dumps(message({"content": "Hi"})).encode()
    if streamed and content:
        content = delta({"content": "Hi"}) + STOP + DONE
    error = ask(response(content, f"{status} Fine"), streamed=streamed).error
    assert (error.status, error.code) == (503, "model_unavailable")
    assert error.message == f"the model's endpoint sent no whole answer (status {status})"


@pytest.mark.parametrize("status", ["201 Created", "203 Non-Authoritative Information"])
def test_other_statuses_of_success_have_an_answer(status: str) -> None:
    assert ask(response(message({"content": "Hi"}), status)).answer.text == "Hi"


# --- errors ---

OVERLOADED = "Provider is overloaded"
INSIDE: dict[str, Parts] = {
    "an object": response({"error": {"message": OVERLOADED, "code": 529}}),
    "a text": response({"error": OVERLOADED}),
    "a list": response([{"error": {"message": OVERLOADED, "code": 503}}]),
    "beside choices": response({"choices": [], "error": {"message": OVERLOADED}}),
    "in the choice": response(
        {"choices": [{"finish_reason": "error", "error": {"message": OVERLOADED}}]}
    ),
    "a detail": response({"detail": OVERLOADED}),
    "of MiniMax": response(
        {"choices": None, "base_resp": {"status_code": 1008, "status_msg": OVERLOADED}}
    ),
    "of type error": response(
        {"type": "error", "error": {"type": "overloaded_error", "message": OVERLOADED}}
    ),
    "an object called error": response({"object": "error", "message": OVERLOADED}),
    "an event": stream(event({"error": {"message": OVERLOADED}})),
    "an event named error": stream(
        b'event: error\ndata: {"message": "Provider is overloaded"}\n\n'
    ),
    "an event named error, of text": stream(b"event: error\ndata: Provider is overloaded\n\n"),
    "a line": stream(b'error: {"code": 500, "message": "Provider is overloaded"}\n\n'),
    "a line of text": stream(b"error: Provider is overloaded\n\n"),
    "after words": stream(
        delta({"content": "One "}), event({"error": {"message": OVERLOADED, "code": 502}})
    ),
    "with a finish reason": stream(
        delta({"content": "One "}),
        event(
            {
                "error": {"message": OVERLOADED},
                "choices": [{"delta": {"content": ""}, "finish_reason": "error"}],
            }
        ),
    ),
}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("form", INSIDE)
def test_an_error_inside_a_success_is_told(form: str, streamed: bool) -> None:
    error = ask(INSIDE[form], streamed=streamed).error
    assert (error.status, error.code) == (503, "model_unavailable")
    assert error.message == f"the model's endpoint failed: {OVERLOADED}"


@pytest.mark.parametrize(
    ("reply", "status", "text"),
    [
        (response({"error": {"message": f"No: {KEY}", "code": 429}}), 429, "(429): No: [redacted]"),
        (response({"error": {"message": OVERLOADED}, "choices": None}), 503, OVERLOADED),
        (response(b"<html>Sign in", kind="text/html"), 503, "sent a page of HTML"),
    ],
    ids=["error", "no choices", "page"],
)
def test_what_is_passed_on_is_no_error_inside_a_success(
    reply: Parts, status: int, text: str
) -> None:
    async def main() -> None:
        async with RawEndpoint(lambda _: reply) as endpoint:
            provider = openai.OpenAIModel(endpoint.url, KEY, "m", 5.0)
            with pytest.raises(ApiError) as raised:
                await provider.forward("chat/completions", {})
            await provider.close()
        assert raised.value.status == status
        assert raised.value.message.endswith(text)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("code", "status"), [(429, 429), ("429", 429), (400, 400), (402, 400), (401, 400), (500, 503)]
)
def test_a_status_inside_a_success_counts(code: Any, status: int) -> None:
    error = ask(response({"error": {"message": "No.", "code": code}})).error
    assert error.status == status


@pytest.mark.parametrize(
    "reason", ["error", "ERROR", "network_error", "abort", "insufficient_system_resource"]
)
@pytest.mark.parametrize("streamed", [False, True])
def test_a_finish_reason_of_failure_is_an_error(reason: str, streamed: bool) -> None:
    whole = response(message({"content": "One "}, reason))
    reply = stream(delta({"content": "One "}), delta({}, reason), DONE) if streamed else whole
    error = ask(reply, streamed=streamed).error
    assert (
        error.message == "the model's endpoint failed: it ended with an error, and stated no reason"
    )


CUT = "the model's endpoint broke off its response"
UNREADABLE: dict[str, tuple[Parts, str]] = {
    "nothing": (stream(), CUT),
    "no choices": (response({"id": "x"}), "the model's endpoint sent no completion"),
    "only [DONE]": (stream(DONE), CUT),
    "cut in a stream": (stream(delta({"content": "One "})), CUT),
    "cut in an event": (
        stream(delta({"content": "One "}), b'data: {"choi'),
        "the model's endpoint sent an event that is not JSON",
    ),
    "cut whole": (
        response(b'{"choices": [{"message": {"content": "One '),
        "the model's endpoint sent JSON that can't be parsed",
    ),
    "cut lines": (stream(delta({"content": "One "}).removeprefix(b"data: ")), CUT),
    "cut on the wire": ([b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{"], CUT),
    "cut gzip": (
        response(
            gzip.compress(delta({"content": "One "}) + STOP)[:-20],
            headers="content-encoding: gzip\r\n",
        ),
        CUT,
    ),
    "wrong gzip": (
        response(b"{}", headers="content-encoding: gzip\r\n"),
        "the model's endpoint sent an answer that can't be decompressed",
    ),
    "another encoding": (
        response(b"{}", headers="content-encoding: br\r\n"),
        "the model's endpoint sent an answer in the encoding 'br'",
    ),
    "HTML": (
        response(b"<!DOCTYPE html><p>Hello", kind="text/html"),
        "the model's endpoint sent text that is neither JSON nor an event",
    ),
    "plain text": (
        response(b"Hello there", kind="text/plain"),
        "the model's endpoint sent text that is neither JSON nor an event",
    ),
    "a number": (response(b"[5]"), "the model's endpoint sent an event that is not an object"),
    "a misspelt field": (
        stream(delta({"content": "One "}).replace(b"data:", b"date:"), STOP),
        "the model's endpoint sent text that is neither JSON nor an event",
    ),
    "Python": (
        stream(b"data: {'choices': []}\n\n"),
        "the model's endpoint sent an event that is not JSON",
    ),
    "a content that is a number": (
        response(message({"content": 5})),
        "the model's endpoint sent a content that is no text",
    ),
    "too deep": (response(b"[" * 100_000), "the model's endpoint sent JSON that can't be parsed"),
    "too large a number": (
        response(b'{"x":' + b"1" * 5000 + b"}"),
        "the model's endpoint sent JSON that can't be parsed",
    ),
}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("form", UNREADABLE)
def test_what_is_not_understood_is_an_error(form: str, streamed: bool) -> None:
    reply, said = UNREADABLE[form]
    error = ask(reply, streamed=streamed).error
    assert (error.status, error.message) == (503, said)


def test_an_endpoint_that_goes_silent_after_the_end_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openai, "AFTER_END", 0.01)
    assert ask(stream(delta({"content": "Hello!"}), STOP, 1.0)).answer.text == "Hello!"
    assert ask(stream(delta({"content": "Hello!"}), 1.0), timeout=0.1).error.code == "model_timeout"


# --- bounds ---


def test_long_lines_long_answers_and_bombs_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_events, "MAX_EVENT_BYTES", 10_000)
    monkeypatch.setattr(endpoint_body, "MAX_BODY_BYTES", 50_000)
    monkeypatch.setattr(answer_reader, "MAX_ANSWER_LENGTH", 5_000)

    def refused(*parts: bytes, headers: str = "") -> str:
        return ask(stream(*parts, headers=headers)).error.message

    for long in (
        b"data: " + b"a" * 20_000,
        b'{"a": "' + b"a" * 20_000,
        b"{\n" + b'"a": 1,\n' * 2000,
        b"data: x\n" * 3000,
    ):
        assert refused(long, STOP) == "the model's endpoint sent an event of more than 10000 bytes"
    endless = refused(*[delta({"content": "a" * 100}) for _ in range(100)])
    assert endless == "the model's endpoint sent an answer of more than 5000 characters"
    calls = [
        delta({"tool_calls": [{"index": 0, "function": {"name": "a", "arguments": "a" * 100}}]})
    ] * 100
    assert refused(*calls) == endless
    assert refused(*[b": still there\n\n"] * 10_000).endswith("an answer of more than 50000 bytes")
    bomb = gzip.compress(b": " + b"a" * 50_000_000)
    assert refused(bomb, headers="content-encoding: gzip\r\n").startswith(
        "the model's endpoint sent an"
    )


def test_an_image_beside_the_words_is_left_out() -> None:
    big = 9 * 1024 * 1024
    image = delta({"content": "Hel"}, image={"url": 'data:\\"' + "a" * big, "next": "b" * 100})
    pieces = [image[start : start + 65536] for start in range(0, len(image), 65536)]
    assert ask(stream(*pieces, delta({"content": "lo!"}, "stop"))).answer.text == "Hello!"
    # Words that long are refused rather than cut.
    long = [delta({"content": "word " * (big // 4)})]
    assert (
        ask(stream(*long, STOP)).error.message
        == "the model's endpoint sent a text that is too long"
    )


def test_no_error_quotes_the_key() -> None:
    for reply in (
        response({"error": f"wrong key {KEY}"}, "400 Bad Request"),
        response({"error": f"wrong key {KEY}"}),
    ):
        error: ApiError = ask(reply).error
        assert KEY not in error.message


def test_an_event_of_24_megabytes_is_read_in_little_time() -> None:
    big = delta({"content": "Hello!"}, image="a" * (24 << 20))
    pieces = [big[start : start + 16384] for start in range(0, len(big), 16384)]
    parser = endpoint_events.EventParser()
    begun = time.process_time()
    found = [made for piece in [*pieces, STOP] for made in parser.feed(piece)]
    # Copied at each piece, it would take seven seconds; this takes a twentieth of one.
    assert time.process_time() - begun < 3
    # What is parsed at once, and so holds up others, is a part of it.
    assert len(found[0].data) < 5 << 20
    assert ask(stream(*pieces, STOP)).answer.text == "Hello!"


def test_a_slow_reader_is_not_taken_for_a_silent_endpoint() -> None:
    async def readany() -> bytes:
        return b"a"

    async def read_slowly() -> None:
        content = SimpleNamespace(readany=readany, set_exception=pytest.fail)
        response: Any = SimpleNamespace(content=content, connection=None)
        body = endpoint_transport._Body(response, 0.001)  # pyright: ignore[reportPrivateUsage] - what httpx calls
        pieces = aiter(body)
        assert await anext(pieces) == b"a"
        await asyncio.sleep(0.02)
        assert await anext(pieces) == b"a"

    asyncio.run(read_slowly())

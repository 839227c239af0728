"""OpenAI's own format, for models in this process: parses requests, encodes answers."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Sequence

from julep_server.errors import ApiError, invalid_field
from julep_server.http.openai_error_format import openai_error_json
from julep_server.json_text import JSON, JSONObject, dumps, objects_in
from julep_server.models.provider import Completion, ModelRequest, Usage
from julep_server.text.tokens import split_tokens

_MAX_CHOICES = 128
_NO_SETTINGS = frozenset({"model", "messages", "prompt", "tools", "tool_choice", "stream", "n"})


def parse_chat_requests(body: JSONObject) -> list[ModelRequest]:
    """Parse the body of a chat completion's request: one model request for each of its choices.

    Raises:
        ApiError: 422 when it has no messages, or a wrong number of choices.
    """
    messages = objects_in(body.get("messages"))
    if not messages:
        raise invalid_field("messages", "must be a list of at least one message")
    request = ModelRequest(
        model=str(body.get("model")),
        messages=messages,
        tools=objects_in(body.get("tools")),
        tool_choice=body.get("tool_choice"),
        settings=_settings(body),
    )
    return [request] * _choices(body)


def parse_text_requests(body: JSONObject) -> list[ModelRequest]:
    """Parse the body of a text completion's request: a model request for each choice of a prompt.

    Raises:
        ApiError: 422 when it has no prompt, one of token numbers, or a wrong number of choices.
    """
    prompt = body.get("prompt")
    prompts = prompt if isinstance(prompt, list) else [prompt]
    if not prompts or not all(isinstance(item, str) for item in prompts):
        raise invalid_field("prompt", "must be a text or a list of texts")
    return [
        ModelRequest(
            model=str(body.get("model")),
            messages=[{"role": "user", "content": item}],
            settings=_settings(body),
        )
        for item in prompts
        for _ in range(_choices(body))
    ]


def chat_completion(completions: Sequence[Completion]) -> JSONObject:
    """Encode a chat completion."""
    choices: list[JSON] = [
        {"index": index, "message": _message(completion), "finish_reason": completion.finish_reason}
        for index, completion in enumerate(completions)
    ]
    return {
        **_head("chatcmpl", "chat.completion", completions[0].model),
        "choices": choices,
        **_usage(completions),
    }


def text_completion(completions: Sequence[Completion]) -> JSONObject:
    """Encode a text completion."""
    choices: list[JSON] = [
        {
            "index": index,
            "text": completion.text,
            "logprobs": None,
            "finish_reason": completion.finish_reason,
        }
        for index, completion in enumerate(completions)
    ]
    return {
        **_head("cmpl", "text_completion", completions[0].model),
        "choices": choices,
        **_usage(completions),
    }


async def completion_events(
    path: str, completions: Sequence[Completion], body: JSONObject
) -> AsyncIterator[bytes]:
    """Encode completions as a stream of events, token by token."""
    chat = path == "chat/completions"
    head = _events_head(path, completions[0].model)
    for index, completion in enumerate(completions):
        for delta in _deltas(completion):
            part: JSONObject = {"delta": delta} if chat else {"text": delta.get("content", "")}
            yield _event(head, [{"index": index, **part, "finish_reason": None}])
        last: JSONObject = {"delta": {}} if chat else {"text": ""}
        reason = completion.finish_reason
        yield _event(head, [{"index": index, **last, "finish_reason": reason}])
    options = body.get("stream_options")
    if isinstance(options, dict) and options.get("include_usage") is True:
        yield _event({**head, **_usage(completions)}, [])
    yield b"data: [DONE]\n\n"


async def live_events(
    path: str, model: str, pieces: AsyncIterator[str | Completion], body: JSONObject
) -> AsyncIterator[bytes]:
    """Encode a completion as a stream of events while it is written.

    Args:
        path: ``chat/completions`` or ``completions``.
        model: The name of the model.
        pieces: The pieces of the text, and at last the whole completion.
        body: The request's JSON.
    """
    chat = path == "chat/completions"
    head = _events_head(path, model)

    def event(delta: JSONObject, reason: JSON = None) -> bytes:
        part: JSONObject = {"delta": delta} if chat else {"text": delta.get("content", "")}
        return _event(head, [{"index": 0, **part, "finish_reason": reason}])

    if chat:
        yield event({"role": "assistant", "content": ""})
    try:
        async for piece in pieces:
            if isinstance(piece, str):
                yield event({"content": piece})
                continue
            if piece.tool_calls:
                yield event(_message(piece))
            yield event({}, piece.finish_reason)
            options = body.get("stream_options")
            if isinstance(options, dict) and options.get("include_usage") is True:
                yield _event({**head, **_usage([piece])}, [])
    except ApiError as error:
        yield f"data: {dumps(openai_error_json(error, in_stream=True))}\n\n".encode()
        return
    yield b"data: [DONE]\n\n"


def _deltas(completion: Completion) -> list[JSONObject]:
    first = _message(completion)
    if completion.tool_calls:
        return [first]
    opening: JSONObject = {"role": "assistant", "content": ""}
    parts: list[JSONObject] = [{"content": text} for text in split_tokens(completion.text)]
    return [opening, *parts]


def _message(completion: Completion) -> JSONObject:
    if not completion.tool_calls:
        return {"role": "assistant", "content": completion.text}
    calls: list[JSON] = [
        {
            "index": index,
            "id": f"call_{index}",
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for index, call in enumerate(completion.tool_calls)
    ]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def _events_head(path: str, model: str) -> JSONObject:
    if path == "chat/completions":
        return _head("chatcmpl", "chat.completion.chunk", model)
    return _head("cmpl", "text_completion", model)


def _head(prefix: str, kind: str, model: str) -> JSONObject:
    return {
        "id": f"{prefix}-{uuid.uuid4().hex}",
        "object": kind,
        "created": int(time.time()),
        "model": model,
    }


def _usage(completions: Sequence[Completion]) -> JSONObject:
    total = Usage(
        sum(completion.usage.prompt_tokens for completion in completions),
        sum(completion.usage.completion_tokens for completion in completions),
    )
    return {"usage": total.to_json()}


def _event(head: JSONObject, choices: list[JSON]) -> bytes:
    return f"data: {dumps({**head, 'choices': choices})}\n\n".encode()


def _choices(body: JSONObject) -> int:
    """Return how many answers are wanted to each prompt."""
    number = body.get("n")
    if number is None:
        return 1
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= _MAX_CHOICES:
        raise invalid_field("n", f"must be an integer from 1 to {_MAX_CHOICES}")
    return number


def _settings(body: JSONObject) -> JSONObject:
    return {key: value for key, value in body.items() if key not in _NO_SETTINGS}

"""The offline model: deterministic, and plain about being no language model.

It answers from what it was given (the situation and what else the prompt told it, and the last
message), so that every path of the API can be tried and tested with no network. What the prompt
tells it to say, in quotes, it says first.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence

from julep_server.errors import ApiError, invalid_field
from julep_server.json_text import JSON, JSONObject, dumps
from julep_server.models import openai_shapes
from julep_server.models.instances import simplest
from julep_server.models.provider import (
    Completion,
    Forwarded,
    Listener,
    ModelRequest,
    ToolCall,
    Usage,
)
from julep_server.models.tokens import count_message, pieces
from julep_server.settings import OFFLINE_MODEL

_INTRODUCTION = "This is Julep's offline model, not a language model."
# Enough for a whole chunk of a document, and for all that is recalled.
_QUOTED = 1000
_SECTIONS = 24
_TO_SAY = re.compile(r"""\bsay (?:'([^']+)'|"([^"]+)")""", re.IGNORECASE)


class OfflineModel:
    """A provider that needs no network."""

    model = OFFLINE_MODEL

    async def complete(self, request: ModelRequest, listener: Listener | None) -> Completion:
        """Answer a prompt; see :class:`~julep_server.models.provider.Provider`."""
        completion = answer(request)
        if listener is not None:
            listener.begun(self.model)
            for piece in pieces(completion.text):
                listener.wrote(piece)
                # Let what listens send each piece before the next one is written.
                await asyncio.sleep(0)
        return completion

    async def forward(self, path: str, body: JSONObject) -> Forwarded:
        """Answer in OpenAI's shape; see :class:`~julep_server.models.provider.Provider`."""
        if path == "completions":
            answers = [answer(request) for request in openai_shapes.text_requests(body)]
            shape = openai_shapes.text_completion
        else:
            answers = [answer(openai_shapes.chat_request(body))]
            shape = openai_shapes.chat_completion
        if body.get("stream") is True:
            content = openai_shapes.events(path, answers, body)
            return Forwarded(self.model, "text/event-stream", content)
        return Forwarded(self.model, "application/json", shape(answers))

    async def close(self) -> None:
        """Nothing is held."""


def answer(request: ModelRequest) -> Completion:
    """Make the answer to a prompt: the same one every time."""
    prompt_tokens = sum(count_message(message) for message in request.messages)
    call = _forced_call(request)
    if call is not None:
        usage = Usage(prompt_tokens, len(pieces(call.arguments)))
        return Completion(OFFLINE_MODEL, "", (call,), "tool_calls", usage)
    text, finish_reason = _limited(_formatted(request), request.settings)
    usage = Usage(prompt_tokens, len(pieces(text)))
    return Completion(OFFLINE_MODEL, text, (), finish_reason, usage)


def _forced_call(request: ModelRequest) -> ToolCall | None:
    functions = [
        tool["function"] for tool in request.tools if isinstance(tool.get("function"), dict)
    ]
    choice = request.tool_choice
    wanted: JSON = None
    if isinstance(choice, dict) and isinstance(choice.get("function"), dict):
        wanted = choice["function"]
    elif choice == "required" and functions:
        wanted = functions[0]
    if not isinstance(wanted, dict):
        return None
    name = str(wanted.get("name"))
    for function in functions:
        if isinstance(function, dict) and function.get("name") == name:
            return ToolCall(name, dumps(simplest(function.get("parameters", {}))))
    raise invalid_field("tool_choice.function.name", f"there is no function named {name}")


def _formatted(request: ModelRequest) -> str:
    text = _text(request.messages)
    wanted = request.settings.get("response_format")
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if not isinstance(wanted, dict) or kind in (None, "text"):
        return text
    if kind == "json_object":
        return json.dumps({"model": OFFLINE_MODEL, "answer": text})
    if kind == "json_schema":
        described = wanted.get("json_schema")
        schema = described.get("schema") if isinstance(described, dict) else None
        return dumps(simplest(schema))
    message = f"the offline model can't answer in the format {kind}"
    raise ApiError(400, "model_refused", message)


def _text(messages: Sequence[JSONObject]) -> str:
    told = [
        _shortened(section)
        for message in messages
        if _is_system(message)
        for section in _plain(message.get("content")).split("\n\n")
        if section
    ]
    rest = [message for message in messages if not _is_system(message)]
    # First, so that an answer of few tokens has it.
    sentences = [*_told_to_say(told), _INTRODUCTION]
    if told:
        sentences.append(f"I was told: {' / '.join(told[:_SECTIONS])}")
    if rest:
        sentences.append(_about_last(rest[-1]))
    return "\n".join(sentences)


def _told_to_say(told: Sequence[str]) -> list[str]:
    found = (_TO_SAY.search(section) for section in told)
    return [match[1] or match[2] for match in found if match][:1]


def _about_last(message: JSONObject) -> str:
    said = _shortened(_plain(message.get("content")))
    match message.get("role"):
        case "tool" | "function":
            return f"The function gave: {said}"
        case "assistant":
            return f"I go on from: {said}"
        case _:
            return f"You said: {said}"


def _is_system(message: JSONObject) -> bool:
    return message.get("role") in ("system", "developer")


def _plain(content: JSON) -> str:
    if isinstance(content, str):
        return content
    parts = (
        [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    )
    texts = [str(part["text"]) for part in parts if isinstance(part.get("text"), str)]
    unseen = len(parts) - len(texts)
    if unseen:
        texts.append(f"({unseen} image{'s' if unseen > 1 else ''} that this model can't see)")
    return " ".join(texts)


def _shortened(text: str) -> str:
    return text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…"


def _limited(text: str, settings: JSONObject) -> tuple[str, str]:
    """Apply stop sequences and the token limit as a language model's server would."""
    stop = settings.get("stop")
    stops = stop if isinstance(stop, list) else [stop]
    ends = [text.find(item) for item in stops if isinstance(item, str) and item]
    cut = min((end for end in ends if end >= 0), default=len(text))
    text = text[:cut]
    limit = settings.get("max_tokens", settings.get("max_completion_tokens"))
    tokens = pieces(text)
    if isinstance(limit, int) and len(tokens) > limit:
        return "".join(tokens[:limit]), "length"
    return text, "stop"

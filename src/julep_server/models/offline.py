"""The offline model: deterministic, and explicit about not being a language model.

It answers by quoting its prompt (the system message and the last message), so that the whole API
can be tried and tested without a network. If the prompt instructs it to say something in quotes, it
says that first.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence

from julep_server.errors import ApiError, invalid_field
from julep_server.json_text import JSON, JSONObject, dumps
from julep_server.models import openai_format
from julep_server.models.provider import (
    Completion,
    ForwardedResponse,
    Listener,
    ModelRequest,
    ToolCall,
    Usage,
)
from julep_server.models.schema_instances import simplest_instance
from julep_server.settings import OFFLINE_MODEL
from julep_server.text.tokens import count_message_tokens, split_tokens

_INTRODUCTION = "This is Julep's offline model, not a language model."
# Enough for a whole chunk of a document, and for everything that is recalled.
_MAX_QUOTE = 1000
_MAX_SECTIONS = 24
_TO_SAY = re.compile(r"""\bsay (?:'([^']+)'|"([^"]+)")""", re.IGNORECASE)


class OfflineModel:
    """A provider that needs no network."""

    model = OFFLINE_MODEL

    def request_body(self, request: ModelRequest, *, streamed: bool) -> JSONObject:
        """See :class:`~julep_server.models.provider.Provider`; what an endpoint would be sent."""
        return {**request.to_json(streamed=streamed), "model": self.model}

    @property
    def models(self) -> Sequence[str]:
        """See :class:`~julep_server.models.provider.Provider`."""
        return (self.model,)

    async def complete(self, request: ModelRequest, listener: Listener | None) -> Completion:
        """See :class:`~julep_server.models.provider.Provider`."""
        completion = offline_completion(request)
        if listener is not None:
            listener.on_start(self.model)
            for piece in split_tokens(completion.text):
                listener.on_text(piece)
                # Lets the listener's events be sent one by one.
                await asyncio.sleep(0)
        return completion

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
        completions = [offline_completion(request) for request in requests]
        if body.get("stream") is True:
            content = openai_format.completion_events(path, completions, body)
            return ForwardedResponse(self.model, "text/event-stream", content)
        return ForwardedResponse(self.model, "application/json", encode(completions))

    async def close(self) -> None:
        """See :class:`~julep_server.models.provider.Provider`."""


def offline_completion(request: ModelRequest) -> Completion:
    """Complete a prompt, deterministically."""
    prompt_tokens = sum(count_message_tokens(message) for message in request.messages)
    call = _forced_call(request)
    if call is not None:
        usage = Usage(prompt_tokens, len(split_tokens(call.arguments)))
        return Completion(OFFLINE_MODEL, "", (call,), "tool_calls", usage)
    text, finish_reason = _limited(_formatted(request), request.settings)
    usage = Usage(prompt_tokens, len(split_tokens(text)))
    return Completion(OFFLINE_MODEL, text, (), finish_reason, usage)


def _forced_call(request: ModelRequest) -> ToolCall | None:
    functions = [
        tool["function"] for tool in request.tools if isinstance(tool.get("function"), dict)
    ]
    choice = request.tool_choice
    chosen: JSON = None
    if isinstance(choice, dict) and isinstance(choice.get("function"), dict):
        chosen = choice["function"]
    elif choice == "required" and functions:
        chosen = functions[0]
    if not isinstance(chosen, dict):
        return None
    name = str(chosen.get("name"))
    for function in functions:
        if isinstance(function, dict) and function.get("name") == name:
            return ToolCall(name, dumps(simplest_instance(function.get("parameters", {}))))
    raise invalid_field("tool_choice.function.name", f"no tool is named {name}")


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
        return dumps(simplest_instance(schema))
    message = f"the offline model can't answer in the format {kind}"
    raise ApiError(400, "model_refused", message)


def _text(messages: Sequence[JSONObject]) -> str:
    sections = [
        _shortened(section)
        for message in messages
        if _is_system(message)
        for section in plain_text(message.get("content")).split("\n\n")
        if section
    ]
    rest = [message for message in messages if not _is_system(message)]
    # First, so that a short answer includes it.
    sentences = [*_instructed_to_say(sections), _INTRODUCTION]
    if sections:
        sentences.append(f"I was told: {' / '.join(sections[:_MAX_SECTIONS])}")
    if rest:
        sentences.append(_about_last(rest[-1]))
    return "\n".join(sentences)


def _instructed_to_say(sections: Sequence[str]) -> list[str]:
    found = (_TO_SAY.search(section) for section in sections)
    return [match[1] or match[2] for match in found if match][:1]


def _about_last(message: JSONObject) -> str:
    text = _shortened(plain_text(message.get("content")))
    match message.get("role"):
        case "tool" | "function":
            return f"The function gave: {text}"
        case "assistant":
            return f"I go on from: {text}"
        case _:
            return f"You said: {text}"


def _is_system(message: JSONObject) -> bool:
    return message.get("role") in ("system", "developer")


def plain_text(content: JSON) -> str:
    """Return a content's texts, with a note of images in their place."""
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
    return text if len(text) <= _MAX_QUOTE else text[: _MAX_QUOTE - 1] + "…"


def _limited(text: str, settings: JSONObject) -> tuple[str, str]:
    """Apply the stop sequences and the token limit, and return the text and finish reason."""
    stop = settings.get("stop")
    stops = stop if isinstance(stop, list) else [stop]
    ends = [text.find(item) for item in stops if isinstance(item, str) and item]
    cut = min((end for end in ends if end >= 0), default=len(text))
    text = text[:cut]
    limit = settings.get("max_tokens", settings.get("max_completion_tokens"))
    tokens = split_tokens(text)
    if isinstance(limit, int) and len(tokens) > limit:
        return "".join(tokens[:limit]), "length"
    return text, "stop"

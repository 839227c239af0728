"""Attributes of the spans of chats, runs and tools, by the conventions of generative AI.

It imports nothing of OpenTelemetry: these are names and values.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

if TYPE_CHECKING:
    from julep._instrumentation.record import CallRecord

Attributes: TypeAlias = dict[str, str | int | float | Sequence[str]]

CHAT: Final = "Chat"
"""The operation of the contract that is a chat."""

CONTENT_VARIABLE: Final = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
"""The variable by which a program requests texts in its spans."""

_MODEL_HEADER: Final = "x-julep-model"
_SETTINGS: Final = (
    "frequency_penalty",
    "max_tokens",
    "presence_penalty",
    "seed",
    "temperature",
    "top_p",
)


def wants_content() -> bool:
    """Check whether spans may have what was said; by default they have none of it."""
    return os.environ.get(CONTENT_VARIABLE, "").strip().lower() in ("true", "1", "span_only")


def chat_attributes(call: CallRecord) -> Attributes:
    """Return what is known of a chat before it is sent."""
    sent: Any = call.body
    body = cast("Mapping[str, Any]", sent if isinstance(sent, Mapping) else {})
    found: Attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "julep",
        "gen_ai.conversation.id": call.path.split("/")[2],
    }
    for name in _SETTINGS:
        value = body.get(name)
        if isinstance(value, int | float):
            found[f"gen_ai.request.{name}"] = value
    stop = body.get("stop")
    if stop is not None:
        found["gen_ai.request.stop_sequences"] = [stop] if isinstance(stop, str) else [*stop]
    if wants_content():
        messages = [_fields(message) for message in cast("list[object]", body.get("messages", []))]
        found["gen_ai.input.messages"] = call.hide(_messages(messages))
    return found


def answer_attributes(call: CallRecord) -> Attributes:
    """Return what is known of a chat when it has ended."""
    found: Attributes = {}
    model = call.headers.get(_MODEL_HEADER)
    if model:
        found["gen_ai.response.model"] = model
    # A ChatResponse, which this module is too low to name.
    response: Any = call.answer
    if response is None:
        return found
    if response.id:
        found["gen_ai.response.id"] = response.id
    if response.finish_reason:
        found["gen_ai.response.finish_reasons"] = [str(response.finish_reason)]
    if response.usage is not None:
        found["gen_ai.usage.input_tokens"] = response.usage.prompt_tokens
        found["gen_ai.usage.output_tokens"] = response.usage.completion_tokens
    if wants_content():
        choices = cast("list[list[object]]", response.response)
        written = [_fields(message) for choice in choices[:1] for message in choice]
        found["gen_ai.output.messages"] = call.hide(_messages(written))
    return found


def run_attributes(session_id: object) -> Attributes:
    """Return what is known of a run."""
    return {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "julep",
        "gen_ai.conversation.id": str(session_id),
    }


def tool_attributes(name: str, arguments: str, session_id: object) -> Attributes:
    """Return what is known of a function before it is called."""
    found: Attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": name,
        "gen_ai.tool.type": "function",
        "gen_ai.conversation.id": str(session_id),
    }
    if wants_content():
        found["gen_ai.tool.call.arguments"] = arguments
    return found


def _fields(message: object) -> Mapping[str, Any]:
    """Return the fields of a message, which may be a model, or a part of one."""
    to_dict: Any = getattr(message, "to_dict", None)
    return cast("Mapping[str, Any]", message if to_dict is None else to_dict())


def _messages(messages: Iterable[Mapping[str, Any]]) -> str:
    """Write messages as the conventions have them: a role, and parts."""
    found = [{"role": message.get("role"), "parts": _parts(message)} for message in messages]
    return json.dumps(found, ensure_ascii=False)


def _parts(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = message.get("content")
    if message.get("role") == "function_call":
        return [{"type": "tool_call", "name": message.get("name"), "arguments": content}]
    if message.get("role") == "function":
        return [{"type": "tool_call_response", "response": content}]
    if isinstance(content, str) or content is None:
        return [{"type": "text", "content": content or ""}]
    # Images stay out: they may be whole files.
    texts = (_fields(part).get("text") for part in cast("list[object]", content))
    return [{"type": "text", "content": text} for text in texts if text]

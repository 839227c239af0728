"""Parses an endpoint's completions, whole or streamed."""

from __future__ import annotations

from dataclasses import dataclass

from julep_server.json_text import JSON, JSONObject, MalformedJSONError, loads, objects_in
from julep_server.models.openai_errors import failed_midway, not_understood
from julep_server.models.provider import Completion, ModelRequest, ToolCall, Usage
from julep_server.text.tokens import count_message_tokens, count_tokens

_REASONS = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call"})


def parse_completion(body: JSON, request: ModelRequest, model: str) -> Completion:
    """Parse a whole chat completion.

    Raises:
        ApiError: 503 when the body is not a chat completion.
    """
    fields = body if isinstance(body, dict) else {}
    choice = _first(fields.get("choices"))
    message = choice.get("message")
    if not isinstance(message, dict):
        raise not_understood("no completion")
    content = message.get("content")
    text = content if isinstance(content, str) else ""
    calls = tuple(
        ToolCall(str(function.get("name")), str(function.get("arguments") or "{}"))
        for call in objects_in(message.get("tool_calls"))
        if isinstance(function := call.get("function"), dict)
    )
    usage = _usage(fields.get("usage")) or _counted(request, text, calls)
    return Completion(model, text, calls, _reason(choice.get("finish_reason"), calls), usage)


@dataclass(slots=True)
class _PartialCall:
    name: str = ""
    arguments: str = ""


class Collector:
    """Collects a streamed completion.

    Attributes:
        done: Whether the endpoint has marked the completion as complete.
    """

    def __init__(self, request: ModelRequest, model: str) -> None:
        self._request = request
        self._model = model
        self._texts: list[str] = []
        self._calls: dict[int, _PartialCall] = {}
        self._reason: JSON = None
        self._usage: Usage | None = None
        self.done = False

    def add(self, data: str) -> str:
        """Add an event's data, and return its text.

        Raises:
            ApiError: 503 when the event is an error, or not part of a completion.
        """
        try:
            chunk = loads(data)
        except MalformedJSONError as error:
            raise not_understood("an event that is not JSON") from error
        if not isinstance(chunk, dict):
            raise not_understood("an event that is not an object")
        if chunk.get("error"):
            raise failed_midway(chunk["error"])
        self._usage = _usage(chunk.get("usage")) or self._usage
        choice = _first(chunk.get("choices"))
        if choice.get("finish_reason") is not None:
            self._reason = choice["finish_reason"]
            # Not every endpoint marks the end of the stream.
            self.done = True
        delta = choice.get("delta")
        return self._delta(delta) if isinstance(delta, dict) else ""

    def completion(self) -> Completion:
        """Return the whole completion."""
        text = "".join(self._texts)
        calls = tuple(
            ToolCall(call.name, call.arguments or "{}") for _, call in sorted(self._calls.items())
        )
        usage = self._usage or _counted(self._request, text, calls)
        return Completion(self._model, text, calls, _reason(self._reason, calls), usage)

    def _delta(self, delta: JSONObject) -> str:
        for position, call in enumerate(objects_in(delta.get("tool_calls"))):
            index = call.get("index")
            partial = self._calls.setdefault(
                index if isinstance(index, int) else position, _PartialCall()
            )
            function = call.get("function")
            if isinstance(function, dict):
                partial.name += str(function.get("name") or "")
                partial.arguments += str(function.get("arguments") or "")
        content = delta.get("content")
        if not isinstance(content, str):
            return ""
        self._texts.append(content)
        return content


def _reason(reason: JSON, calls: tuple[ToolCall, ...]) -> str:
    if calls:
        return "tool_calls"
    return reason if isinstance(reason, str) and reason in _REASONS else "stop"


def _usage(usage: JSON) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    prompt, written = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if not isinstance(prompt, int):
        return None
    return Usage(prompt, written if isinstance(written, int) else 0)


def _counted(request: ModelRequest, text: str, calls: tuple[ToolCall, ...]) -> Usage:
    return Usage(
        sum(count_message_tokens(message) for message in request.messages),
        count_tokens(text) + sum(count_tokens(call.arguments) for call in calls),
    )


def _first(choices: JSON) -> JSONObject:
    found = objects_in(choices)
    return found[0] if found else {}

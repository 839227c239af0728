"""Reads an endpoint's answer, whole or streamed, from its events."""

from __future__ import annotations

from julep_server.errors import ApiError
from julep_server.json_text import JSON, JSONObject, MalformedJSONError, objects_in
from julep_server.models.choice_reader import ChoiceReader
from julep_server.models.endpoint_events import Event
from julep_server.models.endpoint_json import is_cut, read_json, repaired
from julep_server.models.finish_reasons import FAILED
from julep_server.models.openai_errors import empty, interrupted, not_understood, reported
from julep_server.models.provider import Completion, ModelRequest, ToolCall, Usage
from julep_server.text.tokens import count_message_tokens, count_tokens

MAX_ANSWER_LENGTH = 4 * 1024 * 1024
"""Characters of an answer, its calls included: more than any model writes."""

_DONE = "[DONE]"
_MAX_CHOICES = 1000
_KEEP_ALIVE = frozenset({"ping", "keepalive", "keep-alive", "heartbeat"})
_ERROR_FIELDS = ("detail", "errors", "message", "msg", "error_message", "error_msg")


class AnswerReader:
    """Reads the events of one answer.

    Args:
        request: The request.
        model: The name of the model that was requested.
        key: The key that was sent, which no error must quote.

    Attributes:
        ended: Whether the endpoint has marked the end of its events.
    """

    def __init__(self, request: ModelRequest, model: str, key: str | None) -> None:
        self._request = request
        self._model = model
        self._key = key
        self._known = frozenset(_names(request))
        self._choices: dict[int, ChoiceReader] = {}
        self._usage: JSON = None
        self._reasoning_tokens = False
        self._events = 0
        self._is_whole = False
        self._published = 0
        self.ended = False

    @property
    def done(self) -> bool:
        """Whether the answer is complete, whatever follows."""
        return self.ended or (0 in self._choices and self._choices[0].done)

    def feed(self, event: Event) -> str:
        """Read an event, and return its new words.

        Raises:
            ApiError: The event is an error, or can't be understood.
        """
        data = event.data.strip().removeprefix("\ufeff")
        if event.kind == "error":
            raise self._error(_json_or_text(data))
        if self.ended or not data or (event.kind in _KEEP_ALIVE and not data.startswith("{")):
            return ""
        if data == _DONE:
            self.ended = True
            return ""
        try:
            value = read_json(data)
        except MalformedJSONError as error:
            received = "an event that is not JSON" if event.framed else "JSON that can't be parsed"
            raise not_understood(received) from error
        self._events += 1
        items = value if isinstance(value, list) else [value]
        words = "".join([self._object(item, event) for item in items if item is not None])
        if sum(choice.length for choice in self._choices.values()) > MAX_ANSWER_LENGTH:
            raise not_understood(f"an answer of more than {MAX_ANSWER_LENGTH} characters")
        self._published += len(words)
        return words

    def rest(self) -> str:
        """Return the words that no event has returned; called once, at the end."""
        choice = self._answer()
        for other in self._choices.values():
            other.end()
        return choice.text[self._published :]

    def completion(self) -> Completion:
        """Return the whole answer.

        Raises:
            ApiError: It is incomplete, empty, or one that the endpoint has given up.
        """
        choice = self._answer()
        complete = self.ended or choice.reason is not None or (self._is_whole and self._events == 1)
        if not complete:
            raise interrupted()
        if choice.reason == FAILED:
            raise self._error("it ended with an error, and stated no reason")
        text, calls = choice.text, choice.calls()
        if not choice.has_part:
            raise not_understood("no completion")
        if not text and not calls:
            self._check_empty(choice)
        return Completion(
            self._model, text, calls, _reason(choice.reason, calls), self._counted(text, calls)
        )

    def _object(self, chunk: JSON, event: Event) -> str:
        if not isinstance(chunk, dict):
            raise not_understood("an event that is not an object")
        kind = chunk.get("type")
        if chunk.get("error") or "error" in (chunk.get("object"), kind):
            raise self._error(chunk)
        self._read_usage(chunk)
        choices = _choices(chunk)
        if not choices and _is_error(chunk):
            raise self._error(chunk)
        if not choices and _lacks_choices(chunk):
            raise not_understood("a part of a completion without choices")
        words = ""
        numbers: set[int] = set()
        for position, choice in enumerate(choices):
            if choice.get("error"):
                raise self._error(choice)
            number = _number(choice.get("index"), position)
            number = position if number in numbers else number
            numbers.add(number)
            self._read_usage(choice)
            reader = self._choices.get(number)
            if reader is None:
                reader = self._choices[number] = ChoiceReader(self._known)
            added = reader.add(choice)
            words += added if number == 0 else ""
            self._is_whole = reader.has_message and not event.framed
        return words

    def _read_usage(self, part: JSONObject) -> None:
        usage = part.get("usage")
        groq = part.get("x_groq")
        if not isinstance(usage, dict) and isinstance(groq, dict):
            usage = groq.get("usage")
        if isinstance(usage, dict):
            self._usage = usage
            details = usage.get("completion_tokens_details")
            self._reasoning_tokens |= isinstance(details, dict) and bool(
                details.get("reasoning_tokens")
            )

    def _answer(self) -> ChoiceReader:
        if not self._choices:
            raise interrupted() if self._events == 0 else not_understood("no completion")
        return self._choices[min(self._choices)]

    def _error(self, body: JSON) -> ApiError:
        return reported(body, self._model, self._key)

    def _check_empty(self, choice: ChoiceReader) -> None:
        if choice.thought or self._reasoning_tokens:
            raise empty("the model reasoned, and wrote nothing")
        if choice.has_unknown:
            raise empty("its content is of no known form")
        if choice.reason in ("length", "tool_calls", "function_call", None):
            raise empty(f"it ended with {choice.reason or 'no reason'}")

    def _counted(self, text: str, calls: tuple[ToolCall, ...]) -> Usage:
        usage = self._usage if isinstance(self._usage, dict) else {}
        prompt = _count(usage.get("prompt_tokens", usage.get("input_tokens")))
        written = _count(usage.get("completion_tokens", usage.get("output_tokens")))
        if prompt is None or (not prompt and not written):
            prompt = sum(count_message_tokens(message) for message in self._request.messages)
            written = None
        if written is None:
            written = count_tokens(text) + sum(count_tokens(call.arguments) for call in calls)
        return Usage(prompt, written)


def _names(request: ModelRequest) -> list[str]:
    functions = (tool.get("function") for tool in request.tools)
    return [str(function.get("name")) for function in functions if isinstance(function, dict)]


def _choices(chunk: JSONObject) -> list[JSONObject]:
    choices = chunk.get("choices")
    if isinstance(choices, dict):
        return [choices]
    message, ended = chunk.get("message"), chunk.get("done") is True
    if choices is None and (ended or isinstance(message, dict)):
        # Ollama's own format: pieces of a message, the last of them marked.
        reason = (chunk.get("done_reason") or "stop") if ended else None
        return [{"delta": message, "finish_reason": reason}]
    items: list[JSON] = choices if isinstance(choices, list) else [choices]
    if not all(item is None or isinstance(item, dict) for item in items):
        raise not_understood("choices that are no objects")
    return objects_in(items)


def _number(index: JSON, position: int) -> int:
    if isinstance(index, str) and index.isascii() and index.isdigit() and len(index) < 4:
        return int(index)
    if isinstance(index, bool) or not isinstance(index, int):
        return position
    # A larger one numbers nothing: no request has so many choices.
    return index if 0 <= index < _MAX_CHOICES else position


def _is_error(chunk: JSONObject) -> bool:
    """Check whether an object without choices states an error, in any endpoint's format."""
    if "choices" in chunk and chunk["choices"] is not None:
        return False
    base = chunk.get("base_resp")
    refused = isinstance(base, dict) and base.get("status_code") not in (None, 0)
    return refused or any(chunk.get(name) for name in _ERROR_FIELDS)


def _lacks_choices(chunk: JSONObject) -> bool:
    stated = str(chunk.get("object")).startswith("chat.completion")
    return stated and "choices" not in chunk and "usage" not in chunk


def _json_or_text(data: str) -> JSON:
    try:
        return read_json(data)
    except MalformedJSONError:
        return repaired(data)


def _reason(reason: str | None, calls: tuple[ToolCall, ...]) -> str:
    if not calls or reason == "content_filter":
        return reason or "stop"
    if not any(is_cut(call.arguments) for call in calls):
        return "tool_calls"
    # A call that could not be made; only the reason says so.
    if reason != "length":
        raise not_understood("a call whose arguments stop in the middle")
    return "length"


def _count(value: JSON) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 0 <= value < 2**53 else None

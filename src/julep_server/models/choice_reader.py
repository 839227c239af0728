"""Reads one choice of an endpoint's answer: its words, its calls, and why it ended."""

from __future__ import annotations

from collections.abc import Collection
from typing import NoReturn

from julep_server.json_text import JSON, JSONObject
from julep_server.models.endpoint_json import TextJoiner, repaired
from julep_server.models.finish_reasons import finish_reason
from julep_server.models.long_texts import MARK
from julep_server.models.openai_errors import not_understood
from julep_server.models.provider import ToolCall
from julep_server.models.tool_call_reader import ToolCallReader

_REASONING = (
    "reasoning_content",
    "reasoning",
    "reasoning_details",
    "reasoning_text",
    "thinking",
    "thinking_blocks",
    "thoughts",
    "thought",
)
# Fields beside the words, which say nothing by themselves.
_OTHERS = frozenset(
    {
        "role",
        "name",
        "id",
        "index",
        "type",
        "object",
        "created",
        "model",
        "annotations",
        "citations",
        "content",
        "refusal",
        "tool_calls",
        "function_call",
        "token_id",
        "token_ids",
        "logprobs",
        "finish_reason",
        "stop_reason",
        "provider_specific_fields",
        "prefix",
        "context",
        "status",
        "phase",
        "tool_call_id",
        "signature",
        "thought_signature",
        "extra_content",
        "reasoning_signature",
    }
)
# One of these makes an object a message, or a choice inside a choice.
_FORM = frozenset({"content", "role", "tool_calls", "function_call", "delta", "message"})
_WORDS_OF_PART = ("text", "output_text", "content", "value")
_THOUGHT_PARTS = frozenset({"thinking", "reasoning", "redacted_thinking", "thought", "summary"})


class ChoiceReader:
    """Collects one choice.

    Args:
        known: The names of the request's functions.

    Attributes:
        reason: Why the choice ended; None while it has not.
        thought: Whether it has reasoning.
        has_unknown: Whether it has something that is neither words nor calls nor reasoning.
        has_part: Whether it has a delta, a message or a text, even if an empty one.
        has_message: Whether it has a message or a text.
        length: Characters that were read.
    """

    def __init__(self, known: Collection[str]) -> None:
        self.reason: str | None = None
        self.thought = False
        self.has_unknown = False
        self.has_message = False
        self.has_part = False
        self._texts: list[str] = []
        self._text_length = 0
        self._joiner = TextJoiner()
        self._tools = ToolCallReader(known)
        self._functions = ToolCallReader(known)
        self._goes_on = False

    @property
    def length(self) -> int:
        """Characters that were read."""
        return self._text_length + self._tools.length + self._functions.length

    @property
    def done(self) -> bool:
        """Whether the choice has ended, so that nothing of it can be missing.

        A reason that is stated in every piece marks no end.
        """
        return self.reason is not None and not self._goes_on

    @property
    def text(self) -> str:
        """The words."""
        return "".join(self._texts)

    def calls(self) -> tuple[ToolCall, ...]:
        """Return the calls; those of the older kind, if there are no others.

        Raises:
            ApiError: 503 for a call without a name.
        """
        return self._tools.calls() or self._functions.calls()

    def add(self, choice: JSONObject) -> str:
        """Add what an event has of this choice, and return its new words.

        Raises:
            ApiError: 503 for what can't be understood.
        """
        before = self.length
        text = self._words(choice)
        if self.reason is not None and self.length > before:
            self._goes_on = True
        self.reason = finish_reason(choice.get("finish_reason")) or self.reason
        return text

    def end(self) -> str:
        """Return words that were held back for the rest of a character."""
        return self._kept(self._joiner.end())

    def _words(self, choice: JSONObject) -> str:
        delta, message, text = choice.get("delta"), choice.get("message"), choice.get("text")
        if isinstance(delta, str):
            delta = _content(delta)
        before = self.length, self.thought, self.has_unknown
        if isinstance(delta, dict):
            self.has_part = True
            words = self._new(self._part(delta, replace=False))
            if (self.length, self.thought, self.has_unknown) != before:
                # What is said a second time, in another field, is said once.
                return words
        elif delta is not None:
            _refuse("a delta that is no object")
        if isinstance(message, str):
            message = _content(message)
        if isinstance(message, dict):
            self.has_message = self.has_part = True
            return self._whole(self._part(message, replace=True))
        if text is not None:
            self.has_message = self.has_part = True
            return self._new(self._content(text))
        for name, value in choice.items():
            if name != "delta" and isinstance(value, dict) and not value.keys().isdisjoint(_FORM):
                _refuse("a choice of no known form")
        return ""

    def _part(self, part: JSONObject, *, replace: bool) -> str:
        if part.get("tool_calls"):
            self._tools.add(part["tool_calls"], replace=replace)
        if part.get("function_call"):
            self._functions.add(part["function_call"], replace=replace)
        for name, value in part.items():
            if value and name in _REASONING:
                self.thought = True
            elif value and name not in _OTHERS:
                self.has_unknown = True
        return self._content(part.get("content")) + self._content(part.get("refusal"))

    def _content(self, content: JSON) -> str:
        """Return the words of a content: a text, a part, or a list of either."""
        if content is None or isinstance(content, str):
            if MARK in (text := content or ""):
                _refuse("a text that is too long")
            return text
        if isinstance(content, list):
            return "".join(map(self._content, content))
        if not isinstance(content, dict):
            _refuse("a content that is no text")
        kind = content.get("type")
        if kind in _THOUGHT_PARTS:
            self.thought = True
            return ""
        if kind == "refusal" and content.get("refusal"):
            return self._content(content["refusal"])
        for name in _WORDS_OF_PART:
            if (words := content.get(name)) is not None:
                return self._content(words)
        self.has_unknown = True
        return ""

    def _new(self, words: str) -> str:
        return self._kept(self._joiner.add(words)) if words else ""

    def _whole(self, words: str) -> str:
        """Return what a whole message adds to what came before it."""
        words, said = repaired(words), self.text
        return self._kept(words.removeprefix(said))

    def _kept(self, text: str) -> str:
        if text:
            self._texts.append(text)
            self._text_length += len(text)
        return text


def _content(text: str) -> JSONObject:
    return {"content": text}


def _refuse(received: str) -> NoReturn:
    raise not_understood(received)

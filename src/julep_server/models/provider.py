"""What a model is to the rest of the server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from julep_server.json_text import JSON, JSONObject


class Listener(Protocol):
    """Follows a model while it writes."""

    def begun(self, model: str) -> None:
        """The model of this name is answering."""
        ...

    def wrote(self, text: str) -> None:
        """A new piece of text was written."""
        ...


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What a model is asked, in the terms of OpenAI's chat completions.

    Attributes:
        model: The name of the model wanted.
        messages: The prompt's messages.
        tools: The functions that the model may call.
        tool_choice: None where the caller made none.
        settings: Only what was set.
    """

    model: str
    messages: Sequence[JSONObject]
    tools: Sequence[JSONObject] = ()
    tool_choice: JSON = None
    settings: JSONObject = field(default_factory=dict[str, JSON])

    def to_json(self) -> JSONObject:
        """The body for an endpoint."""
        body: JSONObject = {
            **self.settings,
            "model": self.model,
            "messages": list(self.messages),
        }
        if self.tools:
            body["tools"] = list(self.tools)
            if self.tool_choice is not None:
                body["tool_choice"] = self.tool_choice
        return body


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that a model wants made; the arguments are JSON text, as models write it."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens read and written."""

    prompt_tokens: int
    completion_tokens: int

    def to_json(self) -> JSONObject:
        """As the API shows it."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
        }


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's whole answer, and the name of the model that gave it."""

    model: str
    text: str
    tool_calls: tuple[ToolCall, ...]
    finish_reason: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Forwarded:
    """An answer in OpenAI's own shape: whole JSON, or a stream's bytes."""

    model: str
    media_type: str
    content: JSON | AsyncIterator[bytes]


class Provider(Protocol):
    """A source of completions."""

    @property
    def model(self) -> str:
        """The model for agents that name none, and for unknown names."""
        ...

    async def complete(self, request: ModelRequest, listener: Listener | None) -> Completion:
        """Answer a prompt.

        Args:
            request: The prompt and its settings.
            listener: Told of each piece of text as it is written; None for no streaming.

        Returns:
            The whole answer.

        Raises:
            ApiError: The model can't answer.
        """
        ...

    async def forward(self, path: str, body: JSONObject) -> Forwarded:
        """Answer a request in OpenAI's own shape.

        Args:
            path: ``chat/completions`` or ``completions``.
            body: The request's JSON.

        Raises:
            ApiError: The model can't answer.
        """
        ...

    async def close(self) -> None:
        """Release what the provider holds."""
        ...

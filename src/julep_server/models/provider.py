"""The interface of models: requests, completions and providers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from julep_server.json_text import JSON, JSONObject


class Listener(Protocol):
    """Receives the text of a completion while the model writes it."""

    def on_start(self, model: str, ignored: Sequence[str] = ()) -> None:
        """Called when the model of this name begins; it ignores these settings."""
        ...

    def on_text(self, text: str) -> None:
        """Called with each new piece of text."""
        ...


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """A request to a model, in the terms of OpenAI's chat completions.

    Attributes:
        model: The name of the model.
        messages: The prompt's messages.
        tools: The functions that the model may call.
        tool_choice: None if the caller made no choice.
        settings: The settings that were set.
        allowed: The models that the tenant may use; None for all.

    Example:
        >>> from julep_server import ModelRequest
        >>> ModelRequest("tiny", [{"role": "user", "content": "1 + 1?"}]).messages[-1]["content"]
        '1 + 1?'
    """

    model: str
    messages: Sequence[JSONObject]
    tools: Sequence[JSONObject] = ()
    tool_choice: JSON = None
    settings: JSONObject = field(default_factory=dict[str, JSON])
    allowed: Sequence[str] | None = None

    def to_json(self, *, streamed: bool = False) -> JSONObject:
        """Return the body for an endpoint.

        Args:
            streamed: Whether the body requests a stream.

        Returns:
            The body, in the form of OpenAI's chat completions.

        Example:
            >>> from julep_server import ModelRequest
            >>> ModelRequest("tiny", [{"role": "user", "content": "1 + 1?"}]).to_json()
            {'model': 'tiny', 'messages': [{'role': 'user', 'content': '1 + 1?'}]}
        """
        body: JSONObject = {
            **self.settings,
            "model": self.model,
            "messages": list(self.messages),
        }
        if self.tools:
            body["tools"] = list(self.tools)
            if self.tool_choice is not None:
                body["tool_choice"] = self.tool_choice
        if streamed:
            body["stream"] = True
        return body


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function call requested by a model; the arguments are JSON text, as models write it."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens read and written."""

    prompt_tokens: int
    completion_tokens: int

    @property
    def total_tokens(self) -> int:
        """All tokens."""
        return self.prompt_tokens + self.completion_tokens

    def to_json(self) -> JSONObject:
        """Return the usage's representation."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.total_tokens,
        }


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's whole answer.

    Attributes:
        model: The name of the model.
        ignored: The request's settings that the model's endpoint doesn't take.
    """

    model: str
    text: str
    tool_calls: tuple[ToolCall, ...]
    finish_reason: str
    usage: Usage
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForwardedResponse:
    """A response in OpenAI's own format: whole JSON, or a stream's bytes."""

    model: str
    media_type: str
    content: JSON | AsyncIterator[bytes]


class Provider(Protocol):
    """A source of completions."""

    @property
    def model(self) -> str:
        """The model for agents that name none, and for names that the endpoint doesn't know."""
        ...

    def request_body(self, request: ModelRequest, *, streamed: bool) -> JSONObject:
        """Return the body of the request that :meth:`complete` would send first.

        Args:
            request: The prompt and its settings.
            streamed: Whether the completion would be streamed.
        """
        ...

    @property
    def models(self) -> Sequence[str]:
        """The names of the models from which an agent can choose."""
        ...

    async def complete(self, request: ModelRequest, listener: Listener | None) -> Completion:
        """Complete a prompt.

        Args:
            request: The prompt and its settings.
            listener: Receives each piece of text as it is written; None for no streaming.

        Returns:
            The whole completion.

        Raises:
            ApiError: The request to the model failed.
        """
        ...

    async def forward(
        self, path: str, body: JSONObject, allowed: Sequence[str] | None = None
    ) -> ForwardedResponse:
        """Forward a request in OpenAI's own format.

        Args:
            path: ``chat/completions`` or ``completions``.
            body: The request's JSON.
            allowed: The models that the tenant may use; None for all.

        Raises:
            ApiError: The request to the model failed.
        """
        ...

    async def close(self) -> None:
        """Release what the provider holds."""
        ...

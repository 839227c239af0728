"""Chat in a session: a part of the sessions managers."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, List, Literal, Protocol, cast, overload
from uuid import UUID, uuid4

from julep._arguments.encode import encoded
from julep._arguments.signatures import mirrors, parameters_of
from julep._arguments.typecheck import beartype
from julep._calls.results import awaited, value
from julep._lazy import resolvable
from julep.managers.base import BaseManager
from julep_api.api import sessions
from julep_api.model import Model

if TYPE_CHECKING:
    from typing import Unpack

    from julep.managers.types import (
        ChatSettingsArgs,
        ChatSettingsStop,
        LogitBias,
        MessageInput,
        Messages,
        Preset,
        ResponseFormat,
        ToolChoice,
        ToolInput,
    )
    from julep.streams import AsyncChatStream, ChatStream
    from julep_api.client import EventCall
    from julep_api.models import CancelChatResponse, ChatResponse, ChatResponseChunk

__all__ = ["AsyncChat", "BaseChat", "Chat"]


class ChatMethod(Protocol):
    """The type of `SessionsManager.chat`, as `Client.with_raw_response` takes it."""

    @overload
    def __call__(
        self, session_id: str, messages: Messages, *, stream: Literal[True]
    ) -> ChatStream: ...
    @overload
    def __call__(self, session_id: str, messages: Messages) -> ChatResponse: ...


class AsyncChatMethod(Protocol):
    """The type of `AsyncSessionsManager.chat`, as `AsyncClient.with_raw_response` takes it."""

    @overload
    async def __call__(
        self, session_id: str, messages: Messages, *, stream: Literal[True]
    ) -> AsyncChatStream: ...
    @overload
    async def __call__(self, session_id: str, messages: Messages) -> ChatResponse: ...


class BaseChat(BaseManager):
    """What the sync and the async chat share.

    Example:
        >>> from julep.managers.chat import BaseChat
        >>> isinstance(client.sessions, BaseChat)
        True
    """

    def _chat(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        frequency_penalty: float | None = None,
        length_penalty: float | None = None,
        logit_bias: LogitBias | None = None,
        max_tokens: int | None = None,
        presence_penalty: float | None = None,
        repetition_penalty: float | None = None,
        response_format: ResponseFormat | None = None,
        seed: int | None = None,
        stop: ChatSettingsStop | None = None,
        stream: bool | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        recall: bool | None = None,
        remember: bool | None = None,
        *,
        min_p: float | None = None,
        preset: Preset | None = None,
        record: bool | None = None,
        explain: bool | None = None,
    ) -> ChatResponse | ChatStream | Awaitable[ChatResponse | AsyncChatStream]:
        """Implement `SessionsManager.chat`."""
        body = chat_body(
            messages,
            tools,
            tool_choice,
            frequency_penalty=frequency_penalty,
            length_penalty=length_penalty,
            logit_bias=logit_bias,
            max_tokens=max_tokens,
            presence_penalty=presence_penalty,
            repetition_penalty=repetition_penalty,
            response_format=response_format,
            seed=seed,
            stop=stop,
            temperature=temperature,
            top_p=top_p,
            recall=recall,
            remember=remember,
            min_p=min_p,
            preset=preset,
            record=record,
            explain=explain,
        )
        if stream:
            return self.api_client.stream(stream_call(session_id, body))
        return self._send(sessions.chat.call, session_id, body)

    def _stream(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> ChatStream | AsyncChatStream:
        """Implement `SessionsManager.stream`."""
        body = chat_body(messages, tools, tool_choice, **settings)
        return self.api_client.prepare_stream(stream_call(session_id, body))

    def _cancel(
        self, session_id: str | UUID, response_id: str | UUID | None = None
    ) -> CancelChatResponse | Awaitable[CancelChatResponse]:
        """Implement `SessionsManager.cancel`, and return the whole response."""
        return self._send(sessions.cancel_chat.call, session_id, response_id=response_id)


class Chat(BaseChat):
    """The chat of the sync sessions manager.

    Example:
        >>> client.sessions.chat(session.id, "Hello!").text
        'Hello! How can I help?'
    """

    @overload
    def chat(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        frequency_penalty: float | None = None,
        length_penalty: float | None = None,
        logit_bias: LogitBias | None = None,
        max_tokens: int | None = None,
        presence_penalty: float | None = None,
        repetition_penalty: float | None = None,
        response_format: ResponseFormat | None = None,
        seed: int | None = None,
        stop: ChatSettingsStop | None = None,
        stream: Literal[False] | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        recall: bool | None = None,
        remember: bool | None = None,
        *,
        min_p: float | None = None,
        preset: Preset | None = None,
        record: bool | None = None,
        explain: bool | None = None,
    ) -> ChatResponse: ...
    @overload
    def chat(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        *,
        stream: Literal[True],
        **settings: Unpack[ChatSettingsArgs],
    ) -> ChatStream: ...
    @overload
    def chat(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        *,
        stream: bool | None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> ChatResponse | ChatStream: ...
    @beartype
    @parameters_of(BaseChat._chat)  # noqa: SLF001  # of this module
    def chat(  # noqa: D417  # the parameters are those of _chat
        self, *args: Any, **kwargs: Any
    ) -> ChatResponse | ChatStream:
        """Send messages in a session and return the agent's answer.

        A setting that is None has the agent's value, or else the server's default.

        Args:
            session_id: The session's id.
            messages: The messages to send, as models or dicts; at least one. A text is one
                message of the user.
            tools: Further tools for this turn, besides the agent's own, as models or dicts.
            tool_choice: ``"none"``, ``"auto"`` or the one function that the model must call.
            frequency_penalty: Penalty by a token's frequency so far, -1 to 1.
            length_penalty: Above 1 for shorter answers, below for longer ones, 0 to 2.
            logit_bias: What is added to the logits of single tokens, -100 to 100, by token.
            max_tokens: The most tokens of the answer, 1 to 16384.
            presence_penalty: Penalty for a token that occurred before, -1 to 1.
            repetition_penalty: Above 1 for less repetition, 0 to 2.
            response_format: Text, JSON, or text that matches a pattern.
            seed: Makes sampling repeatable, -1 to 9999.
            stop: A text that ends the answer, or up to four of them.
            stream: Whether to return a stream of the answer's pieces as the model writes them.
            temperature: Randomness, 0 to 2.
            top_p: Nucleus sampling: the share of probability that is kept, 0 to 1.
            recall: Whether documents and memories are searched for the model.
            remember: Whether memories are made of the messages.
            min_p: The least probability of a token, relative to the most probable one: 0 to below
                1.
            preset: A named set of settings.
            record: Whether the messages and the answer become part of the history.
            explain: Whether the response has an ``explanation``: the parts of the prompt with their
                tokens, the documents and memories that were found, and what was left out.

        Returns:
            The response; with ``stream=True``, a `ChatStream` of its pieces, or an
            `AsyncChatStream` in an async client.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a value is out of bounds, a role unknown, or a key misspelt.
            InvalidIdError: When the session's id is not a UUID of version 4.
            NotFoundError: When there is no such session.
            NetworkError: When the server sends no response.

        Example:
            >>> reply = client.sessions.chat(session.id, [{"role": "user", "content": "Hello!"}])
            >>> reply.text
            'Hello! How can I help?'
        """
        return value(self._chat(*args, **kwargs))  # type: ignore[return-value]  # no async stream

    @beartype
    def stream(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> ChatStream:
        """Send messages in a session and read the agent's answer while the model writes it.

        Args:
            session_id: The session's id.
            messages: The messages to send, as models or dicts; at least one. A text is one
                message of the user.
            tools: Further tools for this turn, besides the agent's own, as models or dicts.
            tool_choice: ``"none"``, ``"auto"`` or the one function that the model must call.
            settings: Settings of `chat`.

        Returns:
            The stream, a context manager: entering it sends the request. It is an iterator of
            chunks; its `text_stream` yields texts, its `events` what the model does.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a value is out of bounds, a role unknown, or a key misspelt.
            InvalidIdError: When the session's id is not a UUID of version 4.
            NotFoundError: On entering, when there is no such session.
            NetworkError: On entering, when the server sends no response.

        Example:
            >>> with client.sessions.stream(session.id, messages) as stream:
            ...     for text in stream.text_stream:
            ...         print(text, end="")
            Hello! How can I help?
        """
        return self._stream(  # type: ignore[return-value]  # no async stream
            session_id, messages, tools, tool_choice, **settings
        )

    @beartype
    def cancel(self, session_id: str | UUID, response_id: str | UUID | None = None) -> List[str]:
        """Cancel the answers that a model is writing in a session.

        Nothing of a cancelled answer, or of its messages, is stored. The calls that wait for it, or
        read its stream, raise an error with the code ``chat_cancelled``.

        Args:
            session_id: The session's id.
            response_id: The id of the answer, which every chunk of its stream has; None for all
                answers of the session.

        Returns:
            The ids of the answers that were cancelled; an empty list when no model was writing.

        Raises:
            ArgumentTypeError: When an id is neither a str nor a UUID.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When there is no such session.

        Example:
            >>> client.sessions.cancel(session.id)  # no answer is being written
            []
        """
        return value(self._cancel(session_id, response_id)).cancelled


class AsyncChat(BaseChat):
    """The chat of the async sessions manager.

    Example:
        >>> (await client.sessions.chat(session.id, "Hello!")).text
        'Hello! How can I help?'
    """

    @overload
    async def chat(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        frequency_penalty: float | None = None,
        length_penalty: float | None = None,
        logit_bias: LogitBias | None = None,
        max_tokens: int | None = None,
        presence_penalty: float | None = None,
        repetition_penalty: float | None = None,
        response_format: ResponseFormat | None = None,
        seed: int | None = None,
        stop: ChatSettingsStop | None = None,
        stream: Literal[False] | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        recall: bool | None = None,
        remember: bool | None = None,
        *,
        min_p: float | None = None,
        preset: Preset | None = None,
        record: bool | None = None,
        explain: bool | None = None,
    ) -> ChatResponse: ...
    @overload
    async def chat(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        *,
        stream: Literal[True],
        **settings: Unpack[ChatSettingsArgs],
    ) -> AsyncChatStream: ...
    @overload
    async def chat(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        *,
        stream: bool | None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> ChatResponse | AsyncChatStream: ...
    @mirrors(Chat.chat)
    @beartype
    @parameters_of(BaseChat._chat)  # noqa: SLF001  # of this module
    async def chat(self, *args: Any, **kwargs: Any) -> ChatResponse | AsyncChatStream:
        """Send messages in a session and return the agent's answer.

        Example:
            >>> reply = await client.sessions.chat(
            ...     session.id, [{"role": "user", "content": "Hello!"}]
            ... )
            >>> reply.text
            'Hello! How can I help?'
        """
        return await awaited(self._chat(*args, **kwargs))  # type: ignore[arg-type]  # no sync stream

    @mirrors(Chat.stream)
    @beartype
    def stream(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> AsyncChatStream:
        """Send messages in a session and read the agent's answer while the model writes it.

        Example:
            >>> async with client.sessions.stream(session.id, messages) as stream:
            ...     async for text in stream.text_stream:
            ...         print(text, end="")
            Hello! How can I help?
        """
        return self._stream(  # type: ignore[return-value]  # no sync stream
            session_id, messages, tools, tool_choice, **settings
        )

    @mirrors(Chat.cancel)
    @beartype
    async def cancel(
        self, session_id: str | UUID, response_id: str | UUID | None = None
    ) -> List[str]:
        """Cancel the answers that a model is writing in a session.

        Example:
            >>> await client.sessions.cancel(session.id)  # no answer is being written
            []
        """
        return (await awaited(self._cancel(session_id, response_id))).cancelled


def chat_body(
    messages: Messages,
    tools: Sequence[ToolInput] | None = None,
    tool_choice: ToolChoice | None = None,
    **settings: Unpack[ChatSettingsArgs],
) -> dict[str, object]:
    """Build the body of a chat request: the arguments that are not None."""
    body: dict[str, object] = {"messages": message_list(messages)}
    if tools is not None:
        body["tools"] = [_with_id(tool) for tool in tools]
    if tool_choice is not None:
        body["tool_choice"] = tool_choice
    body |= {name: setting for name, setting in settings.items() if setting is not None}
    return body


def stream_call(session_id: str | UUID, body: dict[str, object]) -> EventCall[ChatResponseChunk]:
    """Build the call of a streamed chat."""
    return encoded(sessions.chat.stream, session_id, {**body, "stream": True})


# The keys of OpenAI's messages that have calls of tools.
_FOREIGN_KEYS: Final = ("function_call", "tool_calls")


def message_list(messages: Messages) -> Sequence[MessageInput]:
    """Return the messages of a turn: a text is one message of the user."""
    if isinstance(messages, str):
        return [{"role": "user", "content": messages}]
    message: object
    for message in messages:
        # Dicts are compared by their class first, since isinstance of Mapping is expensive.
        if (type(message) is dict or isinstance(message, Mapping)) and (
            "function_call" in message or "tool_calls" in message
        ):
            _refuse_foreign_keys(messages)
    return messages


def _refuse_foreign_keys(messages: Sequence[object]) -> None:
    """Raise the error for the first message that has a call of a tool as OpenAI's have it."""
    from julep._arguments.mistakes import refuse_calls

    for number, message in enumerate(messages):
        fields = cast("Mapping[str, object]", message if isinstance(message, Mapping) else {})
        for key in _FOREIGN_KEYS:
            if key in fields:
                encoded(refuse_calls, f"messages[{number}].{key}", fields[key])


def _with_id(tool: ToolInput) -> object:
    """Add an id to a tool without one, which the contract requires in a chat."""
    fields = tool.to_dict() if isinstance(tool, Model) else tool
    return {**fields, "id": str(uuid4())} if fields.get("id") is None else tool


resolvable(__name__)

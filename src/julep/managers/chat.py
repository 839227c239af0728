"""Talking in a session; a part of the sessions managers that is a file of its own by its size."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, overload
from uuid import UUID, uuid4

from julep._arguments.encode import drop_none, encoded
from julep._arguments.typecheck import beartype
from julep._calls.results import awaited, value
from julep.managers.base import BaseManager
from julep_api.api import sessions

if TYPE_CHECKING:
    from typing import Unpack

    from julep.managers.types import (
        ChatSettingsArgs,
        ChatSettingsResponseFormatDict,
        ChatSettingsStop,
        InputChatMlMessageDict,
        Preset,
        ToolChoice,
        ToolDict,
    )
    from julep.streams import AsyncChatStream, ChatStream
    from julep_api.models import (
        ChatResponse,
        ChatSettingsResponseFormat,
        InputChatMlMessage,
        Tool,
    )

__all__ = ["AsyncChat", "BaseChat", "Chat"]


class BaseChat(BaseManager):
    """What both colours do when they talk."""

    def _chat(
        self,
        session_id: str | UUID,
        messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
        tools: Sequence[ToolDict | Tool] | None = None,
        tool_choice: ToolChoice | None = None,
        frequency_penalty: float | None = None,
        length_penalty: float | None = None,
        logit_bias: Mapping[str, int | None] | None = None,
        max_tokens: int | None = None,
        presence_penalty: float | None = None,
        repetition_penalty: float | None = None,
        response_format: ChatSettingsResponseFormatDict | ChatSettingsResponseFormat | None = None,
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
    ) -> ChatResponse | ChatStream | Awaitable[ChatResponse | AsyncChatStream]:
        body = chat_body(
            messages,
            tools,
            tool_choice,
            frequency_penalty,
            length_penalty,
            logit_bias,
            max_tokens,
            presence_penalty,
            repetition_penalty,
            response_format,
            seed,
            stop,
            temperature,
            top_p,
            recall,
            remember,
            min_p=min_p,
            preset=preset,
            record=record,
        )
        if stream:
            return self._stream(session_id, body)
        return self._send(sessions.chat.call, session_id, body)

    def _stream(
        self, session_id: str | UUID, body: Mapping[str, object]
    ) -> ChatStream | Awaitable[AsyncChatStream]:
        call = encoded(sessions.chat.stream, session_id, {**body, "stream": True})
        return self.api_client.stream(call)


class Chat(BaseChat):
    """The public method of a blocking sessions manager that talks."""

    @overload
    def chat(
        self,
        session_id: str | UUID,
        messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
        tools: Sequence[ToolDict | Tool] | None = None,
        tool_choice: ToolChoice | None = None,
        *,
        stream: Literal[True],
        **settings: Unpack[ChatSettingsArgs],
    ) -> ChatStream: ...
    @overload
    def chat(
        self,
        session_id: str | UUID,
        messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
        tools: Sequence[ToolDict | Tool] | None = None,
        tool_choice: ToolChoice | None = None,
        frequency_penalty: float | None = None,
        length_penalty: float | None = None,
        logit_bias: Mapping[str, int | None] | None = None,
        max_tokens: int | None = None,
        presence_penalty: float | None = None,
        repetition_penalty: float | None = None,
        response_format: ChatSettingsResponseFormatDict | ChatSettingsResponseFormat | None = None,
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
    ) -> ChatResponse: ...
    @overload
    def chat(
        self,
        session_id: str | UUID,
        messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
        tools: Sequence[ToolDict | Tool] | None = None,
        tool_choice: ToolChoice | None = None,
        *,
        stream: bool | None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> ChatResponse | ChatStream: ...
    @beartype
    def chat(
        self,
        session_id: str | UUID,
        messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
        tools: Sequence[ToolDict | Tool] | None = None,
        tool_choice: ToolChoice | None = None,
        frequency_penalty: float | None = None,
        length_penalty: float | None = None,
        logit_bias: Mapping[str, int | None] | None = None,
        max_tokens: int | None = None,
        presence_penalty: float | None = None,
        repetition_penalty: float | None = None,
        response_format: ChatSettingsResponseFormatDict | ChatSettingsResponseFormat | None = None,
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
    ) -> ChatResponse | ChatStream:
        """Say something in a session and get the agent's answer.

        A setting that is not given is the agent's own, or else the server's default.

        Args:
            session_id: The session's id.
            messages: What is said, as models or dicts; at least one message.
            tools: Further tools for this turn, besides the agent's own.
            tool_choice: ``"none"``, ``"auto"`` or the one function that has to be called.
            frequency_penalty: How much a token loses by how often it was used, -1 to 1.
            length_penalty: Above 1 for shorter answers, below for longer ones, 0 to 2.
            logit_bias: How much likelier single tokens become, by token.
            max_tokens: The most tokens of the answer, 1 to 16384.
            presence_penalty: How much a token loses by being used at all, -1 to 1.
            repetition_penalty: Above 1 for less repetition, 0 to 2.
            response_format: Text, JSON, or what a pattern matches.
            seed: Makes sampling repeatable, -1 to 9999.
            stop: A text that ends the answer, or up to four of them.
            stream: Whether the answer is read while it is written.
            temperature: Randomness, 0 to 2.
            top_p: Nucleus sampling: the share of probability that is kept, 0 to 1.
            recall: Whether documents and memories are looked up for the model.
            remember: Whether memories are formed of what is said.
            min_p: Tokens less likely than this, relative to the likeliest, are left out, below 1.
            preset: A named set of settings.
            record: Whether the turn becomes part of the history.

        Returns:
            The answer, or with ``stream=True`` a `ChatStream` of its pieces.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a value is out of bounds, a role or a key unknown.
            InvalidIdError: When the session's id is not a UUID of version 4.
            NotFoundError: When there is no such session.
            NetworkError: When no answer comes.

        Example:
            >>> reply = client.sessions.chat(session.id, [{"role": "user", "content": "Hello!"}])
            >>> reply.text
            'Hello! How can I help?'
        """
        body = chat_body(
            messages,
            tools,
            tool_choice,
            frequency_penalty,
            length_penalty,
            logit_bias,
            max_tokens,
            presence_penalty,
            repetition_penalty,
            response_format,
            seed,
            stop,
            temperature,
            top_p,
            recall,
            remember,
            min_p=min_p,
            preset=preset,
            record=record,
        )
        if stream:
            return _blocking_stream(self._stream(session_id, body))
        return value(self._send(sessions.chat.call, session_id, body))


class AsyncChat(BaseChat):
    """The public method of an async sessions manager that talks."""

    @overload
    async def chat(
        self,
        session_id: str | UUID,
        messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
        tools: Sequence[ToolDict | Tool] | None = None,
        tool_choice: ToolChoice | None = None,
        *,
        stream: Literal[True],
        **settings: Unpack[ChatSettingsArgs],
    ) -> AsyncChatStream: ...
    @overload
    async def chat(
        self,
        session_id: str | UUID,
        messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
        tools: Sequence[ToolDict | Tool] | None = None,
        tool_choice: ToolChoice | None = None,
        frequency_penalty: float | None = None,
        length_penalty: float | None = None,
        logit_bias: Mapping[str, int | None] | None = None,
        max_tokens: int | None = None,
        presence_penalty: float | None = None,
        repetition_penalty: float | None = None,
        response_format: ChatSettingsResponseFormatDict | ChatSettingsResponseFormat | None = None,
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
    ) -> ChatResponse: ...
    @overload
    async def chat(
        self,
        session_id: str | UUID,
        messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
        tools: Sequence[ToolDict | Tool] | None = None,
        tool_choice: ToolChoice | None = None,
        *,
        stream: bool | None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> ChatResponse | AsyncChatStream: ...
    @beartype
    async def chat(
        self,
        session_id: str | UUID,
        messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
        tools: Sequence[ToolDict | Tool] | None = None,
        tool_choice: ToolChoice | None = None,
        frequency_penalty: float | None = None,
        length_penalty: float | None = None,
        logit_bias: Mapping[str, int | None] | None = None,
        max_tokens: int | None = None,
        presence_penalty: float | None = None,
        repetition_penalty: float | None = None,
        response_format: ChatSettingsResponseFormatDict | ChatSettingsResponseFormat | None = None,
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
    ) -> ChatResponse | AsyncChatStream:
        """Say something in a session and get the agent's answer.

        Arguments, result and errors are those of `SessionsManager.chat`; the stream is an
        `AsyncChatStream`.

        Example:
            >>> reply = await client.sessions.chat(
            ...     session.id, [{"role": "user", "content": "Hello!"}]
            ... )
            >>> reply.text
            'Hello! How can I help?'
        """
        body = chat_body(
            messages,
            tools,
            tool_choice,
            frequency_penalty,
            length_penalty,
            logit_bias,
            max_tokens,
            presence_penalty,
            repetition_penalty,
            response_format,
            seed,
            stop,
            temperature,
            top_p,
            recall,
            remember,
            min_p=min_p,
            preset=preset,
            record=record,
        )
        if stream:
            return await _async_stream(self._stream(session_id, body))
        return await awaited(self._send(sessions.chat.call, session_id, body))


# `value` and `awaited`, for the one result whose two colours are of two classes.


def _blocking_stream(opened: ChatStream | Awaitable[AsyncChatStream]) -> ChatStream:
    if isinstance(opened, Awaitable):
        raise TypeError("this is a blocking manager, and its client is an async one")
    return opened


async def _async_stream(opened: ChatStream | Awaitable[AsyncChatStream]) -> AsyncChatStream:
    if isinstance(opened, Awaitable):
        return await opened
    raise TypeError("this is an async manager, and its client is a blocking one")


def chat_body(
    messages: Sequence[InputChatMlMessageDict | InputChatMlMessage],
    tools: Sequence[ToolDict | Tool] | None = None,
    tool_choice: ToolChoice | None = None,
    frequency_penalty: float | None = None,
    length_penalty: float | None = None,
    logit_bias: Mapping[str, int | None] | None = None,
    max_tokens: int | None = None,
    presence_penalty: float | None = None,
    repetition_penalty: float | None = None,
    response_format: ChatSettingsResponseFormatDict | ChatSettingsResponseFormat | None = None,
    seed: int | None = None,
    stop: ChatSettingsStop | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    recall: bool | None = None,
    remember: bool | None = None,
    *,
    min_p: float | None = None,
    preset: Preset | None = None,
    record: bool | None = None,
) -> dict[str, object]:
    """Put together what a chat sends: what was given, and nothing else."""
    return drop_none(
        messages=messages,
        tools=_with_ids(tools),
        tool_choice=tool_choice,
        frequency_penalty=frequency_penalty,
        length_penalty=length_penalty,
        logit_bias=_biases(logit_bias),
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
    )


def _with_ids(tools: Sequence[ToolDict | Tool] | None) -> list[object] | None:
    """Give tools that are dicts an id where they have none: the contract wants one of each."""
    if tools is None:
        return None
    return [tool if not isinstance(tool, dict) else {"id": str(uuid4()), **tool} for tool in tools]


def _biases(logit_bias: Mapping[str, int | None] | None) -> dict[str, int] | None:
    """Leave out the tokens whose bias is None: they have none."""
    if logit_bias is None:
        return None
    return {token: bias for token, bias in logit_bias.items() if bias is not None}

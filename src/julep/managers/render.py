"""The request that a chat would make to the model: a part of the sessions managers."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.results import awaited, value
from julep._lazy import resolvable
from julep.managers.base import BaseManager
from julep.managers.chat import chat_body
from julep_api.api import sessions

if TYPE_CHECKING:
    from typing import Unpack

    from julep.managers.types import ChatSettingsArgs, Messages, ToolChoice, ToolInput
    from julep_api.models import RenderedChat

__all__ = ["AsyncRender", "BaseRender", "Render"]


class BaseRender(BaseManager):
    """What the sync and the async render share.

    Example:
        >>> from julep.managers.render import BaseRender
        >>> isinstance(client.sessions, BaseRender)
        True
    """

    def _render(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        *,
        stream: bool | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> RenderedChat | Awaitable[RenderedChat]:
        """Implement `SessionsManager.render`."""
        body = chat_body(messages, tools, tool_choice, **settings)
        if stream is not None:
            body["stream"] = stream
        return self._send(sessions.render_chat.call, session_id, body)


class Render(BaseRender):
    """The render of the sync sessions manager.

    Example:
        >>> rendered = client.sessions.render(session.id, "Hello!")
        >>> [part.kind.value for part in rendered.explanation.parts]
        ['situation', 'agent', 'user', 'message', 'tools']
    """

    @beartype
    def render(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        *,
        stream: bool | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> RenderedChat:
        """Return the request that a chat with these arguments would make to the model.

        No request is made to the model, and nothing is stored.

        Args:
            session_id: The session's id.
            messages: The messages to send, as models or dicts; at least one. A text is one
                message of the user.
            tools: Further tools for this turn, besides the agent's own, as models or dicts.
            tool_choice: ``"none"``, ``"auto"`` or the one function that the model must call.
            stream: Whether the answer would be streamed, which is part of the request.
            settings: Settings of `chat`.

        Returns:
            The ``request``, and its ``explanation``: the parts of the prompt with their tokens, the
            documents and memories that were found, and what was left out.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a value is out of bounds, a role unknown, or a key misspelt.
            InvalidIdError: When the session's id is not a UUID of version 4.
            NotFoundError: When there is no such session.

        Example:
            >>> rendered = client.sessions.render(session.id, "Hello!")
            >>> [message["role"] for message in rendered.request["messages"]]
            ['system', 'user']
        """
        return value(
            self._render(session_id, messages, tools, tool_choice, stream=stream, **settings)
        )


class AsyncRender(BaseRender):
    """The render of the async sessions manager.

    Example:
        >>> rendered = await client.sessions.render(session.id, "Hello!")
        >>> [part.kind.value for part in rendered.explanation.parts]
        ['situation', 'agent', 'user', 'message', 'tools']
    """

    @mirrors(Render.render)
    @beartype
    async def render(
        self,
        session_id: str | UUID,
        messages: Messages,
        tools: Sequence[ToolInput] | None = None,
        tool_choice: ToolChoice | None = None,
        *,
        stream: bool | None = None,
        **settings: Unpack[ChatSettingsArgs],
    ) -> RenderedChat:
        """Return the request that a chat with these arguments would make to the model.

        Example:
            >>> rendered = await client.sessions.render(session.id, "Hello!")
            >>> [message["role"] for message in rendered.request["messages"]]
            ['system', 'user']
        """
        return await awaited(
            self._render(session_id, messages, tools, tool_choice, stream=stream, **settings)
        )


resolvable(__name__)

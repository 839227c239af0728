"""Sessions: conversations of an agent, usually with a user."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from julep._arguments.encode import (
    NO_METADATA,
    REPRESENTATION,
    checked_id,
    drop_none,
)
from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.results import awaited, value
from julep._lazy import lazy, resolvable
from julep.managers.chat import AsyncChat, Chat
from julep.managers.history import AsyncHistory, BaseHistory, History
from julep.managers.parse import AsyncParse, BaseParse, Parse
from julep.managers.render import AsyncRender, BaseRender, Render
from julep.managers.session_lists import AsyncSessionLists, BaseSessionLists, SessionLists
from julep.managers.utils import rewrap_in_class
from julep_api.api import sessions
from julep_api.models import Session

if TYPE_CHECKING:
    from julep.managers.types import (
        ContextOverflow,
        SessionCreateArgs,
        SessionUpdateArgs,
    )
    from julep_api.models import (
        ResourceCreatedResponse,
        ResourceUpdatedResponse,
    )

else:
    _, __getattr__, __dir__ = lazy(
        __name__,
        {"julep.managers.types": ("SessionCreateArgs", "SessionUpdateArgs")},
        older="julep.managers._names_of_0_3",
    )

__all__ = [
    "AsyncSessionsManager",
    "BaseSessionsManager",
    "SessionCreateArgs",
    "SessionUpdateArgs",
    "SessionsManager",
]


class BaseSessionsManager(BaseParse, BaseRender, BaseHistory, BaseSessionLists):
    """What the sync and the async sessions manager share.

    Example:
        >>> from julep.managers.session import BaseSessionsManager
        >>> isinstance(client.sessions, BaseSessionsManager)
        True
    """

    def _get(self, id: str | UUID) -> Session | Awaitable[Session]:
        """Implement `SessionsManager.get`."""
        return self._send(sessions.get_session.call, checked_id(id))

    def _create(
        self,
        agent_id: str | UUID,
        user_id: str | UUID | None = None,
        situation: str | None = None,
        metadata: Mapping[str, object] | None = NO_METADATA,
        render_templates: bool | None = False,
        *,
        token_budget: int | None = None,
        context_overflow: ContextOverflow | None = None,
        tags: Sequence[str] | None = None,
    ) -> ResourceCreatedResponse | Awaitable[ResourceCreatedResponse]:
        """Implement `SessionsManager.create`."""
        body = drop_none(
            agent_id=agent_id,
            user_id=user_id,
            situation=situation,
            metadata=metadata,
            render_templates=render_templates or None,
            token_budget=token_budget,
            context_overflow=context_overflow,
            tags=tags,
        )
        return self._send(sessions.create_session.call, body, prefer=REPRESENTATION)

    def _update(
        self,
        session_id: str | UUID,
        situation: str | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool | None = False,
        *,
        render_templates: bool | None = None,
        token_budget: int | None = None,
        context_overflow: ContextOverflow | None = None,
        tags: Sequence[str] | None = None,
    ) -> ResourceUpdatedResponse | Awaitable[ResourceUpdatedResponse]:
        """Implement `SessionsManager.update`."""
        body = drop_none(
            situation=situation,
            metadata=metadata,
            render_templates=render_templates,
            token_budget=token_budget,
            context_overflow=context_overflow,
            tags=tags,
        )
        if overwrite:
            return self._send(sessions.update_session.call, session_id, body, prefer=REPRESENTATION)
        return self._send(sessions.patch_session.call, session_id, body, prefer=REPRESENTATION)

    def _delete(self, session_id: str | UUID) -> Awaitable[None] | None:
        """Implement `SessionsManager.delete`."""
        return self._discard(sessions.delete_session.call, session_id)


class SessionsManager(SessionLists, Chat, Parse, Render, History, BaseSessionsManager):
    """Create and manage sessions, and chat in them.

    Example:
        >>> session = client.sessions.create(agent_id=agent.id, user_id=user.id)
        >>> client.sessions.chat(session.id, [{"role": "user", "content": "Hello!"}]).text
        'Hello! How can I help?'
    """

    @beartype
    def get(self, id: str | UUID) -> Session:
        """Get a session.

        Args:
            id: The session's id, a UUID of version 4.

        Returns:
            The session.

        Raises:
            ArgumentTypeError: When the id is neither a str nor a UUID (also a TypeError).
            InvalidIdError: When it is not a UUID of version 4 (also a ValueError).
            NotFoundError: When there is no such session (also a KeyError).
            NetworkError: When the server sends no response.

        Example:
            >>> client.sessions.get(session.id).situation
            'A quiet library'
        """
        return value(self._get(id))

    @beartype
    @rewrap_in_class(Session)
    def create(
        self,
        *,
        agent_id: str | UUID,
        user_id: str | UUID | None = None,
        situation: str | None = None,
        metadata: Mapping[str, object] | None = NO_METADATA,
        render_templates: bool | None = False,
        token_budget: int | None = None,
        context_overflow: ContextOverflow | None = None,
        tags: Sequence[str] | None = None,
    ) -> ResourceCreatedResponse:
        """Create a session.

        Args:
            agent_id: The agent's id.
            user_id: The id of the user in the conversation, if there is one.
            situation: The beginning of the prompt: the setting and the topic of the conversation.
            metadata: JSON to store with the session; `list` and `iterate` can filter by it.
            render_templates: Whether the situation, and messages with the role ``system`` or
                ``assistant``, are Jinja templates.
            token_budget: The most tokens of a prompt; None for no limit.
            context_overflow: How a longer prompt is shortened: ``truncate`` leaves out the oldest
                history, ``adaptive`` summarizes it.
            tags: Short texts by which to sort sessions, each once.

        Returns:
            The created session.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a tag is repeated, or ``context_overflow`` has another value.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When there is no such agent, or no such user.

        Example:
            >>> client.sessions.create(agent_id=agent.id, situation="A quiet library").id
            '4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a'
        """
        result = self._create(
            agent_id,
            user_id,
            situation,
            metadata,
            render_templates,
            token_budget=token_budget,
            context_overflow=context_overflow,
            tags=tags,
        )
        return value(result)

    @beartype
    @rewrap_in_class(Session)
    def update(
        self,
        session_id: str | UUID,
        *,
        situation: str | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool | None = False,
        render_templates: bool | None = None,
        token_budget: int | None = None,
        context_overflow: ContextOverflow | None = None,
        tags: Sequence[str] | None = None,
    ) -> ResourceUpdatedResponse:
        """Update a session.

        Args:
            session_id: The session's id.
            situation: The beginning of the prompt; required when overwriting.
            metadata: JSON to merge into the stored metadata (RFC 7396: a null removes a key), or to
                replace it when overwriting.
            overwrite: Whether arguments that are None reset their fields, instead of keeping them.
            render_templates: Whether the situation and some messages are templates, as in `create`.
            token_budget: The most tokens of a prompt.
            context_overflow: How a longer prompt is shortened, as in `create`.
            tags: Short texts by which to sort sessions, each once; they replace the stored ones.

        Returns:
            The updated session.

        Raises:
            ArgumentTypeError: When an argument has a wrong type (also beartype's violation).
            InvalidArgumentError: When overwriting without a situation, or as in `create`.
            InvalidIdError: When the id is not a UUID of version 4.
            NotFoundError: When there is no such session.

        Example:
            >>> client.sessions.update(session_id=session.id, situation="A loud party").situation
            'A loud party'
        """
        result = self._update(
            session_id,
            situation,
            metadata,
            overwrite,
            render_templates=render_templates,
            token_budget=token_budget,
            context_overflow=context_overflow,
            tags=tags,
        )
        return value(result)

    @beartype
    def delete(self, session_id: str | UUID) -> None:
        """Delete a session and its history.

        Deleting it again has no effect.

        Args:
            session_id: The session's id.

        Raises:
            ArgumentTypeError: When the id is neither a str nor a UUID.
            InvalidIdError: When it is not a UUID of version 4.
            NotFoundError: When no such session ever existed.

        Example:
            >>> client.sessions.delete(session.id)
        """
        return value(self._delete(session_id))


class AsyncSessionsManager(
    AsyncSessionLists, AsyncChat, AsyncParse, AsyncRender, AsyncHistory, BaseSessionsManager
):
    """Create and manage sessions, and chat in them, by async methods.

    Example:
        >>> session = await client.sessions.create(agent_id=agent.id, user_id=user.id)
        >>> (await client.sessions.chat(session.id, [{"role": "user", "content": "Hello!"}])).text
        'Hello! How can I help?'
    """

    @mirrors(SessionsManager.get)
    @beartype
    async def get(self, id: str | UUID) -> Session:
        """Get a session.

        Example:
            >>> (await client.sessions.get(session.id)).situation
            'A quiet library'
        """
        return await awaited(self._get(id))

    @mirrors(SessionsManager.create)
    @beartype
    @rewrap_in_class(Session)
    async def create(
        self,
        *,
        agent_id: str | UUID,
        user_id: str | UUID | None = None,
        situation: str | None = None,
        metadata: Mapping[str, object] | None = NO_METADATA,
        render_templates: bool | None = False,
        token_budget: int | None = None,
        context_overflow: ContextOverflow | None = None,
        tags: Sequence[str] | None = None,
    ) -> ResourceCreatedResponse:
        """Create a session.

        Example:
            >>> (await client.sessions.create(agent_id=agent.id, situation="A quiet library")).id
            '4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a'
        """
        result = self._create(
            agent_id,
            user_id,
            situation,
            metadata,
            render_templates,
            token_budget=token_budget,
            context_overflow=context_overflow,
            tags=tags,
        )
        return await awaited(result)

    @mirrors(SessionsManager.update)
    @beartype
    @rewrap_in_class(Session)
    async def update(
        self,
        session_id: str | UUID,
        *,
        situation: str | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool | None = False,
        render_templates: bool | None = None,
        token_budget: int | None = None,
        context_overflow: ContextOverflow | None = None,
        tags: Sequence[str] | None = None,
    ) -> ResourceUpdatedResponse:
        """Update a session.

        Example:
            >>> updated = await client.sessions.update(session_id=session.id, situation="A party")
            >>> updated.situation
            'A party'
        """
        result = self._update(
            session_id,
            situation,
            metadata,
            overwrite,
            render_templates=render_templates,
            token_budget=token_budget,
            context_overflow=context_overflow,
            tags=tags,
        )
        return await awaited(result)

    @mirrors(SessionsManager.delete)
    @beartype
    async def delete(self, session_id: str | UUID) -> None:
        """Delete a session and its history.

        Example:
            >>> await client.sessions.delete(session.id)
        """
        return await awaited(self._delete(session_id))


resolvable(__name__)

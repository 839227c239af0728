"""The history and the suggestions of a session: a part of the sessions managers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Final, List
from uuid import UUID

from julep._arguments.encode import REPRESENTATION, drop_none
from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator, PageWalk
from julep._calls.results import awaited, value
from julep._lazy import resolvable
from julep.managers.base import BaseManager
from julep.managers.utils import rewrap_in_class
from julep_api.api import sessions
from julep_api.models import Session

if TYPE_CHECKING:
    from julep_api.models import (
        ChatMlMessage,
        GetHistoryResponse,
        GetSuggestionsResponse,
        ResourceCreatedResponse,
        Suggestion,
    )

__all__ = ["AsyncHistory", "BaseHistory", "History"]

# A suggestion has no id.
_SUGGESTION_KEY: Final = attrgetter("message_id", "target", "content")


class BaseHistory(BaseManager):
    """What the sync and the async history share.

    Example:
        >>> from julep.managers.history import BaseHistory
        >>> isinstance(client.sessions, BaseHistory)
        True
    """

    def _suggestions(
        self,
        session_id: str | UUID,
        limit: int | None = None,
        offset: int | None = None,
    ) -> GetSuggestionsResponse | Awaitable[GetSuggestionsResponse]:
        """Implement `SessionsManager.suggestions`, and return the whole response."""
        page = partial(sessions.get_suggestions.call, session_id)
        return self._list_all(page, limit, offset, _SUGGESTION_KEY)

    def _iterate_suggestions(
        self, session_id: str | UUID, limit: int | None = None, page_size: int | None = None
    ) -> PageWalk[Suggestion]:
        """Implement `SessionsManager.iterate_suggestions`."""
        page = partial(sessions.get_suggestions.call, session_id)
        return PageWalk(self.api_client, page, limit, page_size, _SUGGESTION_KEY)

    def _history(
        self,
        session_id: str | UUID,
        limit: int | None = None,
        offset: int | None = None,
    ) -> GetHistoryResponse | Awaitable[GetHistoryResponse]:
        """Implement `SessionsManager.history`, and return the whole response."""
        return self._list_all(partial(sessions.get_history.call, session_id), limit, offset)

    def _iterate_history(
        self, session_id: str | UUID, limit: int | None = None, page_size: int | None = None
    ) -> PageWalk[ChatMlMessage]:
        """Implement `SessionsManager.iterate_history`."""
        page = partial(sessions.get_history.call, session_id)
        return PageWalk(self.api_client, page, limit, page_size)

    def _count_history(self, session_id: str | UUID) -> int | Awaitable[int]:
        """Implement `SessionsManager.count_history`."""
        return self._total(partial(sessions.get_history.call, session_id))

    def _delete_history(self, session_id: str | UUID) -> Awaitable[None] | None:
        """Implement `SessionsManager.delete_history`."""
        return self._discard(sessions.delete_session_history.call, session_id)

    def _fork(
        self, session_id: str | UUID, *, message_id: str | UUID | None = None
    ) -> ResourceCreatedResponse | Awaitable[ResourceCreatedResponse]:
        """Implement `SessionsManager.fork`."""
        body = drop_none(message_id=message_id)
        return self._send(sessions.fork_session.call, session_id, body, prefer=REPRESENTATION)


class History(BaseHistory):
    """The history and the suggestions of the sync sessions manager.

    Example:
        >>> reply = client.sessions.chat(session.id, "Hello!")
        >>> [message.content for message in client.sessions.history(session.id)]
        ['Hello!', 'Hello! How can I help?']
    """

    @beartype
    def suggestions(
        self,
        session_id: str | UUID,
        limit: int | None = None,
        offset: int | None = None,
    ) -> List[Suggestion]:
        """List up to ``limit`` suggestions for the next message or action.

        Args:
            session_id: The session's id.
            limit: The most suggestions to return, 1 or more; None for all.
            offset: How many suggestions to skip, 0 or more.

        Returns:
            The suggestions, which a server with ``--suggestions`` makes; an empty list for none.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds.
            InvalidIdError: When the id is not a UUID of version 4.
            NotFoundError: When there is no such session.

        Example:
            >>> for suggestion in client.sessions.suggestions(session.id):
            ...     print(suggestion.target, suggestion.content)
        """
        return value(self._suggestions(session_id, limit, offset)).items

    @beartype
    def iterate_suggestions(
        self, session_id: str | UUID, *, limit: int | None = None, page_size: int | None = None
    ) -> Iterator[Suggestion]:
        """Iterate over all suggestions of a session, a page at a time.

        The first request is sent when the iteration starts.

        Args:
            session_id: The session's id.
            limit: The most suggestions in total, 0 or more; None for all.
            page_size: The suggestions per request, 1 to 1000; 100 by default.

        Returns:
            An iterator of suggestions.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds.
            InvalidIdError: When the id is not a UUID of version 4.
            NotFoundError: During the iteration, when there is no such session.

        Example:
            >>> for suggestion in client.sessions.iterate_suggestions(session.id):
            ...     print(suggestion.target, suggestion.content)
        """
        return ItemIterator(self._iterate_suggestions(session_id, limit, page_size))

    @beartype
    def history(
        self,
        session_id: str | UUID,
        limit: int | None = None,
        offset: int | None = None,
    ) -> List[ChatMlMessage]:
        """List up to ``limit`` messages of a session, oldest first.

        Args:
            session_id: The session's id.
            limit: The most messages to return, 1 or more; None for all.
            offset: How many messages to skip, 0 or more.

        Returns:
            The messages.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds.
            InvalidIdError: When the id is not a UUID of version 4.
            NotFoundError: When there is no such session.

        Example:
            >>> reply = client.sessions.chat(session.id, "Hello!")
            >>> [message.role.value for message in client.sessions.history(session.id)]
            ['user', 'assistant']
        """
        return value(self._history(session_id, limit, offset)).items

    @beartype
    def iterate_history(
        self, session_id: str | UUID, *, limit: int | None = None, page_size: int | None = None
    ) -> Iterator[ChatMlMessage]:
        """Iterate over all messages of a session, oldest first, a page at a time.

        The first request is sent when the iteration starts.

        Args:
            session_id: The session's id.
            limit: The most messages in total, 0 or more; None for all.
            page_size: The messages per request, 1 to 1000; 100 by default.

        Returns:
            An iterator of messages.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds.
            InvalidIdError: When the id is not a UUID of version 4.
            NotFoundError: During the iteration, when there is no such session.

        Example:
            >>> reply = client.sessions.chat(session.id, "Hello!")
            >>> for message in client.sessions.iterate_history(session.id):
            ...     print(message.content)
            Hello!
            Hello! How can I help?
        """
        return ItemIterator(self._iterate_history(session_id, limit, page_size))

    @beartype
    def count_history(self, session_id: str | UUID) -> int:
        """Count the messages in the history of a session.

        Args:
            session_id: The session's id.

        Returns:
            The number of messages.

        Raises:
            ArgumentTypeError: When the id is neither a str nor a UUID.
            InvalidIdError: When the id is not a UUID of version 4.
            NotFoundError: When there is no such session.

        Example:
            >>> reply = client.sessions.chat(session.id, "Hello!")
            >>> client.sessions.count_history(session.id)
            2
        """
        return value(self._count_history(session_id))

    @beartype
    def delete_history(self, session_id: str | UUID) -> None:
        """Delete all messages of a session.

        Args:
            session_id: The session's id.

        Raises:
            ArgumentTypeError: When the id is neither a str nor a UUID.
            InvalidIdError: When it is not a UUID of version 4 (also an AssertionError).
            NotFoundError: When there is no such session.

        Example:
            >>> client.sessions.delete_history(session.id)
            >>> client.sessions.history(session.id)
            []
        """
        return value(self._delete_history(session_id))

    @beartype
    @rewrap_in_class(Session)
    def fork(
        self, session_id: str | UUID, *, message_id: str | UUID | None = None
    ) -> ResourceCreatedResponse:
        """Create a session with a copy of the history of another one.

        It has the agent, the user and the settings of the other session. Each goes its own way
        afterwards.

        Args:
            session_id: The id of the session to copy.
            message_id: The last message that the new session has; None for the whole history.

        Returns:
            The new session.

        Raises:
            ArgumentTypeError: When an id is neither a str nor a UUID.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When there is no such session, or when it has no such message.

        Example:
            >>> fork = client.sessions.fork(session.id)
            >>> fork.situation
            'A quiet library'
        """
        return value(self._fork(session_id, message_id=message_id))


class AsyncHistory(BaseHistory):
    """The history and the suggestions of the async sessions manager.

    Example:
        >>> reply = await client.sessions.chat(session.id, "Hello!")
        >>> [message.content for message in await client.sessions.history(session.id)]
        ['Hello!', 'Hello! How can I help?']
    """

    @mirrors(History.suggestions)
    @beartype
    async def suggestions(
        self,
        session_id: str | UUID,
        limit: int | None = None,
        offset: int | None = None,
    ) -> List[Suggestion]:
        """List up to ``limit`` suggestions for the next message or action.

        Example:
            >>> for suggestion in await client.sessions.suggestions(session.id):
            ...     print(suggestion.target, suggestion.content)
        """
        return (await awaited(self._suggestions(session_id, limit, offset))).items

    @mirrors(History.iterate_suggestions)
    @beartype
    def iterate_suggestions(
        self, session_id: str | UUID, *, limit: int | None = None, page_size: int | None = None
    ) -> AsyncIterator[Suggestion]:
        """Iterate over all suggestions of a session, a page at a time.

        Example:
            >>> async for suggestion in client.sessions.iterate_suggestions(session.id):
            ...     print(suggestion.target, suggestion.content)
        """
        return AsyncItemIterator(self._iterate_suggestions(session_id, limit, page_size))

    @mirrors(History.history)
    @beartype
    async def history(
        self,
        session_id: str | UUID,
        limit: int | None = None,
        offset: int | None = None,
    ) -> List[ChatMlMessage]:
        """List up to ``limit`` messages of a session, oldest first.

        Example:
            >>> reply = await client.sessions.chat(session.id, "Hello!")
            >>> [message.role.value for message in await client.sessions.history(session.id)]
            ['user', 'assistant']
        """
        return (await awaited(self._history(session_id, limit, offset))).items

    @mirrors(History.iterate_history)
    @beartype
    def iterate_history(
        self, session_id: str | UUID, *, limit: int | None = None, page_size: int | None = None
    ) -> AsyncIterator[ChatMlMessage]:
        """Iterate over all messages of a session, oldest first, a page at a time.

        Example:
            >>> reply = await client.sessions.chat(session.id, "Hello!")
            >>> async for message in client.sessions.iterate_history(session.id):
            ...     print(message.content)
            Hello!
            Hello! How can I help?
        """
        return AsyncItemIterator(self._iterate_history(session_id, limit, page_size))

    @mirrors(History.count_history)
    @beartype
    async def count_history(self, session_id: str | UUID) -> int:
        """Count the messages in the history of a session.

        Example:
            >>> reply = await client.sessions.chat(session.id, "Hello!")
            >>> await client.sessions.count_history(session.id)
            2
        """
        return await awaited(self._count_history(session_id))

    @mirrors(History.delete_history)
    @beartype
    async def delete_history(self, session_id: str | UUID) -> None:
        """Delete all messages of a session.

        Example:
            >>> await client.sessions.delete_history(session.id)
            >>> await client.sessions.history(session.id)
            []
        """
        return await awaited(self._delete_history(session_id))

    @mirrors(History.fork)
    @beartype
    @rewrap_in_class(Session)
    async def fork(
        self, session_id: str | UUID, *, message_id: str | UUID | None = None
    ) -> ResourceCreatedResponse:
        """Create a session with a copy of the history of another one.

        Example:
            >>> fork = await client.sessions.fork(session.id)
            >>> fork.situation
            'A quiet library'
        """
        return await awaited(self._fork(session_id, message_id=message_id))


resolvable(__name__)

"""What was said in a session, and what may come next; a part of the sessions managers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, List
from uuid import UUID

from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator, PageWalk
from julep._calls.results import awaited, value
from julep.managers.base import BaseManager
from julep_api.api import sessions

if TYPE_CHECKING:
    from julep_api.models import (
        ChatMlMessage,
        GetHistoryResponse,
        GetSuggestionsResponse,
        Suggestion,
    )

__all__ = ["AsyncHistory", "BaseHistory", "History"]


class BaseHistory(BaseManager):
    """What both colours do with what was said."""

    def _suggestions(
        self,
        session_id: str | UUID,
        limit: int | None = None,
        offset: int | None = None,
    ) -> GetSuggestionsResponse | Awaitable[GetSuggestionsResponse]:
        return self._send(sessions.get_suggestions.call, session_id, limit=limit, offset=offset)

    def _iterate_suggestions(
        self, session_id: str | UUID, limit: int | None = None, page_size: int | None = None
    ) -> PageWalk[Suggestion]:
        page = partial(sessions.get_suggestions.call, session_id)
        # A suggestion has no id of its own.
        key = attrgetter("message_id", "target", "content")
        return PageWalk(self.api_client, page, limit, page_size, key)

    def _history(
        self,
        session_id: str | UUID,
        limit: int | None = None,
        offset: int | None = None,
    ) -> GetHistoryResponse | Awaitable[GetHistoryResponse]:
        return self._send(sessions.get_history.call, session_id, limit=limit, offset=offset)

    def _iterate_history(
        self, session_id: str | UUID, limit: int | None = None, page_size: int | None = None
    ) -> PageWalk[ChatMlMessage]:
        page = partial(sessions.get_history.call, session_id)
        return PageWalk(self.api_client, page, limit, page_size)

    def _delete_history(self, session_id: str | UUID) -> Awaitable[None] | None:
        return self._discard(sessions.delete_session_history.call, session_id)


class History(BaseHistory):
    """The public methods of a blocking sessions manager that look back, and ahead."""

    @beartype
    def suggestions(
        self,
        session_id: str | UUID,
        limit: int | None = None,
        offset: int | None = None,
    ) -> List[Suggestion]:
        """List a page of what the model suggests to say or to do next.

        Args:
            session_id: The session's id.
            limit: The most suggestions to give, 1 to 1000; the server's default is 100.
            offset: How many to pass over, 0 or more.

        Returns:
            The suggestions; none, where the model makes none.

        Raises:
            NotFoundError: When there is no such session.

        Example:
            >>> [suggestion.content for suggestion in client.sessions.suggestions(session.id)]
            ['Ask about the delivery date.']
        """
        return value(self._suggestions(session_id, limit, offset)).items

    @beartype
    def iterate_suggestions(
        self, session_id: str | UUID, *, limit: int | None = None, page_size: int | None = None
    ) -> Iterator[Suggestion]:
        """Walk through all suggestions of a session, a page at a time.

        Nothing is asked for before the walk begins.

        Args:
            session_id: The session's id.
            limit: The most suggestions in total, 0 or more; None for all.
            page_size: The suggestions that a request asks for, 1 to 1000; 100 when not given.

        Returns:
            An iterator of suggestions.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds, or the id no UUID of version 4.
            NotFoundError: In the walk, when there is no such session.

        Example:
            >>> for suggestion in client.sessions.iterate_suggestions(session.id):
            ...     print(suggestion.content)
            Ask about the delivery date.
        """
        return ItemIterator(self._iterate_suggestions(session_id, limit, page_size))

    @beartype
    def history(
        self,
        session_id: str | UUID,
        limit: int | None = None,
        offset: int | None = None,
    ) -> List[ChatMlMessage]:
        """List a page of a session's messages, oldest first.

        Args:
            session_id: The session's id.
            limit: The most messages to give, 1 to 1000; the server's default is 100.
            offset: How many to pass over, 0 or more.

        Returns:
            The messages, as they were sent.

        Raises:
            NotFoundError: When there is no such session.

        Example:
            >>> [message.role for message in client.sessions.history(session.id)]
            [<ChatMlMessageRole.USER: 'user'>, <ChatMlMessageRole.ASSISTANT: 'assistant'>]
        """
        return value(self._history(session_id, limit, offset)).items

    @beartype
    def iterate_history(
        self, session_id: str | UUID, *, limit: int | None = None, page_size: int | None = None
    ) -> Iterator[ChatMlMessage]:
        """Walk through all messages of a session, oldest first, a page at a time.

        Nothing is asked for before the walk begins.

        Args:
            session_id: The session's id.
            limit: The most messages in total, 0 or more; None for all.
            page_size: The messages that a request asks for, 1 to 1000; 100 when not given.

        Returns:
            An iterator of messages.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds, or the id no UUID of version 4.
            NotFoundError: In the walk, when there is no such session.

        Example:
            >>> for message in client.sessions.iterate_history(session.id):
            ...     print(message.content)
            Hello!
        """
        return ItemIterator(self._iterate_history(session_id, limit, page_size))

    @beartype
    def delete_history(self, session_id: str | UUID) -> None:
        """Delete all messages of a session.

        Args:
            session_id: The session's id.

        Raises:
            InvalidIdError: When it is not a UUID of version 4 (an AssertionError, too).
            NotFoundError: When there is no such session.

        Example:
            >>> client.sessions.delete_history(session.id)
        """
        return value(self._delete_history(session_id))


class AsyncHistory(BaseHistory):
    """The public methods of an async sessions manager that look back, and ahead."""

    @beartype
    async def suggestions(
        self,
        session_id: str | UUID,
        limit: int | None = None,
        offset: int | None = None,
    ) -> List[Suggestion]:
        """List a page of what the model suggests to say or to do next.

        Arguments, result and errors are those of `SessionsManager.suggestions`.

        Example:
            >>> [suggestion.content for suggestion in await client.sessions.suggestions(session.id)]
            ['Ask about the delivery date.']
        """
        return (await awaited(self._suggestions(session_id, limit, offset))).items

    @beartype
    def iterate_suggestions(
        self, session_id: str | UUID, *, limit: int | None = None, page_size: int | None = None
    ) -> AsyncIterator[Suggestion]:
        """Walk through all suggestions of a session, a page at a time.

        Arguments, result and errors are those of `SessionsManager.iterate_suggestions`.

        Example:
            >>> async for suggestion in client.sessions.iterate_suggestions(session.id):
            ...     print(suggestion.content)
            Ask about the delivery date.
        """
        return AsyncItemIterator(self._iterate_suggestions(session_id, limit, page_size))

    @beartype
    async def history(
        self,
        session_id: str | UUID,
        limit: int | None = None,
        offset: int | None = None,
    ) -> List[ChatMlMessage]:
        """List a page of a session's messages, oldest first.

        Arguments, result and errors are those of `SessionsManager.history`.

        Example:
            >>> [message.role for message in await client.sessions.history(session.id)]
            [<ChatMlMessageRole.USER: 'user'>, <ChatMlMessageRole.ASSISTANT: 'assistant'>]
        """
        return (await awaited(self._history(session_id, limit, offset))).items

    @beartype
    def iterate_history(
        self, session_id: str | UUID, *, limit: int | None = None, page_size: int | None = None
    ) -> AsyncIterator[ChatMlMessage]:
        """Walk through all messages of a session, oldest first, a page at a time.

        Arguments, result and errors are those of `SessionsManager.iterate_history`.

        Example:
            >>> async for message in client.sessions.iterate_history(session.id):
            ...     print(message.content)
            Hello!
        """
        return AsyncItemIterator(self._iterate_history(session_id, limit, page_size))

    @beartype
    async def delete_history(self, session_id: str | UUID) -> None:
        """Delete all messages of a session.

        Arguments, result and errors are those of `SessionsManager.delete_history`.

        Example:
            >>> await client.sessions.delete_history(session.id)
        """
        return await awaited(self._delete_history(session_id))

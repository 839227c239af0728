"""Lists of sessions: a part of the sessions managers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, List
from uuid import UUID

from julep._arguments.encode import NO_METADATA, encode_filter, omit_empty_filter
from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator, PageWalk
from julep._calls.results import awaited, value
from julep._lazy import resolvable
from julep.managers.base import BaseManager
from julep_api.api import sessions
from julep_api.models import Session

if TYPE_CHECKING:
    from julep.managers.types import Order, SortBy
    from julep_api.client import Call
    from julep_api.models import ListSessionsResponse

__all__ = ["AsyncSessionLists", "BaseSessionLists", "SessionLists"]


class BaseSessionLists(BaseManager):
    """What the sync and the async lists of sessions share.

    Example:
        >>> from julep.managers.session_lists import BaseSessionLists
        >>> isinstance(client.sessions, BaseSessionLists)
        True
    """

    def _list_items(
        self,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: str = "{}",
        *,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> ListSessionsResponse | Awaitable[ListSessionsResponse]:
        """Implement `SessionsManager.list`, and return the whole response."""
        page = _page(metadata_filter, agent_id, user_id, sort_by, order)
        return self._list_all(page, limit, offset)

    def _iterate(
        self,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: str = "{}",
        *,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> PageWalk[Session]:
        """Implement `SessionsManager.iterate`."""
        page = _page(metadata_filter, agent_id, user_id, sort_by, order)
        return PageWalk(self.api_client, page, limit, page_size)

    def _count(
        self,
        metadata_filter: str = "{}",
        *,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
    ) -> int | Awaitable[int]:
        """Implement `SessionsManager.count`."""
        return self._total(_page(metadata_filter, agent_id, user_id))


class SessionLists(BaseSessionLists):
    """The lists of the sync sessions manager.

    Example:
        >>> [session.situation for session in client.sessions.list()]
        ['A quiet library']
    """

    @beartype
    def list(
        self,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        *,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> List[Session]:
        """List up to ``limit`` sessions, newest first.

        Args:
            limit: The most sessions to return, 1 or more; None for all.
            offset: How many sessions to skip, 0 or more.
            metadata_filter: Keys and values that a session's metadata must have.
            agent_id: The id of the sessions' agent; None for all.
            user_id: The id of the sessions' user; None for all.
            sort_by: ``created_at`` (the default) or ``updated_at``.
            order: ``asc``, oldest first, or ``desc`` (the default).

        Returns:
            The sessions.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds.
            InvalidIdError: When an id is not a UUID of version 4.

        Example:
            >>> [session.id for session in client.sessions.list(metadata_filter={"plan": "pro"})]
            ['4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a']
        """
        found = self._list_items(
            limit,
            offset,
            encode_filter(metadata_filter),
            agent_id=agent_id,
            user_id=user_id,
            sort_by=sort_by,
            order=order,
        )
        return value(found).items

    @beartype
    def iterate(
        self,
        *,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> Iterator[Session]:
        """Iterate over all sessions, newest first, a page at a time.

        The first request is sent when the iteration starts. Creating and deleting sessions
        meanwhile makes it neither skip nor repeat any.

        Args:
            limit: The most sessions in total, 0 or more; None for all.
            page_size: The sessions per request, 1 to 1000; 100 by default.
            metadata_filter: Keys and values that a session's metadata must have.
            agent_id: The id of the sessions' agent; None for all.
            user_id: The id of the sessions' user; None for all.
            sort_by: ``created_at`` (the default) or ``updated_at``.
            order: ``asc``, oldest first, or ``desc`` (the default).

        Returns:
            An iterator of sessions.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds.
            InvalidIdError: When an id is not a UUID of version 4.

        Example:
            >>> for session in client.sessions.iterate(metadata_filter={"topic": "tea"}):
            ...     print(session.situation)
            A quiet library
        """
        walk = self._iterate(
            limit,
            page_size,
            encode_filter(metadata_filter),
            agent_id=agent_id,
            user_id=user_id,
            sort_by=sort_by,
            order=order,
        )
        return ItemIterator(walk)

    @beartype
    def count(
        self,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        *,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
    ) -> int:
        """Count the sessions.

        Args:
            metadata_filter: Keys and values that a session's metadata must have.
            agent_id: The id of the sessions' agent; None for all.
            user_id: The id of the sessions' user; None for all.

        Returns:
            The number of sessions.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidIdError: When an id is not a UUID of version 4.

        Example:
            >>> client.sessions.count(agent_id=agent.id)
            1
        """
        return value(
            self._count(encode_filter(metadata_filter), agent_id=agent_id, user_id=user_id)
        )


class AsyncSessionLists(BaseSessionLists):
    """The lists of the async sessions manager.

    Example:
        >>> [session.situation for session in await client.sessions.list()]
        ['A quiet library']
    """

    @mirrors(SessionLists.list)
    @beartype
    async def list(
        self,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        *,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> List[Session]:
        """List up to ``limit`` sessions, newest first.

        Example:
            >>> [s.id for s in await client.sessions.list(metadata_filter={"plan": "pro"})]
            ['4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a']
        """
        found = self._list_items(
            limit,
            offset,
            encode_filter(metadata_filter),
            agent_id=agent_id,
            user_id=user_id,
            sort_by=sort_by,
            order=order,
        )
        return (await awaited(found)).items

    @mirrors(SessionLists.iterate)
    @beartype
    def iterate(
        self,
        *,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> AsyncIterator[Session]:
        """Iterate over all sessions, newest first, a page at a time.

        Example:
            >>> async for session in client.sessions.iterate(metadata_filter={"topic": "tea"}):
            ...     print(session.situation)
            A quiet library
        """
        walk = self._iterate(
            limit,
            page_size,
            encode_filter(metadata_filter),
            agent_id=agent_id,
            user_id=user_id,
            sort_by=sort_by,
            order=order,
        )
        return AsyncItemIterator(walk)

    @mirrors(SessionLists.count)
    @beartype
    async def count(
        self,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        *,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
    ) -> int:
        """Count the sessions.

        Example:
            >>> await client.sessions.count(agent_id=agent.id)
            1
        """
        return await awaited(
            self._count(encode_filter(metadata_filter), agent_id=agent_id, user_id=user_id)
        )


def _page(
    metadata_filter: str,
    agent_id: str | UUID | None,
    user_id: str | UUID | None,
    sort_by: SortBy | None = None,
    order: Order | None = None,
) -> Callable[..., Call[ListSessionsResponse]]:
    """Return the operation that lists sessions, with all but the limit and the offset."""
    return partial(
        sessions.list_sessions.call,
        metadata_filter=omit_empty_filter(metadata_filter),
        agent_id=agent_id,
        user_id=user_id,
        sort_by=sort_by,
        order=order,
    )


resolvable(__name__)

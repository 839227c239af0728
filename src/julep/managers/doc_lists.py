"""Lists of docs: a part of the docs managers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, List
from uuid import UUID

from julep._arguments.encode import NO_METADATA, encode_filter, omit_empty_filter
from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator, PageWalk
from julep._calls.results import awaited, value
from julep._lazy import resolvable
from julep.managers._doc_owner import list_call, owner_of
from julep.managers.base import BaseManager, read_by
from julep_api.models import Doc

if TYPE_CHECKING:
    from julep.managers.types import Order, SortBy
    from julep_api.client import Call
    from julep_api.models import GetAgentDocsResponse

__all__ = ["AsyncDocLists", "BaseDocLists", "DocLists"]


class BaseDocLists(BaseManager):
    """What the sync and the async lists of docs share.

    Example:
        >>> from julep.managers.doc_lists import BaseDocLists
        >>> isinstance(client.docs, BaseDocLists)
        True
    """

    def _list_items(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: str = "{}",
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> GetAgentDocsResponse | Awaitable[GetAgentDocsResponse]:
        """Implement `DocsManager.list`, and return the whole response."""
        from julep_api.models import GetAgentDocsResponse

        listed = _page(agent_id, user_id, metadata_filter, sort_by, order)

        def page(*, limit: int | None, offset: int | None) -> Call[GetAgentDocsResponse]:
            # The lists of both owners have the same fields, and are of one class here.
            return read_by(listed(limit=limit, offset=offset), GetAgentDocsResponse.from_dict)

        return self._list_all(page, limit, offset)

    def _list(
        self,
        agent_id: str | UUID | None,
        user_id: str | UUID | None,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] = NO_METADATA,
    ) -> GetAgentDocsResponse | Awaitable[GetAgentDocsResponse]:
        """Return a page of docs; `_list_items` by its name in julep 0.3."""
        return self._list_items(agent_id, user_id, limit, offset, encode_filter(metadata_filter))

    def _iterate(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: str = "{}",
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> PageWalk[Doc]:
        """Implement `DocsManager.iterate`."""
        page = _page(agent_id, user_id, metadata_filter, sort_by, order)
        return PageWalk(self.api_client, page, limit, page_size)

    def _count(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        metadata_filter: str = "{}",
    ) -> int | Awaitable[int]:
        """Implement `DocsManager.count`."""
        return self._total(_page(agent_id, user_id, metadata_filter))


class DocLists(BaseDocLists):
    """The lists of the sync docs manager.

    Example:
        >>> [doc.title for doc in client.docs.list(agent_id=agent.id)]
        ['Opening hours']
    """

    @beartype
    def list(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> List[Doc]:
        """List up to ``limit`` docs of an agent or of a user, newest first.

        Args:
            agent_id: The id of the agent that has the docs; either this or ``user_id``.
            user_id: The id of the user that the docs are about.
            limit: The most docs to return, 1 or more; None for all.
            offset: How many docs to skip, 0 or more.
            metadata_filter: Keys and values that a doc's metadata must have.
            sort_by: ``created_at`` (the default) or ``updated_at``.
            order: ``asc``, oldest first, or ``desc`` (the default).

        Returns:
            The docs.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When there is not exactly one owner, or a number is out of bounds.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When there is no such agent, or no such user.

        Example:
            >>> [doc.title for doc in client.docs.list(agent_id=agent.id)]
            ['Opening hours']
        """
        matching = encode_filter(metadata_filter)
        found = self._list_items(
            agent_id, user_id, limit, offset, matching, sort_by=sort_by, order=order
        )
        return value(found).items

    @beartype
    def iterate(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        *,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> Iterator[Doc]:
        """Iterate over all docs of an agent or of a user, newest first, a page at a time.

        The first request is sent when the iteration starts. Creating and deleting docs
        meanwhile makes it neither skip nor repeat any.

        Args:
            agent_id: The id of the agent that has the docs; either this or ``user_id``.
            user_id: The id of the user that the docs are about.
            limit: The most docs in total, 0 or more; None for all.
            page_size: The docs per request, 1 to 1000; 100 by default.
            metadata_filter: Keys and values that a doc's metadata must have.
            sort_by: ``created_at`` (the default) or ``updated_at``.
            order: ``asc``, oldest first, or ``desc`` (the default).

        Returns:
            An iterator of docs.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When there is not exactly one owner, or a number is out of bounds.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: During the iteration, when there is no such agent, or no such user.

        Example:
            >>> for doc in client.docs.iterate(agent_id=agent.id):
            ...     print(doc.title)
            Opening hours
        """
        matching = encode_filter(metadata_filter)
        walk = self._iterate(
            agent_id, user_id, limit, page_size, matching, sort_by=sort_by, order=order
        )
        return ItemIterator(walk)

    @beartype
    def count(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
    ) -> int:
        """Count the docs of an agent or of a user.

        Args:
            agent_id: The id of the agent that has the docs; either this or ``user_id``.
            user_id: The id of the user that the docs are about.
            metadata_filter: Keys and values that a doc's metadata must have.

        Returns:
            The number of docs.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When there is not exactly one owner.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When there is no such agent, or no such user.

        Example:
            >>> client.docs.count(agent_id=agent.id)
            1
        """
        return value(self._count(agent_id, user_id, encode_filter(metadata_filter)))


class AsyncDocLists(BaseDocLists):
    """The lists of the async docs manager.

    Example:
        >>> [doc.title for doc in await client.docs.list(agent_id=agent.id)]
        ['Opening hours']
    """

    @mirrors(DocLists.list)
    @beartype
    async def list(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> List[Doc]:
        """List up to ``limit`` docs of an agent or of a user, newest first.

        Example:
            >>> [doc.title for doc in await client.docs.list(agent_id=agent.id)]
            ['Opening hours']
        """
        matching = encode_filter(metadata_filter)
        found = self._list_items(
            agent_id, user_id, limit, offset, matching, sort_by=sort_by, order=order
        )
        return (await awaited(found)).items

    @mirrors(DocLists.iterate)
    @beartype
    def iterate(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        *,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> AsyncIterator[Doc]:
        """Iterate over all docs of an agent or of a user, newest first, a page at a time.

        Example:
            >>> async for doc in client.docs.iterate(agent_id=agent.id):
            ...     print(doc.title)
            Opening hours
        """
        matching = encode_filter(metadata_filter)
        walk = self._iterate(
            agent_id, user_id, limit, page_size, matching, sort_by=sort_by, order=order
        )
        return AsyncItemIterator(walk)

    @mirrors(DocLists.count)
    @beartype
    async def count(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
    ) -> int:
        """Count the docs of an agent or of a user.

        Example:
            >>> await client.docs.count(agent_id=agent.id)
            1
        """
        return await awaited(self._count(agent_id, user_id, encode_filter(metadata_filter)))


def _page(
    agent_id: str | UUID | None,
    user_id: str | UUID | None,
    metadata_filter: str,
    sort_by: SortBy | None = None,
    order: Order | None = None,
) -> Callable[..., Call[Any]]:
    """Return the operation that lists an owner's docs, with all but the limit and the offset."""
    owner = owner_of(agent_id, user_id)
    matching = omit_empty_filter(metadata_filter)
    return partial(list_call, owner, metadata_filter=matching, sort_by=sort_by, order=order)


resolvable(__name__)

"""Lists of agents: a part of the agents managers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, List

from julep._arguments.encode import NO_METADATA, encode_filter, omit_empty_filter
from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator, PageWalk
from julep._calls.results import awaited, value
from julep._lazy import resolvable
from julep.managers.base import BaseManager
from julep_api.api import agents
from julep_api.models import Agent

if TYPE_CHECKING:
    from julep.managers.types import Order, SortBy
    from julep_api.client import Call
    from julep_api.models import ListAgentsResponse

__all__ = ["AgentLists", "AsyncAgentLists", "BaseAgentLists"]


class BaseAgentLists(BaseManager):
    """What the sync and the async lists of agents share.

    Example:
        >>> from julep.managers.agent_lists import BaseAgentLists
        >>> isinstance(client.agents, BaseAgentLists)
        True
    """

    def _list_items(
        self,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: str = "{}",
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> ListAgentsResponse | Awaitable[ListAgentsResponse]:
        """Implement `AgentsManager.list`, and return the whole response."""
        return self._list_all(_page(metadata_filter, sort_by, order), limit, offset)

    def _iterate(
        self,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: str = "{}",
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> PageWalk[Agent]:
        """Implement `AgentsManager.iterate`."""
        page = _page(metadata_filter, sort_by, order)
        return PageWalk(self.api_client, page, limit, page_size)

    def _count(self, metadata_filter: str = "{}") -> int | Awaitable[int]:
        """Implement `AgentsManager.count`."""
        return self._total(_page(metadata_filter))


class AgentLists(BaseAgentLists):
    """The lists of the sync agents manager.

    Example:
        >>> [agent.name for agent in client.agents.list()]
        ['Ada']
    """

    @beartype
    def list(
        self,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> List[Agent]:
        """List up to ``limit`` agents, newest first.

        Args:
            limit: The most agents to return, 1 or more; None for all.
            offset: How many agents to skip, 0 or more.
            metadata_filter: Keys and values that an agent's metadata must have.
            sort_by: ``created_at`` (the default) or ``updated_at``.
            order: ``asc``, oldest first, or ``desc`` (the default).

        Returns:
            The agents.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds.

        Example:
            >>> [agent.name for agent in client.agents.list(metadata_filter={"team": "support"})]
            ['Ada']
        """
        matching = encode_filter(metadata_filter)
        found = self._list_items(limit, offset, matching, sort_by=sort_by, order=order)
        return value(found).items

    @beartype
    def iterate(
        self,
        *,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> Iterator[Agent]:
        """Iterate over all agents, newest first, a page at a time.

        The first request is sent when the iteration starts. Creating and deleting agents
        meanwhile makes it neither skip nor repeat any.

        Args:
            limit: The most agents in total, 0 or more; None for all.
            page_size: The agents per request, 1 to 1000; 100 by default.
            metadata_filter: Keys and values that an agent's metadata must have.
            sort_by: ``created_at`` (the default) or ``updated_at``.
            order: ``asc``, oldest first, or ``desc`` (the default).

        Returns:
            An iterator of agents.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds.

        Example:
            >>> for agent in client.agents.iterate(metadata_filter={"team": "support"}):
            ...     print(agent.name)
            Ada
        """
        matching = encode_filter(metadata_filter)
        return ItemIterator(self._iterate(limit, page_size, matching, sort_by=sort_by, order=order))

    @beartype
    def count(self, metadata_filter: Mapping[str, object] | None = NO_METADATA) -> int:
        """Count the agents.

        Args:
            metadata_filter: Keys and values that an agent's metadata must have.

        Returns:
            The number of agents.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.

        Example:
            >>> client.agents.count({"team": "support"})
            1
        """
        return value(self._count(encode_filter(metadata_filter)))


class AsyncAgentLists(BaseAgentLists):
    """The lists of the async agents manager.

    Example:
        >>> [agent.name for agent in await client.agents.list()]
        ['Ada']
    """

    @mirrors(AgentLists.list)
    @beartype
    async def list(
        self,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> List[Agent]:
        """List up to ``limit`` agents, newest first.

        Example:
            >>> [a.name for a in await client.agents.list(metadata_filter={"team": "support"})]
            ['Ada']
        """
        matching = encode_filter(metadata_filter)
        found = self._list_items(limit, offset, matching, sort_by=sort_by, order=order)
        return (await awaited(found)).items

    @mirrors(AgentLists.iterate)
    @beartype
    def iterate(
        self,
        *,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> AsyncIterator[Agent]:
        """Iterate over all agents, newest first, a page at a time.

        Example:
            >>> async for agent in client.agents.iterate(metadata_filter={"team": "support"}):
            ...     print(agent.name)
            Ada
        """
        matching = encode_filter(metadata_filter)
        return AsyncItemIterator(
            self._iterate(limit, page_size, matching, sort_by=sort_by, order=order)
        )

    @mirrors(AgentLists.count)
    @beartype
    async def count(self, metadata_filter: Mapping[str, object] | None = NO_METADATA) -> int:
        """Count the agents.

        Example:
            >>> await client.agents.count({"team": "support"})
            1
        """
        return await awaited(self._count(encode_filter(metadata_filter)))


def _page(
    metadata_filter: str, sort_by: SortBy | None = None, order: Order | None = None
) -> Callable[..., Call[ListAgentsResponse]]:
    """Return the operation that lists agents, with all but the limit and the offset."""
    matching = omit_empty_filter(metadata_filter)
    return partial(agents.list_agents.call, metadata_filter=matching, sort_by=sort_by, order=order)


resolvable(__name__)

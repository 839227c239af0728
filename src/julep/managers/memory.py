"""Memories: what an agent remembers of its sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, List
from uuid import UUID

from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator, PageWalk
from julep._calls.results import awaited, value
from julep._lazy import lazy, resolvable
from julep.managers.base import BaseManager
from julep_api.api import memories

if TYPE_CHECKING:
    from julep_api.models import GetAgentMemoriesResponse, Memory
else:
    _, __getattr__, __dir__ = lazy(__name__, {}, older="julep.managers._names_of_0_3")

__all__ = ["AsyncMemoriesManager", "BaseMemoriesManager", "MemoriesManager"]


class BaseMemoriesManager(BaseManager):
    """What the sync and the async memories manager share."""

    def _list_items(
        self,
        agent_id: str | UUID,
        query: str | None = None,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> GetAgentMemoriesResponse | Awaitable[GetAgentMemoriesResponse]:
        """Implement `MemoriesManager.list`, and return the whole response."""
        page = partial(
            memories.get_agent_memories.call,
            agent_id,
            query=query,
            types=_as_list(types),
            user_id=user_id,
        )
        return self._list_all(page, limit, offset)

    def _list(
        self,
        agent_id: str | UUID,
        query: str,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> GetAgentMemoriesResponse | Awaitable[GetAgentMemoriesResponse]:
        """Return a page of memories; `_list_items` under its name in julep 0.3."""
        return self._list_items(agent_id, query, types, user_id, limit, offset)

    def _iterate(
        self,
        agent_id: str | UUID,
        query: str | None = None,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        page_size: int | None = None,
    ) -> PageWalk[Memory]:
        """Implement `MemoriesManager.iterate`."""
        page = partial(
            memories.get_agent_memories.call,
            agent_id,
            query=query,
            types=_as_list(types),
            user_id=user_id,
        )
        return PageWalk(self.api_client, page, limit, page_size)

    def _delete(self, agent_id: str | UUID, memory_id: str | UUID) -> Awaitable[None] | None:
        """Implement `MemoriesManager.delete`."""
        return self._discard(memories.delete_agent_memory.call, agent_id, memory_id)


class MemoriesManager(BaseMemoriesManager):
    """Search and manage memories.

    Example:
        >>> [memory.content for memory in client.memories.list(agent.id, "breakfast")]
        ['Grace likes porridge.']
    """

    @beartype
    def list(
        self,
        agent_id: str | UUID,
        query: str | None = None,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> List[Memory]:
        """List up to ``limit`` memories of an agent, newest first, or the nearest to a query.

        Args:
            agent_id: The agent's id.
            query: A text about the same topic as the wanted memories; the nearest to it are first.
            types: The type of the memories, or several; None for all.
            user_id: The id of the user that the memories are about; None for all.
            limit: The most memories to return, 1 or more; None for all.
            offset: How many memories to skip, 0 or more.

        Returns:
            The memories.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When there is no such agent.

        Example:
            >>> [memory.content for memory in client.memories.list(agent.id, "breakfast")]
            ['Grace likes porridge.']
        """
        return value(self._list_items(agent_id, query, types, user_id, limit, offset)).items

    @beartype
    def iterate(
        self,
        agent_id: str | UUID,
        query: str | None = None,
        *,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        page_size: int | None = None,
    ) -> Iterator[Memory]:
        """Iterate over an agent's memories, newest first or by a query, a page at a time.

        The first request is sent when the iteration starts. Memories that are created or deleted
        meanwhile make it repeat nothing.

        Args:
            agent_id: The agent's id.
            query: A text about the same topic as the wanted memories; the nearest to it are first.
            types: The type of the memories, or several; None for all.
            user_id: The id of the user that the memories are about; None for all.
            limit: The most memories in total, 0 or more; None for all.
            page_size: The memories per request, 1 to 1000; 100 by default.

        Returns:
            An iterator of memories.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds, or an id is not a UUID of
                version 4.
            NotFoundError: During the iteration, when there is no such agent.

        Example:
            >>> for memory in client.memories.iterate(agent.id, "breakfast", limit=1):
            ...     print(memory.content)
            Grace likes porridge.
        """
        return ItemIterator(self._iterate(agent_id, query, types, user_id, limit, page_size))

    @beartype
    def delete(self, agent_id: str | UUID, memory_id: str | UUID) -> None:
        """Delete a memory of an agent.

        Deleting it again has no effect.

        Args:
            agent_id: The agent's id.
            memory_id: The memory's id.

        Raises:
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When the agent never had such a memory.

        Example:
            >>> client.memories.delete(agent.id, memory.id)
        """
        return value(self._delete(agent_id, memory_id))


class AsyncMemoriesManager(BaseMemoriesManager):
    """Search and manage memories, by async methods."""

    @mirrors(MemoriesManager.list)
    @beartype
    async def list(
        self,
        agent_id: str | UUID,
        query: str | None = None,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> List[Memory]:
        """List up to ``limit`` memories of an agent, newest first, or the nearest to a query.

        Example:
            >>> [memory.content for memory in await client.memories.list(agent.id, "breakfast")]
            ['Grace likes porridge.']
        """
        return (
            await awaited(self._list_items(agent_id, query, types, user_id, limit, offset))
        ).items

    @mirrors(MemoriesManager.iterate)
    @beartype
    def iterate(
        self,
        agent_id: str | UUID,
        query: str | None = None,
        *,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[Memory]:
        """Iterate over an agent's memories, newest first or by a query, a page at a time.

        Example:
            >>> async for memory in client.memories.iterate(agent.id, "breakfast", limit=1):
            ...     print(memory.content)
            Grace likes porridge.
        """
        return AsyncItemIterator(self._iterate(agent_id, query, types, user_id, limit, page_size))

    @mirrors(MemoriesManager.delete)
    @beartype
    async def delete(self, agent_id: str | UUID, memory_id: str | UUID) -> None:
        """Delete a memory of an agent.

        Example:
            >>> await client.memories.delete(agent.id, memory.id)
        """
        return await awaited(self._delete(agent_id, memory_id))


def _as_list(types: str | Sequence[str] | None) -> list[str] | None:
    """Return types as a list, and a single type as a list of one."""
    return [types] if isinstance(types, str) else None if types is None else [*types]


resolvable(__name__)

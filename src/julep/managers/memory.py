"""Memories: what an agent remembers of what was said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, List
from uuid import UUID

from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator, PageWalk
from julep._calls.results import awaited, value
from julep.managers.base import BaseManager
from julep_api.api import memories

if TYPE_CHECKING:
    from julep_api.models import GetAgentMemoriesResponse, Memory

__all__ = ["AsyncMemoriesManager", "BaseMemoriesManager", "MemoriesManager"]


class BaseMemoriesManager(BaseManager):
    """What both colours of the memories manager do."""

    def _list_items(
        self,
        agent_id: str | UUID,
        query: str,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> GetAgentMemoriesResponse | Awaitable[GetAgentMemoriesResponse]:
        return self._send(
            memories.get_agent_memories.call,
            agent_id,
            query=query,
            types=_wanted(types),
            user_id=user_id,
            limit=limit,
            offset=offset,
        )

    def _iterate(
        self,
        agent_id: str | UUID,
        query: str,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        page_size: int | None = None,
    ) -> PageWalk[Memory]:
        wanted = _wanted(types)
        page = partial(
            memories.get_agent_memories.call, agent_id, query=query, types=wanted, user_id=user_id
        )
        return PageWalk(self.api_client, page, limit, page_size)

    def _delete(self, agent_id: str | UUID, memory_id: str | UUID) -> Awaitable[None] | None:
        return self._discard(memories.delete_agent_memory.call, agent_id, memory_id)


class MemoriesManager(BaseMemoriesManager):
    """Memories, blocking.

    Example:
        >>> [memory.content for memory in client.memories.list(agent.id, "breakfast")]
        ['Grace likes porridge.']
    """

    @beartype
    def list(
        self,
        agent_id: str | UUID,
        query: str,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> List[Memory]:
        """List a page of an agent's memories, the nearest to a query first.

        Args:
            agent_id: The agent's id.
            query: What the memories are to be about.
            types: Only memories of this type, or of these.
            user_id: Only memories of this user.
            limit: The most memories to give, 1 to 1000; the server's default is 100.
            offset: How many to pass over, 0 or more.

        Returns:
            The memories of this page.

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
        query: str,
        *,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        page_size: int | None = None,
    ) -> Iterator[Memory]:
        """Walk through an agent's memories, the nearest to a query first, a page at a time.

        Nothing is asked for before the walk begins. What is formed or forgotten meanwhile makes
        none come twice.

        Args:
            agent_id: The agent's id.
            query: What the memories are to be about.
            types: Only memories of this type, or of these.
            user_id: Only memories of this user.
            limit: The most memories in total, 0 or more; None for all.
            page_size: The memories that a request asks for, 1 to 1000; 100 when not given.

        Returns:
            An iterator of memories.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds, or an id no UUID of version 4.
            NotFoundError: In the walk, when there is no such agent.

        Example:
            >>> for memory in client.memories.iterate(agent.id, "breakfast", limit=1):
            ...     print(memory.content)
            Grace likes porridge.
        """
        return ItemIterator(self._iterate(agent_id, query, types, user_id, limit, page_size))

    @beartype
    def delete(self, agent_id: str | UUID, memory_id: str | UUID) -> None:
        """Make an agent forget. A second time does nothing.

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
    """Memories, awaited.

    Example:
        >>> [memory.content for memory in await client.memories.list(agent.id, "breakfast")]
        ['Grace likes porridge.']
    """

    @beartype
    async def list(
        self,
        agent_id: str | UUID,
        query: str,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> List[Memory]:
        """List a page of an agent's memories, the nearest to a query first.

        Arguments, result and errors are those of `MemoriesManager.list`.

        Example:
            >>> [memory.content for memory in await client.memories.list(agent.id, "breakfast")]
            ['Grace likes porridge.']
        """
        return (
            await awaited(self._list_items(agent_id, query, types, user_id, limit, offset))
        ).items

    @beartype
    def iterate(
        self,
        agent_id: str | UUID,
        query: str,
        *,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[Memory]:
        """Walk through an agent's memories, the nearest to a query first, a page at a time.

        Arguments, result and errors are those of `MemoriesManager.iterate`.

        Example:
            >>> async for memory in client.memories.iterate(agent.id, "breakfast", limit=1):
            ...     print(memory.content)
            Grace likes porridge.
        """
        return AsyncItemIterator(self._iterate(agent_id, query, types, user_id, limit, page_size))

    @beartype
    async def delete(self, agent_id: str | UUID, memory_id: str | UUID) -> None:
        """Make an agent forget. A second time does nothing.

        Arguments, result and errors are those of `MemoriesManager.delete`.

        Example:
            >>> await client.memories.delete(agent.id, memory.id)
        """
        return await awaited(self._delete(agent_id, memory_id))


def _wanted(types: str | Sequence[str] | None) -> list[str] | None:
    """Give the types that are wanted as a list, of one where one was given."""
    return [types] if isinstance(types, str) else None if types is None else [*types]

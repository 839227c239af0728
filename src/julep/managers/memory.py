"""Memories: what an agent remembers of its sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, List
from uuid import UUID

from julep._arguments.encode import REPRESENTATION, drop_none
from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator, PageWalk
from julep._calls.results import awaited, value
from julep._lazy import lazy, resolvable
from julep.managers.base import BaseManager
from julep.managers.utils import rewrap_in_class
from julep_api.api import memories
from julep_api.models import Memory

if TYPE_CHECKING:
    from julep.managers.types import MemoryKind
    from julep_api.client import Call
    from julep_api.models import (
        GetAgentMemoriesResponse,
        MemoryType,
        ResourceCreatedResponse,
        ResourceUpdatedResponse,
    )
else:
    _, __getattr__, __dir__ = lazy(__name__, {}, older="julep.managers._names_of_0_3")

__all__ = ["AsyncMemoriesManager", "BaseMemoriesManager", "MemoriesManager"]


class BaseMemoriesManager(BaseManager):
    """What the sync and the async memories manager share.

    Example:
        >>> from julep.managers.memory import BaseMemoriesManager
        >>> isinstance(client.memories, BaseMemoriesManager)
        True
    """

    def _create(
        self,
        agent_id: str | UUID,
        user_id: str | UUID,
        content: str,
        type: MemoryKind | MemoryType | None = None,
        sentiment: float | None = None,
        entities: Sequence[Mapping[str, object]] | None = None,
        timestamp: datetime | str | None = None,
    ) -> ResourceCreatedResponse | Awaitable[ResourceCreatedResponse]:
        """Implement `MemoriesManager.create`."""
        body = drop_none(
            user_id=user_id,
            content=content,
            type=type,
            sentiment=sentiment,
            entities=entities,
            timestamp=timestamp,
        )
        return self._send(memories.create_agent_memory.call, agent_id, body, prefer=REPRESENTATION)

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
        return self._list_all(_page(agent_id, query, types, user_id), limit, offset)

    def _list(
        self,
        agent_id: str | UUID,
        query: str,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> GetAgentMemoriesResponse | Awaitable[GetAgentMemoriesResponse]:
        """Return a page of memories; `_list_items` by its name in julep 0.3."""
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
        page = _page(agent_id, query, types, user_id)
        return PageWalk(self.api_client, page, limit, page_size)

    def _count(
        self,
        agent_id: str | UUID,
        *,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
    ) -> int | Awaitable[int]:
        """Implement `MemoriesManager.count`."""
        return self._total(_page(agent_id, types=types, user_id=user_id))

    def _update(
        self,
        agent_id: str | UUID,
        memory_id: str | UUID,
        content: str | None = None,
        type: MemoryKind | MemoryType | None = None,
        sentiment: float | None = None,
        entities: Sequence[Mapping[str, object]] | None = None,
        timestamp: datetime | str | None = None,
        overwrite: bool | None = False,
    ) -> ResourceUpdatedResponse | Awaitable[ResourceUpdatedResponse]:
        """Implement `MemoriesManager.update`."""
        body = drop_none(
            content=content, type=type, sentiment=sentiment, entities=entities, timestamp=timestamp
        )
        if overwrite:
            replace = memories.update_agent_memory.call
            return self._send(replace, agent_id, memory_id, body, prefer=REPRESENTATION)
        patch = memories.patch_agent_memory.call
        return self._send(patch, agent_id, memory_id, body, prefer=REPRESENTATION)

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
    @rewrap_in_class(Memory)
    def create(
        self,
        *,
        agent_id: str | UUID,
        user_id: str | UUID,
        content: str,
        type: MemoryKind | MemoryType | None = None,
        sentiment: float | None = None,
        entities: Sequence[Mapping[str, object]] | None = None,
        timestamp: datetime | str | None = None,
    ) -> ResourceCreatedResponse:
        """Add a memory of a user to an agent. Searches and chats find it at once.

        Args:
            agent_id: The agent's id.
            user_id: The id of the user that the memory is about.
            content: The text, of 1 to 2000 characters.
            type: ``belief`` (what is true) or ``episode`` (what happened).
            sentiment: From -1 (bad) to 1 (good).
            entities: The people and things that it is about, as JSON objects.
            timestamp: When it happened: a datetime with a time zone, or its text by RFC 3339.

        Returns:
            The created memory.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a value is out of bounds.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When there is no such agent, or no such user.
            ConflictError: When the agent remembers the same of the user.

        Example:
            >>> text = "Grace gets up at six."
            >>> client.memories.create(agent_id=agent.id, user_id=user.id, content=text).type.value
            'belief'
        """
        return value(self._create(agent_id, user_id, content, type, sentiment, entities, timestamp))

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
            InvalidArgumentError: When a number is out of bounds.
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
        meanwhile do not make it repeat any.

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
            InvalidArgumentError: When a number is out of bounds.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: During the iteration, when there is no such agent.

        Example:
            >>> for memory in client.memories.iterate(agent.id, "breakfast", limit=1):
            ...     print(memory.content)
            Grace likes porridge.
        """
        return ItemIterator(self._iterate(agent_id, query, types, user_id, limit, page_size))

    @beartype
    def count(
        self,
        agent_id: str | UUID,
        *,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
    ) -> int:
        """Count the memories of an agent.

        Args:
            agent_id: The agent's id.
            types: The type of the memories, or several; None for all.
            user_id: The id of the user that the memories are about; None for all.

        Returns:
            The number of memories.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When there is no such agent.

        Example:
            >>> client.memories.count(agent.id, user_id=user.id)
            1
        """
        return value(self._count(agent_id, types=types, user_id=user_id))

    @beartype
    @rewrap_in_class(Memory)
    def update(
        self,
        agent_id: str | UUID,
        memory_id: str | UUID,
        *,
        content: str | None = None,
        type: MemoryKind | MemoryType | None = None,
        sentiment: float | None = None,
        entities: Sequence[Mapping[str, object]] | None = None,
        timestamp: datetime | str | None = None,
        overwrite: bool | None = False,
    ) -> ResourceUpdatedResponse:
        """Update a memory of an agent.

        Args:
            agent_id: The agent's id.
            memory_id: The memory's id.
            content: The text, of 1 to 2000 characters; required when overwriting.
            type: ``belief`` (what is true) or ``episode`` (what happened).
            sentiment: From -1 (bad) to 1 (good).
            entities: The people and things that it is about, as JSON objects.
            timestamp: When it happened, as in `create`.
            overwrite: Whether arguments that are None reset their fields, instead of keeping them.

        Returns:
            The updated memory.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a value is out of bounds, or missing when overwriting.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When the agent has no such memory.
            ConflictError: When the agent has another memory of the user with the same text.

        Example:
            >>> client.memories.update(agent.id, memory.id, sentiment=0.5).sentiment
            0.5
        """
        result = self._update(
            agent_id, memory_id, content, type, sentiment, entities, timestamp, overwrite
        )
        return value(result)

    @beartype
    def delete(self, agent_id: str | UUID, memory_id: str | UUID) -> None:
        """Delete a memory of an agent.

        Deleting it again has no effect.

        Args:
            agent_id: The agent's id.
            memory_id: The memory's id.

        Raises:
            ArgumentTypeError: When an id is neither a str nor a UUID.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When the agent never had such a memory.

        Example:
            >>> client.memories.delete(agent.id, memory.id)
        """
        return value(self._delete(agent_id, memory_id))


class AsyncMemoriesManager(BaseMemoriesManager):
    """Search and manage memories, by async methods.

    Example:
        >>> [memory.content for memory in await client.memories.list(agent.id, "breakfast")]
        ['Grace likes porridge.']
    """

    @mirrors(MemoriesManager.create)
    @beartype
    @rewrap_in_class(Memory)
    async def create(
        self,
        *,
        agent_id: str | UUID,
        user_id: str | UUID,
        content: str,
        type: MemoryKind | MemoryType | None = None,
        sentiment: float | None = None,
        entities: Sequence[Mapping[str, object]] | None = None,
        timestamp: datetime | str | None = None,
    ) -> ResourceCreatedResponse:
        """Add a memory of a user to an agent. Searches and chats find it at once.

        Example:
            >>> text = "Grace gets up at six."
            >>> new = await client.memories.create(agent_id=agent.id, user_id=user.id, content=text)
            >>> new.type.value
            'belief'
        """
        result = self._create(agent_id, user_id, content, type, sentiment, entities, timestamp)
        return await awaited(result)

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
        found = self._list_items(agent_id, query, types, user_id, limit, offset)
        return (await awaited(found)).items

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

    @mirrors(MemoriesManager.count)
    @beartype
    async def count(
        self,
        agent_id: str | UUID,
        *,
        types: str | Sequence[str] | None = None,
        user_id: str | UUID | None = None,
    ) -> int:
        """Count the memories of an agent.

        Example:
            >>> await client.memories.count(agent.id, user_id=user.id)
            1
        """
        return await awaited(self._count(agent_id, types=types, user_id=user_id))

    @mirrors(MemoriesManager.update)
    @beartype
    @rewrap_in_class(Memory)
    async def update(
        self,
        agent_id: str | UUID,
        memory_id: str | UUID,
        *,
        content: str | None = None,
        type: MemoryKind | MemoryType | None = None,
        sentiment: float | None = None,
        entities: Sequence[Mapping[str, object]] | None = None,
        timestamp: datetime | str | None = None,
        overwrite: bool | None = False,
    ) -> ResourceUpdatedResponse:
        """Update a memory of an agent.

        Example:
            >>> (await client.memories.update(agent.id, memory.id, sentiment=0.5)).sentiment
            0.5
        """
        result = self._update(
            agent_id, memory_id, content, type, sentiment, entities, timestamp, overwrite
        )
        return await awaited(result)

    @mirrors(MemoriesManager.delete)
    @beartype
    async def delete(self, agent_id: str | UUID, memory_id: str | UUID) -> None:
        """Delete a memory of an agent.

        Example:
            >>> await client.memories.delete(agent.id, memory.id)
        """
        return await awaited(self._delete(agent_id, memory_id))


def _page(
    agent_id: str | UUID,
    query: str | None = None,
    types: str | Sequence[str] | None = None,
    user_id: str | UUID | None = None,
) -> Callable[..., Call[GetAgentMemoriesResponse]]:
    """Return the operation that lists memories, with all but the limit and the offset."""
    if types is not None:
        types = [types] if isinstance(types, str) else [*types]
    operation = memories.get_agent_memories.call
    return partial(operation, agent_id, query=query, types=types, user_id=user_id)


resolvable(__name__)

"""Tools: functions that an agent's model may call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator
from functools import partial
from typing import TYPE_CHECKING, List
from uuid import UUID

from julep._arguments.encode import REPRESENTATION, encoded
from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator, PageWalk
from julep._calls.results import awaited, value
from julep._lazy import lazy, resolvable
from julep.managers.base import BaseManager
from julep_api.api import tools

if TYPE_CHECKING:
    from julep.managers.types import (
        PartialFunctionInput,
        ToolInput,
    )
    from julep_api.models import (
        GetAgentToolsResponse,
        ResourceCreatedResponse,
        ResourceUpdatedResponse,
        Tool,
    )
else:
    _, __getattr__, __dir__ = lazy(__name__, {}, older="julep.managers._names_of_0_3")

__all__ = ["AsyncToolsManager", "BaseToolsManager", "ToolsManager"]


class BaseToolsManager(BaseManager):
    """What the sync and the async tools manager share.

    Example:
        >>> from julep.managers.tool import BaseToolsManager
        >>> isinstance(client.tools, BaseToolsManager)
        True
    """

    def _get(
        self, agent_id: str | UUID, limit: int | None = None, offset: int | None = None
    ) -> GetAgentToolsResponse | Awaitable[GetAgentToolsResponse]:
        """Implement `ToolsManager.get` and `list`, and return the whole response."""
        return self._list_all(partial(tools.get_agent_tools.call, agent_id), limit, offset)

    def _create(
        self, agent_id: str | UUID, tool: ToolInput
    ) -> ResourceCreatedResponse | Awaitable[ResourceCreatedResponse]:
        """Implement `ToolsManager.create`."""
        from julep_api.models import CreateToolRequest

        # Encoded here, so that the path of an error begins with the argument's name.
        body = encoded(CreateToolRequest.encode, tool, "tool")
        return self._send(tools.create_agent_tool.call, agent_id, body, prefer=REPRESENTATION)

    def _iterate(
        self, agent_id: str | UUID, limit: int | None = None, page_size: int | None = None
    ) -> PageWalk[Tool]:
        """Implement `ToolsManager.iterate`."""
        page = partial(tools.get_agent_tools.call, agent_id)
        return PageWalk(self.api_client, page, limit, page_size)

    def _count(self, agent_id: str | UUID) -> int | Awaitable[int]:
        """Implement `ToolsManager.count`."""
        return self._total(partial(tools.get_agent_tools.call, agent_id))

    def _update(
        self,
        agent_id: str | UUID,
        tool_id: str | UUID,
        function: PartialFunctionInput,
        overwrite: bool | None = False,
    ) -> ResourceUpdatedResponse | Awaitable[ResourceUpdatedResponse]:
        """Implement `ToolsManager.update`."""
        from julep_api.models import FunctionDef, PartialFunctionDef

        # As a dict, since each of the two updates encodes one of these models only.
        models = (FunctionDef, PartialFunctionDef)
        body = {"function": function.to_dict() if isinstance(function, models) else function}
        if overwrite:
            replace = tools.update_agent_tool.call
            return self._send(replace, agent_id, tool_id, body, prefer=REPRESENTATION)
        patch = tools.patch_agent_tool.call
        return self._send(patch, agent_id, tool_id, body, prefer=REPRESENTATION)

    def _delete(self, agent_id: str | UUID, tool_id: str | UUID) -> Awaitable[None] | None:
        """Implement `ToolsManager.delete`."""
        return self._discard(tools.delete_agent_tool.call, agent_id, tool_id)


class ToolsManager(BaseToolsManager):
    """Create and manage tools.

    Example:
        >>> multiply = {"name": "multiply", "parameters": {"type": "object"}}
        >>> new = {"type": "function", "function": multiply}
        >>> created = client.tools.create(agent.id, new)
        >>> [tool.function.name for tool in client.tools.list(agent.id)]
        ['add', 'multiply']
    """

    @beartype
    def get(
        self, agent_id: str | UUID, limit: int | None = None, offset: int | None = None
    ) -> List[Tool]:
        """List up to ``limit`` tools of an agent; the same as `list`.

        Args:
            agent_id: The agent's id.
            limit: The most tools to return, 1 or more; None for all.
            offset: How many tools to skip, 0 or more.

        Returns:
            The tools.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds.
            InvalidIdError: When the id is not a UUID of version 4.
            NotFoundError: When there is no such agent.

        Example:
            >>> [tool.function.name for tool in client.tools.get(agent.id)]
            ['add']
        """
        return value(self._get(agent_id, limit, offset)).items

    @beartype
    def create(self, agent_id: str | UUID, tool: ToolInput) -> ResourceCreatedResponse:
        """Add a tool to an agent.

        Args:
            agent_id: The agent's id.
            tool: The tool, as a model or a dict. Its function's name differs from those of the
                agent's other tools.

        Returns:
            The tool's id and its time of creation.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a key is misspelt or missing.
            InvalidIdError: When the id is not a UUID of version 4.
            NotFoundError: When there is no such agent.
            ConflictError: When the agent has a tool with that name.

        Example:
            >>> multiply = {"name": "multiply", "parameters": {"type": "object"}}
            >>> client.tools.create(agent.id, {"type": "function", "function": multiply}).id
            '5a3c6a0e-9d5b-4f0e-8b5e-3f5f7e8d9c0b'
        """
        return value(self._create(agent_id, tool))

    @beartype
    def list(
        self, agent_id: str | UUID, limit: int | None = None, offset: int | None = None
    ) -> List[Tool]:
        """List up to ``limit`` tools of an agent.

        Args:
            agent_id: The agent's id.
            limit: The most tools to return, 1 or more; None for all.
            offset: How many tools to skip, 0 or more.

        Returns:
            The tools.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds.
            InvalidIdError: When the id is not a UUID of version 4.
            NotFoundError: When there is no such agent.

        Example:
            >>> [tool.function.name for tool in client.tools.list(agent.id)]
            ['add']
        """
        return value(self._get(agent_id, limit, offset)).items

    @beartype
    def iterate(
        self, agent_id: str | UUID, *, limit: int | None = None, page_size: int | None = None
    ) -> Iterator[Tool]:
        """Iterate over all tools of an agent, a page at a time.

        The first request is sent when the iteration starts. Creating and deleting tools
        meanwhile makes it neither skip nor repeat any.

        Args:
            agent_id: The agent's id.
            limit: The most tools in total, 0 or more; None for all.
            page_size: The tools per request, 1 to 1000; 100 by default.

        Returns:
            An iterator of tools.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds.
            InvalidIdError: When the id is not a UUID of version 4.
            NotFoundError: During the iteration, when there is no such agent.

        Example:
            >>> for tool in client.tools.iterate(agent.id):
            ...     print(tool.function.name)
            add
        """
        return ItemIterator(self._iterate(agent_id, limit, page_size))

    @beartype
    def count(self, agent_id: str | UUID) -> int:
        """Count the tools of an agent.

        Args:
            agent_id: The agent's id.

        Returns:
            The number of tools.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidIdError: When the id is not a UUID of version 4.
            NotFoundError: When there is no such agent.

        Example:
            >>> client.tools.count(agent.id)
            1
        """
        return value(self._count(agent_id))

    @beartype
    def update(
        self,
        agent_id: str | UUID,
        tool_id: str | UUID,
        function: PartialFunctionInput,
        overwrite: bool | None = False,
    ) -> ResourceUpdatedResponse:
        """Update a tool.

        Args:
            agent_id: The agent's id.
            tool_id: The tool's id.
            function: The fields of its function to change, or all fields when overwriting.
            overwrite: Whether the function replaces the stored one, instead of changing it.

        Returns:
            The tool's id and the time of the update.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a key is misspelt, or missing when overwriting.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When there is no such agent, or no such tool.

        Example:
            >>> client.tools.update(agent.id, tool.id, {"description": "Adds numbers."}).id
            '5a3c6a0e-9d5b-4f0e-8b5e-3f5f7e8d9c0b'
        """
        return value(self._update(agent_id, tool_id, function, overwrite))

    @beartype
    def delete(self, agent_id: str | UUID, tool_id: str | UUID) -> None:
        """Remove a tool from an agent.

        Removing it again has no effect.

        Args:
            agent_id: The agent's id.
            tool_id: The tool's id.

        Raises:
            ArgumentTypeError: When an id is neither a str nor a UUID.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When the agent never had such a tool.

        Example:
            >>> client.tools.delete(agent.id, tool.id)
        """
        return value(self._delete(agent_id, tool_id))


class AsyncToolsManager(BaseToolsManager):
    """Create and manage tools, by async methods.

    Example:
        >>> multiply = {"name": "multiply", "parameters": {"type": "object"}}
        >>> new = {"type": "function", "function": multiply}
        >>> created = await client.tools.create(agent.id, new)
        >>> [tool.function.name for tool in await client.tools.list(agent.id)]
        ['add', 'multiply']
    """

    @mirrors(ToolsManager.get)
    @beartype
    async def get(
        self, agent_id: str | UUID, limit: int | None = None, offset: int | None = None
    ) -> List[Tool]:
        """List up to ``limit`` tools of an agent; the same as `list`.

        Example:
            >>> [tool.function.name for tool in await client.tools.get(agent.id)]
            ['add']
        """
        return (await awaited(self._get(agent_id, limit, offset))).items

    @mirrors(ToolsManager.create)
    @beartype
    async def create(self, agent_id: str | UUID, tool: ToolInput) -> ResourceCreatedResponse:
        """Add a tool to an agent.

        Example:
            >>> multiply = {"name": "multiply", "parameters": {"type": "object"}}
            >>> (await client.tools.create(agent.id, {"type": "function", "function": multiply})).id
            '5a3c6a0e-9d5b-4f0e-8b5e-3f5f7e8d9c0b'
        """
        return await awaited(self._create(agent_id, tool))

    @mirrors(ToolsManager.list)
    @beartype
    async def list(
        self, agent_id: str | UUID, limit: int | None = None, offset: int | None = None
    ) -> List[Tool]:
        """List up to ``limit`` tools of an agent.

        Example:
            >>> [tool.function.name for tool in await client.tools.list(agent.id)]
            ['add']
        """
        return (await awaited(self._get(agent_id, limit, offset))).items

    @mirrors(ToolsManager.iterate)
    @beartype
    def iterate(
        self, agent_id: str | UUID, *, limit: int | None = None, page_size: int | None = None
    ) -> AsyncIterator[Tool]:
        """Iterate over all tools of an agent, a page at a time.

        Example:
            >>> async for tool in client.tools.iterate(agent.id):
            ...     print(tool.function.name)
            add
        """
        return AsyncItemIterator(self._iterate(agent_id, limit, page_size))

    @mirrors(ToolsManager.count)
    @beartype
    async def count(self, agent_id: str | UUID) -> int:
        """Count the tools of an agent.

        Example:
            >>> await client.tools.count(agent.id)
            1
        """
        return await awaited(self._count(agent_id))

    @mirrors(ToolsManager.update)
    @beartype
    async def update(
        self,
        agent_id: str | UUID,
        tool_id: str | UUID,
        function: PartialFunctionInput,
        overwrite: bool | None = False,
    ) -> ResourceUpdatedResponse:
        """Update a tool.

        Example:
            >>> (await client.tools.update(agent.id, tool.id, {"description": "Adds numbers."})).id
            '5a3c6a0e-9d5b-4f0e-8b5e-3f5f7e8d9c0b'
        """
        return await awaited(self._update(agent_id, tool_id, function, overwrite))

    @mirrors(ToolsManager.delete)
    @beartype
    async def delete(self, agent_id: str | UUID, tool_id: str | UUID) -> None:
        """Remove a tool from an agent.

        Example:
            >>> await client.tools.delete(agent.id, tool.id)
        """
        return await awaited(self._delete(agent_id, tool_id))


resolvable(__name__)

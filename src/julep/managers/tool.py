"""Tools: what an agent's model may call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator
from functools import partial
from typing import TYPE_CHECKING, List
from uuid import UUID

from julep._arguments.encode import REPRESENTATION
from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator, PageWalk
from julep._calls.results import awaited, value
from julep.managers.base import BaseManager
from julep_api.api import tools

if TYPE_CHECKING:
    from julep.managers.types import CreateToolDict, FunctionDefDict, PartialFunctionDefDict
    from julep_api.models import (
        CreateToolRequest,
        FunctionDef,
        GetAgentToolsResponse,
        PartialFunctionDef,
        ResourceCreatedResponse,
        ResourceUpdatedResponse,
        Tool,
    )

__all__ = ["AsyncToolsManager", "BaseToolsManager", "ToolsManager"]


class BaseToolsManager(BaseManager):
    """What both colours of the tools manager do."""

    def _get(
        self, agent_id: str | UUID, limit: int | None = None, offset: int | None = None
    ) -> GetAgentToolsResponse | Awaitable[GetAgentToolsResponse]:
        return self._send(tools.get_agent_tools.call, agent_id, limit=limit, offset=offset)

    def _iterate(
        self, agent_id: str | UUID, limit: int | None = None, page_size: int | None = None
    ) -> PageWalk[Tool]:
        page = partial(tools.get_agent_tools.call, agent_id)
        return PageWalk(self.api_client, page, limit, page_size)

    def _create(
        self, agent_id: str | UUID, tool: CreateToolDict | CreateToolRequest
    ) -> ResourceCreatedResponse | Awaitable[ResourceCreatedResponse]:
        return self._send(tools.create_agent_tool.call, agent_id, tool, prefer=REPRESENTATION)

    def _update(
        self,
        agent_id: str | UUID,
        tool_id: str | UUID,
        function: FunctionDefDict | FunctionDef | PartialFunctionDefDict | PartialFunctionDef,
        overwrite: bool = False,
    ) -> ResourceUpdatedResponse | Awaitable[ResourceUpdatedResponse]:
        from julep_api.models import FunctionDef, PartialFunctionDef

        # Either model will do for either update: what it lacks, or what is wrong, is told below.
        other = PartialFunctionDef if overwrite else FunctionDef
        body = {"function": function.to_dict() if isinstance(function, other) else function}
        if overwrite:
            return self._send(
                tools.update_agent_tool.call, agent_id, tool_id, body, prefer=REPRESENTATION
            )
        return self._send(
            tools.patch_agent_tool.call, agent_id, tool_id, body, prefer=REPRESENTATION
        )

    def _delete(self, agent_id: str | UUID, tool_id: str | UUID) -> Awaitable[None] | None:
        return self._discard(tools.delete_agent_tool.call, agent_id, tool_id)


class ToolsManager(BaseToolsManager):
    """Tools, blocking.

    Example:
        >>> add = {"name": "add", "parameters": {"type": "object"}}
        >>> client.tools.create(agent_id=agent.id, tool={"type": "function", "function": add})
        >>> [tool.function.name for tool in client.tools.list(agent.id)]
        ['add']
    """

    @beartype
    def get(
        self, agent_id: str | UUID, limit: int | None = None, offset: int | None = None
    ) -> List[Tool]:
        """List a page of an agent's tools; `list` is its other name.

        Args:
            agent_id: The agent's id.
            limit: The most tools to give, 1 to 1000; the server's default is 100.
            offset: How many to pass over, 0 or more.

        Returns:
            The tools of this page.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidIdError: When the id is not a UUID of version 4.
            NotFoundError: When there is no such agent.

        Example:
            >>> [tool.function.name for tool in client.tools.get(agent.id)]
            ['add']
        """
        return value(self._get(agent_id, limit, offset)).items

    @beartype
    def list(
        self, agent_id: str | UUID, limit: int | None = None, offset: int | None = None
    ) -> List[Tool]:
        """List a page of an agent's tools.

        Args:
            agent_id: The agent's id.
            limit: The most tools to give, 1 to 1000; the server's default is 100.
            offset: How many to pass over, 0 or more.

        Returns:
            The tools of this page.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
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
        """Walk through all tools of an agent, a page at a time.

        Nothing is asked for before the walk begins. What others create or delete meanwhile makes
        none come twice and none be left out.

        Args:
            agent_id: The agent's id.
            limit: The most tools in total, 0 or more; None for all.
            page_size: The tools that a request asks for, 1 to 1000; 100 when not given.

        Returns:
            An iterator of tools.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds, or the id no UUID of version 4.
            NotFoundError: In the walk, when there is no such agent.

        Example:
            >>> for tool in client.tools.iterate(agent.id):
            ...     print(tool.function.name)
            add
        """
        return ItemIterator(self._iterate(agent_id, limit, page_size))

    @beartype
    def create(
        self, agent_id: str | UUID, tool: CreateToolDict | CreateToolRequest
    ) -> ResourceCreatedResponse:
        """Give an agent a tool.

        Args:
            agent_id: The agent's id.
            tool: The tool, as a model or a dict. Its function's name, 1 to 64 letters, digits,
                ``_`` or ``-``, is one that no other tool of the agent has.

        Returns:
            The tool's id and when it was created.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a key is unknown or missing.
            NotFoundError: When there is no such agent.
            ConflictError: When the agent has a tool of that name.

        Example:
            >>> add = {"name": "add", "parameters": {"type": "object"}}
            >>> client.tools.create(agent.id, {"type": "function", "function": add}).id
            '5a3c6a0e-9d5b-4f0e-8b5e-3f5f7e8d9c0b'
        """
        return value(self._create(agent_id, tool))

    @beartype
    def delete(self, agent_id: str | UUID, tool_id: str | UUID) -> None:
        """Take a tool from an agent. A second time does nothing.

        Args:
            agent_id: The agent's id.
            tool_id: The tool's id.

        Raises:
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When the agent never had such a tool.

        Example:
            >>> client.tools.delete(agent.id, tool.id)
        """
        return value(self._delete(agent_id, tool_id))

    @beartype
    def update(
        self,
        agent_id: str | UUID,
        tool_id: str | UUID,
        function: FunctionDefDict | FunctionDef | PartialFunctionDefDict | PartialFunctionDef,
        overwrite: bool = False,
    ) -> ResourceUpdatedResponse:
        """Change a tool.

        Args:
            agent_id: The agent's id.
            tool_id: The tool's id.
            function: What to change of its function, or all of it when overwriting.
            overwrite: Whether the function is replaced, instead of merged into what is there.

        Returns:
            The tool's id and when it was updated.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a key is unknown, or missing when overwriting.
            NotFoundError: When there is no such agent, or no such tool.

        Example:
            >>> client.tools.update(agent.id, tool.id, {"description": "Adds numbers."}).id
            '5a3c6a0e-9d5b-4f0e-8b5e-3f5f7e8d9c0b'
        """
        return value(self._update(agent_id, tool_id, function, overwrite))


class AsyncToolsManager(BaseToolsManager):
    """Tools, awaited.

    Example:
        >>> add = {"name": "add", "parameters": {"type": "object"}}
        >>> await client.tools.create(agent_id=agent.id, tool={"type": "function", "function": add})
        >>> [tool.function.name for tool in await client.tools.list(agent.id)]
        ['add']
    """

    @beartype
    async def get(
        self, agent_id: str | UUID, limit: int | None = None, offset: int | None = None
    ) -> List[Tool]:
        """List a page of an agent's tools; `list` is its other name.

        Arguments, result and errors are those of `ToolsManager.get`.

        Example:
            >>> [tool.function.name for tool in await client.tools.get(agent.id)]
            ['add']
        """
        return (await awaited(self._get(agent_id, limit, offset))).items

    @beartype
    async def list(
        self, agent_id: str | UUID, limit: int | None = None, offset: int | None = None
    ) -> List[Tool]:
        """List a page of an agent's tools.

        Arguments, result and errors are those of `ToolsManager.list`.

        Example:
            >>> [tool.function.name for tool in await client.tools.list(agent.id)]
            ['add']
        """
        return (await awaited(self._get(agent_id, limit, offset))).items

    @beartype
    def iterate(
        self, agent_id: str | UUID, *, limit: int | None = None, page_size: int | None = None
    ) -> AsyncIterator[Tool]:
        """Walk through all tools of an agent, a page at a time.

        Arguments, result and errors are those of `ToolsManager.iterate`.

        Example:
            >>> async for tool in client.tools.iterate(agent.id):
            ...     print(tool.function.name)
            add
        """
        return AsyncItemIterator(self._iterate(agent_id, limit, page_size))

    @beartype
    async def create(
        self, agent_id: str | UUID, tool: CreateToolDict | CreateToolRequest
    ) -> ResourceCreatedResponse:
        """Give an agent a tool.

        Arguments, result and errors are those of `ToolsManager.create`.

        Example:
            >>> add = {"name": "add", "parameters": {"type": "object"}}
            >>> (await client.tools.create(agent.id, {"type": "function", "function": add})).id
            '5a3c6a0e-9d5b-4f0e-8b5e-3f5f7e8d9c0b'
        """
        return await awaited(self._create(agent_id, tool))

    @beartype
    async def delete(self, agent_id: str | UUID, tool_id: str | UUID) -> None:
        """Take a tool from an agent. A second time does nothing.

        Arguments, result and errors are those of `ToolsManager.delete`.

        Example:
            >>> await client.tools.delete(agent.id, tool.id)
        """
        return await awaited(self._delete(agent_id, tool_id))

    @beartype
    async def update(
        self,
        agent_id: str | UUID,
        tool_id: str | UUID,
        function: FunctionDefDict | FunctionDef | PartialFunctionDefDict | PartialFunctionDef,
        overwrite: bool = False,
    ) -> ResourceUpdatedResponse:
        """Change a tool.

        Arguments, result and errors are those of `ToolsManager.update`.

        Example:
            >>> (await client.tools.update(agent.id, tool.id, {"description": "Adds numbers."})).id
            '5a3c6a0e-9d5b-4f0e-8b5e-3f5f7e8d9c0b'
        """
        return await awaited(self._update(agent_id, tool_id, function, overwrite))

"""Agents: who talks, with a character, instructions, tools and documents."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, List
from uuid import UUID

from julep._arguments.encode import (
    NO_METADATA,
    REPRESENTATION,
    checked_id,
    drop_none,
    encode_filter,
    encoded,
    omit_empty_filter,
)
from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator, PageWalk
from julep._calls.results import awaited, value
from julep._lazy import lazy
from julep.managers.base import BaseManager
from julep.managers.utils import rewrap_in_class
from julep_api.api import agents
from julep_api.models import Agent

if TYPE_CHECKING:
    from julep.managers.types import (
        AgentCreateArgs,
        AgentDefaultSettingsDict,
        AgentUpdateArgs,
        CreateToolDict,
        DocDict,
        FunctionDefDict,
        Order,
        SortBy,
    )
    from julep_api.models import (
        AgentDefaultSettings,
        CreateDoc,
        CreateToolRequest,
        FunctionDef,
        ListAgentsResponse,
        ResourceCreatedResponse,
        ResourceUpdatedResponse,
    )

else:
    _, __getattr__, __dir__ = lazy(
        __name__, {"julep.managers.types": ("AgentCreateArgs", "AgentUpdateArgs")}
    )

__all__ = [
    "AgentCreateArgs",
    "AgentUpdateArgs",
    "AgentsManager",
    "AsyncAgentsManager",
    "BaseAgentsManager",
]


class BaseAgentsManager(BaseManager):
    """What both colours of the agents manager do."""

    def _get(self, id: str | UUID) -> Agent | Awaitable[Agent]:
        return self._send(agents.get_agent.call, checked_id(id))

    def _create(
        self,
        name: str,
        about: str | None = None,
        instructions: str | Sequence[str] | None = None,
        tools: Sequence[CreateToolDict | CreateToolRequest] = (),
        functions: Sequence[FunctionDefDict | FunctionDef] = (),
        default_settings: AgentDefaultSettingsDict | AgentDefaultSettings | None = None,
        model: str | None = None,
        docs: Sequence[DocDict | CreateDoc] = (),
        metadata: Mapping[str, object] = NO_METADATA,
    ) -> ResourceCreatedResponse | Awaitable[ResourceCreatedResponse]:
        body = drop_none(
            name=name,
            about=about,
            instructions=instructions,
            tools=_tools(tools, functions),
            default_settings=default_settings,
            model=model,
            docs=docs or None,
            metadata=metadata,
        )
        return self._send(agents.create_agent.call, body, prefer=REPRESENTATION)

    def _list_items(
        self,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: str = "{}",
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> ListAgentsResponse | Awaitable[ListAgentsResponse]:
        return self._send(
            agents.list_agents.call,
            limit=limit,
            offset=offset,
            metadata_filter=omit_empty_filter(metadata_filter),
            sort_by=sort_by,
            order=order,
        )

    def _iterate(
        self,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: str = "{}",
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> PageWalk[Agent]:
        matching = omit_empty_filter(metadata_filter)
        page = partial(
            agents.list_agents.call, metadata_filter=matching, sort_by=sort_by, order=order
        )
        return PageWalk(self.api_client, page, limit, page_size)

    def _delete(self, agent_id: str | UUID) -> Awaitable[None] | None:
        return self._discard(agents.delete_agent.call, agent_id)

    def _update(
        self,
        agent_id: str | UUID,
        name: str | None = None,
        about: str | None = None,
        instructions: str | Sequence[str] | None = None,
        default_settings: AgentDefaultSettingsDict | AgentDefaultSettings | None = None,
        model: str | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool = False,
    ) -> ResourceUpdatedResponse | Awaitable[ResourceUpdatedResponse]:
        body = drop_none(
            name=name,
            about=about,
            instructions=instructions,
            default_settings=default_settings,
            model=model,
            metadata=metadata,
        )
        if overwrite:
            return self._send(agents.update_agent.call, agent_id, body, prefer=REPRESENTATION)
        return self._send(agents.patch_agent.call, agent_id, body, prefer=REPRESENTATION)


class AgentsManager(BaseAgentsManager):
    """Agents, blocking.

    Example:
        >>> agent = client.agents.create(name="Ada", about="a patient tutor")
        >>> client.agents.get(agent.id).name
        'Ada'
    """

    @beartype
    def get(self, id: str | UUID) -> Agent:
        """Get an agent.

        Args:
            id: The agent's id, a UUID of version 4.

        Returns:
            The agent.

        Raises:
            ArgumentTypeError: When the id is neither a str nor a UUID (a TypeError).
            InvalidIdError: When it is not a UUID of version 4 (a ValueError).
            NotFoundError: When there is no such agent (a KeyError).
            NetworkError: When no answer comes.

        Example:
            >>> client.agents.get(agent.id).about
            'a patient tutor'
        """
        return value(self._get(id))

    @beartype
    @rewrap_in_class(Agent)
    def create(
        self,
        *,
        name: str,
        about: str | None = None,
        instructions: str | Sequence[str] | None = None,
        tools: Sequence[CreateToolDict | CreateToolRequest] = (),
        functions: Sequence[FunctionDefDict | FunctionDef] = (),
        default_settings: AgentDefaultSettingsDict | AgentDefaultSettings | None = None,
        model: str | None = None,
        docs: Sequence[DocDict | CreateDoc] = (),
        metadata: Mapping[str, object] = NO_METADATA,
    ) -> ResourceCreatedResponse:
        """Create an agent.

        Args:
            name: What the agent is called.
            about: Who the agent is; the model is told so.
            instructions: What the agent is to do, one instruction or several in their order.
            tools: What the model may call, as models or dicts.
            functions: Tools by their functions alone: short for tools of type ``function``.
            default_settings: Chat settings, for whenever a chat does not say otherwise.
            model: The language model's name; the server's default when not given.
            docs: Documents that the agent knows, as models or dicts.
            metadata: Anything to keep with the agent; lists can be filtered by it.

        Returns:
            The agent, whole.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a setting is out of bounds, a key unknown or missing.

        Example:
            >>> client.agents.create(name="Ada", instructions=["Be kind.", "Be brief."]).name
            'Ada'
        """
        return value(
            self._create(
                name, about, instructions, tools, functions, default_settings, model, docs, metadata
            )
        )

    @beartype
    def list(
        self,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] = NO_METADATA,
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> List[Agent]:
        """List a page of agents, newest first.

        Args:
            limit: The most agents to give, 1 to 1000; the server's default is 100.
            offset: How many to pass over, 0 or more.
            metadata_filter: Keys and values that an agent's metadata must have.
            sort_by: ``created_at`` (the default) or ``updated_at``.
            order: ``asc``, oldest first, or ``desc`` (the default).

        Returns:
            The agents of this page.

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
        metadata_filter: Mapping[str, object] = NO_METADATA,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> Iterator[Agent]:
        """Walk through all agents, newest first, a page at a time.

        Nothing is asked for before the walk begins. What others create or delete meanwhile makes
        none come twice and none be left out.

        Args:
            limit: The most agents in total, 0 or more; None for all.
            page_size: The agents that a request asks for, 1 to 1000; 100 when not given.
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
    def delete(self, agent_id: str | UUID) -> None:
        """Delete an agent with its documents, tools and memories. A second time does nothing.

        Args:
            agent_id: The agent's id.

        Raises:
            InvalidIdError: When it is not a UUID of version 4.
            NotFoundError: When there never was such an agent.

        Example:
            >>> client.agents.delete(agent.id)
        """
        return value(self._delete(agent_id))

    @beartype
    @rewrap_in_class(Agent)
    def update(
        self,
        *,
        agent_id: str | UUID,
        name: str | None = None,
        about: str | None = None,
        instructions: str | Sequence[str] | None = None,
        default_settings: AgentDefaultSettingsDict | AgentDefaultSettings | None = None,
        model: str | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool = False,
    ) -> ResourceUpdatedResponse:
        """Change an agent.

        Args:
            agent_id: The agent's id.
            name: What the agent is called; needed when overwriting.
            about: Who the agent is; needed when overwriting.
            instructions: What the agent is to do; it replaces what was there.
            default_settings: Chat settings, for whenever a chat does not say otherwise.
            model: The language model's name.
            metadata: What to keep with the agent. It is merged into what is there (RFC 7396: a
                null removes a key), or replaces it when overwriting.
            overwrite: Whether everything that is not given is reset, instead of left as it is.

        Returns:
            The agent as it is now, whole.

        Raises:
            ArgumentTypeError: When an argument has a wrong type (beartype's violation, too).
            InvalidArgumentError: When overwriting without a name and an about.
            NotFoundError: When there is no such agent.

        Example:
            >>> client.agents.update(agent_id=agent.id, about="a strict tutor").name
            'Ada'
        """
        return value(
            self._update(
                agent_id, name, about, instructions, default_settings, model, metadata, overwrite
            )
        )


class AsyncAgentsManager(BaseAgentsManager):
    """Agents, awaited.

    Example:
        >>> agent = await client.agents.create(name="Ada", about="a patient tutor")
        >>> (await client.agents.get(agent.id)).name
        'Ada'
    """

    @beartype
    async def get(self, id: str | UUID) -> Agent:
        """Get an agent.

        Arguments, result and errors are those of `AgentsManager.get`.

        Example:
            >>> (await client.agents.get(agent.id)).about
            'a patient tutor'
        """
        return await awaited(self._get(id))

    @beartype
    @rewrap_in_class(Agent)
    async def create(
        self,
        *,
        name: str,
        about: str | None = None,
        instructions: str | Sequence[str] | None = None,
        tools: Sequence[CreateToolDict | CreateToolRequest] = (),
        functions: Sequence[FunctionDefDict | FunctionDef] = (),
        default_settings: AgentDefaultSettingsDict | AgentDefaultSettings | None = None,
        model: str | None = None,
        docs: Sequence[DocDict | CreateDoc] = (),
        metadata: Mapping[str, object] = NO_METADATA,
    ) -> ResourceCreatedResponse:
        """Create an agent.

        Arguments, result and errors are those of `AgentsManager.create`.

        Example:
            >>> (await client.agents.create(name="Ada", instructions=["Be kind."])).name
            'Ada'
        """
        return await awaited(
            self._create(
                name, about, instructions, tools, functions, default_settings, model, docs, metadata
            )
        )

    @beartype
    async def list(
        self,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] = NO_METADATA,
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> List[Agent]:
        """List a page of agents, newest first.

        Arguments, result and errors are those of `AgentsManager.list`.

        Example:
            >>> [a.name for a in await client.agents.list(metadata_filter={"team": "support"})]
            ['Ada']
        """
        matching = encode_filter(metadata_filter)
        found = self._list_items(limit, offset, matching, sort_by=sort_by, order=order)
        return (await awaited(found)).items

    @beartype
    def iterate(
        self,
        *,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: Mapping[str, object] = NO_METADATA,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> AsyncIterator[Agent]:
        """Walk through all agents, newest first, a page at a time.

        Arguments, result and errors are those of `AgentsManager.iterate`.

        Example:
            >>> async for agent in client.agents.iterate(metadata_filter={"team": "support"}):
            ...     print(agent.name)
            Ada
        """
        matching = encode_filter(metadata_filter)
        return AsyncItemIterator(
            self._iterate(limit, page_size, matching, sort_by=sort_by, order=order)
        )

    @beartype
    async def delete(self, agent_id: str | UUID) -> None:
        """Delete an agent with its documents, tools and memories. A second time does nothing.

        Arguments, result and errors are those of `AgentsManager.delete`.

        Example:
            >>> await client.agents.delete(agent.id)
        """
        return await awaited(self._delete(agent_id))

    @beartype
    @rewrap_in_class(Agent)
    async def update(
        self,
        *,
        agent_id: str | UUID,
        name: str | None = None,
        about: str | None = None,
        instructions: str | Sequence[str] | None = None,
        default_settings: AgentDefaultSettingsDict | AgentDefaultSettings | None = None,
        model: str | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool = False,
    ) -> ResourceUpdatedResponse:
        """Change an agent.

        Arguments, result and errors are those of `AgentsManager.update`.

        Example:
            >>> (await client.agents.update(agent_id=agent.id, about="a strict tutor")).name
            'Ada'
        """
        return await awaited(
            self._update(
                agent_id, name, about, instructions, default_settings, model, metadata, overwrite
            )
        )


def _tools(
    tools: Sequence[CreateToolDict | CreateToolRequest],
    functions: Sequence[FunctionDefDict | FunctionDef],
) -> list[object] | None:
    """Put tools and bare functions into one list; None when there are neither."""
    checked = encoded(_encode_functions, functions)
    return [*tools, *({"type": "function", "function": each} for each in checked)] or None


def _encode_functions(functions: Sequence[FunctionDefDict | FunctionDef]) -> list[object]:
    """Check bare functions by themselves, so that an error says where among them it is."""
    from julep_api.models import FunctionDef

    return [FunctionDef.encode(each, f"functions[{n}]") for n, each in enumerate(functions)]

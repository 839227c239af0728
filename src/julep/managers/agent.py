"""Agents: characters with instructions, tools and documents."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from julep._arguments.encode import (
    NO_METADATA,
    REPRESENTATION,
    checked_id,
    drop_none,
    encoded,
)
from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.results import awaited, value
from julep._lazy import lazy, resolvable
from julep.managers.agent_lists import AgentLists, AsyncAgentLists, BaseAgentLists
from julep.managers.utils import rewrap_in_class
from julep_api.api import agents
from julep_api.models import Agent

if TYPE_CHECKING:
    from julep.managers.types import (
        AgentCreateArgs,
        AgentUpdateArgs,
        DefaultSettings,
        DocInput,
        FunctionInput,
        ToolInput,
    )
    from julep_api.models import (
        ResourceCreatedResponse,
        ResourceUpdatedResponse,
    )

else:
    _, __getattr__, __dir__ = lazy(
        __name__,
        {"julep.managers.types": ("AgentCreateArgs", "AgentUpdateArgs")},
        older="julep.managers._names_of_0_3",
    )

__all__ = [
    "AgentCreateArgs",
    "AgentUpdateArgs",
    "AgentsManager",
    "AsyncAgentsManager",
    "BaseAgentsManager",
]


class BaseAgentsManager(BaseAgentLists):
    """What the sync and the async agents manager share.

    Example:
        >>> from julep.managers.agent import BaseAgentsManager
        >>> isinstance(client.agents, BaseAgentsManager)
        True
    """

    def _get(self, id: str | UUID) -> Agent | Awaitable[Agent]:
        """Implement `AgentsManager.get`."""
        return self._send(agents.get_agent.call, checked_id(id))

    def _create(
        self,
        name: str,
        about: str | None = None,
        instructions: str | Sequence[str] | None = None,
        tools: Sequence[ToolInput] | None = (),
        functions: Sequence[FunctionInput] | None = (),
        default_settings: DefaultSettings | None = None,
        model: str | None = None,
        docs: Sequence[DocInput] | None = (),
        metadata: Mapping[str, object] | None = NO_METADATA,
    ) -> ResourceCreatedResponse | Awaitable[ResourceCreatedResponse]:
        """Implement `AgentsManager.create`."""
        body = drop_none(
            name=name,
            about=about,
            instructions=instructions,
            tools=_tools(tools or (), functions or ()),
            default_settings=default_settings,
            model=model,
            docs=docs or None,
            metadata=metadata,
        )
        return self._send(agents.create_agent.call, body, prefer=REPRESENTATION)

    def _update(
        self,
        agent_id: str | UUID,
        name: str | None = None,
        about: str | None = None,
        instructions: str | Sequence[str] | None = None,
        default_settings: DefaultSettings | None = None,
        model: str | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool | None = False,
    ) -> ResourceUpdatedResponse | Awaitable[ResourceUpdatedResponse]:
        """Implement `AgentsManager.update`."""
        body = drop_none(
            name=name,
            about=about,
            instructions=instructions,
            default_settings=default_settings,
            model=model,
            metadata=metadata,
        )
        if overwrite:
            whole = {"about": "", **body}
            return self._send(agents.update_agent.call, agent_id, whole, prefer=REPRESENTATION)
        return self._send(agents.patch_agent.call, agent_id, body, prefer=REPRESENTATION)

    def _delete(self, agent_id: str | UUID) -> Awaitable[None] | None:
        """Implement `AgentsManager.delete`."""
        return self._discard(agents.delete_agent.call, agent_id)


class AgentsManager(AgentLists, BaseAgentsManager):
    """Create and manage agents.

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
            ArgumentTypeError: When the id is neither a str nor a UUID (also a TypeError).
            InvalidIdError: When it is not a UUID of version 4 (also a ValueError).
            NotFoundError: When there is no such agent (also a KeyError).
            NetworkError: When the server sends no response.

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
        tools: Sequence[ToolInput] | None = (),
        functions: Sequence[FunctionInput] | None = (),
        default_settings: DefaultSettings | None = None,
        model: str | None = None,
        docs: Sequence[DocInput] | None = (),
        metadata: Mapping[str, object] | None = NO_METADATA,
    ) -> ResourceCreatedResponse:
        """Create an agent.

        Args:
            name: The agent's name.
            about: A description of the agent, for the model.
            instructions: One instruction for the model, or several in their order.
            tools: Tools that the model may call, as models or dicts.
            functions: Functions that the model may call: short for tools of type ``function``.
            default_settings: Chat settings for calls of `chat` that do not set them.
            model: The language model's name; None for the server's default.
            docs: Documents for the agent to search, as models or dicts.
            metadata: JSON to store with the agent; `list` and `iterate` can filter by it.

        Returns:
            The created agent.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a setting is out of bounds, or a key is misspelt or missing.

        Example:
            >>> client.agents.create(name="Ada", instructions=["Be kind.", "Be brief."]).name
            'Ada'
        """
        result = self._create(
            name, about, instructions, tools, functions, default_settings, model, docs, metadata
        )
        return value(result)

    @beartype
    @rewrap_in_class(Agent)
    def update(
        self,
        agent_id: str | UUID,
        *,
        name: str | None = None,
        about: str | None = None,
        instructions: str | Sequence[str] | None = None,
        default_settings: DefaultSettings | None = None,
        model: str | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool | None = False,
    ) -> ResourceUpdatedResponse:
        """Update an agent.

        Args:
            agent_id: The agent's id.
            name: The agent's name; required when overwriting.
            about: A description of the agent.
            instructions: One instruction or several; they replace the stored ones.
            default_settings: Chat settings for calls of `chat` that do not set them.
            model: The language model's name.
            metadata: JSON to merge into the stored metadata (RFC 7396: a null removes a key), or to
                replace it when overwriting.
            overwrite: Whether arguments that are None reset their fields, instead of keeping them.

        Returns:
            The updated agent.

        Raises:
            ArgumentTypeError: When an argument has a wrong type (also beartype's violation).
            InvalidArgumentError: When overwriting without a name, or a setting is out of bounds.
            InvalidIdError: When the id is not a UUID of version 4.
            NotFoundError: When there is no such agent.

        Example:
            >>> client.agents.update(agent_id=agent.id, about="a strict tutor").name
            'Ada'
        """
        result = self._update(
            agent_id, name, about, instructions, default_settings, model, metadata, overwrite
        )
        return value(result)

    @beartype
    def delete(self, agent_id: str | UUID) -> None:
        """Delete an agent with its documents, tools and memories.

        Deleting it again has no effect.

        Args:
            agent_id: The agent's id.

        Raises:
            ArgumentTypeError: When the id is neither a str nor a UUID.
            InvalidIdError: When it is not a UUID of version 4.
            NotFoundError: When no such agent ever existed.

        Example:
            >>> client.agents.delete(agent.id)
        """
        return value(self._delete(agent_id))


class AsyncAgentsManager(AsyncAgentLists, BaseAgentsManager):
    """Create and manage agents, by async methods.

    Example:
        >>> agent = await client.agents.create(name="Ada", about="a patient tutor")
        >>> (await client.agents.get(agent.id)).name
        'Ada'
    """

    @mirrors(AgentsManager.get)
    @beartype
    async def get(self, id: str | UUID) -> Agent:
        """Get an agent.

        Example:
            >>> (await client.agents.get(agent.id)).about
            'a patient tutor'
        """
        return await awaited(self._get(id))

    @mirrors(AgentsManager.create)
    @beartype
    @rewrap_in_class(Agent)
    async def create(
        self,
        *,
        name: str,
        about: str | None = None,
        instructions: str | Sequence[str] | None = None,
        tools: Sequence[ToolInput] | None = (),
        functions: Sequence[FunctionInput] | None = (),
        default_settings: DefaultSettings | None = None,
        model: str | None = None,
        docs: Sequence[DocInput] | None = (),
        metadata: Mapping[str, object] | None = NO_METADATA,
    ) -> ResourceCreatedResponse:
        """Create an agent.

        Example:
            >>> (await client.agents.create(name="Ada", instructions=["Be kind."])).name
            'Ada'
        """
        result = self._create(
            name, about, instructions, tools, functions, default_settings, model, docs, metadata
        )
        return await awaited(result)

    @mirrors(AgentsManager.update)
    @beartype
    @rewrap_in_class(Agent)
    async def update(
        self,
        agent_id: str | UUID,
        *,
        name: str | None = None,
        about: str | None = None,
        instructions: str | Sequence[str] | None = None,
        default_settings: DefaultSettings | None = None,
        model: str | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool | None = False,
    ) -> ResourceUpdatedResponse:
        """Update an agent.

        Example:
            >>> (await client.agents.update(agent_id=agent.id, about="a strict tutor")).name
            'Ada'
        """
        result = self._update(
            agent_id, name, about, instructions, default_settings, model, metadata, overwrite
        )
        return await awaited(result)

    @mirrors(AgentsManager.delete)
    @beartype
    async def delete(self, agent_id: str | UUID) -> None:
        """Delete an agent with its documents, tools and memories.

        Example:
            >>> await client.agents.delete(agent.id)
        """
        return await awaited(self._delete(agent_id))


def _tools(tools: Sequence[ToolInput], functions: Sequence[FunctionInput]) -> list[object] | None:
    """Return tools and functions as one list of tools, or None when there are neither."""
    from julep_api.models import FunctionDef

    encode = FunctionDef.encode
    definitions = [encoded(encode, each, f"functions[{n}]") for n, each in enumerate(functions)]
    return [*tools, *({"type": "function", "function": each} for each in definitions)] or None


resolvable(__name__)

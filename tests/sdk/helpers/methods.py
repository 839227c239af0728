"""The managers' public methods, found by introspection, and calls of them by name."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

import httpx

from julep import AsyncClient, Client
from julep._calls.paging import AsyncItemIterator, ItemIterator
from julep.managers.agent import AgentsManager, AsyncAgentsManager, BaseAgentsManager
from julep.managers.base import BaseManager
from julep.managers.doc import AsyncDocsManager, BaseDocsManager, DocsManager
from julep.managers.job import AsyncJobsManager, BaseJobsManager, JobsManager
from julep.managers.memory import AsyncMemoriesManager, BaseMemoriesManager, MemoriesManager
from julep.managers.session import AsyncSessionsManager, BaseSessionsManager, SessionsManager
from julep.managers.tool import AsyncToolsManager, BaseToolsManager, ToolsManager
from julep.managers.user import AsyncUsersManager, BaseUsersManager, UsersManager

Side: TypeAlias = Literal["sync", "async"]
Method: TypeAlias = Callable[..., object]

SIDES: tuple[Side, ...] = ("sync", "async")


class Managers(NamedTuple):
    """The three classes of one resource."""

    base: type[BaseManager]
    sync: type[BaseManager]
    asynchronous: type[BaseManager]


MANAGERS: Mapping[str, Managers] = {
    "sessions": Managers(BaseSessionsManager, SessionsManager, AsyncSessionsManager),
    "agents": Managers(BaseAgentsManager, AgentsManager, AsyncAgentsManager),
    "users": Managers(BaseUsersManager, UsersManager, AsyncUsersManager),
    "docs": Managers(BaseDocsManager, DocsManager, AsyncDocsManager),
    "tools": Managers(BaseToolsManager, ToolsManager, AsyncToolsManager),
    "memories": Managers(BaseMemoriesManager, MemoriesManager, AsyncMemoriesManager),
    "jobs": Managers(BaseJobsManager, JobsManager, AsyncJobsManager),
}


def public_methods(kind: type[BaseManager]) -> dict[str, Method]:
    """Return a class's public methods, inherited ones too, in the order of their definition."""
    return {
        name: function
        for parent in kind.__mro__
        for name, function in vars(parent).items()
        if inspect.isfunction(function) and not name.startswith("_")
    }


def parameters(function: Method) -> list[inspect.Parameter]:
    """Return a method's parameters but for ``self``."""
    return list(inspect.signature(function).parameters.values())[1:]


METHODS: tuple[tuple[str, str], ...] = tuple(
    (resource, name)
    for resource, managers in MANAGERS.items()
    for name in public_methods(managers.sync)
)
"""Every public method of every resource, such as ("sessions", "get")."""


_PRIVATE: Mapping[str, str] = {"tools.list": "_get"}


def private_name(method: str) -> str:
    """Return the ``Base…`` class's method behind a public one, such as "sessions._list_items"."""
    resource, name = method.split(".")
    usual = "_list_items" if name == "list" else f"_{name}"
    return f"{resource}.{_PRIVATE.get(method, usual)}"


class Caller:
    """Calls any method of either client by its name, and returns its result.

    Args:
        base_url: The server's.
        responds: Takes the place of the server.
    """

    def __init__(
        self, base_url: str, responds: Callable[[httpx.Request], httpx.Response] | None = None
    ) -> None:
        sync: httpx.Client | None = None
        asynchronous: httpx.AsyncClient | None = None
        if responds is not None:
            sync = httpx.Client(transport=httpx.MockTransport(responds))
            asynchronous = httpx.AsyncClient(transport=httpx.MockTransport(responds))
        self._given = sync, asynchronous
        self._sync = Client(base_url=base_url, max_retries=0, timeout=60, http_client=sync)
        self._async = AsyncClient(
            base_url=base_url, max_retries=0, timeout=60, http_client=asynchronous
        )
        self._loop = asyncio.Runner()

    def public(self, side: Side, method: str, given: Mapping[str, object]) -> object:
        """Call a method of a client's manager, such as "sessions.get"."""
        resource, name = method.split(".")
        client = self._sync if side == "sync" else self._async
        return self._result(side, getattr(getattr(client, resource), name), given)

    def private(self, side: Side, method: str, given: Mapping[str, object]) -> object:
        """Call a method of the ``Base…`` class, such as "sessions._get"."""
        resource, name = method.split(".")
        client = self._sync if side == "sync" else self._async
        manager = MANAGERS[resource].base(client.api)
        return self._result(side, getattr(manager, name), given)

    def close(self) -> None:
        """Close both clients, and the loop that the async one ran on."""
        self._sync.close()
        self._loop.run(self._async.aclose())
        sync, asynchronous = self._given
        if sync is not None and asynchronous is not None:
            sync.close()
            self._loop.run(asynchronous.aclose())
        self._loop.close()

    def _result(self, side: Side, call: Callable[..., Any], given: Mapping[str, object]) -> object:
        async def run() -> object:
            found: Any = call(**given)
            if hasattr(found, "more"):
                found = AsyncItemIterator(found)
            if hasattr(found, "aclose"):
                return await _read_stream(found)
            if hasattr(found, "__anext__"):
                return [item async for item in found]
            result = await found
            return await _read_stream(result) if hasattr(result, "aclose") else result

        if side == "async":
            return self._loop.run(run())
        found: Any = call(**given)
        if hasattr(found, "more"):
            found = ItemIterator(found)
        if hasattr(found, "close"):
            with found:
                return [*found]
        return [*found] if hasattr(found, "_ready") else found


async def _read_stream(stream: Any) -> list[object]:
    async with stream:
        return [chunk async for chunk in stream]

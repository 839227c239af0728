"""What a type checker refuses. Nothing here is run.

Every comment that silences an error is itself checked: one with nothing to silence is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from julep import AsyncClient, Client, RetryPolicy, Timeout, tls_context
from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep.managers.session import SessionsManager
from julep.types import InputChatMlMessage, Session, SortBy

ID = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"


def arguments(client: Client) -> None:
    client.sessions.get(3)  # type: ignore[arg-type]  # an id is a str or a UUID
    client.sessions.create()  # type: ignore[call-arg]  # the agent is missing
    client.sessions.create(ID)  # type: ignore[call-arg]  # a keyword-only parameter
    client.sessions.create(agent_id=ID, situaton="x")  # type: ignore[call-arg]  # a misspelled name
    client.sessions.list(limit="10")  # type: ignore[arg-type]  # a number
    client.sessions.list(sort_by="name")  # type: ignore[arg-type]  # one of two fields
    client.sessions.list(metadata_filter={1: 2})  # type: ignore[dict-item]  # keys are str
    client.agents.create(name=None)  # type: ignore[arg-type]  # an agent has a name
    client.agents.create(name="a", metadata=[])  # type: ignore[arg-type]  # a mapping
    client.users.update(name="Grace")  # type: ignore[call-arg]  # the id is missing
    client.users.get()  # type: ignore[call-arg]  # the id is missing
    Client(timeout="5")  # type: ignore[arg-type]  # seconds
    Client("key", "url", 5)  # type: ignore[call-arg]  # settings are keywords


class Message:
    """A class that is no mapping."""


def dicts(client: Client) -> None:
    # Any mapping is accepted, so that a dict may come from a variable; no other type is.
    client.agents.create(name="Ada", default_settings=[])  # type: ignore[arg-type]  # a dict
    client.agents.create(name="Ada", tools=[len])  # type: ignore[list-item]  # no functions
    client.agents.create(name="Ada", docs=["text"])  # type: ignore[list-item]  # docs
    client.sessions.chat(ID, [Message()])  # type: ignore[list-item]  # no message
    client.sessions.chat(ID, "Hi.", preset="silly")  # type: ignore[call-overload]  # no preset
    client.sessions.create(agent_id=ID, context_overflow="drop")  # type: ignore[arg-type]  # no such


def messages() -> None:
    InputChatMlMessage(role="usr", content="Hello!")  # type: ignore[arg-type]  # a member
    InputChatMlMessage(content="Hello!")  # type: ignore[call-arg]  # a role is needed


def sync_and_async(client: Client, other: AsyncClient) -> None:
    with other:  # type: ignore[attr-defined]  # it takes "async with"
        pass
    other.close()  # type: ignore[attr-defined]  # it has aclose
    client.aclose()  # type: ignore[attr-defined]  # it has close
    client.sessions.get(ID).nmae  # type: ignore[attr-defined]  # noqa: B018  # no such field


async def not_awaited(client: AsyncClient) -> None:
    client.sessions.get(ID).id  # type: ignore[attr-defined]  # noqa: B018  # it must be awaited
    for _ in client.sessions.list():  # type: ignore[attr-defined]  # the same
        pass


async def many(client: Client, other: AsyncClient) -> None:
    client.gather([client.users.list()])  # type: ignore[arg-type]  # a call, not its result
    await other.gather([other.users.list()])  # type: ignore[arg-type]  # the same
    client.gather([client.users.list], on_error="skip")  # type: ignore[call-overload]  # no such


async def async_key() -> str:
    return "key"


def settings(client: Client, other: AsyncClient) -> None:
    client.with_options(timeout="5")  # type: ignore[arg-type]  # seconds
    client.with_options(base_url="x")  # type: ignore[call-arg]  # that would be another client
    client.with_options(query={"a": 1})  # type: ignore[dict-item]  # texts
    client.with_raw_response(client.sessions.get, 3)  # type: ignore[call-overload]  # as the method
    client.with_options(api_key=async_key)  # type: ignore[arg-type]  # only AsyncClient awaits it
    Client(url="http://a.b")  # type: ignore[call-arg]  # base_url
    Client("key", "http://a.b", 60)  # type: ignore[call-arg]  # settings are keyword arguments
    client.post("/x", {1, 2})  # type: ignore[arg-type]  # no JSON
    Timeout(total="5")  # type: ignore[arg-type]  # seconds
    RetryPolicy(max_retries="2")  # type: ignore[arg-type]  # a number
    tls_context(trust="everybody")  # type: ignore[arg-type]  # one of two
    other.with_options(timeout=5).close()  # type: ignore[attr-defined]  # it has aclose


class Drifted:
    """Async methods whose parameters are no longer those of the sync methods."""

    @mirrors(SessionsManager.get)  # type: ignore[arg-type]  # another name
    @beartype
    async def get(self, session_id: str | UUID) -> Session:
        raise NotImplementedError(session_id)

    @mirrors(SessionsManager.history)  # type: ignore[arg-type]  # a narrower type
    async def history(
        self, session_id: UUID, limit: int | None = None, offset: int | None = None
    ) -> None:
        raise NotImplementedError(session_id, limit, offset)

    @mirrors(SessionsManager.suggestions)  # type: ignore[arg-type]  # another order
    async def suggestions(
        self, session_id: str | UUID, offset: int | None = None, limit: int | None = None
    ) -> None:
        raise NotImplementedError(session_id, limit, offset)

    @mirrors(SessionsManager.list)  # type: ignore[arg-type]  # the order is missing
    async def list(
        self,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] = MappingProxyType({}),
        *,
        sort_by: SortBy | None = None,
    ) -> None:
        raise NotImplementedError(limit, offset, metadata_filter, sort_by)

    @mirrors(SessionsManager.delete)  # type: ignore[arg-type]  # one more
    async def delete(self, session_id: str | UUID, force: bool) -> None:
        raise NotImplementedError(session_id, force)


def runs(client: Client) -> None:
    client.sessions.run(ID, "Hi.", max_trun=3)  # type: ignore[call-overload]  # a misspelled name
    client.sessions.run(ID, "Hi.", max_turns="3")  # type: ignore[call-overload]  # a number
    client.sessions.run(ID, "Hi.", repairs=1)  # type: ignore[call-overload]  # of an output
    client.sessions.run(ID, "Hi.", [3])  # type: ignore[list-item]  # a function
    client.sessions.iterate_run(ID, "Hi.", max_trun=3)  # type: ignore[call-arg]  # a misspelled name
    client.sessions.parse(ID, "Hi.")  # type: ignore[call-overload]  # a type

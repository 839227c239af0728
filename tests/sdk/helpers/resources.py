"""Resources for tests of the managers, and checks that several of them make."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

import pytest

from julep import AsyncClient, NotFoundError
from julep.managers.types import InputChatMlMessageDict
from julep.types import Agent, Session, User
from julep_api.types import JSONObject

UNKNOWN_ID = "7d0c2f5e-93b1-4a6d-8f24-1b5e7c9a0d36"

HELLO: list[InputChatMlMessageDict] = [{"role": "user", "content": "Hello"}]
"""Messages whose content does not matter."""

RICH_METADATA = {
    "text": 'Grüße, 世界, \U0001f44b, \u202eמרחבא, \u0000 and a \\ and a "',
    "": "an empty key",
    "number": 1.5,
    "big": 2**70,
    "nothing": None,
    "nested": {"list": [1, [2, {"three": True}]]},
    "when": dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC),
    "day": dt.date(2024, 2, 29),
    "who": UUID(UNKNOWN_ID),
    "pair": (1, 2),
}
"""Metadata of all types of values that users of an SDK have."""

RICH_METADATA_STORED = RICH_METADATA | {
    "when": "2024-02-29T12:30:00+00:00",
    "day": "2024-02-29",
    "who": UNKNOWN_ID,
    "pair": [1, 2],
}
"""The same as every server returns it."""


class Item(Protocol):
    """An item of a list."""

    @property
    def id(self) -> str: ...


async def new_agent(client: AsyncClient) -> Agent:
    return await client.agents.create(name="Ada")


async def new_session(client: AsyncClient, **settings: Any) -> Session:
    agent = await new_agent(client)
    return await client.sessions.create(agent_id=agent.id, **settings)


def time_of(moment: dt.datetime | None) -> dt.datetime:
    """Return a time, and check that it is present and has a time zone."""
    assert isinstance(moment, dt.datetime)
    assert moment.utcoffset() == dt.timedelta(0)
    return moment


def assert_new(resource: Agent | Session | User) -> None:
    """Check the id and the times of a resource that was just created."""
    assert UUID(resource.id).version == 4
    created = time_of(resource.created_at)
    assert created == time_of(resource.updated_at)
    assert abs(dt.datetime.now(dt.UTC) - created) < dt.timedelta(minutes=1)


def assert_changed(
    before: Agent | Session | User, after: Agent | Session | User, *fields: str
) -> None:
    """Check that the named fields and the time of the update changed, and nothing else."""
    changed = {
        field.name
        for field in before.__properties__
        if getattr(before, field.name) != getattr(after, field.name)
    }
    assert changed == {*fields, "updated_at"}
    assert time_of(after.updated_at) > time_of(before.updated_at)


async def assert_not_found(call: Awaitable[object], *words: str) -> None:
    """Check that a call raises NotFoundError, a KeyError, with these words in its message."""
    with pytest.raises(NotFoundError) as caught:
        await call
    assert isinstance(caught.value, KeyError)
    assert (caught.value.status_code, caught.value.code) == (404, "not_found")
    for word in words:
        assert word in caught.value.message


async def assert_lists(
    make: Callable[[dict[str, object]], Awaitable[Item]],
    touch: Callable[[str], Awaitable[object]],
    list_page: Callable[..., Awaitable[list[Any]]],
) -> None:
    """Check each parameter of a manager's ``list``.

    Args:
        make: Creates a resource with this metadata.
        touch: Updates the resource with this id.
        list_page: The method.
    """
    mark = str(uuid4())
    ids = [
        (await make({"mark": mark, "half": number % 2, "nested": {"number": number}})).id
        for number in range(4)
    ]

    async def listed(**arguments: Any) -> list[str]:
        arguments.setdefault("metadata_filter", {"mark": mark})
        return [item.id for item in await list_page(**arguments)]

    assert await listed() == ids[::-1]
    assert await listed(order="asc") == ids
    assert await listed(order="desc", sort_by="created_at") == ids[::-1]
    assert await listed(limit=2) == [ids[3], ids[2]]
    assert await listed(limit=2, offset=1) == [ids[2], ids[1]]
    assert await listed(offset=3) == [ids[0]]
    assert await listed(offset=4) == []
    assert [item.id for item in await list_page(2, 1, {"mark": mark})] == [ids[2], ids[1]]

    await touch(ids[1])
    assert await listed(sort_by="updated_at") == [ids[1], ids[3], ids[2], ids[0]]
    assert await listed(sort_by="updated_at", order="asc") == [ids[0], ids[2], ids[3], ids[1]]
    assert await listed() == ids[::-1]

    filters: dict[int, JSONObject] = {
        2: {"mark": mark, "half": 1},
        1: {"mark": mark, "half": 1.0, "nested": {"number": 3}},
        0: {"mark": mark, "half": "1"},
    }
    for length, metadata_filter in filters.items():
        found = await listed(metadata_filter=metadata_filter, order="asc")
        assert found == ids[1::2][len(ids[1::2]) - length :]
    assert ids[3] in await listed(metadata_filter={}, limit=1000)
    assert set(ids) <= {item.id for item in await list_page(limit=1000)}


def stored_docs(database: Path, owner_id: str) -> list[tuple[str, object, object]]:
    """Return title, content and metadata of an owner's documents in a server's database."""
    query = "SELECT title, content, metadata FROM docs WHERE owner_id = ? ORDER BY seq"
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(query, [owner_id]).fetchall()
    return [(title, json.loads(content), json.loads(metadata)) for title, content, metadata in rows]

"""What the suites of the managers share."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

import pytest

from julep import AsyncClient, NotFoundError
from julep.managers.types import InputChatMlMessageDict
from julep.types import Agent, Session, User
from julep_api.types import JSONObject, Unset

UNKNOWN_ID = "7d0c2f5e-93b1-4a6d-8f24-1b5e7c9a0d36"

HELLO: list[InputChatMlMessageDict] = [{"role": "user", "content": "Hello"}]
"""What is said where it does not matter what is said."""

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
"""Metadata of all kinds of values that an SDK's user may have at hand."""

RICH_METADATA_STORED = RICH_METADATA | {
    "when": "2024-02-29T12:30:00+00:00",
    "day": "2024-02-29",
    "who": UNKNOWN_ID,
    "pair": [1, 2],
}
"""The same, as every server gives it back."""


class Item(Protocol):
    """What everything in a list has."""

    @property
    def id(self) -> str: ...


async def new_agent(client: AsyncClient) -> Agent:
    return await client.agents.create(name="Ada")


async def new_session(client: AsyncClient, **settings: Any) -> Session:
    agent = await new_agent(client)
    return await client.sessions.create(agent_id=agent.id, **settings)


def time_of(moment: dt.datetime | Unset) -> dt.datetime:
    """A time that has to be there, and has to say of which zone it is."""
    assert isinstance(moment, dt.datetime)
    assert moment.utcoffset() == dt.timedelta(0)
    return moment


def assert_new(resource: Agent | Session | User) -> None:
    """What is true of everything that was created just now."""
    assert UUID(resource.id).version == 4
    created = time_of(resource.created_at)
    assert created == time_of(resource.updated_at)
    assert abs(dt.datetime.now(dt.UTC) - created) < dt.timedelta(minutes=1)


def assert_changed(
    before: Agent | Session | User, after: Agent | Session | User, *fields: str
) -> None:
    """The fields named changed, the time of the change did, and nothing else."""
    changed = {
        field.name
        for field in before.__fields__
        if getattr(before, field.name) != getattr(after, field.name)
    }
    assert changed == {*fields, "updated_at"}
    assert time_of(after.updated_at) > time_of(before.updated_at)


async def assert_not_found(call: Awaitable[object], *words: str) -> None:
    """A 404 is an error of ours and a KeyError, and names what was not found."""
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
    """A manager's ``list`` honours each of its parameters.

    Args:
        make: Creates something with this metadata.
        touch: Updates what has this id.
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
    """The documents of an owner in a server's database: title, content and metadata."""
    query = "SELECT title, content, metadata FROM docs WHERE owner_id = ? ORDER BY seq"
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(query, [owner_id]).fetchall()
    return [(title, json.loads(content), json.loads(metadata)) for title, content, metadata in rows]


def environment() -> dict[str, str]:
    """Give the environment of a program that asserts: its asserts, unlike a test's, go with -O."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONOPTIMIZE": ""}

"""Iterating over lists page by page, also while others create and delete items."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep import AsyncClient, NotFoundError, ServerError
from julep._calls.flow import Flow
from julep._calls.paging import PageWalk
from julep.types import User
from julep_api.types import JSON
from tests.sdk.helpers.resources import HELLO, UNKNOWN_ID, new_session
from tests.sdk.helpers.stub import Stub

pytestmark = pytest.mark.anyio


async def named(client: AsyncClient, count: int) -> dict[str, object]:
    """Create users, and return the filter that matches them and no others."""
    mark: dict[str, object] = {"walk": str(uuid4())}
    for number in range(count):
        await client.users.create(name=str(number), metadata=mark)
    return mark


async def names(users: AsyncIterator[User], most: int | None = None) -> list[object]:
    found: list[object] = []
    async for user in users:
        found.append(user.name)
        if len(found) == most:
            break
    return found


@pytest.mark.parametrize("page_size", [1, 2, 3, 6, 7, 8, 1000, None])
async def test_iterate_yields_all_items_in_order(
    client: AsyncClient, page_size: int | None
) -> None:
    mark = await named(client, 7)
    walk = client.users.iterate(metadata_filter=mark, page_size=page_size)
    assert await names(walk) == list("6543210")
    # An exhausted iterator stays exhausted.
    assert await names(walk) == []
    oldest_first = client.users.iterate(metadata_filter=mark, page_size=page_size, order="asc")
    assert await names(oldest_first) == list("0123456")


@pytest.mark.parametrize("page_size", [1, 2, 5, 100])
@pytest.mark.parametrize("limit", [0, 1, 2, 4, 5, 9])
async def test_iterate_yields_at_most_its_limit(
    client: AsyncClient, limit: int, page_size: int
) -> None:
    mark = await named(client, 5)
    walk = client.users.iterate(metadata_filter=mark, limit=limit, page_size=page_size)
    assert await names(walk) == list("43210")[:limit]


async def test_iterate_requests_lazily_and_only_what_it_needs(
    stub_client: AsyncClient, stub: Stub
) -> None:
    stub.response = {"items": [a_user(number) for number in range(3)]}
    walk = stub_client.users.iterate(limit=3)
    assert stub.requests == []
    assert [user.name async for user in walk] == ["0", "1", "2"]
    assert [parse_qs(urlsplit(request.target).query)["limit"] for request in stub.requests] == [
        ["3"]
    ]
    stub.requests.clear()
    assert [user async for user in stub_client.users.iterate(limit=0)] == []
    assert stub.requests == []


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_items_created_meanwhile_repeat_none(client: AsyncClient, order: Any) -> None:
    mark = await named(client, 6)
    found: list[object] = []
    async for user in client.users.iterate(metadata_filter=mark, page_size=2, order=order):
        found.append(user.name)
        if len(found) < 9:
            await client.users.create(name="new", metadata=mark)
    assert len([name for name in found if name != "new"]) == 6
    assert set("012345") <= set(found)
    # In ascending order the newest item comes last.
    assert order == "desc" or found[-1] == "new"


async def test_items_deleted_meanwhile_skip_none(client: AsyncClient) -> None:
    mark = await named(client, 9)
    found: list[object] = []
    async for user in client.users.iterate(metadata_filter=mark, page_size=3):
        found.append(user.name)
        await client.users.delete(user.id)
    assert found == list("876543210")


async def test_iteration_continues_after_an_error(stub_client: AsyncClient, stub: Stub) -> None:
    stub.response = {"items": [a_user(0), a_user(1)]}
    walk = stub_client.users.iterate(page_size=2)
    assert (await anext(walk)).name == "0"
    assert (await anext(walk)).name == "1"
    stub.status, stub.response = 501, {}
    with pytest.raises(ServerError):
        await anext(walk)
    stub.status, stub.response = 200, {"items": [a_user(1), a_user(2)]}
    assert [user.name async for user in walk] == ["2"]


async def test_every_list_can_be_iterated(client: AsyncClient) -> None:
    session = await new_session(client)
    agent = await client.agents.get(session.agent_id)
    await client.sessions.chat(session.id, HELLO)
    await client.sessions.chat(session.id, HELLO)
    for name in ("one", "two", "three"):
        tool: Any = {"type": "function", "function": {"name": name, "parameters": {}}}
        await client.tools.create(agent.id, tool)
        await client.docs.create(agent_id=agent.id, doc={"title": name, "content": name})
    for walk, page in (
        (client.tools.iterate(agent.id, page_size=2), await client.tools.list(agent.id)),
        (
            client.docs.iterate(agent.id, page_size=2, order="asc"),
            await client.docs.list(agent.id, order="asc"),
        ),
        (
            client.sessions.iterate_history(session.id, page_size=3),
            await client.sessions.history(session.id),
        ),
        (client.agents.iterate(limit=1), [agent]),
        (client.sessions.iterate(limit=1), [session]),
    ):
        assert [item async for item in walk] == page
        assert page


async def test_suggestions_are_distinguished_by_all_fields(
    stub_client: AsyncClient, stub: Stub
) -> None:
    said = {"message_id": UNKNOWN_ID, "session_id": UNKNOWN_ID, "target": "user"}
    stub.response = {"items": [said | {"content": "Ask."}, said | {"content": "Wait."}]}
    walk = stub_client.sessions.iterate_suggestions(UNKNOWN_ID)
    assert [suggestion.content async for suggestion in walk] == ["Ask.", "Wait."]


async def test_a_missing_owner_raises_during_iteration(client: AsyncClient) -> None:
    for walk in (
        client.docs.iterate(user_id=UNKNOWN_ID),
        client.tools.iterate(UNKNOWN_ID),
        client.sessions.iterate_history(UNKNOWN_ID),
        client.sessions.iterate_suggestions(UNKNOWN_ID),
    ):
        with pytest.raises(NotFoundError):
            await anext(walk)


@given(
    count=st.integers(0, 30),
    page_size=st.integers(1, 8),
    newest_first=st.booleans(),
    meanwhile=st.lists(st.tuples(st.integers(0, 3), st.lists(st.integers(0, 40), max_size=6))),
)
def test_remaining_items_are_yielded_exactly_once(
    count: int,
    page_size: int,
    newest_first: bool,
    meanwhile: list[tuple[int, list[int]]],
) -> None:
    """Create some items between two pages, and delete some, found or not."""
    shelf = Shelf(list(range(count)), newest_first, [*reversed(meanwhile)])
    driver: Any = shelf
    walk: PageWalk[Numbered] = PageWalk(driver, driver.page, None, page_size)
    found: list[int] = []
    while not walk.over:
        found += [item.id for item in finish(walk.more())]
    assert len(found) == len(set(found))
    assert set(shelf.stayed) <= set(found)


class Numbered(NamedTuple):
    id: int


class Numbers(NamedTuple):
    items: list[Numbered]


class Shelf:
    """A list that changes after each page."""

    def __init__(
        self, items: list[int], newest_first: bool, meanwhile: list[tuple[int, list[int]]]
    ) -> None:
        self.items = items
        self.stayed = list(items)
        self._newest_first = newest_first
        self._meanwhile = meanwhile
        self._made = len(items)

    def page(self, *, limit: int, offset: int) -> tuple[int, int]:
        return limit, offset

    def flow_of(self, call: tuple[int, int]) -> Generator[None, None, Numbers]:
        yield from ()
        limit, offset = call
        ordered = self.items[::-1] if self._newest_first else self.items
        page = Numbers([Numbered(item) for item in ordered[offset : offset + limit]])
        self._change()
        return page

    def _change(self) -> None:
        made, deleted = self._meanwhile.pop() if self._meanwhile else (0, [])
        self.items = [item for item in self.items if item not in deleted]
        self.stayed = [item for item in self.stayed if item not in deleted]
        self.items += range(self._made, self._made + made)
        self._made += made


def finish(flow: Flow[Any, list[Numbered]]) -> list[Numbered]:
    """Run a flow without steps."""
    try:
        next(flow)
    except StopIteration as end:
        found: list[Numbered] = end.value
        return found
    raise AssertionError("it has a step")


def a_user(number: int) -> dict[str, JSON]:
    when = "2024-02-29T12:30:00Z"
    identifier = f"00000000-0000-4000-8000-{number:012}"
    return {
        "id": identifier,
        "name": str(number),
        "about": "",
        "created_at": when,
        "updated_at": when,
    }

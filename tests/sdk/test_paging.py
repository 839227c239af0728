"""Iterating over lists page by page, also while others create and delete items."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep import AsyncClient, InvalidArgumentError, NotFoundError, ServerError
from julep._calls.flow import Flow
from julep._calls.paging import PageWalk
from julep._http.messages import Response
from julep.types import User
from julep_api.types import JSON
from tests.sdk.helpers.resources import HELLO, UNKNOWN_ID, new_session
from tests.sdk.helpers.stub import Stub, StubRequest

pytestmark = pytest.mark.anyio

T = TypeVar("T")


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


# Every list without a limit, with the arguments that it must have.
LISTS: Mapping[str, tuple[object, ...]] = {
    "sessions.list": (),
    "sessions.history": (UNKNOWN_ID,),
    "sessions.suggestions": (UNKNOWN_ID,),
    "agents.list": (),
    "users.list": (),
    "docs.list": (UNKNOWN_ID,),
    "tools.get": (UNKNOWN_ID,),
    "tools.list": (UNKNOWN_ID,),
    "memories.list": (UNKNOWN_ID,),
}


@pytest.mark.parametrize("method", LISTS)
async def test_a_list_without_a_limit_is_whole(
    stub_client: AsyncClient, stub: Stub, method: str
) -> None:
    resource, name = method.split(".")
    list_items: Any = getattr(getattr(stub_client, resource), name)
    shelf = serve(stub, 2500)

    async def listed(**page: Any) -> list[int]:
        stub.requests.clear()
        return [int(item.to_dict()["content"]) for item in await list_items(*LISTS[method], **page)]

    assert await listed() == shelf
    assert pages(stub) == [(1000, 0), (1000, 999), (1000, 1998)]
    assert await listed(offset=1700) == shelf[1700:]
    assert pages(stub) == [(1000, 1700)]
    assert await listed(limit=1050) == shelf[:1050]
    assert pages(stub) == [(1000, 0), (51, 999)]
    assert await listed(limit=5000, offset=2) == shelf[2:]
    assert await listed(limit=1001, offset=5) == shelf[5:1006]
    assert await listed(limit=1000) == shelf[:1000]
    assert pages(stub) == [(1000, None)]
    assert await listed(limit=3, offset=4) == shelf[4:7]
    assert pages(stub) == [(3, 4)]
    for wrong in (0, -1):
        with pytest.raises(InvalidArgumentError, match="limit: expected an int >= 1; got"):
            await listed(limit=wrong)
    assert stub.requests == []


async def test_a_list_of_less_than_a_page_is_one_request(
    stub_client: AsyncClient, stub: Stub
) -> None:
    serve(stub, 999)
    assert len(await stub_client.users.list()) == 999
    assert pages(stub) == [(1000, 0)]


async def test_a_whole_list_skips_and_repeats_nothing_that_stays(
    stub_client: AsyncClient, stub: Stub
) -> None:
    """While it is read, a third of what was listed is deleted, and other items are created."""
    shelf = serve(stub, 2500)
    respond = stub.response

    def respond_and_change(request: StubRequest) -> JSON:
        response: JSON = respond(request)
        if len(stub.requests) == 1:
            del shelf[:300]
        if len(stub.requests) == 2:
            shelf.insert(0, 9999)
        return response

    stub.response = respond_and_change
    found = [int(user.name) for user in await stub_client.users.list() if user.name]
    assert len(set(found)) == len(found)
    assert [number for number in found if number != 9999] == list(range(2500))


async def test_an_error_on_a_later_page_is_raised(stub_client: AsyncClient, stub: Stub) -> None:
    serve(stub, 1500)
    respond = stub.response

    def fail_later(request: StubRequest) -> JSON:
        stub.status = 200 if len(stub.requests) == 1 else 501
        response: JSON = respond(request)
        return response

    stub.response = fail_later
    with pytest.raises(ServerError):
        await stub_client.users.list()


async def test_a_long_history_is_whole_and_in_order(client: AsyncClient) -> None:
    session = await new_session(client)
    said: Any = [{"role": "user", "content": str(number)} for number in range(1100)]
    await client.sessions.chat(session.id, said, recall=False)
    history = await client.sessions.history(session.id)
    assert [message.content for message in history[:-1]] == [each["content"] for each in said]
    assert len(history) == 1101
    assert await client.sessions.history(session.id, limit=1050, offset=1) == history[1:1051]


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


@given(
    count=st.integers(0, 30),
    page_size=st.integers(1, 8),
    offset=st.integers(0, 35),
    meanwhile=st.lists(st.tuples(st.integers(0, 3), st.lists(st.integers(0, 40), max_size=6))),
)
def test_a_walk_from_an_offset_yields_the_remaining_items_once(
    count: int, page_size: int, offset: int, meanwhile: list[tuple[int, list[int]]]
) -> None:
    """Of the skipped items none is deleted: what remains behind them is yielded."""
    changes = [(made, [n for n in deleted if n >= offset]) for made, deleted in meanwhile]
    shelf = Shelf(list(range(count)), False, changes[::-1])
    driver: Any = shelf
    walk: PageWalk[Numbered] = PageWalk(driver, driver.page, None, page_size, offset=offset)
    found = [item.id for item in finish(walk.whole()).items]
    assert len(found) == len(set(found))
    assert set(shelf.stayed) - set(range(offset)) <= set(found)
    assert not set(range(min(count, offset))) & set(found)


class Numbered(NamedTuple):
    id: int


@dataclass
class Numbers:
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
        # The items that have room in each page.
        self.room = 1000
        # The header of pages that have room.
        self.header: str | None = None

    def page(self, *, limit: int, offset: int) -> tuple[int, int]:
        return limit, offset

    def flow_of(
        self, call: tuple[int, int], on_response: Callable[[Response], None]
    ) -> Generator[None, None, Numbers]:
        yield from ()
        limit, offset = call
        ordered = self.items[::-1] if self._newest_first else self.items
        found = ordered[offset : offset + limit]
        header = f"{offset + self.room}" if len(found) > self.room else self.header
        headers = {} if header is None else {"x-julep-next-offset": header}
        on_response(Response(200, headers, b""))
        page = Numbers([Numbered(item) for item in found[: self.room]])
        self._change()
        return page

    def _change(self) -> None:
        made, deleted = self._meanwhile.pop() if self._meanwhile else (0, [])
        self.items = [item for item in self.items if item not in deleted]
        self.stayed = [item for item in self.stayed if item not in deleted]
        self.items += range(self._made, self._made + made)
        self._made += made


@given(st.integers(0, 40), st.integers(1, 10), st.integers(1, 12), st.none() | st.integers(0, 45))
def test_pages_that_a_server_ends_early_are_not_the_last(
    count: int, room: int, page_size: int, limit: int | None
) -> None:
    shelf = Shelf(list(range(count)), newest_first=False, meanwhile=[])
    shelf.room = room
    driver: Any = shelf
    page: Any = shelf.page
    walk = PageWalk[Any](driver, page, limit, page_size)
    found: list[int] = []
    while not walk.over:
        found += [item.id for item in finish(walk.more())]
    assert found == list(range(count))[:limit]


@pytest.mark.parametrize("value", ["37", "0", "1", "-1", "3.0", "", "soon"])
def test_a_header_of_another_offset_ends_no_page_early(value: str) -> None:
    """As a mock of the contract sends it with each page: the walk has an end."""
    shelf = Shelf([0, 1, 2], newest_first=False, meanwhile=[])
    shelf.header = value
    driver: Any = shelf
    page: Any = shelf.page
    walk = PageWalk[Any](driver, page, None, 100)
    assert [item.id for item in finish(walk.more())] == [0, 1, 2]
    assert walk.over


def finish(flow: Flow[Any, T]) -> T:
    """Run a flow without steps."""
    try:
        next(flow)
    except StopIteration as end:
        result: T = end.value
        return result
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


def serve(stub: Stub, count: int) -> list[int]:
    """Let a stub respond with pages of a list of any kind; return the list, which may change."""
    shelf = list(range(count))

    def respond(request: StubRequest) -> JSON:
        limit, offset = page_of(request)
        return {"items": [an_item(number) for number in shelf[offset or 0 :][: limit or 100]]}

    stub.response = respond
    return shelf


def an_item(number: int) -> dict[str, JSON]:
    """Return what can be read as an item of every list."""
    no_fields: dict[str, JSON] = {}
    fields: dict[str, JSON] = {
        "model": "a",
        "instructions": [],
        "metadata": {},
        "content": str(number),
        "message_id": UNKNOWN_ID,
        "session_id": UNKNOWN_ID,
        "agent_id": UNKNOWN_ID,
        "user_id": UNKNOWN_ID,
        "target": "user",
        "role": "user",
        "title": "a",
        "type": "function",
        "function": {"name": "a", "parameters": no_fields},
        "entities": [],
    }
    return a_user(number) | fields


def page_of(request: StubRequest) -> tuple[int | None, int | None]:
    query = parse_qs(urlsplit(request.target).query)
    limit, offset = (int(query[name][0]) if name in query else None for name in PAGE)
    return limit, offset


PAGE = ("limit", "offset")


def pages(stub: Stub) -> list[tuple[int | None, int | None]]:
    """Return the pages that were requested."""
    return [page_of(request) for request in stub.requests]

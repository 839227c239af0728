"""Pages end at a bound of bytes, and the SDK goes on behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import julep
from julep_server import LocalServer, call
from julep_server.json_text import JSON, dumps, loads
from tests.server.helpers.api import Api

SIZE = 4000
COUNT = 7
NEXT = "x-julep-next-offset"


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    """A server with users, agents, documents and messages, two of which have room in a page."""
    with LocalServer(max_page_bytes=2 * SIZE + 2500) as running:
        yield running


@pytest.fixture(scope="module")
def filled(server: LocalServer) -> dict[str, Any]:
    with Api(server.url) as api:
        users = [api.make("users", name=f"{n}", about="x" * SIZE)["id"] for n in range(COUNT)]
        user = users[0]
        for n in range(COUNT):
            body = {"title": f"{n}", "content": "y" * SIZE}
            assert api.post(f"/users/{user}/docs", body).status_code == 201
        session = api.make("sessions")["id"]
        for n in range(COUNT):
            messages = [{"role": "user", "content": f"{n}" * SIZE}]
            api.reply(session, messages=messages)
        return {"users": users, "user": user, "session": session}


def test_a_long_page_ends_early_and_names_the_next_offset(
    server: LocalServer, filled: dict[str, Any]
) -> None:
    with Api(server.url) as api:
        found: list[str] = []
        offset: str | None = "0"
        while offset is not None:
            params = {"limit": "100", "offset": offset, "order": "asc", "with_total": "true"}
            response = api.get("/users", params=params)
            body = response.json()
            assert 0 < len(body["items"]) <= 2
            assert body["total"] == COUNT
            found += [item["id"] for item in body["items"]]
            offset = response.headers.get(NEXT)
        assert found == filled["users"]
        # The limit ended these pages, not the bound.
        for limit in ("1", "2"):
            assert NEXT not in api.get("/users", params={"limit": limit}).headers


@given(st.lists(st.integers(0, 40), max_size=40), st.integers(1, 200), st.integers(1, 60))
def test_a_page_ends_where_its_items_one_by_one_would(
    lengths: list[int], limit: int, short: int
) -> None:
    items: list[JSON] = ["x" * length for length in lengths]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(call, "_SHORT", short)
        texts, count = call.encode_page(items, limit)
    # Each item is counted with the comma behind it.
    ends = list(accumulate(len(dumps(item)) + 1 for item in items))
    fitting = sum(end - 1 <= limit for end in ends) or min(len(items), 1)
    assert loads(f"[{','.join(texts)}]") == items[:fitting]
    assert count == (None if fitting == len(items) else fitting)


def test_an_item_longer_than_a_page_is_a_page(filled: dict[str, Any]) -> None:
    with LocalServer(max_page_bytes=100) as server, Api(server.url) as api:
        for n in range(3):
            api.make("users", name=f"{n}", about="x" * SIZE)
        assert [len(api.get("/users").json()["items"])] == [1]
        with julep.Client(base_url=server.url) as client:
            assert [user.name for user in client.users.list(order="asc")] == ["0", "1", "2"]
            assert [user.name for user in client.users.iterate(order="asc")] == ["0", "1", "2"]
            names = [user.name for user in client.users.iterate(order="asc", page_size=1)]
            assert names == ["0", "1", "2"]


@pytest.mark.parametrize("page_size", [1, 2, 3, 100])
def test_the_sdk_goes_on(server: LocalServer, filled: dict[str, Any], page_size: int) -> None:
    with julep.Client(base_url=server.url) as client:
        users = [user.id for user in client.users.iterate(order="asc", page_size=page_size)]
        docs = [doc.title for doc in client.docs.iterate(user_id=filled["user"], order="asc")]
    assert users == filled["users"]
    assert docs == [f"{n}" for n in range(COUNT)]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100, 1001, None])
def test_a_list_has_as_many_items_as_wanted(
    server: LocalServer, filled: dict[str, Any], limit: int | None
) -> None:
    expected = filled["users"][2:][:limit]
    with julep.Client(base_url=server.url) as client:
        users = client.users.list(order="asc", limit=limit, offset=2)
        assert [user.id for user in users] == expected

    async def listed() -> list[str]:
        async with julep.AsyncClient(base_url=server.url) as client:
            found = await client.users.list(order="asc", limit=limit, offset=2)
            return [user.id for user in found]

    assert asyncio.run(listed()) == expected


@pytest.mark.parametrize("room", [1, 2])
def test_a_list_that_grows_at_its_beginning_has_nothing_twice(room: int) -> None:
    with LocalServer(max_page_bytes=room * SIZE + 1000) as server, Api(server.url) as api:
        made = [api.make("users", about="x" * SIZE)["id"] for _ in range(4)]

        def make_another(event: julep.ResponseEvent) -> None:
            if event.status_code == 200 and len(made) < 7:
                made.append(api.make("users", about="x" * SIZE)["id"])

        hooks = julep.Hooks(on_response=make_another)
        with julep.Client(base_url=server.url, hooks=hooks) as client:
            found = [user.id for user in client.users.list(limit=20)]
        assert found == made[3::-1]


def test_a_long_history_is_whole(server: LocalServer, filled: dict[str, Any]) -> None:
    with julep.Client(base_url=server.url) as client:
        session = filled["session"]
        texts = [str(m.content)[:1] for m in client.sessions.history(session) if m.role == "user"]
    assert texts == [f"{n}" for n in range(COUNT)]

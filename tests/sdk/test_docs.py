from __future__ import annotations

import datetime as dt
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import pytest

from julep import AsyncClient, InvalidArgumentError
from julep.managers.types import DocDict
from julep.types import CreateDoc, Doc
from tests.sdk.helpers.resources import (
    RICH_METADATA,
    RICH_METADATA_STORED,
    UNKNOWN_ID,
    assert_not_found,
    new_agent,
    time_of,
)

pytestmark = pytest.mark.anyio

Owner: TypeAlias = dict[str, Any]

HOURS: DocDict = {"title": "Opening hours", "content": "We open at nine."}


@pytest.fixture(params=["agent_id", "user_id"])
def field(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def owner(client: AsyncClient, field: str) -> Owner:
    """An owner of either kind, as an argument."""
    made = await (client.users.create() if field == "user_id" else new_agent(client))
    return {field: made.id}


async def test_create_returns_the_whole_doc(client: AsyncClient, owner: Owner) -> None:
    doc = await client.docs.create(**owner, doc={**HOURS, "metadata": {"page": 1}})
    assert isinstance(doc, Doc)
    assert UUID(doc.id).version == 4
    assert (doc.title, doc.content, doc.metadata) == (*HOURS.values(), {"page": 1})
    assert abs(dt.datetime.now(dt.UTC) - time_of(doc.created_at)) < dt.timedelta(minutes=1)
    for name in ("agent_id", "user_id"):
        assert (getattr(doc, name) or None) == owner.get(name)
    (found,) = await client.docs.list(**owner)
    assert isinstance(found, Doc)
    for name in ("id", "agent_id", "user_id", "title", "content", "metadata", "created_at"):
        assert getattr(found, name) == getattr(doc, name)


@pytest.mark.parametrize(
    "content", ["", "x" * 1_000_000, ["One."], ["", "世界 \U0001f44b\n\u2028"]]
)
async def test_contents_are_returned_unchanged(
    client: AsyncClient, owner: Owner, content: Any
) -> None:
    doc = CreateDoc(title="Zoë's", content=content, metadata={"a": [1, None]})
    await client.docs.create(**owner, doc=doc)
    (found,) = await client.docs.list(**owner)
    assert (found.title, found.content, found.metadata) == ("Zoë's", content, {"a": [1, None]})


async def test_metadata_is_returned_unchanged(client: AsyncClient, owner: Owner) -> None:
    await client.docs.create(**owner, doc={**HOURS, "metadata": RICH_METADATA})
    assert [doc.metadata for doc in await client.docs.list(**owner)] == [RICH_METADATA_STORED]


async def test_list(client: AsyncClient, owner: Owner, field: str) -> None:
    assert await client.docs.list(**owner) == []
    mark = str(uuid4())
    ids = [
        (await client.docs.create(**owner, doc={**HOURS, "metadata": {mark: number % 2}})).id
        for number in range(4)
    ]

    async def listed(*arguments: Any, **settings: Any) -> list[str]:
        return [doc.id for doc in await client.docs.list(*arguments, **settings)]

    assert await listed(**owner) == ids[::-1]
    assert await listed(**owner, order="asc") == ids
    assert await listed(**owner, order="asc", sort_by="updated_at") == ids
    assert await listed(**owner, order="desc", sort_by="created_at") == ids[::-1]
    assert await listed(**owner, limit=2, offset=1) == [ids[2], ids[1]]
    assert await listed(**owner, offset=4) == []
    assert await listed(**owner, metadata_filter={mark: 1}, order="asc") == ids[1::2]
    assert await listed(**owner, metadata_filter={mark: "1"}) == []
    # By position: an agent's id comes first, then a user's.
    identifier = UUID(owner[field])
    both = (identifier, None) if field == "agent_id" else (None, identifier)
    assert await listed(*both, 1, 1, {mark: 1}) == [ids[1]]


async def test_docs_created_with_their_owner(client: AsyncClient) -> None:
    agent = await client.agents.create(name="Ada", docs=[HOURS])
    user = await client.users.create(docs=[HOURS])
    assert [doc.title for doc in await client.docs.list(agent.id)] == ["Opening hours"]
    assert [doc.user_id for doc in await client.docs.list(user_id=user.id)] == [user.id]


async def test_delete(client: AsyncClient, owner: Owner, field: str) -> None:
    doc = await client.docs.create(**owner, doc=HOURS)
    kept = await client.docs.create(**owner, doc=HOURS)
    deleted: Any = client.docs.delete(doc.id, **owner)
    assert await deleted is None
    assert [found.id for found in await client.docs.list(**owner)] == [kept.id]
    again: Any = client.docs.delete(doc_id=UUID(doc.id), **{field: UUID(owner[field])})
    assert await again is None


async def test_a_doc_has_one_owner(client: AsyncClient) -> None:
    for owners, found in (
        ({}, "neither"),
        ({"agent_id": None, "user_id": None}, "neither"),
        ({"agent_id": UNKNOWN_ID, "user_id": UNKNOWN_ID}, "both"),
    ):
        given: Any = owners
        says = f"agent_id: expected either this or user_id; got {found}"
        with pytest.raises(InvalidArgumentError, match=says):
            await client.docs.list(**given)
        with pytest.raises(InvalidArgumentError, match=says):
            await client.docs.create(**given, doc=HOURS)
        with pytest.raises(InvalidArgumentError, match=says):
            await client.docs.delete(UNKNOWN_ID, **given)


async def test_missing_resources_are_not_found(
    client: AsyncClient, owner: Owner, field: str
) -> None:
    missing: Owner = {field: UNKNOWN_ID}
    kind = field.removesuffix("_id")
    doc = await client.docs.create(**owner, doc=HOURS)
    other = await (client.users.create() if field == "user_id" else new_agent(client))
    await assert_not_found(client.docs.list(**missing), kind, UNKNOWN_ID)
    await assert_not_found(client.docs.create(**missing, doc=HOURS), kind, UNKNOWN_ID)
    await assert_not_found(client.docs.delete(doc.id, **missing), kind, UNKNOWN_ID)
    await assert_not_found(client.docs.delete(UNKNOWN_ID, **owner), "doc", UNKNOWN_ID)
    await assert_not_found(client.docs.delete(doc.id, **{field: other.id}), "doc", doc.id)
    assert [found.id for found in await client.docs.list(**owner)] == [doc.id]

from __future__ import annotations

import datetime as dt
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import pytest

from julep import AsyncClient, InvalidArgumentError
from julep.managers.types import DocDict
from julep.types import CreateDoc, Doc, DocMatch
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
    assert doc.updated_at == doc.created_at
    for name in ("agent_id", "user_id"):
        assert (getattr(doc, name) or None) == owner.get(name)
    (found,) = await client.docs.list(**owner)
    assert isinstance(found, Doc)
    for name in ("id", "agent_id", "user_id", "title", "content", "metadata"):
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
        with pytest.raises(InvalidArgumentError, match=says):
            await client.docs.get(UNKNOWN_ID, **given)
        with pytest.raises(InvalidArgumentError, match=says):
            await client.docs.update(UNKNOWN_ID, **given, title="A")


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


async def test_get(client: AsyncClient, owner: Owner, field: str) -> None:
    doc = await client.docs.create(**owner, doc={**HOURS, "metadata": RICH_METADATA})
    assert await client.docs.get(UUID(doc.id), **owner) == doc
    other = await (client.users.create() if field == "user_id" else new_agent(client))
    await assert_not_found(client.docs.get(doc.id, **{field: other.id}), "doc", doc.id)
    await client.docs.delete(doc.id, **owner)
    await assert_not_found(client.docs.get(doc.id, **owner), "doc", doc.id)


async def test_update_changes_only_the_given_fields(client: AsyncClient, owner: Owner) -> None:
    doc = await client.docs.create(**owner, doc={**HOURS, "metadata": {"a": 1, "b": {"c": 2}}})
    changes: dict[str, Any]
    for changes in (
        {"title": "Hours"},
        {"content": ("We open at ten.", "On Sundays we are closed.")},
        {"metadata": {"b": {"d": [3]}, "a": None}},
    ):
        updated = await client.docs.update(doc_id=UUID(doc.id), **owner, **changes)
        assert isinstance(updated, Doc)
        assert time_of(updated.updated_at) > time_of(doc.updated_at)
        assert await client.docs.get(doc.id, **owner) == updated
        doc = updated
    assert (doc.title, doc.metadata) == ("Hours", {"b": {"c": 2, "d": [3]}})
    assert doc.content == ["We open at ten.", "On Sundays we are closed."]
    newest = await client.docs.create(**owner, doc=HOURS)
    await client.docs.update(doc.id, **owner, title="Last")
    found = await client.docs.list(**owner, sort_by="updated_at")
    assert [each.id for each in found] == [doc.id, newest.id]


async def test_overwriting_resets_what_is_not_given(client: AsyncClient, owner: Owner) -> None:
    doc = await client.docs.create(**owner, doc={**HOURS, "metadata": {"a": 1}})
    changed = await client.docs.update(doc.id, **owner, title="A", content="B", overwrite=True)
    assert (changed.title, changed.content, changed.metadata) == ("A", "B", {})
    assert changed.created_at == doc.created_at
    with pytest.raises(InvalidArgumentError, match="content"):
        await client.docs.update(doc.id, **owner, title="A", overwrite=True)


async def test_an_empty_search_finds_nothing(client: AsyncClient) -> None:
    agent = await new_agent(client)
    await client.docs.create(agent_id=agent.id, doc=HOURS)
    assert await client.docs.search("", agent.id) == []


async def test_search(client: AsyncClient) -> None:
    agent, user = await new_agent(client), await client.users.create()
    hours = await client.docs.create(agent_id=agent.id, doc=HOURS)
    content = ["Zoe opens her shop at ten.", "Zoe has a bicycle."]
    of_user = await client.docs.create(user_id=user.id, doc={"title": "Zoe", "content": content})
    search = client.docs.search
    (match,) = await search("When do you open?", UUID(agent.id), limit=1)
    assert isinstance(match, DocMatch)
    assert (match.doc_id, match.agent_id, match.user_id) == (hours.id, agent.id, None)
    assert (match.title, match.text, match.left_out) == (HOURS["title"], HOURS["content"], None)
    assert match.score > 0
    assert match.rank_by_words == 1
    found = await search("Zoe's bicycle", user_id=user.id)
    assert [each.doc_id for each in found] == [of_user.id] * 2
    assert found[0].text == "Zoe has a bicycle."
    both = await search("Who opens the shop?", agent.id, user.id)
    assert {each.user_id for each in both} == {None, user.id}
    with pytest.raises(InvalidArgumentError, match="agent_id: expected this, user_id or both"):
        await search("shop")
    await assert_not_found(search("shop", UNKNOWN_ID, user.id), "agent", UNKNOWN_ID)
    await assert_not_found(search("shop", agent.id, UNKNOWN_ID), "user", UNKNOWN_ID)


async def test_an_update_is_found_at_once(client: AsyncClient, owner: Owner) -> None:
    doc = await client.docs.create(**owner, doc={"title": "Zebra", "content": "It has stripes."})
    await client.docs.update(doc.id, **owner, title="Panda", content="It eats bamboo.")
    assert [m.text for m in await client.docs.search("bamboo", **owner)] == ["It eats bamboo."]
    words = [m.rank_by_words for m in await client.docs.search("zebra stripes", **owner)]
    assert not any(words)
    await client.docs.update(doc.id, **owner, metadata={"a": 1})
    assert [m.title for m in await client.docs.search("panda", **owner)] == ["Panda"]


async def test_count(client: AsyncClient, owner: Owner, field: str) -> None:
    assert await client.docs.count(**owner) == 0
    for number in range(3):
        await client.docs.create(**owner, doc={**HOURS, "metadata": {"half": number % 2}})
    assert await client.docs.count(**owner) == 3
    assert await client.docs.count(**owner, metadata_filter={"half": 1}) == 1
    with pytest.raises(InvalidArgumentError, match="got neither"):
        await client.docs.count()
    unknown: Any = {field: UNKNOWN_ID}
    await assert_not_found(client.docs.count(**unknown), field[:-3], UNKNOWN_ID)

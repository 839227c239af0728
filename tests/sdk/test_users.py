from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from julep import AsyncClient, InvalidArgumentError
from julep.types import CreateDoc
from julep_server import LocalServer
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.resources import (
    HELLO,
    RICH_METADATA,
    RICH_METADATA_STORED,
    UNKNOWN_ID,
    assert_changed,
    assert_lists,
    assert_new,
    assert_not_found,
    new_agent,
    stored_docs,
)

pytestmark = pytest.mark.anyio


async def test_create_without_arguments(client: AsyncClient) -> None:
    user = await client.users.create()
    assert (user.name, user.about, user.metadata) == ("User", "", {})
    assert_new(user)
    assert await client.users.get(user.id) == user


async def test_create_with_every_field(mode: Mode, tmp_path: Path) -> None:
    docs: list[Any] = [
        {"title": "Likes", "content": "Roses.", "metadata": {"page": 1}},
        CreateDoc(title="Dislikes", content=["Thorns.", "Slugs."]),
    ]
    with LocalServer(database=f"sqlite:///{tmp_path / 'data.db'}") as server:
        async with make_client(mode, server.url) as client:
            user = await client.users.create(
                name="Grace", about="a gardener", docs=docs, metadata={"plan": "pro"}
            )
            assert (user.name, user.about, user.metadata) == (
                "Grace",
                "a gardener",
                {"plan": "pro"},
            )
            assert_new(user)
            assert await client.users.get(user.id) == user
    assert stored_docs(tmp_path / "data.db", user.id) == [
        ("Likes", "Roses.", {"page": 1}),
        ("Dislikes", ["Thorns.", "Slugs."], {}),
    ]


async def test_texts_and_metadata_are_returned_unchanged(client: AsyncClient) -> None:
    name, about = "Zoë 🌻\n\u2028", "x" * 1_000_000
    user = await client.users.create(name=name, about=about, metadata=RICH_METADATA)
    found = await client.users.get(user.id)
    assert (found.name, found.about, found.metadata) == (name, about, RICH_METADATA_STORED)
    assert found == user


async def test_get_accepts_every_form_of_an_id(client: AsyncClient) -> None:
    user = await client.users.create(name="Grace")
    assert await client.users.get(id=user.id) == user
    assert await client.users.get(UUID(user.id)) == user
    assert await client.users.get(user.id.upper()) == user


async def test_list(client: AsyncClient) -> None:
    await assert_lists(
        lambda metadata: client.users.create(metadata=metadata),
        lambda user_id: client.users.update(user_id=user_id, about="changed"),
        client.users.list,
    )


async def test_the_items_of_a_list_are_complete(client: AsyncClient) -> None:
    user = await client.users.create(name="Grace", metadata=RICH_METADATA)
    assert await client.users.list(limit=1) == [user]


async def test_update_changes_only_the_given_fields(client: AsyncClient) -> None:
    user = await client.users.create(name="Grace", about="a gardener", metadata={"a": 1})
    renamed = await client.users.update(user_id=user.id, name="Bo")
    assert renamed.name == "Bo"
    assert_changed(user, renamed, "name")
    described = await client.users.update(user_id=UUID(user.id), about="")
    assert described.about == ""
    assert_changed(renamed, described, "about")
    untouched = await client.users.update(user_id=user.id)
    assert_changed(described, untouched)
    assert await client.users.get(user.id) == untouched


async def test_update_merges_metadata(client: AsyncClient) -> None:
    user = await client.users.create(metadata={"a": 1, "b": {"c": [1, 2], "d": 4}, "e": 5})
    merged = await client.users.update(
        user_id=user.id, metadata={"b": {"c": [3]}, "e": None, "f": {"g": 1}}
    )
    assert merged.metadata == {"a": 1, "b": {"c": [3], "d": 4}, "f": {"g": 1}}
    assert_changed(user, merged, "metadata")
    assert await client.users.get(user.id) == merged


async def test_update_with_overwrite_resets_other_fields(client: AsyncClient) -> None:
    user = await client.users.create(name="Grace", about="a gardener", metadata={"a": 1})
    replaced = await client.users.update(
        user_id=user.id, name="Bo", about="a cook", metadata={"b": 2}, overwrite=True
    )
    assert (replaced.name, replaced.about, replaced.metadata) == ("Bo", "a cook", {"b": 2})
    assert_changed(user, replaced, "name", "about", "metadata")
    reset = await client.users.update(user_id=user.id, name="Bo", about="a cook", overwrite=True)
    assert_changed(replaced, reset, "metadata")
    assert reset.metadata == {}
    assert await client.users.get(user.id) == reset


async def test_update_with_overwrite_requires_a_name(client: AsyncClient) -> None:
    user = await client.users.create(name="Grace", about="a gardener")
    with pytest.raises(InvalidArgumentError) as caught:
        await client.users.update(user_id=user.id, about="a cook", overwrite=True)
    assert caught.value.path == "name"
    assert await client.users.get(user.id) == user
    replaced = await client.users.update(user_id=user.id, name="Bo", overwrite=True)
    assert (replaced.name, replaced.about) == ("Bo", "")
    assert await client.users.get(user.id) == replaced


async def test_delete(client: AsyncClient) -> None:
    user = await client.users.create(name="Grace")
    kept = await client.users.create(name="Bo")
    deleted: Any = client.users.delete(user.id)
    assert await deleted is None
    await assert_not_found(client.users.get(user.id), user.id)
    assert user.id not in [found.id for found in await client.users.list(limit=1000)]
    assert await client.users.get(kept.id) == kept
    again: Any = client.users.delete(user_id=UUID(user.id))
    assert await again is None


async def test_a_session_outlives_its_user(client: AsyncClient) -> None:
    agent, user = await new_agent(client), await client.users.create(name="Grace")
    session = await client.sessions.create(agent_id=agent.id, user_id=user.id)
    assert "Grace" in (await client.sessions.chat(session.id, HELLO)).text
    await client.users.delete(user.id)
    assert "Grace" not in (await client.sessions.chat(session.id, HELLO)).text


async def test_missing_resources_are_not_found(client: AsyncClient) -> None:
    agent = await new_agent(client)
    users = client.users
    for call in (
        users.get(UNKNOWN_ID),
        users.get(agent.id),
        users.delete(UNKNOWN_ID),
        users.update(user_id=UNKNOWN_ID, name="Bo"),
        users.update(user_id=UNKNOWN_ID, name="Bo", about="", overwrite=True),
    ):
        await assert_not_found(call, "user")


async def test_count(client: AsyncClient) -> None:
    mark = str(uuid4())
    for number in range(3):
        await client.users.create(name="Ada", metadata={"mark": mark, "half": number % 2})
    assert await client.users.count({"mark": mark}) == 3
    assert await client.users.count(metadata_filter={"mark": mark, "half": 1}) == 1
    assert await client.users.count() >= 3

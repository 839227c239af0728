from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import pytest

from julep import (
    ArgumentTypeError,
    AsyncClient,
    InvalidArgumentError,
    InvalidResponseError,
    UnprocessableEntityError,
)
from julep.types import ChatMlMessageRole, Suggestion, SuggestionTarget
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
    new_session,
)
from tests.sdk.helpers.stub import Stub

pytestmark = pytest.mark.anyio


async def test_create_with_an_agent_alone(client: AsyncClient) -> None:
    agent = await new_agent(client)
    session = await client.sessions.create(agent_id=agent.id)
    assert (session.agent_id, session.metadata, session.render_templates) == (agent.id, {}, False)
    for field in ("user_id", "situation", "summary", "token_budget", "context_overflow"):
        assert getattr(session, field) is None
    assert_new(session)
    assert await client.sessions.get(session.id) == session


async def test_create_with_every_field(client: AsyncClient) -> None:
    agent, user = await new_agent(client), await client.users.create()
    session = await client.sessions.create(
        agent_id=UUID(agent.id),
        user_id=UUID(user.id),
        situation="In a garden.",
        metadata={"plan": "pro"},
        render_templates=True,
        token_budget=1000,
        context_overflow="truncate",
    )
    assert (session.agent_id, session.user_id) == (agent.id, user.id)
    assert (session.situation, session.metadata) == ("In a garden.", {"plan": "pro"})
    assert session.render_templates is True
    assert (session.token_budget, session.context_overflow) == (1000, "truncate")
    assert_new(session)
    assert await client.sessions.get(session.id) == session


async def test_create_names_the_missing_resource(client: AsyncClient) -> None:
    agent, user = await new_agent(client), await client.users.create()
    create = client.sessions.create
    await assert_not_found(create(agent_id=UNKNOWN_ID), "agent", UNKNOWN_ID)
    await assert_not_found(create(agent_id=user.id), "agent", user.id)
    await assert_not_found(create(agent_id=agent.id, user_id=UNKNOWN_ID), "user", UNKNOWN_ID)


async def test_texts_and_metadata_are_returned_unchanged(client: AsyncClient) -> None:
    situation = "Größe: {{ 1 }} \U0001f33b\n" + "x" * 1_000_000
    session = await new_session(client, situation=situation, metadata=RICH_METADATA)
    found = await client.sessions.get(session.id)
    assert (found.situation, found.metadata) == (situation, RICH_METADATA_STORED)
    assert found == session


async def test_get_accepts_every_form_of_an_id(client: AsyncClient) -> None:
    session = await new_session(client)
    assert await client.sessions.get(id=session.id) == session
    assert await client.sessions.get(UUID(session.id)) == session
    assert await client.sessions.get(session.id.upper()) == session


async def test_list(client: AsyncClient) -> None:
    agent = await new_agent(client)
    await assert_lists(
        lambda metadata: client.sessions.create(agent_id=agent.id, metadata=metadata),
        lambda session_id: client.sessions.update(session_id=session_id, situation="changed"),
        client.sessions.list,
    )


async def test_list_the_sessions_of_an_agent_and_of_a_user(client: AsyncClient) -> None:
    agents = [(await new_agent(client)).id for _ in range(2)]
    users = [(await client.users.create()).id for _ in range(2)]
    create = client.sessions.create
    of = {
        (agent, user): (await create(agent_id=agent, user_id=user, metadata={"n": agent})).id
        for agent in agents
        for user in [*users, None]
    }

    async def listed(**arguments: Any) -> set[str]:
        found = {session.id for session in await client.sessions.list(**arguments)}
        walked = [session.id async for session in client.sessions.iterate(**arguments, page_size=2)]
        assert set(walked) == found
        return found

    first, second = agents
    assert await listed(agent_id=first) == {of[first, user] for user in [*users, None]}
    assert await listed(user_id=UUID(users[0])) == {of[agent, users[0]] for agent in agents}
    assert await listed(agent_id=second.upper(), user_id=users[1]) == {of[second, users[1]]}
    assert await listed(agent_id=first, metadata_filter={"n": second}) == set()
    assert await listed(agent_id=first, user_id=UNKNOWN_ID) == set()
    newest = await client.sessions.list(1, agent_id=first, order="desc")
    assert [session.id for session in newest] == [of[first, None]]


async def test_count(client: AsyncClient) -> None:
    agent, user = await new_agent(client), await client.users.create()
    create = client.sessions.create
    assert await client.sessions.count(agent_id=agent.id) == 0
    with_user = [await create(agent_id=agent.id, user_id=user.id) for _ in range(2)]
    await create(agent_id=agent.id, metadata={"plan": agent.id})
    assert await client.sessions.count(agent_id=UUID(agent.id)) == 3
    assert await client.sessions.count(agent_id=agent.id, user_id=user.id) == 2
    assert await client.sessions.count({"plan": agent.id}) == 1
    assert await client.sessions.count({"plan": agent.id}, user_id=user.id) == 0
    assert await client.sessions.count() >= 3
    session = with_user[0].id
    assert await client.sessions.count_history(session) == 0
    await client.sessions.chat(session, HELLO)
    assert await client.sessions.count_history(UUID(session)) == 2
    await assert_not_found(client.sessions.count_history(UNKNOWN_ID), "session", UNKNOWN_ID)


async def test_a_server_that_does_not_count(stub_client: AsyncClient, stub: Stub) -> None:
    stub.response = {"items": []}
    with pytest.raises(InvalidResponseError, match="total: expected an integer"):
        await stub_client.sessions.count()
    assert stub.requests[-1].target == "/api/sessions?limit=1&with_total=true"


async def test_the_items_of_a_list_are_complete(client: AsyncClient) -> None:
    session = await new_session(client, situation="In a garden.", metadata=RICH_METADATA)
    assert await client.sessions.list(limit=1) == [session]


async def test_tags(client: AsyncClient) -> None:
    session = await new_session(client, tags=("vip", "phone"))
    assert session.tags == ["vip", "phone"]
    assert (await client.sessions.get(session.id)).tags == ["vip", "phone"]
    update = client.sessions.update
    assert (await update(session_id=session.id, situation="In a park.")).tags == ["vip", "phone"]
    assert (await update(session_id=session.id, tags=["mail"])).tags == ["mail"]
    reset = await update(session_id=session.id, situation="In a park.", overwrite=True)
    assert reset.tags == []


async def test_fork(client: AsyncClient) -> None:
    settings: dict[str, Any] = {
        "situation": "In a garden.",
        "metadata": {"plan": "pro"},
        "render_templates": True,
        "token_budget": 1000,
        "context_overflow": "truncate",
        "tags": ["vip"],
    }
    session = await new_session(client, **settings)
    await client.sessions.chat(session.id, HELLO)
    await client.sessions.chat(session.id, [{"role": "user", "content": "And again."}])
    original = await client.sessions.history(session.id)
    fork = await client.sessions.fork(session.id)
    assert_new(fork)
    assert fork.id != session.id
    assert fork.agent_id == session.agent_id
    for name, value in settings.items():
        assert getattr(fork, name) == value, name
    assert await client.sessions.get(fork.id) == fork
    copied = await client.sessions.history(fork.id)
    assert [(each.role, each.content, each.created_at) for each in copied] == [
        (each.role, each.content, each.created_at) for each in original
    ]
    assert {each.id for each in copied}.isdisjoint({each.id for each in original})
    await client.sessions.chat(fork.id, HELLO)
    await client.sessions.delete_history(session.id)
    assert len(await client.sessions.history(fork.id)) == len(original) + 2
    assert await client.sessions.history(session.id) == []


async def test_fork_at_a_message(client: AsyncClient) -> None:
    session = await new_session(client)
    await client.sessions.chat(session.id, HELLO)
    await client.sessions.chat(session.id, HELLO)
    history = await client.sessions.history(session.id)
    fork = await client.sessions.fork(session.id, message_id=history[1].id)
    assert len(await client.sessions.history(fork.id)) == 2
    missing = client.sessions.fork(session.id, message_id=UNKNOWN_ID)
    await assert_not_found(missing, "message", UNKNOWN_ID)
    await assert_not_found(client.sessions.fork(UNKNOWN_ID), "session", UNKNOWN_ID)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("situation", ""),
        ("situation", "At sea."),
        ("render_templates", True),
        ("token_budget", 2000),
        ("context_overflow", "adaptive"),
    ],
)
async def test_update_changes_only_the_given_fields(
    client: AsyncClient, field: str, value: Any
) -> None:
    session = await new_session(
        client,
        situation="In a garden.",
        metadata={"a": 1},
        token_budget=1000,
        context_overflow="truncate",
    )
    updated = await client.sessions.update(session_id=UUID(session.id), **{field: value})
    assert getattr(updated, field) == value
    assert_changed(session, updated, field)
    assert await client.sessions.get(session.id) == updated


async def test_render_templates_can_be_turned_off(client: AsyncClient) -> None:
    session = await new_session(client, situation="{{ agent.name }} at sea", render_templates=True)
    assert "Ada at sea" in (await client.sessions.chat(session.id, HELLO)).text
    updated = await client.sessions.update(session_id=session.id, render_templates=False)
    assert updated.render_templates is False
    assert "{{ agent.name }} at sea" in (await client.sessions.chat(session.id, HELLO)).text


async def test_update_merges_metadata(client: AsyncClient) -> None:
    session = await new_session(client, metadata={"a": 1, "b": {"c": [1, 2], "d": 4}, "e": 5})
    merged = await client.sessions.update(
        session_id=session.id, metadata={"b": {"c": [3]}, "e": None, "f": {}}
    )
    assert merged.metadata == {"a": 1, "b": {"c": [3], "d": 4}, "f": {}}
    assert_changed(session, merged, "metadata")
    assert await client.sessions.get(session.id) == merged


async def test_update_with_overwrite_resets_other_fields(client: AsyncClient) -> None:
    user = await client.users.create()
    session = await new_session(
        client,
        user_id=user.id,
        situation="In a garden.",
        metadata={"a": 1},
        render_templates=True,
        token_budget=1000,
        context_overflow="truncate",
    )
    replaced = await client.sessions.update(
        session_id=session.id,
        situation="At sea.",
        metadata={"b": 2},
        overwrite=True,
        render_templates=True,
        token_budget=2000,
        context_overflow="adaptive",
    )
    assert (replaced.situation, replaced.metadata) == ("At sea.", {"b": 2})
    assert (replaced.token_budget, replaced.context_overflow) == (2000, "adaptive")
    changed = ("situation", "metadata", "token_budget", "context_overflow")
    assert_changed(session, replaced, *changed)

    reset = await client.sessions.update(session_id=session.id, situation="At sea.", overwrite=True)
    assert (reset.metadata, reset.render_templates) == ({}, False)
    assert (reset.token_budget, reset.context_overflow) == (None, None)
    changed = ("metadata", "render_templates", "token_budget", "context_overflow")
    assert_changed(replaced, reset, *changed)
    assert await client.sessions.get(session.id) == reset


async def test_update_with_overwrite_requires_a_situation(client: AsyncClient) -> None:
    session = await new_session(client)
    with pytest.raises(InvalidArgumentError) as caught:
        await client.sessions.update(session_id=session.id, metadata={"a": 1}, overwrite=True)
    assert caught.value.path == "situation"
    assert await client.sessions.get(session.id) == session


async def test_delete(client: AsyncClient) -> None:
    session, kept = await new_session(client), await new_session(client)
    await client.sessions.chat(session.id, HELLO)
    deleted: Any = client.sessions.delete(session.id)
    assert await deleted is None
    await assert_not_found(client.sessions.get(session.id), "session", session.id)
    await assert_not_found(client.sessions.history(session.id), "session", session.id)
    assert session.id not in [found.id for found in await client.sessions.list(limit=1000)]
    assert await client.sessions.get(kept.id) == kept
    again: Any = client.sessions.delete(session_id=UUID(session.id))
    assert await again is None


async def test_history(client: AsyncClient) -> None:
    session = await new_session(client)
    assert await client.sessions.history(session.id) == []
    replies = [
        await client.sessions.chat(session.id, [{"role": "user", "content": text}])
        for text in ("one", "two", "three")
    ]
    history = await client.sessions.history(session.id)
    assert [message.role for message in history] == [
        ChatMlMessageRole.USER,
        ChatMlMessageRole.ASSISTANT,
    ] * 3
    assert [message.content for message in history[::2]] == ["one", "two", "three"]
    # Answers are stored as they were returned, with the same ids and times.
    assert history[1::2] == [reply.message for reply in replies]
    assert len({message.id for message in history}) == 6
    times = [message.created_at for message in history]
    assert times == sorted(times)

    assert await client.sessions.history(UUID(session.id), 2) == history[:2]
    assert await client.sessions.history(session_id=session.id, limit=3, offset=2) == history[2:5]
    assert await client.sessions.history(session.id, 100, 5) == history[5:]
    assert await client.sessions.history(session.id, offset=6) == []


async def test_delete_history(client: AsyncClient) -> None:
    session, other = await new_session(client), await new_session(client)
    for each in (session, other):
        await client.sessions.chat(each.id, HELLO)
    for _ in range(2):
        deleted: Any = client.sessions.delete_history(session_id=session.id)
        assert await deleted is None
        assert await client.sessions.history(session.id) == []
    assert len(await client.sessions.history(other.id)) == 2
    assert await client.sessions.get(session.id) == session
    await client.sessions.chat(session.id, HELLO)
    assert len(await client.sessions.history(UUID(session.id))) == 2


async def test_the_offline_model_makes_no_suggestions(client: AsyncClient) -> None:
    session = await new_session(client)
    await client.sessions.chat(session.id, HELLO)
    assert await client.sessions.suggestions(session.id) == []
    assert await client.sessions.suggestions(UUID(session.id), 1, 0) == []


async def test_suggestions_of_a_server(stub_client: AsyncClient, stub: Stub) -> None:
    suggestion = {
        "message_id": UNKNOWN_ID,
        "session_id": UNKNOWN_ID,
        "target": "user",
        "content": "Ask about roses.",
        "created_at": "2024-02-29T12:30:00Z",
    }
    stub.response = {"items": [suggestion]}
    suggestions = await stub_client.sessions.suggestions(UNKNOWN_ID, limit=5, offset=7)
    assert suggestions == [Suggestion.from_dict(cast("Any", suggestion))]
    assert suggestions[0].target is SuggestionTarget.USER
    path = f"/api/sessions/{UNKNOWN_ID}/suggestions"
    assert [(request.method, request.target) for request in stub.requests] == [
        ("GET", f"{path}?limit=5&offset=7")
    ]


async def test_missing_resources_are_not_found(client: AsyncClient) -> None:
    agent = await new_agent(client)
    sessions = client.sessions
    for call in (
        sessions.get(UNKNOWN_ID),
        sessions.get(agent.id),
        sessions.delete(UNKNOWN_ID),
        sessions.update(session_id=UNKNOWN_ID, situation="At sea."),
        sessions.update(session_id=UNKNOWN_ID, situation="At sea.", overwrite=True),
        sessions.chat(UNKNOWN_ID, HELLO),
        sessions.chat(UNKNOWN_ID, HELLO, stream=True),
        sessions.history(UNKNOWN_ID),
        sessions.delete_history(UNKNOWN_ID),
        sessions.suggestions(UNKNOWN_ID),
    ):
        await assert_not_found(call, "session")


async def test_errors_that_only_the_server_detects(client: AsyncClient) -> None:
    with pytest.raises(UnprocessableEntityError) as caught:
        await new_session(client, token_budget=2**63)
    error = caught.value
    assert (error.status_code, error.code, error.method) == (422, "validation_failed", "POST")
    assert error.path == "/sessions"
    assert [tuple(detail) for detail in error.details] == [("token_budget", "must fit in 64 bits")]
    assert error.request_id
    assert error.request_id in str(error)


async def test_half_a_surrogate_pair_raises(client: AsyncClient) -> None:
    session = await new_session(client)
    with pytest.raises(InvalidArgumentError):
        await client.sessions.update(session_id=session.id, situation="half a \ud83d pair")
    with pytest.raises((InvalidArgumentError, ArgumentTypeError)):
        await client.sessions.update(session_id=session.id, metadata={"not": object()})
    assert await client.sessions.get(session.id) == session

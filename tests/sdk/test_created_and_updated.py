"""The results of create and update where the server responds with an id and a time alone.

Tests of the managers check beside each method that a server's own representation is returned whole.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from julep import AsyncClient
from julep.types import Agent, AgentDefaultSettings, Session, User
from tests.sdk.helpers.resources import RICH_METADATA, RICH_METADATA_STORED, UNKNOWN_ID
from tests.sdk.helpers.stub import Stub

pytestmark = pytest.mark.anyio

AN_ID = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"
NOON = "2024-02-29T12:00:00+00:00"
AT_NOON = dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def old_server(stub: Stub) -> None:
    """A server that ignores the Prefer header; the time in its response is of no use."""
    stub.response = {"id": AN_ID, "created_at": NOON, "updated_at": NOON, "jobs": []}


def created(stub: Stub) -> None:
    stub.status = 201
    del stub.response["updated_at"]


def updated(stub: Stub) -> None:
    del stub.response["created_at"]


def known(resource: Agent | Session | User) -> dict[str, Any]:
    """Return the fields that are there."""
    assert not resource.additional_properties
    values = dict(resource)
    assert {name for name, value in values.items() if value is None} == {
        name for name in values if name not in resource
    }
    return {name: value for name, value in values.items() if name in resource}


async def test_a_created_user(stub_client: AsyncClient, stub: Stub) -> None:
    created(stub)
    user = await stub_client.users.create(name="Grace", metadata=RICH_METADATA)
    assert known(user) == {
        "id": AN_ID,
        "created_at": AT_NOON,
        "name": "Grace",
        "metadata": RICH_METADATA_STORED,
    }
    assert stub.requests[-1].body == {"name": "Grace", "metadata": RICH_METADATA_STORED}
    assert stub.requests[-1].headers["prefer"] == "return=representation"


async def test_a_created_user_without_fields(stub_client: AsyncClient, stub: Stub) -> None:
    created(stub)
    assert known(await stub_client.users.create()) == {"id": AN_ID, "created_at": AT_NOON}
    assert stub.requests[-1].body == {}


async def test_a_created_agent(stub_client: AsyncClient, stub: Stub) -> None:
    created(stub)
    agent = await stub_client.agents.create(
        name="Ada",
        instructions=["Be kind."],
        default_settings={"top_p": 0.5},
        functions=[{"name": "one", "parameters": {}}],
        docs=[{"title": "Roses", "content": "Red."}],
    )
    assert known(agent) == {
        "id": AN_ID,
        "created_at": AT_NOON,
        "name": "Ada",
        "instructions": ["Be kind."],
        "default_settings": AgentDefaultSettings(top_p=0.5),
    }


async def test_a_created_session(stub_client: AsyncClient, stub: Stub) -> None:
    created(stub)
    session = await stub_client.sessions.create(
        agent_id=UNKNOWN_ID.upper(), situation="At sea.", metadata={}
    )
    assert known(session) == {
        "id": AN_ID,
        "created_at": AT_NOON,
        "agent_id": UNKNOWN_ID,
        "situation": "At sea.",
        "metadata": {},
    }
    assert stub.requests[-1].body == {
        "agent_id": UNKNOWN_ID,
        "situation": "At sea.",
        "metadata": {},
    }


async def test_merged_fields_are_unset(stub_client: AsyncClient, stub: Stub) -> None:
    updated(stub)
    fact = {"id": AN_ID, "updated_at": AT_NOON}
    user = await stub_client.users.update(user_id=AN_ID, about="", metadata={"a": 1})
    assert known(user) == fact | {"about": ""}
    agent = await stub_client.agents.update(
        agent_id=AN_ID,
        name="Bo",
        instructions=[],
        default_settings=AgentDefaultSettings(top_p=0.5),
        metadata={"a": 1},
    )
    assert known(agent) == fact | {"name": "Bo", "instructions": []}
    session = await stub_client.sessions.update(
        session_id=AN_ID, render_templates=False, metadata={}
    )
    assert known(session) == fact | {"render_templates": False}
    assert [request.method for request in stub.requests] == ["PATCH"] * 3
    assert [request.body["metadata"] for request in stub.requests] == [{"a": 1}, {"a": 1}, {}]


async def test_overwritten_fields_are_set(stub_client: AsyncClient, stub: Stub) -> None:
    updated(stub)
    fact = {"id": AN_ID, "updated_at": AT_NOON, "metadata": {"a": 1}}
    user = await stub_client.users.update(
        user_id=AN_ID, name="Bo", about="", metadata={"a": 1}, overwrite=True
    )
    assert known(user) == fact | {"name": "Bo", "about": ""}
    agent = await stub_client.agents.update(
        agent_id=AN_ID,
        name="Bo",
        about="",
        default_settings={"top_p": 0.5},
        metadata={"a": 1},
        overwrite=True,
    )
    assert known(agent) == fact | {
        "name": "Bo",
        "about": "",
        "default_settings": AgentDefaultSettings(top_p=0.5),
    }
    session = await stub_client.sessions.update(
        session_id=AN_ID, situation="At sea.", metadata={"a": 1}, overwrite=True
    )
    assert known(session) == fact | {"situation": "At sea."}
    assert [request.method for request in stub.requests] == ["PUT"] * 3


async def test_the_servers_values_override_the_arguments(
    stub_client: AsyncClient, stub: Stub
) -> None:
    created(stub)
    stub.response |= {"name": "GRACE", "about": "new here"}
    user = await stub_client.users.create(name="Grace", metadata={"a": 1})
    # A representation of a user without metadata means that the server stored none.
    assert known(user) == {
        "id": AN_ID,
        "created_at": AT_NOON,
        "name": "GRACE",
        "about": "new here",
    }


async def test_a_field_of_a_newer_server_is_no_representation(
    stub_client: AsyncClient, stub: Stub
) -> None:
    created(stub)
    stub.response |= {"region": "north", "jobs": [UNKNOWN_ID]}
    user = await stub_client.users.create(name="Grace")
    assert user.additional_properties == {"region": "north", "jobs": [UNKNOWN_ID]}
    assert user.name == "Grace"

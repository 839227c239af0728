"""Tenants: resources of another tenant can't be seen, changed or distinguished from absent ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from julep_server import LocalServer
from tests.server.helpers.api import UNKNOWN_ID, Api

CHAT = {"messages": [{"role": "user", "content": "x"}]}


@pytest.fixture(scope="module")
def tenants() -> Iterator[tuple[Api, Api]]:
    with (
        LocalServer(api_keys=("ours", "theirs")) as server,
        Api(server.url, "ours") as ours,
        Api(server.url, "theirs") as theirs,
    ):
        yield ours, theirs


REQUESTS: list[tuple[str, str, Any]] = [
    ("GET", "/agents/{agent}", None),
    ("PUT", "/agents/{agent}", {"name": "x", "about": "y"}),
    ("PATCH", "/agents/{agent}", {"name": "x"}),
    ("DELETE", "/agents/{agent}", None),
    ("GET", "/users/{user}", None),
    ("PUT", "/users/{user}", {"name": "x", "about": "y"}),
    ("PATCH", "/users/{user}", {"name": "x"}),
    ("DELETE", "/users/{user}", None),
    ("GET", "/sessions/{session}", None),
    ("PUT", "/sessions/{session}", {"situation": "x"}),
    ("PATCH", "/sessions/{session}", {"situation": "x"}),
    ("DELETE", "/sessions/{session}", None),
    ("GET", "/sessions/{session}/history", None),
    ("DELETE", "/sessions/{session}/history", None),
    ("GET", "/sessions/{session}/suggestions", None),
    ("POST", "/sessions/{session}/chat", CHAT),
    ("POST", "/sessions", None),
]


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
def test_resources_of_another_tenant_look_absent(
    tenants: tuple[Api, Api], method: str, path: str, body: Any
) -> None:
    ours, theirs = tenants
    agent, user = ours.make("agents")["id"], ours.make("users")["id"]
    session = ours.make("sessions", agent_id=agent, user_id=user)["id"]
    ids = {"agent": agent, "user": user, "session": session}

    def send(filled: dict[str, str]) -> tuple[int, str]:
        sent = {"agent_id": filled["agent"]} if path == "/sessions" else body
        response = theirs.request(method, path.format(**filled), json=sent)
        text = response.text
        for identifier in filled.values():
            text = text.replace(identifier, "ID")
        return response.status_code, text

    anothers = send(ids)
    assert anothers == send(dict.fromkeys(ids, UNKNOWN_ID))
    assert anothers[0] == 404
    for kind, identifier in ids.items():
        assert ours.get(f"/{kind}s/{identifier}").json()["updated_at"]


def test_a_deleted_resource_is_unknown_to_another_tenant(tenants: tuple[Api, Api]) -> None:
    ours, theirs = tenants
    user = ours.make("users")["id"]
    ours.delete(f"/users/{user}")
    assert theirs.delete(f"/users/{user}").status_code == 404
    assert ours.delete(f"/users/{user}").status_code == 202


@pytest.mark.parametrize("kind", ["agents", "users", "sessions"])
def test_lists_and_filters_show_only_the_tenants_resources(
    tenants: tuple[Api, Api], kind: str
) -> None:
    ours, theirs = tenants
    made = ours.make(kind, metadata={"secret": kind})["id"]
    for params in ({}, {"metadata_filter": f'{{"secret": "{kind}"}}'}):
        assert made not in theirs.get(f"/{kind}", params=params).text
        assert made in ours.get(f"/{kind}", params=params).text


def test_idempotency_keys_belong_to_a_tenant(tenants: tuple[Api, Api]) -> None:
    headers = {"Idempotency-Key": "same"}
    ids = {api.post("/users", {}, headers=headers).json()["id"] for api in tenants}
    assert len(ids) == 2


def test_a_stream_of_another_tenant_cannot_be_followed(tenants: tuple[Api, Api]) -> None:
    ours, theirs = tenants
    session = ours.make("sessions")["id"]
    event = ours.events(session)[0]
    headers = {"Last-Event-ID": event.id}
    other = theirs.make("sessions")["id"]
    assert theirs.chat(other, stream=True, headers=headers).status_code == 409
    assert ours.chat(session, stream=True, headers=headers).status_code == 200

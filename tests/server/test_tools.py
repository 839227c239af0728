"""Tools of agents: created, replaced, changed, listed and deleted."""

from __future__ import annotations

from typing import Any

import pytest

from julep_server import LocalServer
from tests.server.helpers.api import REPRESENTATION, UNKNOWN_ID, Api, error_of, paths_of

FUNCTION: dict[str, Any] = {
    "name": "get_weather",
    "description": "Returns the weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
NEW = {"type": "function", "function": FUNCTION}


@pytest.fixture
def agent(api: Api) -> str:
    return str(api.make("agents")["id"])


def add(api: Api, agent: str, name: str = "get_weather") -> str:
    new = {**NEW, "function": {**FUNCTION, "name": name}}
    return str(api.post(f"/agents/{agent}/tools", new).json()["id"])


def listed(api: Api, agent: str, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = api.get(f"/agents/{agent}/tools", params=params).json()["items"]
    return items


@pytest.mark.parametrize("kind", ["function", "webhook"])
def test_a_created_tool_is_listed(api: Api, agent: str, kind: str) -> None:
    new = {**NEW, "type": kind}
    response = api.post(f"/agents/{agent}/tools", new, headers=REPRESENTATION)
    assert response.status_code == 201
    assert response.headers["preference-applied"] == "return=representation"
    made = response.json()
    assert listed(api, agent) == [{"id": made["id"], **new}]
    assert made | new == made


def test_tools_created_with_an_agent_are_listed_in_order(api: Api) -> None:
    names = ["c", "a", "b"]
    tools = [{**NEW, "function": {**FUNCTION, "name": name}} for name in names]
    agent = api.make("agents", tools=tools)["id"]
    assert [tool["function"]["name"] for tool in listed(api, agent)] == names
    assert [tool["function"]["name"] for tool in listed(api, agent, limit=1, offset=1)] == ["a"]


@pytest.mark.parametrize("name", ["a b", "ä", "x" * 65, "a.b", "a\n"])
def test_a_name_may_be_any_text(api: Api, agent: str, name: str) -> None:
    tool = add(api, agent)
    path = f"/agents/{agent}/tools"
    assert api.patch(f"{path}/{tool}", {"function": {"name": name}}).status_code == 200
    assert [each["function"]["name"] for each in listed(api, agent)] == [name]
    other = api.make("agents", tools=[{**NEW, "function": {**FUNCTION, "name": name}}])["id"]
    assert [each["function"]["name"] for each in listed(api, str(other))] == [name]


def test_an_empty_name_is_422(api: Api, agent: str) -> None:
    tool, name = add(api, agent), ""
    function = {**FUNCTION, "name": name}
    path = f"/agents/{agent}/tools"
    for response in (
        api.post(path, {**NEW, "function": function}),
        api.put(f"{path}/{tool}", {"function": function}),
        api.patch(f"{path}/{tool}", {"function": {"name": name}}),
    ):
        assert paths_of(response) == ["function.name"]


def test_an_agent_cannot_have_two_tools_of_the_same_name(api: Api, agent: str) -> None:
    first, second = add(api, agent), add(api, agent, "other")
    path = f"/agents/{agent}/tools"
    for response in (
        api.post(path, NEW),
        api.put(f"{path}/{second}", {"function": FUNCTION}),
        api.patch(f"{path}/{second}", {"function": {"name": "get_weather"}}),
    ):
        assert "get_weather" in error_of(response, 409)["message"]
    assert api.put(f"{path}/{first}", {"function": FUNCTION}).status_code == 200
    assert add(api, str(api.make("agents")["id"])) != first
    api.delete(f"{path}/{first}")
    assert api.post(path, NEW).status_code == 201


def test_put_replaces_the_definition(api: Api, agent: str) -> None:
    tool = add(api, agent)
    other: dict[str, Any] = {"name": "other", "parameters": {}}
    response = api.put(
        f"/agents/{agent}/tools/{tool}", {"function": other}, headers=REPRESENTATION
    ).json()
    assert (response["type"], response["function"]) == ("function", other)
    assert listed(api, agent) == [{"id": tool, "type": "function", "function": other}]


def test_patch_merges_the_definition(api: Api, agent: str) -> None:
    tool = add(api, agent)
    change: dict[str, Any] = {
        "description": None,
        "parameters": {"properties": {"city": None, "day": {}}},
    }
    response = api.patch(f"/agents/{agent}/tools/{tool}", {"function": change})
    assert response.json().keys() == {"id", "updated_at", "jobs"}
    assert listed(api, agent)[0]["function"] == {
        **FUNCTION,
        "parameters": {"type": "object", "properties": {"day": {}}},
    }


def test_a_repeated_deletion_has_the_first_response(api: Api, agent: str) -> None:
    tool = add(api, agent)
    first = api.delete(f"/agents/{agent}/tools/{tool}")
    again = api.delete(f"/agents/{agent}/tools/{tool}")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert listed(api, agent) == []
    other = api.make("agents")["id"]
    assert api.delete(f"/agents/{other}/tools/{tool}").status_code == 404


def test_a_tool_deleted_with_its_agent_can_be_deleted_again(api: Api, agent: str) -> None:
    tool = add(api, agent)
    assert api.delete(f"/agents/{agent}").status_code == 202
    first, again = (api.delete(f"/agents/{agent}/tools/{tool}") for _ in range(2))
    assert (first.status_code, first.json()) == (202, again.json())
    assert api.delete(f"/agents/{agent}/tools/{agent}").status_code == 404


@pytest.mark.parametrize(
    ("method", "body"),
    [("PUT", {"function": FUNCTION}), ("PATCH", {"function": {}}), ("DELETE", None)],
)
def test_an_unknown_tool_or_one_of_another_agent_is_404(
    api: Api, agent: str, method: str, body: dict[str, Any] | None
) -> None:
    tool = add(api, agent)
    other = api.make("agents")["id"]
    for owner, identifier in ((agent, UNKNOWN_ID), (other, tool)):
        response = api.request(method, f"/agents/{owner}/tools/{identifier}", json=body)
        assert error_of(response, 404)["message"] == f"tool {identifier} was not found"
    response = api.request(method, f"/agents/{UNKNOWN_ID}/tools/{tool}", json=body)
    assert error_of(response, 404)["message"] == f"agent {UNKNOWN_ID} was not found"
    assert listed(api, agent) == [{"id": tool, **NEW}]


def test_tools_of_an_unknown_agent_are_404(api: Api) -> None:
    path = f"/agents/{UNKNOWN_ID}/tools"
    assert "agent" in error_of(api.get(path), 404)["message"]
    assert "agent" in error_of(api.post(path, NEW), 404)["message"]


def test_a_repetition_creates_one_tool(api: Api, agent: str) -> None:
    headers = {"Idempotency-Key": f"tool-of-{agent}"}
    responses = [api.post(f"/agents/{agent}/tools", NEW, headers=headers) for _ in range(2)]
    assert responses[0].json() == responses[1].json()
    assert len(listed(api, agent)) == 1


def test_an_added_tool_is_offered_in_chats(api: Api, agent: str) -> None:
    add(api, agent)
    session = api.make("sessions", agent_id=agent)["id"]
    choice = {"type": "function", "function": {"name": "get_weather"}}
    response = api.reply(session, tool_choice=choice)
    assert response["response"][0][0]["role"] == "function_call"


def test_tools_of_another_tenant_look_absent() -> None:
    with (
        LocalServer(api_keys=("ours", "theirs")) as server,
        Api(server.url, "ours") as ours,
        Api(server.url, "theirs") as theirs,
    ):
        agent = str(ours.make("agents")["id"])
        path = f"/agents/{agent}/tools"
        tool = add(ours, agent)
        assert theirs.get(path).status_code == 404
        assert theirs.post(path, NEW).status_code == 404
        assert theirs.put(f"{path}/{tool}", {"function": FUNCTION}).status_code == 404
        assert theirs.delete(f"{path}/{tool}").status_code == 404
        assert len(listed(ours, agent)) == 1

"""A server's data of every kind, and all that its API says about them."""

from __future__ import annotations

from typing import Any

from tests.server.helpers.api import Api

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


def fill(api: Api) -> dict[str, Any]:
    """Create an agent with everything that an agent can have; return its representation."""
    agent = api.make(
        "agents",
        name="Pip\0 é𝄞",
        about="A baker.",
        instructions=["Be brief.", "Be kind."],
        default_settings={"temperature": 0.5},
        metadata={"n": 1, "nested": {"a": [None, 1.5, "x"]}},
        tools=[TOOL],
        docs=[{"title": "Hours", "content": ["We open at nine.", "Closed on Mondays."]}],
    )
    user = api.make("users", name="Ada", docs=[{"title": "Diet", "content": "No nuts."}])
    api.make("users", name="Without a session")
    session = api.make(
        "sessions",
        agent_id=agent["id"],
        user_id=user["id"],
        situation="A shop.",
        tags=["x"],
        metadata={"k": "v"},
    )
    api.wait_done(api.reply(session["id"], "My name is Ada and I love rye bread."))
    api.reply(session["id"], "When do you open?")
    return agent


def everything(api: Api, agent_id: str) -> dict[str, Any]:
    """Return what the API says about an agent and what belongs to it."""
    paths = [f"/agents/{agent_id}", f"/agents/{agent_id}/docs", f"/agents/{agent_id}/tools"]
    paths += [f"/agents/{agent_id}/memories", "/users"]
    found: dict[str, Any] = {path: api.get(path).text for path in paths}
    sessions = api.get("/sessions", params={"agent_id": agent_id}).json()["items"]
    users = {session["user_id"] for session in sessions if "user_id" in session}
    for session in sessions:
        path = f"/sessions/{session['id']}"
        found |= {part: api.get(part).text for part in (path, f"{path}/history")}
    for user in users:
        for path in (f"/users/{user}", f"/users/{user}/docs"):
            found[path] = api.get(path).text
    for query in ("open nine", "rye bread"):
        path = f"/agents/{agent_id}/memories"
        found[query] = api.get(path, params={"query": query}).text
        params = {"query": query, "agent_id": agent_id}
        found[f"docs {query}"] = api.get("/docs/search", params=params).text
    return found

"""Every GET of the API, of all that a tenant has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tests.server.helpers.api import DOCUMENT, Api

_PAGES: Sequence[dict[str, Any]] = (
    {"limit": 1000},
    {"limit": 2, "offset": 1},
    {"limit": 1000, "with_total": True},
)
_SORTED: Sequence[dict[str, Any]] = (
    {"limit": 1000, "sort_by": "updated_at", "order": "asc"},
    {"limit": 1000, "sort_by": "created_at", "order": "desc"},
    {"limit": 1000, "metadata_filter": '{"n": 1}'},
)
_QUERIES = ("open nine", "rye bread", "é𝄞", "look")


def every_get(api: Api, jobs: Iterable[str] = ()) -> dict[str, str]:
    """Return the text of each response, by its path and its parameters.

    Args:
        api: The client, whose tenant's data are read.
        jobs: Ids of jobs, which no list has.
    """
    found: dict[str, str] = {}

    def get(path: str, **params: Any) -> list[str]:
        response = api.get(path, params=params)
        assert response.status_code == 200, (path, response.text)
        found[f"{path} {params}"] = response.text
        items: list[dict[str, Any]] = response.json().get("items", [])
        return [str(item["id"]) for item in items if "id" in item]

    def pages(path: str, more: Sequence[dict[str, Any]] = ()) -> list[str]:
        first, *_ = [get(path, **params) for params in (*_PAGES, *more)]
        return first

    def owned(kind: str, owner: str) -> None:
        get(f"/{kind}/{owner}")
        for doc in pages(f"/{kind}/{owner}/docs", _SORTED):
            get(f"/{kind}/{owner}/docs/{doc}")

    agents, users = pages("/agents", _SORTED), pages("/users", _SORTED)
    sessions = pages("/sessions", _SORTED)
    for user in users:
        owned("users", user)
        get("/sessions", user_id=user)
        get("/docs/search", query="nuts", user_id=user)
    for agent in agents:
        owned("agents", agent)
        get("/sessions", agent_id=agent)
        pages(f"/agents/{agent}/tools")
        pages(f"/agents/{agent}/memories")
        for query in _QUERIES:
            get("/docs/search", query=query, agent_id=agent)
            get(f"/agents/{agent}/memories", query=query)
        for user in users:
            get(f"/agents/{agent}/memories", user_id=user)
    for session in sessions:
        get(f"/sessions/{session}")
        pages(f"/sessions/{session}/history")
        get(f"/sessions/{session}/suggestions")
    for job in jobs:
        get(f"/jobs/{job}")
    return found


def operations_read(paths: Iterable[str]) -> set[str]:
    """Return the contract's paths that these are of."""
    templates = {path: path.strip("/").split("/") for path in DOCUMENT["paths"]}
    read = {tuple(path.partition(" ")[0].strip("/").split("/")) for path in paths}
    return {
        path
        for path, parts in templates.items()
        if any(
            len(parts) == len(one)
            and all(part[0] == "{" or part == given for part, given in zip(parts, one, strict=True))
            for one in read
        )
    }

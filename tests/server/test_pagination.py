"""Lists: order, pages and metadata filters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from julep_server import LocalServer
from tests.server.helpers.api import Api, error_of, paths_of

LISTS = ("agents", "users", "sessions")


@pytest.fixture(scope="module")
def filled() -> Iterator[dict[str, list[str]]]:
    """Five of each kind; the second is changed last."""
    with LocalServer() as server, Api(server.url) as api:
        agent = api.make("agents", name="first")
        made = {"agents": [agent["id"]], "users": [], "sessions": []}
        for kind in LISTS:
            fields = {"agent_id": agent["id"]} if kind == "sessions" else {}
            while len(made[kind]) < 5:
                made[kind].append(api.make(kind, **fields)["id"])
            api.patch(f"/{kind}/{made[kind][1]}", {"metadata": {"changed": True}})
        yield {**made, "url": [server.url]}


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize(
    ("params", "positions"),
    [
        ({}, [4, 3, 2, 1, 0]),
        ({"order": "asc"}, [0, 1, 2, 3, 4]),
        ({"order": "desc"}, [4, 3, 2, 1, 0]),
        ({"sort_by": "updated_at"}, [1, 4, 3, 2, 0]),
        ({"sort_by": "updated_at", "order": "asc"}, [0, 2, 3, 4, 1]),
        ({"limit": "2"}, [4, 3]),
        ({"limit": "2", "offset": "3", "order": "asc"}, [3, 4]),
        ({"offset": "5"}, []),
        ({"offset": str(10**25)}, []),
        ({"limit": "1000"}, [4, 3, 2, 1, 0]),
        ({"metadata_filter": '{"changed": true}'}, [1]),
    ],
)
def test_order_and_pages(
    filled: dict[str, list[str]], kind: str, params: dict[str, str], positions: list[int]
) -> None:
    with Api(filled["url"][0]) as api:
        items = api.get(f"/{kind}", params=params).json()["items"]
    assert [filled[kind].index(item["id"]) for item in items] == positions


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "1001"),
        ("limit", "-1"),
        ("limit", "x"),
        ("limit", "1.5"),
        ("limit", "1_0"),
        ("limit", "٣"),
        ("limit", ""),
        ("offset", "-1"),
        ("sort_by", "name"),
        ("order", "up"),
    ],
)
@pytest.mark.parametrize("kind", LISTS)
def test_a_parameter_out_of_range_is_422(api: Api, kind: str, name: str, value: str) -> None:
    assert paths_of(api.get(f"/{kind}", params={name: value})) == [name]


def test_a_repeated_parameter_is_422(api: Api) -> None:
    assert paths_of(api.get("/agents?limit=1&limit=2")) == ["limit"]


@pytest.mark.parametrize("part", ["history", "suggestions"])
def test_limits_of_a_sessions_lists_are_checked(api: Api, session_id: str, part: str) -> None:
    for name, value in (("limit", 0), ("limit", 1001), ("offset", -1)):
        response = api.get(f"/sessions/{session_id}/{part}", params={name: value})
        assert paths_of(response) == [name]


STORED: dict[str, dict[str, Any]] = {
    "int": {"a": 1},
    "float": {"a": 1.0},
    "text": {"a": "1"},
    "true": {"a": True},
    "null": {"a": None},
    "none": {},
    "nested": {"a": {"x": 1, "y": [1, 2]}},
    "more": {"a": 1, "b": "ü"},
    "half": {"a": 0.5},
    "big": {"a": 2**60 + 1},
}


@pytest.fixture(scope="module")
def labelled() -> Iterator[tuple[str, dict[str, str]]]:
    with LocalServer() as server, Api(server.url) as api:
        made = {api.make("users", metadata=value)["id"]: key for key, value in STORED.items()}
        yield server.url, made


FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, set(STORED)),
    ({"a": 1}, {"int", "float", "more"}),
    ({"a": 1.0}, {"int", "float", "more"}),
    ({"a": "1"}, {"text"}),
    ({"a": True}, {"true"}),
    ({"a": None}, {"null"}),
    ({"a": {"y": [1, 2], "x": 1.0}}, {"nested"}),
    ({"a": {"x": 1}}, set()),
    ({"a": {"y": [2, 1], "x": 1}}, set()),
    ({"a": 1, "b": "ü"}, {"more"}),
    ({"b": "ü", "a": 2}, set()),
    ({"a": 0.5}, {"half"}),
    ({"a": 2**60 + 1}, {"big"}),
    ({"a": 2**60}, set()),
    ({"c": None}, set()),
]


@pytest.mark.parametrize(("wanted", "found"), FILTERS)
def test_the_metadata_filter_compares_json_values(
    labelled: tuple[str, dict[str, str]], wanted: dict[str, Any], found: set[str]
) -> None:
    url, made = labelled
    with Api(url) as api:
        response = api.get("/users", params={"metadata_filter": json.dumps(wanted)})
    assert {made[item["id"]] for item in response.json()["items"]} == found


@pytest.mark.parametrize("text", ["", "x", "[]", "1", "null", '"x"', '{"a": NaN}', "{", "{'a': 1}"])
@pytest.mark.parametrize("kind", LISTS)
def test_a_filter_that_is_not_an_object_is_400(api: Api, kind: str, text: str) -> None:
    error = error_of(api.get(f"/{kind}", params={"metadata_filter": text}), 400)
    assert error["code"] == "bad_filter"
    assert [detail["path"] for detail in error["details"]] == ["metadata_filter"]


def test_a_filter_follows_every_change_of_the_metadata(api: Api) -> None:
    user = api.make("users", metadata={"stage": "one", "kept": "k-4711"})
    path = f"/users/{user['id']}"

    def found(wanted: dict[str, Any]) -> bool:
        response = api.get("/users", params={"metadata_filter": json.dumps(wanted)})
        return [item["id"] for item in response.json()["items"]] == [user["id"]]

    assert found({"stage": "one", "kept": "k-4711"})
    api.patch(path, {"metadata": {"stage": "two"}})
    assert found({"stage": "two", "kept": "k-4711"})
    assert not found({"stage": "one", "kept": "k-4711"})
    api.put(path, {"name": "x", "about": "", "metadata": {"kept": "k-4711"}})
    assert found({"kept": "k-4711"})
    assert not found({"stage": "two", "kept": "k-4711"})
    api.delete(path)
    assert not found({"kept": "k-4711"})


def test_a_page_has_the_total_on_request(api: Api) -> None:
    mark = {"mark": "total"}
    for _ in range(3):
        api.make("users", metadata=mark)
    params = {"metadata_filter": json.dumps(mark), "limit": 1, "offset": 2}
    plain = api.get("/users", params=params).json()
    assert set(plain) == {"items"}
    found = api.get("/users", params={**params, "with_total": "true"}).json()
    assert (found["items"], found["total"]) == (plain["items"], 3)
    assert "total" not in api.get("/users", params={**params, "with_total": "false"}).json()
    assert paths_of(api.get("/users?with_total=yes")) == ["with_total"]

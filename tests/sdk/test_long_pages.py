"""Long pages are parsed straight to models by msgspec, with the results of the usual readers."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from julep._calls.responses import parse_response
from julep._http.messages import Response
from julep._json import fast as _fast_json
from julep._json import text as _json
from julep.errors import InvalidResponseError
from julep_api.api.agents import list_agents
from julep_api.api.docs import get_agent_docs
from julep_api.api.memories import get_agent_memories
from julep_api.api.sessions import get_history, get_session, get_suggestions, list_sessions
from julep_api.api.tools import get_agent_tools
from julep_api.api.users import list_users
from julep_api.client import Call
from julep_api.decoding import PageReader
from julep_api.errors import DecodeError
from tests.generated.helpers.strategies import SCHEMAS, json_values, texts, valid, without_nulls

ID = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"
ITEMS: dict[str, Call[Any]] = {
    "Agent": list_agents.call(),
    "ChatMLMessage": get_history.call(ID),
    "Doc": get_agent_docs.call(ID),
    "Memory": get_agent_memories.call(ID, query="Where?"),
    "Session": list_sessions.call(),
    "Suggestion": get_suggestions.call(ID),
    "Tool": get_agent_tools.call(ID),
    "User": list_users.call(),
}
each_item = pytest.mark.parametrize("name", ITEMS)
some = settings(max_examples=40, deadline=None, database=None)

# Values that are wrong, or unusual, in the place of another.
ODD = json_values | st.sampled_from(
    ["2026-01-02T03:04:05.1234567Z", "2026-01-02", "2026-01-02t03:04:05z", "", 0, 1.0, 2**70, True]
)


def reader_of(name: str) -> PageReader[Any]:
    reader = ITEMS[name].answers[200]
    assert issubclass(type(reader), PageReader)
    return cast("PageReader[Any]", reader)


def read(reader: PageReader[Any], data: bytes) -> object:
    """Read a page in the usual way; return a description of it, or the error."""
    try:
        page = reader(json.loads(data))
    except DecodeError as error:
        return str(error)
    return described(page)


def described(page: Any) -> object:
    items: list[Any] = page.items
    return repr(page), page.to_dict(), [item.__class__.__name__ for item in items]


@each_item
@some
@given(st.data())
def test_usual_pages_are_parsed_to_models(name: str, data: st.DataObject) -> None:
    items = data.draw(st.lists(valid(SCHEMAS[name]), max_size=3))
    body = json.dumps({"items": [without_nulls(SCHEMAS[name], item) for item in items]}).encode()
    reader = reader_of(name)
    page = _fast_json.loads_page(reader, body)
    assert page is not None
    assert described(page) == read(reader, body)


@each_item
@some
@given(st.data())
def test_all_other_pages_are_left_to_the_reader(name: str, data: st.DataObject) -> None:
    items: Any = data.draw(st.lists(valid(SCHEMAS[name]), min_size=1, max_size=3))
    item = data.draw(st.sampled_from(items))
    key = data.draw(st.sampled_from([*item, "unknown"]) | texts)
    if data.draw(st.booleans()):
        item[key] = data.draw(ODD)
    else:
        item.pop(key, None)
    body = json.dumps({"items": items}).encode()
    page = _fast_json.loads_page(reader_of(name), body)
    assert page is None or described(page) == read(reader_of(name), body)


def replaced(reader: PageReader[Any], items: list[Any]) -> list[Any]:
    """Read items by the loop for usual ones; return the models that it made."""
    items = json.loads(json.dumps(items))
    at = 0
    while at < len(items) and (after := reader.item.replace_usual(items, at)) > at:
        at = after
    return items[:at]


@each_item
@some
@given(st.data())
def test_usual_items_are_read_by_one_loop(name: str, data: st.DataObject) -> None:
    items: list[Any] = data.draw(st.lists(valid(SCHEMAS[name]), max_size=3))
    items = [without_nulls(SCHEMAS[name], item) for item in items]
    models = replaced(reader_of(name), items)
    assert len(models) == len(items)
    assert repr(models) == repr([reader_of(name).item.from_dict(item) for item in items])
    assert [model.to_dict() for model in models] == items


@each_item
@some
@given(st.data())
def test_the_loop_stops_at_an_unusual_item(name: str, data: st.DataObject) -> None:
    item: Any = data.draw(valid(SCHEMAS[name]))
    key = data.draw(st.sampled_from([*item, "unknown"]) | texts)
    if data.draw(st.booleans()):
        item[key] = data.draw(ODD)
    else:
        item.pop(key, None)
    reader = reader_of(name)
    for model in replaced(reader, [item]):
        usual: Any = reader.item.from_dict(item)
        assert (repr(model), model.to_dict()) == (repr(usual), usual.to_dict())
    # What stands after it is read as well, and an error has its place.
    assert read(reader, json.dumps({"items": [item, item]}).encode()) == read_by_items(reader, item)


def read_by_items(reader: PageReader[Any], item: Any) -> object:
    """Read a page with an item twice, as `read` does, but each item by itself."""
    page = reader.page({"items": []})
    try:
        page.items = [reader.item.from_dict(json.loads(json.dumps(item))) for _ in range(2)]
    except DecodeError as error:
        return str(error.under("items[0]"))
    return described(page)


@pytest.mark.parametrize("item", [None, 1, "id", ["id"], [], {}, True])
@each_item
def test_the_loop_stops_at_what_is_no_object(name: str, item: object) -> None:
    assert replaced(reader_of(name), [item]) == []


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"items": null}',
        b'{"items": [], "total": 1}',
        b'{"items": [1]}',
        b'{"items": [{"id": "x", "agent_id": "y", "summary": null}]}',
        b'{"items": [{"id": "x", "agent_id": "y", "new": 1}]}',
        b'{"items": [{"id": "x"}]}',
        b'{"items": [{"id": "x", "agent_id": "y", "created_at": "yesterday"}]}',
        b'{"items": [{"id": "x", "agent_id": "y", "metadata": {"a": NaN}}]}',
        b'{"items": [',
        b"",
    ],
)
def test_what_is_not_a_usual_page(body: bytes) -> None:
    assert _fast_json.loads_page(reader_of("Session"), body) is None


@pytest.mark.parametrize("number", [0, 999])
def test_a_response_with_a_long_page(number: int) -> None:
    items: list[Any] = [
        {"id": ID, "agent_id": ID, "summary": f"Number {each}."} for each in range(1000)
    ]
    call = ITEMS["Session"]

    def parsed() -> Any:
        body = json.dumps({"items": items}).encode()
        assert len(body) > _json.LONG
        return parse_response(call, Response(200, {}, body), str)

    assert [item.summary for item in parsed().items] == [item["summary"] for item in items]
    items[number]["new"] = 1
    assert parsed().items[number].additional_properties == {"new": 1}
    items[number]["summary"] = 1
    with pytest.raises(
        InvalidResponseError, match=rf"items\[{number}\]\.summary: expected a string"
    ):
        parsed()


def test_a_long_response_that_is_no_page() -> None:
    body = json.dumps({"id": ID, "agent_id": ID, "summary": "x" * _json.LONG}).encode()
    session = parse_response(get_session.call(ID), Response(200, {}, body), str)
    assert len(session.summary or "") == _json.LONG

"""What requests read when much is stored, by counts, which do not depend on the machine's load."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import String, bindparam, create_engine, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine

from julep_server import LocalServer
from julep_server.db import tables
from julep_server.db.conditions import FirstOfIndex
from julep_server.db.tables import idempotency
from julep_server.json_text import JSONObject
from julep_server.prompt.builder import build_prompt
from julep_server.prompt.history import newest_within
from julep_server.prompt.prompt_input import PromptInput
from julep_server.store import list_parts, memories, paging
from julep_server.store.agents import Agent
from julep_server.store.messages import Message
from julep_server.store.sessions import Session
from tests.server.helpers.api import Api
from tests.server.helpers.endpoint import Endpoint, pieces_of
from tests.server.test_pagination import FILTERS, STORED

pytestmark = pytest.mark.once

# Those of the tasks in the background, which run at any time.
_BACKGROUND = ("processes", "stream_", "min(jobs", "SELECT vectors.seq")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """A server that neither saves what tenants use nor looks for new keys meanwhile."""
    monkeypatch.setattr("julep_server.tenancy.access._SAVE_INTERVAL", 3600.0)
    monkeypatch.setattr("julep_server.tenancy.directory.MAX_AGE", 3600.0)
    # Nor folds the counts of lists, which one write in many does.
    monkeypatch.setattr(list_parts, "_FOLD_EVERY", 2**62)
    with LocalServer() as server, Api(server.url) as client:
        yield client


@contextmanager
def statements() -> Generator[list[str]]:
    """Record the statements that are executed meanwhile."""
    found: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not any(name in statement for name in _BACKGROUND):
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", record)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", record)


def kinds(found: list[str]) -> list[str]:
    """Return the first word of each statement, and the table of each SELECT."""
    words = [statement.split() for statement in found]
    return [
        f"SELECT {each[each.index('FROM') + 1]}" if each[0] == "SELECT" else each[0]
        for each in words
    ]


def test_requests_execute_no_more_than_they_need(api: Api, session_id: str) -> None:
    user = api.make("users", metadata={"visits": 1, "plan": "pro"})["id"]
    api.reply(session_id)
    requests: dict[str, tuple[str, str, Any]] = {
        "get": ("GET", f"/sessions/{session_id}", None),
        "list": ("GET", "/sessions", None),
        "create": ("POST", "/users", {"name": "Grace"}),
        "change": ("PATCH", f"/users/{user}", {"about": "x"}),
        "change of an entry": ("PATCH", f"/users/{user}", {"metadata": {"visits": 2}}),
        "new entry": ("PATCH", f"/users/{user}", {"metadata": {"place": "Turin"}}),
        "lost entry": ("PATCH", f"/users/{user}", {"metadata": {"place": None}}),
        "chat": (
            "POST",
            f"/sessions/{session_id}/chat",
            {"messages": [{"role": "user", "content": "Where is the key?"}]},
        ),
    }
    found: dict[str, list[str]] = {}
    for name, (method, path, body) in requests.items():
        with statements() as executed:
            assert api.request(method, path, json=body).is_success
        found[name] = kinds(executed)
    read = ("sessions", "agents", "scope_changes", "messages", "tools")
    reads = [f"SELECT {name}" for name in read]
    assert found == {
        "get": ["SELECT sessions"],
        "list": ["SELECT sessions"],
        "create": ["BEGIN", "INSERT"],
        "change": ["BEGIN", "SELECT users", "UPDATE"],
        "change of an entry": ["BEGIN", "SELECT users", "UPDATE", "UPDATE"],
        "new entry": ["BEGIN", "SELECT users", "INSERT", "UPDATE"],
        "lost entry": ["BEGIN", "SELECT users", "DELETE", "UPDATE"],
        "chat": ["BEGIN", *reads, "BEGIN", "SELECT sessions", "INSERT"],
    }


@given(
    st.lists(
        st.dictionaries(st.sampled_from("abcd"), st.sampled_from([1, 2, True, None])), max_size=6
    )
)
def test_the_index_of_changed_metadata_is_that_of_new_metadata(changes: list[JSONObject]) -> None:
    engine = create_engine("sqlite://")
    tables.metadata_entries.create(engine)
    with engine.connect() as connection:
        before: JSONObject | None = None
        for metadata in changes:
            paging.index_metadata(connection, "changed", metadata, before)
            before = metadata
        paging.index_metadata(connection, "new", before or {})
        query = select(tables.metadata_entries.c.entry).order_by("entry")
        changed, new = (
            connection.scalars(query.where(tables.metadata_entries.c.resource_id == name)).all()
            for name in ("changed", "new")
        )
    engine.dispose()
    assert (changed, len(new)) == (new, len(before or {}))


@pytest.fixture
def labelled(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Api, dict[str, str]]]:
    """Users with metadata, of which each entry counts as one that many have."""
    monkeypatch.setattr(paging, "_FEW", 1)
    with LocalServer() as server, Api(server.url) as api:
        yield api, {api.make("users", metadata=value)["id"]: key for key, value in STORED.items()}


def test_a_filter_that_many_fit_finds_the_same(labelled: tuple[Api, dict[str, str]]) -> None:
    api, made = labelled
    for wanted, expected in FILTERS:
        params = {"metadata_filter": json.dumps(wanted), "with_total": "true"}
        found = api.get("/users", params=params).json()
        assert {made[item["id"]] for item in found["items"]} == expected
        assert found["total"] == len(expected)


def test_a_filter_reads_the_rows_of_its_rarest_entry(api: Api) -> None:
    for number in range(3):
        api.make("users", metadata={"common": True, "number": number})
    wanted = json.dumps({"common": True, "number": 1})
    with statements() as executed:
        found = api.get("/users", params={"metadata_filter": wanted}).json()["items"]
    assert [item["metadata"]["number"] for item in found] == [1]
    # It is looked up by its id, and not found among all.
    pages = [statement for statement in executed if "FROM users" in statement]
    assert "users.id IN (" in pages[-1]
    with statements() as executed:
        none = api.get("/users", params={"metadata_filter": '{"number": 4711}'}).json()["items"]
    assert (none, kinds(executed)[-1]) == ([], "SELECT metadata_entries")


@pytest.mark.parametrize("limit", [1000, 0])
def test_pages_of_memories_join_wherever_they_are_cut(
    api: Api, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(memories, "_MAX_EXCLUDED", limit)
    monkeypatch.setattr(memories, "_MAX_UNCOUNTED", limit)
    agent, user = api.make("agents")["id"], api.make("users")["id"]
    for number in range(5):
        about = "the lighthouse" if number % 3 == 0 else "bread"
        body = {"content": f"Knows fact {number} of {about}", "user_id": user}
        assert api.post(f"/agents/{agent}/memories", body).status_code == 201
    whole = [item["id"] for item in api.memories(agent, "lighthouse")]
    assert len(whole) == 5
    for size in (2, 3):
        pages = [
            api.memories(agent, "lighthouse", limit=size, offset=offset)
            for offset in range(0, 7, size)
        ]
        assert [item["id"] for page in pages for item in page] == whole


def test_a_budget_bounds_what_is_read_of_a_history(api: Api) -> None:
    session = api.make("sessions", token_budget=60, context_overflow="truncate")["id"]
    for number in range(40):
        api.reply(session, f"Message {number} of many words", recall=False, remember=False)
    with statements() as executed:
        api.reply(session, recall=False, record=False)
    read = [statement for statement in executed if "FROM messages" in statement]
    assert len(read) == 1
    assert "LIMIT" in read[0]


def test_rows_of_one_value_are_read_by_its_own_index() -> None:
    """PostgreSQL could otherwise walk all rows, if it expects many of the value."""
    table = tables.messages
    wanted = FirstOfIndex(table.c.session_id, bindparam("session", type_=String()))
    query = select(table.c.seq).where(wanted).order_by(table.c.session_id, table.c.seq)
    conditions = [
        str(query.compile(dialect=dialect())).partition("WHERE ")[2].partition("ORDER")[0].strip()
        for dialect in (sqlite.dialect, postgresql.psycopg.dialect)
    ]
    assert conditions == [
        "messages.session_id = ?",
        "messages.session_id IN (%(session)s::VARCHAR, %(session)s::VARCHAR)",
    ]


def test_lists_and_histories_have_the_order_of_that_index(api: Api) -> None:
    agent = api.make("agents")["id"]
    session = api.make("sessions", agent_id=agent)["id"]
    with statements() as executed:
        found = api.get("/sessions", params={"agent_id": agent}).json()["items"]
        for offset in (0, 1):
            api.get(f"/sessions/{session}/history", params={"offset": offset})
    assert [item["id"] for item in found] == [session]
    orders = [statement.partition("ORDER BY ")[2] for statement in executed]
    assert [order.split(",")[0].split()[0] for order in orders if order] == [
        "sessions.agent_id",
        "messages.session_id",
        "messages.session_id",
    ]


_ROLES = ("user", "assistant", "system", "function_call", "function")


def _message(number: int, role: str, words: int, generated: bool) -> Message:
    return Message(str(number), role, "word " * words, None, generated, 0)


@given(
    st.lists(st.tuples(st.sampled_from(_ROLES), st.integers(0, 8), st.booleans()), max_size=12),
    st.integers(1, 60),
    st.sampled_from([None, "truncate", "adaptive"]),
    st.booleans(),
    st.integers(0, 12),
)
def test_the_newest_messages_make_the_same_prompt_as_all(
    given_messages: list[tuple[str, int, bool]],
    budget: int,
    overflow: str | None,
    renders: bool,
    summarised: int,
) -> None:
    history = [_message(number, *given) for number, given in enumerate(given_messages)]
    session = Session(
        id="s", agent_id="a", user_id=None, situation="Be brief.", summary=None, summarised_id=None,
        metadata={}, render_templates=renders, token_budget=budget, context_overflow=overflow,
        tags=[], created_at=0, updated_at=0,
    )  # fmt: skip
    if overflow == "adaptive" and history:
        covered = history[min(summarised, len(history) - 1)].id
        session = replace(session, summary="So far so good.", summarised_id=covered)
    source = PromptInput(session, Agent("a", "Ada", "", "m", [], {}, {}, 0, 0), None)
    new = [_message(99, "user", 2, False)]
    whole = build_prompt(source, history, new)
    newest = build_prompt(source, newest_within(session, reversed(history)), new)
    assert (newest.messages, newest.omitted_id) == (whole.messages, whole.omitted_id)


def test_a_kept_stream_is_little_longer_than_its_text(
    endpoint: Endpoint, database_url: str
) -> None:
    words = " ".join(f"word{number}" for number in range(500))
    endpoint.pieces = pieces_of({"content": words})
    options: dict[str, Any] = {"model_url": endpoint.url, "model": "small"}
    key = {"Idempotency-Key": "kept"}
    with LocalServer(database=database_url, **options) as server, Api(server.url) as api:
        session = api.make("sessions")["id"]
        first = api.chat(session, stream=True, headers=key).text
    with LocalServer(database=database_url, **options) as server, Api(server.url) as api:
        assert api.chat(session, stream=True, headers=key).text == first
    engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        stored = connection.execute(select(idempotency.c.body)).scalar_one()
    engine.dispose()
    assert len(json.dumps(stored)) < 2 * len(words) < len(first) / 4

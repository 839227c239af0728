"""Totals, and pages far from the start: by counts of parts of lists, which are always right."""

from __future__ import annotations

import asyncio
import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.command import downgrade, upgrade
from sqlalchemy import Connection, func, select, text

from julep_server import LocalServer
from julep_server.archive.agents_file import export_lines, import_lines
from julep_server.commands import operations
from julep_server.db import tables
from julep_server.db.engine import Database, Isolation
from julep_server.db.migrate import configuration
from julep_server.json_text import JSON, JSONObject
from julep_server.store import list_parts, paging
from julep_server.store.agents import agents, delete_agent
from julep_server.store.list_parts import differences, find_start
from julep_server.store.paging import Page
from julep_server.store.sessions import sessions
from julep_server.store.users import delete_user, users
from tests.server.helpers.api import Api
from tests.server.helpers.commands import run_command

pytestmark = pytest.mark.once

T = TypeVar("T")
TENANTS = ("one", "two")
SORTED_BY = ("created_at", "updated_at")
# With JULEP_TEST_STEPS=300 they take ten times as long.
_STEPS = int(os.environ.get("JULEP_TEST_STEPS", "30"))
AGENT: dict[str, object] = {
    "name": "Ada",
    "about": "",
    "model": "m",
    "instructions": [],
    "default_settings": {},
}


@pytest.fixture(params=[(2, 1), (3, 4)])
def small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that a few items fill, and that are folded often."""
    size, every = request.param
    monkeypatch.setattr(list_parts, "PART_SIZE", size)
    monkeypatch.setattr(list_parts, "_FOLD_EVERY", every)
    monkeypatch.setattr(list_parts, "_FOLDED", 7)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def write(
    database: Database,
    work: Callable[[Connection], T],
    isolation: Isolation = Isolation.SERIALIZABLE,
) -> T:
    return asyncio.run(database.write(work, isolation))


def read(database: Database, work: Callable[[Connection], T]) -> T:
    return asyncio.run(database.read(work))


def user_ids(connection: Connection, tenant: str, sort_by: str, *, descending: bool) -> list[str]:
    """Return the ids of a tenant's users in the order of a list, by reading them all."""
    table = tables.users
    order = [table.c[sort_by], table.c.seq]
    query = select(table.c.id).where(table.c.tenant == tenant)
    query = query.order_by(*(column.desc() if descending else column for column in order))
    return list(connection.execute(query).scalars())


def check_users(connection: Connection) -> None:
    """Check the totals of users, and pages at all offsets."""
    assert list(differences(connection)) == []
    for tenant in TENANTS:
        for sort_by in SORTED_BY:
            for descending in (False, True):
                known = user_ids(connection, tenant, sort_by, descending=descending)
                assert users.count(connection, tenant, Page(1, 0)) == len(known)
                for offset in range(len(known) + 2):
                    page = Page(3, offset, sort_by, descending)
                    found = [user.id for user in users.page(connection, tenant, page)]
                    assert found == known[offset : offset + 3]


def copy(url: str, database: Database, source: str, target: str) -> None:
    """Import what another tenant has, at the times at which it was created."""
    with operations.reading(url) as reading:
        lines = list(enumerate(export_lines(reading, source, None), start=1))
    write(database, lambda connection: import_lines(connection, target, lambda: lines))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", [1])
def test_counts_are_those_of_the_rows_after_any_changes(
    database: Database, database_url: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same choices each time
    monkeypatch.setattr(random, "randrange", chance.randrange)
    moment = [1_000]

    def now() -> int:
        # Several at a time, and sometimes of a clock that was set back.
        moment[0] += chance.choice([0, 0, 1, 5, -3])
        return moment[0]

    monkeypatch.setattr("julep_server.store.resources.now", now)
    monkeypatch.setattr("julep_server.store.times.now", now)

    def step(connection: Connection) -> None:
        tenant = chance.choice(TENANTS)
        known = user_ids(connection, tenant, "created_at", descending=False)
        kind = chance.choices("cpdrx", [10, 6, 4, 1, 1])[0]
        if kind == "c" or not known:
            for _ in range(chance.choice([1, 1, 5])):
                users.insert(connection, tenant, {"name": "Bo", "about": ""}, {"a": 1})
        elif kind == "p":
            user = users.get(connection, tenant, chance.choice(known))
            users.change(connection, tenant, user, {"about": "x"}, {"b": 1})
        elif kind in "dr":
            identifier = chance.choice(known)
            for _ in range(2 if kind == "r" else 1):
                delete_user(connection, tenant, identifier)
        else:
            users.insert(connection, tenant, {"name": "Bo", "about": ""}, {})
            raise KeyError

    for number in range(1, _STEPS + 1):
        with suppress(KeyError):
            write(database, step)
        if number % 10 == 0:
            read(database, check_users)
        if number % 15 == 0:
            copy(database_url, database, *chance.sample(TENANTS, 2))
    read(database, check_users)


def test_filters_are_counted_as_what_they_match(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_parts, "PART_SIZE", 1)
    empty = ("user_id", "situation", "summary", "summarised_id", "token_budget", "context_overflow")
    values: dict[str, object] = {**dict.fromkeys(empty), "render_templates": False, "tags": []}

    def fill(connection: Connection) -> None:
        for number in range(6):
            of: dict[str, object] = {**values, "agent_id": f"agent-{number % 2}"}
            sessions.insert(connection, "one", of, {"third": number % 3 == 0})

    write(database, fill)
    third = paging.page_of({"metadata_filter": '{"third": true}', "offset": 2, "limit": 5})
    of_agent = Page(5, 2, equal=[("agent_id", "agent-1")])
    for page, total, rest in ((Page(9, 2), 6, 4), (third, 2, 0), (of_agent, 3, 1)):

        def both(connection: Connection, page: Page = page) -> tuple[int, int]:
            found = list(sessions.page(connection, "one", page))
            return sessions.count(connection, "one", page), len(found)

        assert read(database, both) == (total, rest)


@pytest.mark.usefixtures("small")
def test_counts_are_right_whoever_writes_at_the_same_time(
    database: Database, database_url: str
) -> None:
    """By two engines, as two processes have them, with writers at each."""
    other = Database(database_url)
    first = write(database, lambda connection: agents.insert(connection, "one", AGENT, {}))

    def work(used: Database, number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - the same choices each time
        own: list[str] = []
        for _ in range(12):
            if own and chance.random() < 0.3:
                write(used, partial(delete_agent, tenant="one", identifier=own.pop()))
            else:
                made = write(
                    used,
                    lambda connection: agents.insert(connection, "one", AGENT, {}),
                    Isolation.LOCKS,
                )
                own.append(made.id)

            def change(connection: Connection) -> None:
                agent = agents.get(connection, "one", first.id, lock=True)
                agents.change(connection, "one", agent, {"about": "x"}, None)

            write(used, change, Isolation.LOCKS)

    threads = [
        threading.Thread(target=work, args=((database, other)[number % 2], number))
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()

    def check(connection: Connection) -> None:
        stored = connection.execute(select(func.count()).select_from(tables.agents)).scalar_one()
        assert agents.count(connection, "one", Page(1, 0)) == stored > 4
        assert list(differences(connection)) == []

    read(database, check)


def test_an_import_does_not_conflict_with_what_servers_write_meanwhile(
    database: Database,
    database_url: str,
    postgres_url: Callable[[], str] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(list_parts, "_FOLD_EVERY", 1)

    def create(connection: Connection) -> None:
        agents.insert(connection, "one", AGENT, {})

    write(database, create)
    write(database, create)
    with operations.reading(database_url) as reading:
        lines = list(enumerate(export_lines(reading, "one", None), start=1))

    def given() -> list[tuple[int, JSONObject]]:
        # SQLite has one writer at a time.
        if postgres_url is not None:
            other = Database(database_url)
            write(other, create, Isolation.LOCKS)
            other.close()
        return lines

    with operations.transaction(database_url) as connection:
        import_lines(connection, "one", given)
    assert read(database, lambda connection: list(differences(connection))) == []


def test_parts_are_few_and_about_as_long_as_they_may_be(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_parts, "PART_SIZE", 20)
    monkeypatch.setattr(list_parts, "_FOLD_EVERY", 4)

    def fill(connection: Connection) -> None:
        for _ in range(400):
            users.insert(connection, "one", {"name": "Bo", "about": ""}, {})

    def parts(connection: Connection) -> int:
        return connection.execute(
            select(func.count()).where(tables.list_parts.c.list == "users.created_at")
        ).scalar_one()

    write(database, fill)
    # Twenty are full; those since the last one was folded are single rows.
    assert 20 <= read(database, parts) <= 70
    write(database, lambda connection: list_parts.fold(connection, "one"))
    assert read(database, parts) == 20
    # Deletions fold nothing; the server does, after a while.
    monkeypatch.setattr(list_parts, "_FOLDED", 25)
    write(database, delete_some)
    assert read(database, parts) == 30
    write(database, list_parts.fold_long, Isolation.LOCKS)
    assert read(database, parts) == 20
    # All are of one part when many come between two that were far apart.
    with_gap = text("UPDATE list_parts SET earliest = 0 WHERE list = 'users.created_at'")
    write(database, lambda connection: connection.execute(with_gap))
    write(database, lambda connection: list_parts.fold(connection, "one"))
    assert read(database, parts) == 20
    read(database, check_users_of_one)


def delete_some(connection: Connection) -> None:
    for identifier in user_ids(connection, "one", "created_at", descending=False)[5::40]:
        delete_user(connection, "one", identifier)


def check_users_of_one(connection: Connection) -> None:
    assert list(differences(connection)) == []
    assert users.count(connection, "one", Page(1, 0)) == 390
    # Of what is before a page, no more than about a part is skipped.
    for descending in (False, True):
        find = partial(find_start, connection, "one", "users.created_at", descending=descending)
        skips = [offset - start.skipped for offset in range(21, 390) if (start := find(offset))]
        assert len(skips) == 369
        assert 0 <= min(skips) < max(skips) < 40


def test_an_old_database_is_counted_when_it_is_upgraded(database: Database) -> None:
    def older(connection: Connection) -> None:
        for tenant in TENANTS:
            agents.insert(connection, tenant, AGENT, {})
        downgrade(configuration(connection), "0017")
        connection.execute(tables.agents.delete().where(tables.agents.c.tenant == "two"))

    def newer(connection: Connection) -> None:
        upgrade(configuration(connection), "head")
        agents.insert(connection, "one", AGENT, {})

    write(database, older)
    write(database, newer)
    counts = [
        read(database, partial(agents.count, tenant=tenant, page=Page(1, 0))) for tenant in TENANTS
    ]
    assert counts == [2, 0]
    assert read(database, lambda connection: list(differences(connection))) == []


def test_a_check_finds_wrong_counts_and_a_restored_backup_has_right_ones(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with LocalServer(database=database_url) as server, Api(server.url) as api:
        for name in ("one", "two"):
            api.make("users", name=name)
    wrong = "the counts of users.{} of tenant local have {} items of 2, and {} at other times\n"
    arguments = ["--database", database_url]
    with operations.transaction(database_url) as connection:
        connection.execute(text("DELETE FROM list_parts WHERE list = 'users.created_at'"))
        connection.execute(
            text("UPDATE list_parts SET earliest = 1, latest = 1 WHERE list = 'users.updated_at'")
        )
    assert run_command("db", "check", *arguments) == 1
    assert capsys.readouterr().out == (
        wrong.format("created_at", 0, 0) + wrong.format("updated_at", 2, 2)
    )
    file = tmp_path / "backup"
    assert run_command("db", "backup", str(file), *arguments) == 0
    assert run_command("db", "restore", str(file), "--overwrite", *arguments) == 0
    assert run_command("db", "check", *arguments) == 0
    with LocalServer(database=database_url) as server, Api(server.url) as api:
        assert total_of(api, "users") == 2


def total_of(api: Api, kind: str) -> JSON:
    found: JSON = api.get(f"/{kind}", params={"with_total": "true"}).json()["total"]
    return found


def test_totals_follow_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_parts, "PART_SIZE", 2)
    with LocalServer() as server, Api(server.url) as api:
        agent = api.make("agents")["id"]
        made = [api.make("sessions", agent_id=agent)["id"] for _ in range(6)]
        fork = api.post(f"/sessions/{made[0]}/fork", {}).json()["id"]
        assert (total_of(api, "agents"), total_of(api, "sessions")) == (1, 7)
        api.delete(f"/sessions/{made.pop()}")
        assert api.delete(f"/agents/{agent}").status_code == 202
        # Its sessions stay.
        assert (total_of(api, "agents"), total_of(api, "sessions")) == (0, 6)
        last = api.get("/sessions", params={"offset": "5", "with_total": "true"}).json()
        assert ([item["id"] for item in last["items"]], last["total"]) == ([made[0]], 6)
        first = api.get("/sessions", params={"offset": "5", "order": "asc"}).json()
        assert [item["id"] for item in first["items"]] == [fork]

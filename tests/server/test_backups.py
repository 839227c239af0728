"""``julep db``: backups of a database in use, restored into any database, checks and upgrades."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from julep_server import LocalServer
from julep_server.archive.lines import ArchiveError, write_lines
from julep_server.archive.tables_file import dump
from julep_server.commands import operations
from julep_server.db import tables
from julep_server.db.engine import Database
from julep_server.store import processes
from julep_server.store.kept_responses import IdempotencyKey
from julep_server.store.users import users
from julep_server.tenancy import directory
from tests.server.helpers.api import Api
from tests.server.helpers.commands import run_command
from tests.server.helpers.filled import everything, fill

pytestmark = pytest.mark.once


def test_a_backup_while_a_server_writes_is_restored_to_the_same_responses(
    database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    with LocalServer(database=database_url) as server, Api(server.url) as api:
        agent = fill(api)["id"]
        before = everything(api, agent)
        done = threading.Event()

        def write() -> None:
            with Api(server.url) as other:
                while not done.is_set():
                    other.make("agents", name="Later")

        writer = threading.Thread(target=write)
        writer.start()
        try:
            assert run_command("db", "backup", str(file), "--database", database_url) == 0
            # Not again, unless that is said.
            written = file.read_bytes()
            assert run_command("db", "backup", str(file), "--database", database_url) == 1
            assert file.read_bytes() == written
            arguments = ["--overwrite", "--database", database_url]
            assert run_command("db", "backup", str(file), *arguments) == 0
        finally:
            done.set()
            writer.join()
        api.delete(f"/agents/{agent}")
        # Over the running server, which then has what the backup has.
        arguments = ["--database", database_url]
        assert run_command("db", "restore", str(file), *arguments) == 1
        assert run_command("db", "restore", str(file), "--overwrite", *arguments) == 0
        assert everything(api, agent) == before
        assert api.reply(api.make("sessions", agent_id=agent)["id"])
    assert file.stat().st_mode & 0o777 == 0o600
    assert run_command("db", "check", "--database", database_url) == 0


def test_a_backup_of_one_database_is_restored_into_another_kind(
    database_url: str, postgres_url: Callable[[], str] | None, tmp_path: Path
) -> None:
    """From the tests' database to a SQLite file; and, with PostgreSQL, back to a new one."""
    files = [tmp_path / "first", tmp_path / "second"]
    with LocalServer(database=database_url) as server, Api(server.url) as api:
        agent = fill(api)["id"]
        before = everything(api, agent)
    targets = [f"sqlite:///{tmp_path / 'other.db'}"]
    targets += [] if postgres_url is None else [postgres_url()]
    source = database_url
    for file, target in zip(files, targets, strict=False):
        operations.backup(source, file)
        operations.restore(target, file, overwrite=False)
        source = target
        with LocalServer(database=target) as server, Api(server.url) as api:
            assert everything(api, agent) == before
            assert api.make("agents")


def test_a_server_that_runs_has_the_keys_of_what_is_restored(tmp_path: Path) -> None:
    """Also when as many changes were made to them as to its own."""
    urls = [f"sqlite:///{tmp_path / name}" for name in ("one.db", "two.db")]
    with LocalServer(database=urls[0], api_keys=["one"]) as server, Api(server.url, "one") as api:
        api.make("users")
        database = Database(urls[0])
        key = IdempotencyKey("tenant", "POST /", "k")
        run_id = processes.new_run_id(processes.new_process_id())
        database.write_sync(lambda connection: processes.claim(connection, key, "-", run_id))
        operations.backup(urls[0], tmp_path / "backup")
        database.close()
    with LocalServer(database=f"sqlite:///{tmp_path / 'open.db'}"):
        pass
    with LocalServer(database=urls[1], api_keys=["two"]) as server, Api(server.url, "one") as api:
        assert api.get("/users").status_code == 401
        operations.restore(urls[1], tmp_path / "backup", overwrite=True)
        assert len(api.get("/users").json()["items"]) == 1
        # The settings' own key, which the backup lacks, is entered again: a tenant without data.
        with Api(server.url, "two") as other:
            assert other.get("/users").json()["items"] == []
        # A backup without keys opens no server that has had some.
        operations.backup(f"sqlite:///{tmp_path / 'open.db'}", tmp_path / "open")
        operations.restore(urls[1], tmp_path / "open", overwrite=True)
        time.sleep(directory.MAX_AGE)
        with Api(server.url) as nobody:
            assert nobody.get("/users").status_code == 401
        operations.restore(urls[1], tmp_path / "backup", overwrite=True)
    # Nobody works on what was being worked on.
    with operations.transaction(urls[1], reads=True) as connection:
        assert connection.execute(select(tables.claims)).all() == []


def test_rows_as_text_are_restored_into_sqlite(tmp_path: Path) -> None:
    """The text form, which backups of PostgreSQL have, is one of any database."""

    first, second = (f"sqlite:///{tmp_path / name}" for name in ("first.db", "second.db"))
    with LocalServer(database=first) as server, Api(server.url) as api:
        agent = fill(api)["id"]
        before = everything(api, agent)
    files = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    with operations.reading(first) as connection:
        write_lines(files[0], dump(connection))
    operations.restore(second, files[0], overwrite=False)
    with operations.reading(second) as connection:
        write_lines(files[1], dump(connection))
    assert files[0].read_text("utf-8") == files[1].read_text("utf-8")
    with LocalServer(database=second) as server, Api(server.url) as api:
        assert everything(api, agent) == before


WRONG_TEXTS: list[tuple[Callable[[list[str]], list[str]], str]] = [
    (lambda lines: lines[:-1], "cut off"),
    (lambda lines: [*lines[:3], *lines[4:]], "rows expected"),
    (
        lambda lines: lines[1:],
        "JSON Lines without a header; expected what julep db backup writes: ",
    ),
    (lambda lines: [lines[0].replace('"0018"', '"9999"'), *lines[1:]], "newer version"),
    (lambda lines: [lines[0], "nonsense", *lines[1:]], "line 2: it is not JSON"),
    (lambda lines: [lines[0], '{"table":"x","row":{}}'], "line 2: expected a row"),
    (lambda lines: [lines[0], '{"table":"users","row":{"x":1}}'], "has no column x"),
]


@pytest.mark.parametrize(
    ("change", "message"),
    WRONG_TEXTS,
)
def test_a_text_that_is_not_whole_changes_nothing(
    tmp_path: Path, change: Callable[[list[str]], list[str]], message: str
) -> None:
    url, file = f"sqlite:///{tmp_path / 'x.db'}", tmp_path / "x.jsonl"
    Database(url).close()
    with operations.transaction(url) as connection:
        for name in ("Ada", "Bo", "Cy"):
            users.insert(connection, "local", {"name": name, "about": ""}, {})
    with operations.reading(url) as connection:
        rows = [*dump(connection)]
    write_lines(file, rows)
    file.write_text("\n".join(change(file.read_text("utf-8").splitlines())), "utf-8")
    with pytest.raises(ArchiveError, match=message):
        operations.restore(url, file, overwrite=True)
    with operations.reading(url) as connection:
        assert [*dump(connection)] == rows


def test_a_damaged_backup_replaces_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, file = f"sqlite:///{tmp_path / 'x.db'}", tmp_path / "backup"
    with LocalServer(database=url) as server, Api(server.url) as api:
        for number in range(50):
            api.make("users", about="x" * 500, name=str(number))
        before = api.get("/users").text
    operations.backup(url, file)
    data = bytearray(file.read_bytes())
    middle = len(data) // 2
    for damaged, message in (
        (data[:middle] + bytes(8192) + data[middle + 8192 :], "damaged"),
        (data[:20000], f"{file} is damaged or cut off"),
    ):
        file.write_bytes(damaged)
        assert run_command("db", "restore", str(file), "--overwrite", "--database", url) == 1
        error = capsys.readouterr().err
        assert message in error
        assert len(error.splitlines()) == 1
    with LocalServer(database=url) as server, Api(server.url) as api:
        assert api.get("/users").text == before


def test_an_older_database_is_upgraded_and_a_newer_one_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.db"
    Database(f"sqlite:///{file}").close()
    assert run_command("db", "upgrade", "--database", str(file)) == 0
    assert "the schema is" in capsys.readouterr().out
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute("UPDATE julep_schema SET version_num = '9999'")
    for command in (["db", "upgrade"], ["db", "check"], ["keys", "list"], ["tenants", "list"]):
        assert run_command(*command, "--database", str(file)) == 1
        error = capsys.readouterr().err
        assert "newer version" in error
        assert len(error.splitlines()) == 1


def test_a_check_names_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.db"
    with LocalServer(database=f"sqlite:///{file}") as server, Api(server.url) as api:
        api.make("users", docs=[{"title": "x", "content": "Some text."}])
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute("DELETE FROM docs")
    assert run_command("db", "check", "--database", str(file)) == 1
    assert capsys.readouterr().out == "1 passages of no document and no memory\n"
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute("UPDATE julep_schema SET version_num = '0010'")
    assert run_command("db", "check", "--database", str(file)) == 1
    assert "julep db upgrade" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["backup", "x"], ["check"]])
def test_a_database_that_does_not_exist_is_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    file = tmp_path / "nowhere.db"
    assert run_command("db", *command, "--database", str(file)) == 1
    assert f"there is no database at {file}" in capsys.readouterr().err
    assert not file.exists()


def test_the_text_of_a_backup_has_a_line_for_each_row(tmp_path: Path) -> None:

    url = f"sqlite:///{tmp_path / 'x.db'}"
    with LocalServer(database=url) as server, Api(server.url) as api:
        api.make("users", name="Ada")
    with operations.reading(url) as connection:
        lines = list(dump(connection))
    assert lines[0] == {"format": "julep-backup", "version": 1, "schema": "0018"}
    assert lines[-1] == {"end": len(lines) - 2}
    (row,) = [line["row"] for line in lines[1:-1] if line["table"] == "users"]
    assert isinstance(row, dict)
    assert row["name"] == "Ada"
    assert json.dumps(lines)


def test_a_backup_into_a_folder_that_does_not_exist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "x.db"
    Database(f"sqlite:///{database}").close()
    file = tmp_path / "nowhere" / "backup"
    assert run_command("db", "backup", str(file), "--database", str(database)) == 1
    assert capsys.readouterr().err == f"julep: there is no folder {file.parent}\n"

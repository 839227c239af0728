"""Files of other kinds, given to julep db restore, julep import and julep apply."""

from __future__ import annotations

import gzip
import itertools
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.server.helpers.commands import run_command

pytestmark = pytest.mark.once

RESTORES = "what julep db backup writes: a SQLite database, or JSON Lines with a header"
IMPORTS = "what julep export writes: JSON Lines with a header and an end"
APPLIES = 'JSON Lines, each an object such as {"kind": "agent", "name": "Ada"}'
BACKUP = b'{"format":"julep-backup","version":1,"schema":"0001"}\n{"end":0}\n'
EXPORT = b'{"format":"julep-agents","version":1}\n{"kind":"end","lines":0}\n'


@pytest.mark.parametrize(
    ("data", "kind", "applies"),
    [
        (b"\n", "empty", False),
        (b"# Notes\nA text of mine.\n", "a text of another form", True),
        (b"[project]\nname = 'x'\n", "a text of another form", True),
        ("Grüße\n".encode() * 9000, "a text of another form", True),
        (b'{\n  "kind": "agent"\n}\n', "JSON of another form", True),
        (b'[{"kind": "agent"}]\n', "JSON of another form", True),
        (b'{"kind":"agent","name":"Ada"}\n', "JSON Lines without a header", False),
        (gzip.compress(BACKUP, mtime=0), "compressed by gzip", True),
        (b"PK\x03\x04rest", "a ZIP archive", True),
        (b"PGDMP\x01rest", "a dump of PostgreSQL, which pg_restore reads", True),
        (b"%PDF-1.7\n", "a PDF file", True),
        (bytes(range(256)), "binary data", True),
        (b"text\0with zeros", "binary data", True),
    ],
    ids=itertools.count(),
)
def test_what_a_file_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, kind: str, applies: bool
) -> None:
    file = tmp_path / "file"
    file.write_bytes(data)
    expected = {("db", "restore"): RESTORES, ("import",): IMPORTS}
    if applies:
        expected[("apply",)] = APPLIES
    for words, text in expected.items():
        database = f"{tmp_path}/{words[0]}.db"
        assert run_command(*words, str(file), "--database", database) == 1
        assert capsys.readouterr().err == f"julep: {file} is {kind}; expected {text}\n"


def test_a_file_for_another_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, database = tmp_path / "file", ("--database", f"{tmp_path}/x.db")
    file.write_bytes(EXPORT)
    assert run_command("db", "restore", str(file), *database) == 1
    assert "is a file of julep export, which julep import stores; " in capsys.readouterr().err
    file.write_bytes(BACKUP)
    assert run_command("import", str(file), *database) == 1
    assert "is a backup, which julep db restore reads; " in capsys.readouterr().err


def test_a_database_of_another_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, database = tmp_path / "other.db", tmp_path / "x.db"
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("CREATE TABLE notes (text)")
        opened.commit()
    assert run_command("db", "restore", str(file), "--database", str(database)) == 1
    expected = f"julep: {file} is a SQLite database of another program\n"
    assert capsys.readouterr().err == expected
    assert not database.exists()


@pytest.mark.parametrize("words", [("db", "restore"), ("import",), ("apply",)])
def test_no_file_at_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    for path, problem in (
        (tmp_path / "nowhere", "No such file or directory"),
        (tmp_path, "Is a directory"),
    ):
        assert run_command(*words, str(path), "--database", f"{tmp_path}/{words[0]}.db") == 1
        assert capsys.readouterr().err == f"julep: {path}: {problem}\n"


@pytest.mark.parametrize("words", [("db", "check"), ("db", "backup", "file"), ("export",)])
def test_reading_a_database_creates_no_folder(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert run_command(*words, "--database", f"{tmp_path}/nowhere/x.db") == 1
    assert not (tmp_path / "nowhere").exists()

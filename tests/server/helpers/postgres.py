"""A PostgreSQL server for the tests, in a temporary folder and on a Unix socket."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import psycopg

MISSING = (
    "PostgreSQL's programs initdb and postgres were not found. Install PostgreSQL"
    " (Debian: apt-get install postgresql; macOS: brew install postgresql), or name the folder"
    " that has them in JULEP_POSTGRES_BIN."
)
_OWNERS = ("postgres", "nobody")
_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")


def programs() -> Path:
    """Return the folder of PostgreSQL's programs.

    Raises:
        FileNotFoundError: They are not installed; the message explains how to install them.
    """
    if named := os.environ.get("JULEP_POSTGRES_BIN"):
        return _with_programs([named])
    on_path = [str(Path(found).resolve().parent)] if (found := shutil.which("initdb")) else []
    usual = sorted(str(folder) for place in _PLACES for folder in Path("/").glob(place[1:]))
    return _with_programs([*on_path, *reversed(usual)])


def _with_programs(folders: Sequence[str]) -> Path:
    for folder in folders:
        if (Path(folder) / "initdb").exists() and (Path(folder) / "postgres").exists():
            return Path(folder)
    raise FileNotFoundError(MISSING)


class Cluster:
    """A running PostgreSQL server."""

    def __init__(self) -> None:
        self._programs = programs()
        # Short: the path of a socket may have about a hundred characters.
        self._folder = Path(tempfile.mkdtemp(prefix="julep-pg-"))
        self._owner = _unprivileged()
        self._numbers = itertools.count()
        self._process: subprocess.Popen[bytes] | None = None
        self._settings: list[str] = []

    def __enter__(self) -> Self:
        try:
            if self._owner is not None:
                shutil.chown(self._folder, self._owner)
            # The simplest locale: results must not depend on it.
            options = ["--username=julep", "--auth=trust", "--encoding=UTF8", "--locale=C"]
            initdb = self._start("initdb", [*options, "--no-sync", "-D", str(self._folder / "db")])
            if initdb.wait():
                raise RuntimeError(f"initdb failed: {self._log()}")
            settings = {
                "listen_addresses": "",
                "unix_socket_directories": str(self._folder),
                "max_connections": "300",
                # Only the tests' own processes are killed, never the machine.
                "fsync": "off",
            }
            self._settings = [f"--{name}={value}" for name, value in settings.items()]
            self._serve()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._process is not None:
            # A fast shutdown: connections that a killed server left are closed.
            self._process.send_signal(signal.SIGINT)
            self._process.wait()
        shutil.rmtree(self._folder)

    def restart(self) -> None:
        """Restart it as after a crash: connections are lost, and their transactions with them."""
        if self._process is not None:
            # An immediate shutdown, as by pg_ctl stop -m immediate.
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
        self._serve()

    def new_database(self, disk: Path | None = None) -> str:
        """Create an empty database, and return its URL, as users write it.

        Args:
            disk: An empty folder for its data; by default they are with those of the others.
        """
        name = f"db{next(self._numbers)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            place = ""
            if disk is not None:
                if self._owner is not None:
                    shutil.chown(disk, self._owner)
                disk.parent.chmod(0o755)
                place = f" TABLESPACE {name}"
                connection.execute(f"CREATE TABLESPACE {name} LOCATION '{disk}'".encode())
            connection.execute(f"CREATE DATABASE {name}{place}".encode())
        return f"postgresql://julep@/{name}?host={self._folder}"

    def drop_database(self, url: str) -> None:
        """Remove a database: at the end, the files of a thousand would take minutes."""
        name = url.partition("@/")[2].partition("?")[0]
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            # A server that a test has killed may seem connected for a while.
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def _address(self, database: str) -> str:
        return f"host={self._folder} user=julep dbname={database}"

    def _start(self, program: str, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        # PostgreSQL refuses to run as root.
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(self._programs / program), *arguments],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                user=self._owner,
                extra_groups=None if self._owner is None else [],
            )

    def _serve(self) -> None:
        arguments = ["-D", str(self._folder / "db"), *self._settings]
        self._process = self._start("postgres", arguments)
        self._wait(self._process)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            try:
                psycopg.connect(self._address("postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError(f"postgres ended: {self._log()}")

    def _log(self) -> str:
        return (self._folder / "log").read_text("utf-8")


def _unprivileged() -> str | None:
    """Return the user to run as; None for the current user."""
    if os.geteuid() != 0:
        return None
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _OWNERS if name in known)


if __name__ == "__main__":
    try:
        programs()
    except FileNotFoundError as error:
        sys.exit(str(error))

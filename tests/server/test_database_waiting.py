"""A server that starts while its database does, and one that can't listen."""

from __future__ import annotations

import logging
import socket
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from julep_server import cli
from julep_server.commands.opened import opening
from julep_server.db import waiting
from julep_server.db.waiting import open_within
from julep_server.serving import bind, listen

pytestmark = pytest.mark.once


def refused(reason: str) -> OperationalError:
    return OperationalError("connect", {}, Exception(f"connection failed: {reason}\nmore"))


STARTING = refused("FATAL:  the database system is starting up")
NOT_THERE = refused("No such file or directory")


class Clock:
    """The time of the waiting, which passes by its sleeping alone."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(waiting, "time", clock)
    return clock


class Opening:
    """Opens a database that fails so many times.

    Args:
        error: Its error.
        failures: How often it fails.
    """

    def __init__(self, error: SQLAlchemyError, failures: int) -> None:
        self._error = error
        self._failures = failures
        self.attempts = 0

    def __call__(self) -> str:
        self.attempts += 1
        if self.attempts > self._failures:
            return "open"
        raise self._error


def test_a_database_that_starts_is_waited_for(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    opening = Opening(STARTING, 7)
    with caplog.at_level(logging.WARNING, "julep_server"):
        assert open_within(10.0, opening) == "open"
    assert (opening.attempts, clock.now) == (8, 3.5)
    reason = "connection failed: FATAL:  the database system is starting up"
    assert caplog.messages == [f"waiting up to 10 s for the database: {reason}"]


@pytest.mark.parametrize(("seconds", "attempts"), [(0.0, 1), (0.4, 1), (2.0, 5)])
def test_the_waiting_is_bounded(clock: Clock, seconds: float, attempts: int) -> None:
    opening = Opening(NOT_THERE, 1000)
    with pytest.raises(OperationalError, match="No such file"):
        open_within(seconds, opening)
    assert opening.attempts == attempts
    assert clock.now <= seconds


@pytest.mark.parametrize(
    "error",
    [
        refused('FATAL:  password authentication failed for user "x"'),
        refused('FATAL:  database "x" does not exist'),
        OperationalError("open", {}, sqlite3.OperationalError("unable to open database file")),
        ProgrammingError("select", {}, Exception("syntax error")),
        SQLAlchemyError("no such driver"),
    ],
)
def test_what_no_waiting_mends_is_an_error_at_once(
    clock: Clock, error: SQLAlchemyError, caplog: pytest.LogCaptureFixture
) -> None:
    opening = Opening(error, 1000)
    with pytest.raises(type(error)):
        open_within(10.0, opening)
    assert (opening.attempts, clock.now, caplog.messages) == (1, 0.0, [])


@pytest.mark.parametrize("reason", ["sorry, too many clients already", "terminating connection"])
def test_what_passes_by_itself_is_waited_for(reason: str) -> None:
    assert open_within(1.0, Opening(refused(f"FATAL:  {reason}"), 1)) == "open"


def test_an_interrupt_while_waiting_is_no_stack_trace() -> None:
    with pytest.raises(SystemExit) as ended, opening():
        raise KeyboardInterrupt
    assert ended.value.code == 130


def test_connections_are_refused_until_the_server_can_take_them() -> None:
    with bind("127.0.0.1", 0) as bound, socket.socket() as client:
        address = bound.getsockname()
        assert client.connect_ex(address) != 0
        listen(bound)
        with socket.create_connection(address):
            pass


def test_an_address_that_another_process_took_meanwhile_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def taken(_: socket.socket) -> None:
        raise OSError(98, "Address already in use")

    monkeypatch.setattr(cli, "listen", taken)
    database = f"sqlite:///{tmp_path / 'x.db'}"
    with pytest.raises(SystemExit) as ended:
        cli.command_line(["serve", "--port", "0", "--database", database])
    assert ended.value.code == 1
    text = capsys.readouterr().err
    assert text == "julep: can't serve on 127.0.0.1:0: [Errno 98] Address already in use\n"

"""A database that is away, locked or full: errors for requests, one line of log a burst."""

from __future__ import annotations

import logging
import sqlite3
import time

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from julep_server.errors import ApiError

QUIET_FOR = 10.0
"""Seconds after a line of log in which further failures are only counted."""

_log = logging.getLogger("julep_server")


class DatabaseUnavailableError(ApiError):
    """The database can't be used for now: 503, or 507 for a full disk. It is logged already."""


def log_failure(log: logging.Logger, error: Exception, message: str, *arguments: object) -> None:
    """Log an error of work in the background, unless it is the database's, which is logged already.

    Args:
        log: The log.
        error: The error, whose stack is logged.
        message: What has failed.
        arguments: Of the message.
    """
    if not isinstance(error, DatabaseUnavailableError):
        log.error(message, *arguments, exc_info=error)


_AWAY = (503, "database_unavailable", "the database can't be reached", 5)
_BUSY = (503, "database_busy", "the database is busy: it was locked for too long", 1)
_FULL = (507, "storage_full", "the database's disk is full", 60)
_READ_ONLY = (503, "database_read_only", "the database can't be written to", 5)

# By SQLite's primary result codes.
_SQLITE = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_IOERR: _AWAY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_CANTOPEN: _AWAY,
}

# By the beginning of PostgreSQL's SQLSTATE.
_POSTGRES = {
    "08": _AWAY,
    "25006": _READ_ONLY,
    "40001": _BUSY,
    "40P01": _BUSY,
    "53100": _FULL,
    "53": _AWAY,
    "55P03": _BUSY,
    "57P": _AWAY,
}

# Of the reasons for which PostgreSQL refuses a connection.
_PASSING = ("the database system is", "too many", "connection slots", "terminating connection")


class Outage:
    """The failures of one database: classified, counted and logged once a burst."""

    def __init__(self) -> None:
        self.failing = False
        self._failures = 0
        self._of_writes = False
        self._reported = False
        self._logged_at = float("-inf")

    def failure(
        self, error: SQLAlchemyError, *, writing: bool = True
    ) -> DatabaseUnavailableError | None:
        """Return the error for a request that the database failed; None if it is at fault itself.

        Args:
            error: What the database's driver has raised.
            writing: Whether it failed to write: it may still be read, as when its disk is full.
        """
        kind = _kind(error)
        if kind is None:
            return None
        status, code, message, delay = kind
        self.failing = True
        self._failures += 1
        self._of_writes = self._of_writes or writing
        if time.monotonic() - self._logged_at >= QUIET_FOR:
            cause = str(getattr(error, "orig", None) or error).strip().splitlines()[:1]
            _log.error("%s, and requests fail: %s", message, *(cause or [type(error).__name__]))
            self._logged_at = time.monotonic()
            self._reported = True
        return DatabaseUnavailableError(status, code, message, headers={"Retry-After": str(delay)})

    def succeeded(self, *, writing: bool = True) -> None:
        """Log the end of a burst of failures, if there was one and its beginning was logged.

        Args:
            writing: Whether it has written: what is read ends no burst of writes that failed.
        """
        if not self.failing or (self._of_writes and not writing):
            return
        self.failing = self._of_writes = False
        if self._reported:
            _log.warning("the database works again; %d operations failed", self._failures)
            self._reported, self._failures = False, 0


def may_come_back(error: SQLAlchemyError) -> bool:
    """Check whether a database server can't be reached for now, as while it starts."""
    if _kind(error) is not _AWAY or isinstance(getattr(error, "orig", None), sqlite3.Error):
        return False
    # What refuses a connection has no SQLSTATE in the driver's errors.
    text = str(getattr(error, "orig", error))
    return "FATAL" not in text or any(reason in text for reason in _PASSING)


def _kind(error: SQLAlchemyError) -> tuple[int, str, str, int] | None:
    if isinstance(error, PoolTimeoutError):
        return _BUSY
    if not isinstance(error, DBAPIError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        return _SQLITE.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        # Without a response of the server: there is no connection, or it was lost.
        return _AWAY if isinstance(error, (OperationalError, InterfaceError)) else None
    for length in (5, 3, 2):
        if (kind := _POSTGRES.get(state[:length])) is not None:
            return kind
    return None

"""Waits for a database that can't be reached yet, when a server starts."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from julep_server.db.outage import may_come_back

_INTERVAL = 0.5
"""Seconds between two attempts."""

T = TypeVar("T")
_log = logging.getLogger("julep_server")


def open_within(seconds: float, open: Callable[[], T]) -> T:
    """Open a database, again and again while it can't be reached.

    A database server that is being started, or restarted, refuses connections for a while. What it
    does not know, such as a wrong password or name, is an error at once.

    Args:
        seconds: Seconds after which no further attempt is made.
        open: Opens it; leaves nothing open when it fails.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: The error of the last attempt.
    """
    limit, is_logged = time.monotonic() + seconds, False
    while True:
        try:
            return open()
        except SQLAlchemyError as error:
            if not may_come_back(error) or time.monotonic() + _INTERVAL > limit:
                raise
            if not is_logged:
                cause = str(getattr(error, "orig", error)).strip().splitlines()[0]
                _log.warning("waiting up to %g s for the database: %s", seconds, cause)
                is_logged = True
        time.sleep(_INTERVAL)

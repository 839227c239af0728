"""The log: a line for each request, as text or as JSON."""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import UTC, datetime

from julep_server.json_text import JSON, JSONObject, dumps
from julep_server.monitoring.request_record import RequestRecord

LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("text", "json")

_SHOWN_OF_TENANT = 12
_FIELDS = "julep_fields"
# Alembic logs its plugins at every start, httpx each request: too much for a server's log.
_QUIET = ("alembic", "httpx", "httpcore")
_log = logging.getLogger("julep_server")


def set_up_logs(level: str, kind: str) -> None:
    """Write the process's log to standard error.

    Args:
        level: One of ``LEVELS``.
        kind: One of ``FORMATS``.

    Raises:
        ValueError: It is another level or format.
    """
    for given, known, name in ((level, LEVELS, "level"), (kind, FORMATS, "format")):
        if given not in known:
            raise ValueError(f"the log's {name} must be one of {', '.join(known)}; got {given!r}")
    handler = logging.StreamHandler(sys.stderr)
    plain = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    handler.setFormatter(JSONFormatter() if kind == "json" else plain)
    logging.basicConfig(level=level.upper(), handlers=[handler])
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    # It warns of what it ignores when a transaction fails, which is run again or reported.
    logging.getLogger("psycopg").setLevel(logging.ERROR)


def log_request(record: RequestRecord) -> None:
    """Write the line of a request that has ended."""
    if not _log.isEnabledFor(logging.INFO):
        return
    seconds = record.seconds
    tokens = ""
    if record.prompt_tokens or record.completion_tokens:
        tokens = f", {record.prompt_tokens}+{record.completion_tokens} tokens"
    tenant = f", tenant {record.tenant[:_SHOWN_OF_TENANT]}" if record.tenant else ""
    fields: JSONObject = {
        "request_id": record.id,
        "method": record.method,
        "path": record.path,
        "operation": record.operation,
        "status": record.status,
        "duration": round(seconds, 6),
        "tenant": record.tenant,
        "bytes_in": record.bytes_in,
        "bytes_out": record.bytes_out,
        "model": record.model,
        "prompt_tokens": record.prompt_tokens,
        "completion_tokens": record.completion_tokens,
    }
    _log.info(
        "%s %s %s in %.3f s, %d bytes in, %d out%s%s (%s)",
        record.method,
        record.path,
        record.status or "disconnected",
        seconds,
        record.bytes_in,
        record.bytes_out,
        tokens,
        tenant,
        record.id,
        extra={_FIELDS: fields},
    )


class JSONFormatter(logging.Formatter):
    """Formats a record as one line of JSON; requests have their fields beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line: JSONObject = {
            "time": moment.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields: JSON = getattr(record, _FIELDS, None)
        if isinstance(fields, dict):
            line |= fields
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = "".join(traceback.format_exception(*record.exc_info))
        return dumps(line)

"""The history and the suggestions of a session."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import Connection
from starlette.responses import Response

from julep_server.call import Call, Handler, deleted, listed
from julep_server.json_text import JSON
from julep_server.representations import message_json, suggestion_json
from julep_server.store import messages
from julep_server.store.paging import page_of
from julep_server.store.sessions import sessions
from julep_server.store.times import now


async def get_history(call: Call) -> Response:
    """Return one page of a session's history."""
    page = page_of(call.arguments)
    return await _listed_of_session(
        call,
        lambda connection, session_id: map(
            message_json, messages.page(connection, session_id, page)
        ),
        lambda connection, session_id: messages.count(connection, session_id, page),
    )


async def delete_history(call: Call) -> Response:
    """Delete a session's history; the session stays."""

    def remove(connection: Connection, tenant: str, identifier: str) -> int:
        session = sessions.get(connection, tenant, identifier)
        messages.delete_of(connection, session.id)
        if session.summary is not None:
            # The summary reveals what was said.
            reset = {"summary": None, "summarised_id": None}
            sessions.change(connection, tenant, session, reset, None)
        return now()

    return await deleted(call, call.id("session_id"), remove)


async def get_suggestions(call: Call) -> Response:
    """Return one page of a session's suggestions."""
    page = page_of(call.arguments)
    return await _listed_of_session(
        call,
        lambda connection, session_id: map(
            suggestion_json, messages.suggestions(connection, session_id, page)
        ),
    )


async def _listed_of_session(
    call: Call,
    read: Callable[[Connection, str], Iterable[JSON]],
    count: Callable[[Connection, str], int] | None = None,
) -> Response:
    session_id = call.id("session_id")

    def work(connection: Connection) -> Iterable[JSON]:
        session = sessions.get(connection, call.tenant, session_id)
        return read(connection, session.id)

    if count is None:
        return await listed(call, work)
    return await listed(call, work, lambda connection: count(connection, session_id))


HANDLERS: dict[str, Handler] = {
    "GetHistory": get_history,
    "DeleteSessionHistory": delete_history,
    "GetSuggestions": get_suggestions,
}

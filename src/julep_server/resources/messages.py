"""The history and the suggestions of a session."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from julep_server.call import Call, Handler, deleted, listed
from julep_server.json_text import JSON, JSONObject
from julep_server.store import messages as store
from julep_server.store.messages import Message, Suggestion
from julep_server.store.paging import page_of
from julep_server.store.sessions import sessions
from julep_server.store.times import now, timestamp


async def get_history(call: Call) -> Response:
    """One page of a session's history."""
    identifier, page = call.id("session_id"), page_of(call.arguments)

    def read(connection: Connection) -> list[JSON]:
        session = sessions.get(connection, call.tenant, identifier)
        return [
            represent_message(message) for message in store.history(connection, session.id, page)
        ]

    return await listed(call, read)


async def delete_history(call: Call) -> Response:
    """Delete a session's history; the session stays."""

    def remove(connection: Connection, tenant: str, identifier: str) -> int:
        session = sessions.get(connection, tenant, identifier)
        store.delete_of(connection, session.id)
        if session.summary is not None:
            # The summary tells what was said.
            gone = {"summary": None, "summarised_id": None}
            sessions.change(connection, tenant, session, gone, None)
        return now()

    return await deleted(call, call.id("session_id"), remove)


async def get_suggestions(call: Call) -> Response:
    """One page of a session's suggestions."""
    identifier, page = call.id("session_id"), page_of(call.arguments)

    def read(connection: Connection) -> list[JSON]:
        session = sessions.get(connection, call.tenant, identifier)
        return [
            _represent_suggestion(suggestion)
            for suggestion in store.suggestions(connection, session.id, page)
        ]

    return await listed(call, read)


def represent_message(message: Message) -> JSONObject:
    """A message as the API shows it."""
    shown: JSONObject = {
        "id": message.id,
        "role": message.role,
        "content": message.content,
        "created_at": timestamp(message.created_at),
    }
    return shown if message.name is None else {**shown, "name": message.name}


def _represent_suggestion(suggestion: Suggestion) -> JSONObject:
    return {
        "message_id": suggestion.message_id,
        "session_id": suggestion.session_id,
        "target": suggestion.target,
        "content": suggestion.content,
        "created_at": timestamp(suggestion.created_at),
    }


HANDLERS: dict[str, Handler] = {
    "GetHistory": get_history,
    "DeleteSessionHistory": delete_history,
    "GetSuggestions": get_suggestions,
}

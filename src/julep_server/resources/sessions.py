"""Sessions."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from julep_server.call import Call, Handler, created
from julep_server.db.engine import Isolation
from julep_server.json_text import JSON, JSONObject
from julep_server.representations import session_json
from julep_server.resources.body_fields import metadata_of, named_fields, stored_integer
from julep_server.resources.resource_handlers import ResourceHandlers
from julep_server.store.agents import agents
from julep_server.store.sessions import Session, delete_session, fork_session, sessions
from julep_server.store.users import users


async def create(call: Call) -> Response:
    """Create a session of an agent, and of a user if the body names one."""
    body = call.body
    agent_id = str(body["agent_id"]).lower()
    user_id = str(body["user_id"]).lower() if "user_id" in body else None
    values = {**_values(call), "agent_id": agent_id, "user_id": user_id}
    values |= {"summary": None, "summarised_id": None}

    def write(connection: Connection) -> tuple[Session, JSONObject]:
        agents.get(connection, call.tenant, agent_id)
        if user_id is not None:
            users.get(connection, call.tenant, user_id)
        session = sessions.insert(connection, call.tenant, values, metadata_of(body))
        return session, session_json(session)

    return await created(call, write, Isolation.LOCKS)


async def fork(call: Call) -> Response:
    """Create a session with a copy of the history of another one."""
    given = call.body.get("message_id")
    message_id = None if given is None else str(given).lower()

    def write(connection: Connection) -> tuple[Session, JSONObject]:
        original = sessions.get(connection, call.tenant, call.id("session_id"))
        session = fork_session(connection, call.tenant, original, message_id)
        return session, session_json(session)

    return await created(call, write)


def _values(call: Call) -> dict[str, JSON]:
    """Return the fields that can be replaced: not the session's agent and user."""
    body = call.body
    return {
        "situation": body.get("situation"),
        "render_templates": body.get("render_templates", False),
        "token_budget": stored_integer(body, "token_budget"),
        "context_overflow": body.get("context_overflow"),
        "tags": body.get("tags", []),
    }


def _changes(call: Call, _session: Session) -> dict[str, JSON]:
    changes = named_fields(call.body, "situation", "render_templates", "context_overflow", "tags")
    if "token_budget" in call.body:
        changes["token_budget"] = stored_integer(call.body, "token_budget")
    return changes


_SESSIONS = ResourceHandlers(
    "session_id",
    sessions,
    session_json,
    _values,
    _changes,
    delete_session,
    filters=("agent_id", "user_id"),
)

HANDLERS: dict[str, Handler] = {
    "CreateSession": create,
    "GetSession": _SESSIONS.get,
    "ListSessions": _SESSIONS.list_all,
    "UpdateSession": _SESSIONS.replace,
    "PatchSession": _SESSIONS.patch,
    "DeleteSession": _SESSIONS.delete,
    "ForkSession": fork,
}

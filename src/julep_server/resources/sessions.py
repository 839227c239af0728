"""Sessions."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from julep_server.call import Call, Handler, created, deleted, listed, updated
from julep_server.http.answers import json_answer
from julep_server.json_text import JSON, JSONObject
from julep_server.resources.values import merged_metadata, metadata_of, picked, stored_integer
from julep_server.store.agents import agents
from julep_server.store.paging import page_of
from julep_server.store.sessions import Session, delete_session, sessions
from julep_server.store.times import timestamp
from julep_server.store.users import users


async def create(call: Call) -> Response:
    """Make a session of an agent, and of a user where one is named."""
    body = call.body
    agent_id = str(body["agent_id"]).lower()
    user_id = str(body["user_id"]).lower() if "user_id" in body else None
    values = {**_values(body), "agent_id": agent_id, "user_id": user_id, "summary": None}

    def make(connection: Connection) -> tuple[Session, JSONObject]:
        agents.get(connection, call.tenant, agent_id)
        if user_id is not None:
            users.get(connection, call.tenant, user_id)
        session = sessions.insert(connection, call.tenant, values, metadata_of(body))
        return session, represent(session)

    return await created(call, make)


async def get(call: Call) -> Response:
    """Give a session."""
    session = await call.services.database.read(
        lambda connection: sessions.get(connection, call.tenant, call.id("session_id"))
    )
    return json_answer(200, represent(session))


async def list_all(call: Call) -> Response:
    """One page of the sessions."""
    page = page_of(call.arguments)
    return await listed(
        call,
        lambda connection: [
            represent(session) for session in sessions.page(connection, call.tenant, page)
        ],
    )


async def replace(call: Call) -> Response:
    """Replace a session: what isn't named is reset. Whose session it is stays."""
    values = _values(call.body)

    def make(connection: Connection) -> tuple[Session, JSONObject]:
        session = sessions.get(connection, call.tenant, call.id("session_id"))
        metadata = metadata_of(call.body)
        changed = sessions.change(connection, call.tenant, session, values, metadata)
        return changed, represent(changed)

    return await updated(call, make)


async def patch(call: Call) -> Response:
    """Change what is named of a session."""
    body = call.body
    values = picked(body, "situation", "render_templates", "context_overflow")
    if "token_budget" in body:
        values["token_budget"] = stored_integer(body, "token_budget")

    def make(connection: Connection) -> tuple[Session, JSONObject]:
        session = sessions.get(connection, call.tenant, call.id("session_id"))
        metadata = merged_metadata(session.metadata, body)
        changed = sessions.change(connection, call.tenant, session, values, metadata)
        return changed, represent(changed)

    return await updated(call, make)


async def delete(call: Call) -> Response:
    """Delete a session with its history."""
    return await deleted(call, call.id("session_id"), delete_session)


def represent(session: Session) -> JSONObject:
    """A session as the API shows it; what it doesn't have is left out."""
    shown: JSONObject = {
        "id": session.id,
        "agent_id": session.agent_id,
        "user_id": session.user_id,
        "situation": session.situation,
        "summary": session.summary,
        "metadata": session.metadata,
        "render_templates": session.render_templates,
        "token_budget": session.token_budget,
        "context_overflow": session.context_overflow,
        "created_at": timestamp(session.created_at),
        "updated_at": timestamp(session.updated_at),
    }
    return {name: value for name, value in shown.items() if value is not None}


def _values(body: JSONObject) -> dict[str, JSON]:
    return {
        "situation": body.get("situation"),
        "render_templates": body.get("render_templates", False),
        "token_budget": stored_integer(body, "token_budget"),
        "context_overflow": body.get("context_overflow"),
    }


HANDLERS: dict[str, Handler] = {
    "CreateSession": create,
    "GetSession": get,
    "ListSessions": list_all,
    "UpdateSession": replace,
    "PatchSession": patch,
    "DeleteSession": delete,
}

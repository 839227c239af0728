"""Users."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from julep_server.call import Call, Handler, created, deleted, listed, updated
from julep_server.http.answers import json_answer
from julep_server.json_text import JSON, JSONObject
from julep_server.resources.values import docs_of, merged_metadata, metadata_of, picked
from julep_server.store import docs
from julep_server.store.paging import page_of
from julep_server.store.times import timestamp
from julep_server.store.users import User, delete_user, users

_DEFAULT_NAME = "User"


async def create(call: Call) -> Response:
    """Make a user, with the documents given."""
    values = _values(call.body)
    new_docs = docs_of(call.body)
    sources: list[str] = []

    def make(connection: Connection) -> tuple[User, JSONObject]:
        user = users.insert(connection, call.tenant, values, metadata_of(call.body))
        added = docs.add(connection, call.tenant, user.id, new_docs)
        sources[:] = [doc.id for doc in added]
        return user, represent(user)

    answer = await created(call, make)
    await call.services.embedding.complete(sources)
    return answer


async def get(call: Call) -> Response:
    """Give a user."""
    user = await call.services.database.read(
        lambda connection: users.get(connection, call.tenant, call.id("user_id"))
    )
    return json_answer(200, represent(user))


async def list_all(call: Call) -> Response:
    """One page of the users."""
    page = page_of(call.arguments)
    return await listed(
        call,
        lambda connection: [represent(user) for user in users.page(connection, call.tenant, page)],
    )


async def replace(call: Call) -> Response:
    """Replace a user: what isn't named is reset."""
    values = _values(call.body)

    def make(connection: Connection) -> tuple[User, JSONObject]:
        user = users.get(connection, call.tenant, call.id("user_id"))
        changed = users.change(connection, call.tenant, user, values, metadata_of(call.body))
        return changed, represent(changed)

    return await updated(call, make)


async def patch(call: Call) -> Response:
    """Change what is named of a user."""
    values = picked(call.body, "name", "about")

    def make(connection: Connection) -> tuple[User, JSONObject]:
        user = users.get(connection, call.tenant, call.id("user_id"))
        metadata = merged_metadata(user.metadata, call.body)
        changed = users.change(connection, call.tenant, user, values, metadata)
        return changed, represent(changed)

    return await updated(call, make)


async def delete(call: Call) -> Response:
    """Delete a user with what belongs to it."""
    return await deleted(call, call.id("user_id"), delete_user)


def represent(user: User) -> JSONObject:
    """A user as the API shows it."""
    return {
        "id": user.id,
        "name": user.name,
        "about": user.about,
        "metadata": user.metadata,
        "created_at": timestamp(user.created_at),
        "updated_at": timestamp(user.updated_at),
    }


def _values(body: JSONObject) -> dict[str, JSON]:
    return {"name": body.get("name", _DEFAULT_NAME), "about": body.get("about", "")}


HANDLERS: dict[str, Handler] = {
    "CreateUser": create,
    "GetUser": get,
    "ListUsers": list_all,
    "UpdateUser": replace,
    "PatchUser": patch,
    "DeleteUser": delete,
}

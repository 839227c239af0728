"""Users."""

from __future__ import annotations

from julep_server.call import Call, Handler
from julep_server.json_text import JSON
from julep_server.representations import user_json
from julep_server.resources.body_fields import named_fields
from julep_server.resources.resource_handlers import ResourceHandlers
from julep_server.store.users import User, delete_user, users

_DEFAULT_NAME = "User"


def _values(call: Call) -> dict[str, JSON]:
    return {"name": call.body.get("name", _DEFAULT_NAME), "about": call.body.get("about", "")}


def _changes(call: Call, _user: User) -> dict[str, JSON]:
    return named_fields(call.body, "name", "about")


_USERS = ResourceHandlers("user_id", users, user_json, _values, _changes, delete_user)

HANDLERS: dict[str, Handler] = {
    "CreateUser": _USERS.create_with_docs,
    "GetUser": _USERS.get,
    "ListUsers": _USERS.list_all,
    "UpdateUser": _USERS.replace,
    "PatchUser": _USERS.patch,
    "DeleteUser": _USERS.delete,
}

"""Edits of the contract, one of each kind: their level, the places they concern, and what turns red."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

Document: TypeAlias = dict[str, Any]
Change: TypeAlias = Callable[[Document], None]

SESSION = "src/julep/managers/session.py"
USER = "src/julep/managers/user.py"
CHAT = "src/julep/managers/chat.py"
TYPES = "src/julep/managers/types.py"
CALLS = "tests/sdk/helpers/calls.py"
TABLES = "src/julep_server/db/tables.py"
SHOWN = "src/julep_server/representations.py"
SESSIONS = "src/julep_server/resources/sessions.py"
USERS = "src/julep_server/resources/users.py"
FACTS = "tests/contract/corrections.yaml"


class Edit(NamedTuple):
    """One edit.

    Attributes:
        name: What it does.
        change: Changes a document in place.
        level: The level of the whole.
        kinds: The rules of all changes that it is.
        places: Files, with the names in them, that must be listed; a "!" before a file marks one that
            must be to do, not only to check.
        red: What fails until the places are done: "gate" is scripts/test --contract, "facts"
            tests/contract/test_facts.py, "start" the server; nothing where nothing must follow.
    """

    name: str
    change: Change
    level: str
    kinds: tuple[str, ...]
    places: tuple[str, ...] = ()
    red: tuple[str, ...] = ()

    def apply(self, document: Document) -> Document:
        """Return an edited copy."""
        edited = copy.deepcopy(document)
        self.change(edited)
        return edited


def at(document: Document, path: tuple[str | int, ...]) -> Any:
    """Return a part of a document; an operation is found by its id, a schema by its name."""
    found: Any = document
    first, *rest = path
    if first in document["components"]["schemas"]:
        found = document["components"]["schemas"][first]
    elif isinstance(first, str) and first[:1].isupper():
        found = operation(document, first)
    else:
        found = document[first]
    for step in rest:
        found = found[step]
    return found


def operation(document: Document, name: str) -> Any:
    """Return an operation, or the shared parameter, response or header of a name."""
    for item in document["paths"].values():
        for node in item.values():
            if isinstance(node, dict) and node.get("operationId") == name:
                return node
    for section in ("parameters", "responses", "headers"):
        if name in document["components"][section]:
            return document["components"][section][name]
    raise KeyError(name)


def put(*path: str | int, value: Any) -> Change:
    """Set a key."""

    def change(document: Document) -> None:
        at(document, path[:-1])[path[-1]] = copy.deepcopy(value)

    return change


def drop(*path: str | int) -> Change:
    """Remove a key or an item."""

    def change(document: Document) -> None:
        del at(document, path[:-1])[path[-1]]

    return change


def add(*path: str | int, value: Any) -> Change:
    """Append to a list."""

    def change(document: Document) -> None:
        at(document, path).append(copy.deepcopy(value))

    return change


def take(*path: str | int, value: Any) -> Change:
    """Remove a value from a list."""

    def change(document: Document) -> None:
        at(document, path).remove(value)

    return change


def rename(*path: str | int, to: str) -> Change:
    """Rename a key, in its place; `required` follows."""

    def change(document: Document) -> None:
        parent = at(document, path[:-1])
        items = [(to if key == path[-1] else key, value) for key, value in parent.items()]
        parent.clear()
        parent.update(items)
        if path[-2:-1] == ("properties",):
            holder = at(document, path[:-2])
            required = holder.get("required", [])
            holder["required"] = [to if name == path[-1] else name for name in required]
            if not required:
                del holder["required"]

    return change


def both(*changes: Change) -> Change:
    """Make several changes."""

    def change(document: Document) -> None:
        for one in changes:
            one(document)

    return change


def rename_schema(old: str, new: str) -> Change:
    """Rename a schema, and every reference to it."""

    def change(document: Document) -> None:
        schemas = document["components"]["schemas"]
        items = [(new if key == old else key, value) for key, value in schemas.items()]
        schemas.clear()
        schemas.update(items)
        _refer(document, f"#/components/schemas/{old}", f"#/components/schemas/{new}")

    return change


def _refer(node: Any, old: str, new: str) -> None:
    if isinstance(node, dict):
        if node.get("$ref") == old:
            node["$ref"] = new
        for value in node.values():
            _refer(value, old, new)
    elif isinstance(node, list):
        for value in node:
            _refer(value, old, new)


def move_path(old: str, new: str) -> Change:
    """Rename a path."""

    def change(document: Document) -> None:
        document["paths"] = {
            (new if path == old else path): item for path, item in document["paths"].items()
        }

    return change


def parameter(name: str, *, required: bool = False, where: str = "query") -> Document:
    """Return a parameter."""
    schema = {"type": "string", "format": "uuid"}
    return {"name": name, "in": where, "required": required, "description": "A.", "schema": schema}


_TAGS = {"type": "array", "items": {"type": "string"}, "description": "Tags."}
_TEXT = {"type": "string", "description": "A text."}
_JSON = "application/json"
_OK = {"description": "Done.", "content": {_JSON: {"schema": {"$ref": "#/components/schemas/Session"}}}}
_FORK = {
    "operationId": "ForkSession",
    "tags": ["sessions"],
    "summary": "Fork a session",
    "description": "Copies a session.",
    "parameters": [{"$ref": "#/components/parameters/SessionId"}],
    "responses": {"201": _OK},
}
_TEAMS = {**_FORK, "operationId": "ListTeams", "tags": ["teams"], "parameters": []}

EDITS: tuple[Edit, ...] = (
    # Operations -----------------------------------------------------------------------------------
    Edit(
        "an operation of a known resource",
        put("paths", "/sessions/{session_id}/fork", value={"post": _FORK}),
        "additive",
        ("operation added",),
        (f"!{SESSION} SessionsManager", f"!{SESSION} AsyncSessionsManager", f"!{SESSIONS}", f"!{CALLS}",
         "!tests/sdk", "!tests/server", "tests/sdk/test_surface.py OURS", f"!{FACTS}"),
        ("gate", "facts", "start"),
    ),
    Edit(
        "an operation of a new resource",
        put("paths", "/teams", value={"get": _TEAMS}),
        "additive",
        ("operation added",),
        ("!src/julep/managers/teams.py", "!src/julep/_client.py", "!src/julep/_async_client.py",
         "!src/julep_server/app.py HANDLERS", "!tests/sdk/helpers/methods.py", f"!{FACTS}"),
        ("gate", "facts", "start"),
    ),
    Edit(
        "an operation less",
        drop("paths", "/jobs/{job_id}"),
        "breaking",
        ("operation removed",),
        ("!src/julep/managers/job.py get", "!src/julep/managers/job.py wait (async)", f'!{CALLS} "jobs.get"',
         "!src/julep_server/resources/jobs.py GetJobStatus", "README.md"),
        ("gate", "facts"),
    ),
    Edit(
        "an operationId renamed",
        put("ListSessions", "operationId", value="FindSessions"),
        "breaking",
        ("operation renamed",),
        (f"!{SESSION} _list_items", f"!{SESSION} _iterate", f"!{SESSIONS} ListSessions"),
        ("gate", "facts", "start"),
    ),
    Edit(
        "a path renamed",
        move_path("/jobs/{job_id}", "/tasks/{job_id}"),
        "breaking",
        ("operation moved",),
        ("tests/server", f"!{FACTS}"),
        ("facts",),
    ),
    Edit(
        "another method",
        lambda d: d["paths"]["/users/{user_id}"].update(post=d["paths"]["/users/{user_id}"].pop("patch")),
        "breaking",
        ("method changed",),
        (f"!{FACTS}",),
        ("facts",),
    ),
    Edit(
        "an operation under another tag",
        put("GetHistory", "tags", value=["history"]),
        "breaking",
        ("tags changed",),
        ("!src/julep/managers/history.py _history", "!src/julep/_tools/loop.py"),
        ("gate",),
    ),
    Edit(
        "an operation deprecated",
        put("ListUsers", "deprecated", value=True),
        "deprecation",
        ("deprecated",),
        (f"!{USER} list", f"!{USER} iterate (async)"),
        ("gate",),
    ),
    Edit(
        "an operation with a date of its end",
        both(put("ListUsers", "deprecated", value=True), put("ListUsers", "x-sunset", value="2027-01-01")),
        "deprecation",
        ("deprecated", "sunset changed"),
        (f"!{USER} list",),
        ("gate",),
    ),
    Edit("an operation's description", put("ListUsers", "description", value="Lists."), "prose",
         ("prose changed",), (f"{USER} list",)),
    # Parameters -----------------------------------------------------------------------------------
    Edit(
        "an optional query parameter",
        add("ListSessions", "parameters", value=parameter("user_id")),
        "additive",
        ("optional parameter added",),
        (f"!{SESSION} _list_items", f"!{SESSION} _iterate", f"!{SESSION} list", f"!{SESSION} iterate",
         f"!{SESSION} list (async)", f"!{SESSION} iterate (async)", f"!{SESSIONS} ListSessions",
         "!src/julep_server/store/paging.py page_of", f'!{CALLS} "sessions.list"', f"!{FACTS}"),
        ("gate", "facts"),
    ),
    Edit(
        "a required query parameter",
        add("GetJobStatus", "parameters", value=parameter("team_id", required=True)),
        "breaking",
        ("required parameter added",),
        ("!src/julep/managers/job.py _get", "!src/julep/managers/job.py get",
         "!src/julep/managers/job.py get (async)", "!src/julep_server/resources/jobs.py GetJobStatus"),
        ("gate", "facts"),
    ),
    Edit(
        "a query parameter less",
        drop("GetAgentMemories", "parameters", 1),
        "breaking",
        ("parameter removed",),
        ("!src/julep/managers/memory.py list", "!src/julep/managers/memory.py _iterate",
         "!src/julep_server/resources/memories.py", f'!{CALLS} "memories.list"', FACTS),
        ("gate", "facts"),
    ),
    Edit(
        "a query parameter renamed",
        put("GetAgentMemories", "parameters", 2, "name", value="kinds"),
        "breaking",
        ("parameter renamed",),
        ("!src/julep/managers/memory.py list", "!src/julep_server/resources/memories.py",
         f'!{CALLS} "memories.list"'),
        ("gate", "facts"),
    ),
    Edit(
        "a shared parameter renamed",
        put("SortBy", "name", value="sort"),
        "breaking",
        ("parameter renamed",),
        (f"!{SESSION} list", f"!{USER} iterate (async)", "!src/julep_server/store/paging.py",
         f'!{CALLS} "users.list"'),
        ("gate", "facts"),
    ),
    Edit(
        "a path parameter renamed",
        both(move_path("/jobs/{job_id}", "/jobs/{id}"), put("JobId", "name", value="id")),
        "breaking",
        ("parameter renamed",),
        ("src/julep/managers/job.py get", "!src/julep_server/resources/jobs.py"),
        ("gate", "facts"),
    ),
    Edit(
        "a parameter moved to a header",
        put("GetAgentMemories", "parameters", 3, "in", value="header"),
        "breaking",
        ("encoding changed",),
        ("src/julep/managers/memory.py list", "src/julep_server/resources/memories.py"),
        ("gate", "facts"),
    ),
    Edit(
        "a parameter's style",
        put("GetAgentMemories", "parameters", 2, "explode", value=False),
        "breaking",
        ("encoding changed",),
        ("src/julep/managers/memory.py list",),
        ("facts",),
    ),
    Edit(
        "a parameter that becomes required",
        put("GetAgentMemories", "parameters", 1, "required", value=True),
        "breaking",
        ("became required",),
        ("!src/julep/managers/memory.py list", "!src/julep/managers/memory.py iterate (async)"),
        ("gate", "facts"),
    ),
    Edit(
        "a parameter deprecated",
        put("GetAgentMemories", "parameters", 1, "deprecated", value=True),
        "deprecation",
        ("deprecated",),
        ("!src/julep/managers/memory.py list",),
        ("gate",),
    ),
    Edit(
        "a parameter with a new value",
        add("SortBy", "schema", "enum", value="name"),
        "additive",
        ("enum values added",),
        ("!src/julep/managers/_literals.py SortBy", f"!{SESSION} list", f"!{CALLS} _listing", f"!{FACTS}"),
        ("gate", "facts"),
    ),
    Edit(
        "a parameter without a value",
        take("Order", "schema", "enum", value="asc"),
        "breaking",
        ("enum values removed",),
        ("!src/julep/managers/_literals.py Order", f"!{SESSION} list", f"!{CALLS} _listing"),
        ("gate", "facts"),
    ),
    Edit(
        "a parameter's bound tightened",
        put("Limit", "schema", "maximum", value=500),
        "breaking",
        ("bound tightened",),
        ("!src/julep/_calls/paging.py MAX_PAGE_SIZE", f"!{SESSION} iterate", "!src/julep/managers/tool.py iterate",
         f"{CALLS}", "README.md"),
        ("gate", "facts"),
    ),
    Edit(
        "a parameter's bound loosened",
        put("Limit", "schema", "maximum", value=5000),
        "additive",
        ("bound loosened",),
        ("!src/julep/_calls/paging.py MAX_PAGE_SIZE", f"!{SESSION} iterate"),
        ("gate", "facts"),
    ),
    Edit(
        "a parameter's default",
        put("Limit", "schema", "default", value=50),
        "warning",
        ("default changed",),
        ("!src/julep/_calls/paging.py DEFAULT_PAGE_SIZE", "!src/julep_server/store/paging.py page_of",
         f"!{SESSION} iterate"),
        ("gate", "facts"),
    ),
    Edit(
        "a parameter's pattern",
        put("MetadataFilter", "schema", "pattern", value="^{"),
        "breaking",
        ("bound tightened",),
        (f"{SESSION} list",),
        ("facts",),
    ),
    Edit(
        "a header parameter that the driver writes",
        put("IdempotencyKey", "schema", "maxLength", value=64),
        "breaking",
        ("bound tightened",),
        ("src/julep/_calls/requests.py", "src/julep_server/dispatch.py"),
        (),
    ),
    # Bodies and media types -----------------------------------------------------------------------
    Edit(
        "a body that may be left out",
        put("CreateUser", "requestBody", "required", value=False),
        "additive",
        ("became optional",),
        (f"{USER} _create", f"{USERS} CreateUser"),
        ("gate",),
    ),
    Edit(
        "a body more",
        put("DeleteUser", "requestBody", value={"content": {_JSON: {"schema": {"type": "object"}}}}),
        "additive",
        ("optional body added",),
        (f"!{USER} _delete", f"!{USERS} DeleteUser"),
        ("gate", "facts"),
    ),
    Edit(
        "a required body more",
        put("DeleteUser", "requestBody", value={"required": True, "content": {_JSON: {"schema": _TAGS}}}),
        "breaking",
        ("required body added",),
        (f"!{USER} _delete", f"!{USERS} DeleteUser"),
        ("gate", "facts"),
    ),
    Edit(
        "a body less",
        drop("PatchUser", "requestBody"),
        "breaking",
        ("body removed",),
        (f"!{USER} _update", f"!{USERS} PatchUser"),
        ("gate", "facts"),
    ),
    Edit(
        "another media type of a body",
        put("CreateUser", "requestBody", "content", "application/xml", value={"schema": {"type": "string"}}),
        "additive",
        ("media type added",),
        (f"!{USER} _create",),
        ("gate",),
    ),
    Edit(
        "a media type of an answer less",
        drop("Chat", "responses", "200", "content", "text/event-stream"),
        "breaking",
        ("media type removed",),
        (f"!{CHAT} _chat", "!src/julep_server/resources/chat.py Chat"),
        ("gate", "facts"),
    ),
    # Responses ------------------------------------------------------------------------------------
    Edit(
        "another error",
        put("ListUsers", "responses", "418", value={"$ref": "#/components/responses/Conflict"}),
        "additive",
        ("error added",),
        ("!src/julep/_calls/responses.py", f"{USERS} ListUsers"),
        ("gate",),
    ),
    Edit(
        "an error less",
        drop("ListUsers", "responses", "429"),
        "warning",
        ("error removed",),
        ("src/julep_server/resources/users.py ListUsers",),
        (),
    ),
    Edit(
        "another success",
        put("CreateUser", "responses", "202", value=_OK),
        "warning",
        ("success added",),
        (f"!{USERS} CreateUser", f"{USER} create"),
        ("facts",),
    ),
    Edit(
        "another success instead",
        lambda d: operation(d, "CreateUser")["responses"].update(
            {"200": operation(d, "CreateUser")["responses"].pop("201")}
        ),
        "breaking",
        ("success added", "success removed"),
        (f"!{USERS} CreateUser",),
        ("facts",),
    ),
    Edit(
        "a header of an answer",
        put("ListUsers", "responses", "200", "headers", "X-Total", value={"schema": {"type": "integer"}}),
        "additive",
        ("header added",),
        (f"!{USERS} ListUsers",),
        ("gate",),
    ),
    Edit(
        "a header of an answer less",
        drop("Chat", "responses", "200", "headers", "X-Julep-Model"),
        "breaking",
        ("header removed",),
        ("src/julep_server/http/responses.py",),
        ("gate",),
    ),
    Edit("a response's description", put("NotFound", "description", value="Nothing."), "prose",
         ("prose changed",)),
    # Schemas --------------------------------------------------------------------------------------
    Edit("a schema more", put("components", "schemas", "Team", value={"type": "object"}), "additive",
         ("schema added",)),
    Edit(
        "a schema renamed",
        rename_schema("Suggestion", "Hint"),
        "breaking",
        ("schema renamed",),
        ("!src/julep/managers/history.py", f"!{FACTS}"),
        ("gate", "facts"),
    ),
    Edit(
        "a schema less",
        both(drop("components", "schemas", "FunctionCallOption")),
        "breaking",
        ("schema removed",),
        (f"!{FACTS}",),
        ("facts",),
    ),
    Edit(
        "an optional property of a request",
        put("CreateSessionRequest", "properties", "tags", value=_TAGS),
        "additive",
        ("optional property added",),
        (f"!{SESSION} _create", f"!{SESSION} create", f"!{SESSION} create (async)", f"!{TYPES} SessionCreateArgs",
         f"!{SESSIONS} CreateSession", f"!{SESSIONS} _values", "!src/julep_server/store/sessions.py Session",
         f"!{TABLES} sessions", "!src/julep_server/db/migrations/versions", f'!{CALLS} "sessions.create"',
         f"!{FACTS}"),
        ("gate", "facts"),
    ),
    Edit(
        "a required property of a request",
        both(put("UpdateUserRequest", "properties", "email", value=_TEXT),
             put("UpdateUserRequest", "required", value=["name", "about", "email"])),
        "breaking",
        ("required property added",),
        (f"!{USER} _update", f"!{USER} update", f"!{TYPES} UserUpdateArgs", f"!{USERS} UpdateUser",
         "!src/julep_server/store/users.py User", f"!{TABLES} users"),
        ("gate", "facts"),
    ),
    Edit(
        "a property of a request less",
        drop("CreateSessionRequest", "properties", "token_budget"),
        "breaking",
        ("property removed",),
        (f"!{SESSION} create", f"!{SESSION} create (async)", f"!{TYPES} SessionCreateArgs",
         f"!{SESSIONS}",
         f'!{CALLS} "sessions.create"', f"!{FACTS}"),
        ("gate", "facts"),
    ),
    Edit(
        "a property of a request renamed",
        rename("CreateUserRequest", "properties", "about", to="bio"),
        "breaking",
        ("property renamed",),
        (f"!{USER} create", f"!{TYPES} UserCreateArgs", f"!{USERS}", f'!{CALLS} "users.create"'),
        ("gate", "facts"),
    ),
    Edit(
        "a property of an answer",
        put("Session", "properties", "tags", value=_TAGS),
        "additive",
        ("optional property added",),
        (f"!{SHOWN} session_json", "!src/julep_server/store/sessions.py Session", f"!{TABLES} sessions",
         "!src/julep_server/db/migrations/versions"),
        ("gate", "facts"),
    ),
    Edit(
        "a property of an answer less",
        drop("Session", "properties", "summary"),
        "breaking",
        ("property removed",),
        (f"!{SHOWN} session_json", "!src/julep_server/store/sessions.py Session", f"!{TABLES} sessions"),
        ("gate", "facts"),
    ),
    Edit(
        "a property of an answer renamed",
        rename("JobStatus", "properties", "reason", to="cause"),
        "breaking",
        ("property renamed",),
        ("!src/julep_server/representations.py job_json", "src/julep/managers/job.py",
         "!src/julep_server/store/jobs.py Job", f"!{TABLES} jobs"),
        ("gate", "facts"),
    ),
    Edit(
        "a setting of chats",
        put("ChatSettings", "properties", "verbosity", value={"type": "integer", "description": "Words."}),
        "additive",
        ("optional property added",),
        (f"!{CHAT} _chat", f"!{CHAT} chat", f"!{CHAT} chat (async)", f"!{TYPES} ChatSettingsArgs",
         "!src/julep_server/chat/settings.py effective_settings", f'!{CALLS} "sessions.chat"'),
        ("gate", "facts"),
    ),
    Edit(
        "a property deep in requests and answers",
        put("FunctionDef", "properties", "strict", value={"type": "boolean", "description": "Exact."}),
        "additive",
        ("optional property added",),
        (f"!{TYPES} FunctionDefDict",),
        ("gate", "facts"),
    ),
    # Facets ---------------------------------------------------------------------------------------
    Edit(
        "a property of a request that becomes required",
        put("CreateUserRequest", "required", value=["name"]),
        "breaking",
        ("became required",),
        (f"!{USER} create", f"!{USER} create (async)", f"!{TYPES} UserCreateArgs"),
        ("gate", "facts"),
    ),
    Edit(
        "a property of a request that becomes optional",
        drop("CreateAgentRequest", "required"),
        "additive",
        ("became optional",),
        ("!src/julep/managers/agent.py create", f"!{TYPES} AgentCreateArgs"),
        ("gate", "facts"),
    ),
    Edit(
        "a property of an answer that becomes optional",
        take("Session", "required", value="render_templates"),
        "breaking",
        ("became optional",),
        (f"{SHOWN} session_json", "src/julep_server/store/sessions.py Session"),
        ("facts",),
    ),
    Edit("a property of an answer that is always there", add("Session", "required", value="summary"),
         "additive", ("became required",), (f"{SHOWN} session_json",), ("gate", "facts")),
    Edit(
        "null allowed in a request",
        put("CreateUserRequest", "properties", "about", "nullable", value=True),
        "additive",
        ("null allowed",),
        (f"{USER} create", f"{TYPES} UserCreateArgs", f"{USERS} _values"),
        ("gate", "facts"),
    ),
    Edit(
        "null forbidden in a request",
        drop("ChatSettings", "properties", "temperature", "nullable"),
        "breaking",
        ("null forbidden",),
        (f"{CHAT} chat", f"{TYPES} ChatSettingsArgs"),
        ("gate", "facts"),
    ),
    Edit(
        "null allowed in an answer",
        put("Session", "properties", "situation", "nullable", value=True),
        "breaking",
        ("null allowed",),
        (f"{SHOWN} session_json",),
        ("facts",),
    ),
    Edit(
        "a type of a request widened",
        put("ChatSettings", "properties", "seed", "type", value="number"),
        "additive",
        ("type widened",),
        (f"{CHAT} chat", f"{TYPES} ChatSettingsArgs"),
        ("gate", "facts"),
    ),
    Edit(
        "a type of a request narrowed",
        put("ChatSettings", "properties", "temperature", "type", value="integer"),
        "breaking",
        ("type narrowed",),
        (f"{CHAT} chat", f"{TYPES} ChatSettingsArgs"),
        ("gate", "facts"),
    ),
    Edit(
        "another type in an answer",
        put("Session", "properties", "token_budget", "type", value="string"),
        "breaking",
        ("type changed",),
        (f"{SHOWN} session_json", f"{TABLES} sessions", "src/julep_server/store/sessions.py Session"),
        ("gate", "facts"),
    ),
    Edit(
        "a format with a type",
        put("CreateUserRequest", "properties", "name", "format", value="uuid"),
        "breaking",
        ("format changed",),
        (f"{USER} create", f"{TYPES} UserCreateArgs", f"{USERS} _values"),
        ("gate", "facts"),
    ),
    Edit(
        "a format that is a note",
        put("Session", "properties", "situation", "format", value="markdown"),
        "warning",
        ("format noted",),
        (f"{SHOWN} session_json",),
        ("facts",),
    ),
    Edit(
        "a value more in an answer",
        add("JobStatus", "properties", "state", "enum", value="cancelled"),
        "warning",
        ("enum values added",),
        ("src/julep/managers/job.py _FAILED", "src/julep_server/store/jobs.py State"),
        ("gate", "facts"),
    ),
    Edit(
        "a value less in an answer",
        take("JobStatus", "properties", "state", "enum", value="aborted"),
        "warning",
        ("enum values removed",),
        ("src/julep/managers/job.py _FAILED", "src/julep_server/store/jobs.py State"),
        ("gate", "facts"),
    ),
    Edit(
        "a value more in requests",
        add("ChatSettings", "properties", "preset", "enum", value="poetic"),
        "additive",
        ("enum values added",),
        ("!src/julep/managers/_literals.py Preset", "!src/julep_server/chat/settings.py PRESETS"),
        ("gate", "facts"),
    ),
    Edit(
        "a text that becomes one of several",
        put("CreateSessionRequest", "properties", "context_overflow", "enum", value=["truncate", "adaptive"]),
        "breaking",
        ("enum added",),
        (f"{SESSION} create", "src/julep/managers/_literals.py ContextOverflow"),
        ("gate", "facts"),
    ),
    Edit(
        "one of several that becomes any text",
        drop("JobStatus", "properties", "state", "enum"),
        "breaking",
        ("enum removed",),
        ("src/julep/managers/job.py",),
        ("gate", "facts"),
    ),
    Edit(
        "a bound of a property tightened",
        put("ChatSettings", "properties", "max_tokens", "maximum", value=8192),
        "breaking",
        ("bound tightened",),
        (f"!{CHAT} chat",),
        ("gate", "facts"),
    ),
    Edit(
        "a bound of a property more",
        put("CreateUserRequest", "properties", "name", "minLength", value=1),
        "breaking",
        ("bound tightened",),
        (f"{USER} create",),
        ("gate", "facts"),
    ),
    Edit(
        "a bound of a property less",
        drop("ChatSettings", "properties", "temperature", "maximum"),
        "additive",
        ("bound loosened",),
        (f"!{CHAT} chat",),
        ("gate", "facts"),
    ),
    Edit(
        "a default of a request",
        put("CreateSessionRequest", "properties", "render_templates", "default", value=True),
        "warning",
        ("default changed",),
        (f"!{SESSION} create", f"!{SESSION} create (async)", f"!{SESSIONS} _values"),
        ("gate", "facts"),
    ),
    Edit(
        "a default more",
        put("CreateUserRequest", "properties", "about", "default", value="Somebody"),
        "additive",
        ("default added",),
        (f"!{USERS} _values",),
        ("gate", "facts"),
    ),
    Edit(
        "a default less",
        drop("CreateSessionRequest", "properties", "render_templates", "default"),
        "warning",
        ("default removed",),
        (f"!{SESSIONS} _values",),
        ("gate", "facts"),
    ),
    Edit(
        "a property deprecated",
        put("CreateSessionRequest", "properties", "token_budget", "deprecated", value=True),
        "deprecation",
        ("deprecated",),
        (f"!{SESSION} create",),
        ("gate", "facts"),
    ),
    Edit(
        "a property that is read-only",
        put("CreateUserRequest", "properties", "about", "readOnly", value=True),
        "breaking",
        ("became read-only",),
        (f"{USER} create", f"{TYPES} UserCreateArgs"),
        ("gate", "facts"),
    ),
    Edit(
        "no further properties",
        put("CreateUserRequest", "additionalProperties", value=False),
        "breaking",
        ("further properties forbidden",),
        (f"!{FACTS}",),
        ("facts",),
    ),
    Edit(
        "one more alternative",
        add("ToolChoiceOption", "oneOf", value={"$ref": "#/components/schemas/FunctionCallOption"}),
        "additive",
        ("alternative added",),
        (f"{TYPES}",),
        ("gate", "facts"),
    ),
    Edit(
        "one alternative less",
        drop("ToolChoiceOption", "oneOf", 1),
        "breaking",
        ("alternative removed",),
        (f"{TYPES}",),
        ("gate", "facts"),
    ),
    Edit(
        "one more part of a composition",
        add("ChatInput", "allOf", value={"$ref": "#/components/schemas/FunctionCallOption"}),
        "warning",
        ("part added",),
        (f"!{CHAT} chat", f"!{FACTS}"),
        ("gate", "facts"),
    ),
    Edit(
        "a property that is write-only",
        put("Session", "properties", "summary", "writeOnly", value=True),
        "breaking",
        ("became write-only",),
        (f"{SHOWN} session_json",),
        ("facts",),
    ),
    Edit(
        "no schema of further values",
        put("ChatSettings", "properties", "logit_bias", "additionalProperties", value=True),
        "additive",
        ("schema of values removed",),
        (f"{CHAT} chat",),
        ("facts",),
    ),
    Edit(
        "a discriminator",
        put("ToolChoiceOption", "discriminator", value={"propertyName": "type"}),
        "warning",
        ("discriminator changed",),
        (TYPES,),
        ("facts",),
    ),
    Edit("links", put("ListUsers", "responses", "200", "links", value={"a": {}}), "prose", ("links changed",)),
    Edit("a shared example", put("components", "examples", value={"a": {"value": 1}}), "prose",
         ("component changed",)),
    Edit("a property's description", put("CreateUserRequest", "properties", "about", "description", value="X."),
         "prose", ("prose changed",), (f"{USER} create",)),
    Edit("an example", put("CreateUserRequest", "properties", "about", "example", value="X."), "prose",
         ("prose changed",)),
    # The whole ------------------------------------------------------------------------------------
    Edit(
        "another server",
        put("servers", 0, "url", value="https://api.julep.test/api"),
        "warning",
        ("server changed",),
        ("!src/julep/_settings/config.py", "!src/julep/_base_client.py", "README.md"),
        ("gate",),
    ),
    Edit("a server more", add("servers", value={"url": "https://b.test"}), "additive", ("server added",)),
    Edit(
        "a security scheme less",
        both(drop("components", "securitySchemes", "apiKeyAuth"), drop("security", 1)),
        "breaking",
        ("security scheme removed", "security required"),
        ("src/julep_server/http/authentication.py", "src/julep/_settings/config.py"),
        ("facts",),
    ),
    Edit(
        "another key",
        put("components", "securitySchemes", "apiKeyAuth", "name", value="X-Key"),
        "breaking",
        ("security scheme changed",),
        ("src/julep_server/http/authentication.py", "src/julep/_settings/config.py"),
        ("facts",),
    ),
    Edit(
        "an operation without a key",
        put("ListUsers", "security", value=[]),
        "additive",
        ("security loosened",),
        (f"{USER} list",),
        ("facts",),
    ),
    Edit("the version of the contract", put("info", "version", value="0.4.0"), "prose",
         ("contract version changed",)),
    Edit("the title", put("info", "title", value="Agents"), "prose", ("prose changed",)),
    Edit("a tag's description", put("tags", 0, "description", value="X."), "prose", ("prose changed",)),
    Edit("a word of one's own", put("Session", "x-note", value=1), "prose", ("extension changed",), (), ("facts",)),
    Edit("a keyword that is unknown", put("Session", "contains", value={}), "warning", ("keyword changed",),
         (), ("facts",)),
)  # fmt: skip

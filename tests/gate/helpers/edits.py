"""Edits of the contract, of every kind that hand-written code has to follow."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final, NamedTuple

from tests.gate.helpers.document import Node

_LABELS: Final[Node] = {"type": "array", "items": {"type": "string"}}


class Edit(NamedTuple):
    """An edit, and the places that the gate names as long as nothing else is changed."""

    name: str
    change: Callable[[Node], object]
    places: tuple[str, ...]

    def applied(self, root: Node) -> Node:
        """Return an edited copy of a contract."""
        edited = deepcopy(root)
        self.change(edited)
        return edited


def _schema(name: str, *path: str) -> Callable[[Node], Node]:
    """Return a function that finds a schema, or a property in it."""

    def find(root: Node) -> Node:
        found: Any = root["components"]["schemas"][name]
        for step in path:
            found = found["properties"][step] if step != "[]" else found["items"]
        node: Node = found
        return node

    return find


def _add(find: Callable[[Node], Node], name: str, schema: Node) -> Callable[[Node], object]:
    return lambda root: find(root)["properties"].update({name: schema})


def _set(find: Callable[[Node], Node], **values: object) -> Callable[[Node], object]:
    return lambda root: find(root).update(values)


def _more(find: Callable[[Node], Node], value: str) -> Callable[[Node], object]:
    return lambda root: find(root)["enum"].append(value)


def _less(find: Callable[[Node], Node], value: str) -> Callable[[Node], object]:
    return lambda root: find(root)["enum"].remove(value)


def _operation(path: str, method: str) -> Callable[[Node], Node]:
    def find(root: Node) -> Node:
        node: Node = root["paths"][path][method]
        return node

    return find


def _parameter(find: Callable[[Node], Node], location: str, name: str) -> Callable[[Node], object]:
    new = {"name": name, "in": location, "schema": {"type": "string"}}
    return lambda root: find(root).setdefault("parameters", []).append(new)


def _component(name: str) -> Callable[[Node], Node]:
    def find(root: Node) -> Node:
        node: Node = root["components"]["parameters"][name]["schema"]
        return node

    return find


def _new_operation(root: Node) -> None:
    get = deepcopy(root["paths"]["/users/{user_id}"]["get"])
    root["paths"]["/users/{user_id}/export"] = {"get": {**get, "operationId": "ExportUser"}}


def _rename(root: Node) -> None:
    root["paths"]["/users/{user_id}"]["get"]["operationId"] = "ReadUser"


def _move_success(root: Node) -> None:
    responses = root["paths"]["/users"]["post"]["responses"]
    responses["200"] = responses.pop("201")


def _document_status(root: Node) -> None:
    responses = root["paths"]["/users"]["post"]["responses"]
    responses["451"] = responses["403"]


def _document_header(root: Node) -> None:
    headers = root["paths"]["/users"]["get"]["responses"]["200"]["headers"]
    headers["X-Total"] = {"schema": {"type": "integer"}}


def _secure(root: Node) -> None:
    root["components"]["securitySchemes"]["other"] = {
        "type": "apiKey",
        "in": "header",
        "name": "X-Key",
    }


def _secure_by_another_scheme(root: Node) -> None:
    _secure(root)
    root["security"] = [{"other": []}]


def _move_server(root: Node) -> None:
    root["servers"][0]["url"] = "http://127.0.0.1:9090/api"


def _remove(find: Callable[[Node], Node], name: str) -> Callable[[Node], object]:
    def change(root: Node) -> None:
        schema = find(root)
        del schema["properties"][name]
        if name in schema.get("required", ()):
            schema["required"].remove(name)

    return change


_USERS: Final = _operation("/users", "get")
_SETTINGS: Final = _schema("ChatSettings")


def _page_by_cursor(root: Node) -> None:
    _parameter(_USERS, "query", "cursor")(root)
    _add(_schema("ListUsersResponse"), "next_cursor", {"type": "string"})(root)


def _stop_at_more(root: Node) -> None:
    _schema("ChatSettings", "stop")(root)["oneOf"][1]["maxItems"] = 8


_MESSAGE: Final = _schema("InputChatMLMessage")

EDITS: Final = (
    Edit(
        "an optional property of a request",
        _add(_schema("CreateUserRequest"), "labels", _LABELS),
        ("sent CreateUser body labels by users.create", "read CreateUser body labels"),
    ),
    Edit(
        "a property inside a request",
        _add(_MESSAGE, "pinned", {"type": "boolean"}),
        (
            "typed sessions.chat messages[]:InputChatMlMessageDict.pinned",
            "read Chat body messages[].pinned",
        ),
    ),
    Edit(
        "a setting of chats",
        _add(_SETTINGS, "top_k", {"type": "integer"}),
        (
            "sent Chat body top_k by sessions.chat",
            "sent Chat body top_k by sessions.stream_run",
            "sent RenderChat body top_k by sessions.render",
            "read Chat body top_k",
            "read RenderChat body top_k",
        ),
    ),
    Edit(
        "an optional property of a resource",
        _add(_schema("Session"), "labels", _LABELS),
        ("produced GetSession labels", "produced ListSessions items[].labels"),
    ),
    Edit(
        "a property of a response that is streamed",
        _add(_schema("ChatResponseChunk"), "model", {"type": "string"}),
        ("produced Chat event model",),
    ),
    Edit(
        "a property of what explains a response",
        _add(_schema("DocMatch"), "page", {"type": "integer"}),
        (
            "produced Chat explanation.docs[].page",
            "produced Chat event explanation.docs[].page",
            "produced RenderChat explanation.docs[].page",
            "produced SearchDocs items[].page",
        ),
    ),
    Edit(
        "a property that is gone",
        _remove(_schema("CreateUserRequest"), "about"),
        ("sent CreateUser undocumented body about by users.create",),
    ),
    Edit(
        "a parameter of the query",
        _parameter(_USERS, "query", "name"),
        (
            "sent ListUsers query name by users.list",
            "sent ListUsers query name by users.iterate",
            "sent ListUsers query name by users.count",
            "read ListUsers query name",
        ),
    ),
    Edit(
        "a parameter in a header",
        _parameter(_USERS, "header", "X-Trace"),
        ("sent ListUsers header X-Trace by users.list", "read ListUsers header X-Trace"),
    ),
    Edit(
        "a cursor",
        _page_by_cursor,
        (
            "sent ListUsers query cursor by users.list",
            "read ListUsers query cursor",
            "produced ListUsers next_cursor",
        ),
    ),
    Edit(
        "a value of a parameter",
        _more(_component("Order"), "random"),
        ("typed users.list order", "named ListUsers.order random"),
    ),
    Edit(
        "a value that is gone",
        _less(_component("SortBy"), "updated_at"),
        ("typed users.list sort_by",),
    ),
    Edit(
        "a value of a setting",
        _more(_schema("ChatSettings", "preset"), "silly"),
        (
            "typed sessions.chat preset",
            "named ChatSettings.preset silly",
            "constant src/julep_server/chat/settings.py PRESETS",
        ),
    ),
    Edit(
        "a value inside a request",
        _more(_schema("InputChatMLMessage", "role"), "narrator"),
        (
            "named InputChatMLMessage.role narrator",
            "typed sessions.chat messages[]:InputChatMlMessageDict.role",
        ),
    ),
    Edit(
        "a value in a response",
        _more(_schema("JobStatus", "state"), "suspended"),
        ("waited suspended", "named JobStatus.state suspended"),
    ),
    Edit(
        "a longer value in a response",
        _more(_schema("JobStatus", "state"), "waiting_for_approval"),
        ("stored jobs.state",),
    ),
    Edit(
        "a bound that is looser",
        _set(_schema("ChatSettings", "max_tokens"), maximum=32768),
        ("documented sessions.chat max_tokens",),
    ),
    Edit(
        "a number of items that is larger",
        _stop_at_more,
        ("documented sessions.chat stop",),
    ),
    Edit(
        "a bound of pages",
        _set(_component("Limit"), maximum=500),
        (
            "constant src/julep/_calls/paging.py MAX_PAGE_SIZE",
            "documented users.iterate page_size",
        ),
    ),
    Edit(
        "a length that is longer",
        _set(_schema("FunctionDef", "name"), maxLength=1024),
        ("stored tools.name",),
    ),
    Edit(
        "a default of a parameter",
        _set(_component("Order"), default="asc"),
        ("documented users.list order",),
    ),
    Edit(
        "a default of pages",
        _set(_component("Limit"), default=50),
        (
            "constant src/julep/_calls/paging.py DEFAULT_PAGE_SIZE",
            "constant src/julep_server/store/paging.py limit",
            "documented users.iterate page_size",
        ),
    ),
    Edit(
        "a default of a property",
        _set(_schema("CreateUserRequest", "name"), default="Guest"),
        ("defaults CreateUser name", "documented users.create name"),
    ),
    Edit(
        "a default of a flag",
        _set(_schema("MemoryAccessOptions", "recall"), default=False),
        ("constant src/julep_server/chat/turn.py enables('recall')",),
    ),
    Edit(
        "a format",
        _set(_schema("CreateSessionRequest", "situation"), format="uuid"),
        ("typed sessions.create situation",),
    ),
    Edit(
        "a type",
        _set(_schema("ChatSettings", "seed"), type="string"),
        ("typed sessions.chat seed",),
    ),
    Edit(
        "a property that is required of an object in a request",
        _set(_MESSAGE, required=["role"]),
        ("typed sessions.chat messages[]:InputChatMlMessageDict.content",),
    ),
    Edit(
        "a deprecated operation",
        _set(_USERS, **{"deprecated": True, "x-sunset": "2027-03-01"}),
        ("deprecated users.list", "deprecated users.iterate"),
    ),
    Edit(
        "a deprecated parameter",
        _set(_component("SortBy"), deprecated=True),
        ("deprecated users.list sort_by", "deprecated docs.iterate sort_by"),
    ),
    Edit(
        "a deprecated property",
        _set(_schema("ChatSettings", "seed"), deprecated=True),
        ("deprecated sessions.chat seed",),
    ),
    Edit("an operation", _new_operation, ("sent ExportUser", "handled ExportUser")),
    Edit("another name of an operation", _rename, ("sent ReadUser", "handled ReadUser")),
    Edit("another status of a success", _move_success, ("produced CreateUser status 200",)),
    Edit("a status of an error", _document_status, ("named status 451", "status 451")),
    Edit("a header of a response", _document_header, ("produced ListUsers header x-total",)),
    Edit("a way to send a key", _secure, ("secured other",)),
    Edit("another way to send a key", _secure_by_another_scheme, ("secured SDK",)),
    Edit(
        "an operation without a key",
        _set(_USERS, security=[]),
        ("opened ListUsers key",),
    ),
    Edit(
        "another server",
        _move_server,
        (
            "constant src/julep/_settings/config.py DEFAULT_BASE_URL",
            "constant src/julep_server/cli.py DEFAULT_PORT",
            "constant README.md",
        ),
    ),
)

"""Small readings of request bodies that several resources share."""

from __future__ import annotations

from julep_server.chat.functions import check_names, function_of
from julep_server.errors import invalid_field
from julep_server.json_text import JSON, JSONObject, merge_patch
from julep_server.store.docs import NewDoc
from julep_server.store.tools import NewTool

_LARGEST = 2**63 - 1


def metadata_of(body: JSONObject) -> JSONObject:
    """The metadata given, or none."""
    given = body.get("metadata")
    return given if isinstance(given, dict) else {}


def merged_metadata(stored: JSONObject, body: JSONObject) -> JSONObject | None:
    """The metadata after a PATCH (RFC 7396); None where it names none."""
    if "metadata" not in body:
        return None
    merged = merge_patch(stored, body["metadata"])
    return merged if isinstance(merged, dict) else {}


def picked(body: JSONObject, *names: str) -> dict[str, JSON]:
    """Those of the fields that the body names."""
    return {name: body[name] for name in names if name in body}


def stored_integer(body: JSONObject, name: str) -> int | None:
    """An integer that a database can hold, or None where it isn't given.

    Raises:
        ApiError: 422 when it has more than 64 bits.
    """
    value = body.get(name)
    if not isinstance(value, (int, float)):
        return None
    if abs(value) > _LARGEST:
        raise invalid_field(name, "must fit in 64 bits")
    return int(value)


def docs_of(body: JSONObject) -> list[NewDoc]:
    """The documents given with an agent or a user."""
    given = body.get("docs")
    return [
        NewDoc(str(doc["title"]), doc["content"], metadata_of(doc))
        for doc in (given if isinstance(given, list) else [])
        if isinstance(doc, dict)
    ]


def tools_of(body: JSONObject) -> list[NewTool]:
    """The tools given with an agent.

    Raises:
        ApiError: 422 when a function's name is not one that endpoints accept.
    """
    given = body.get("tools")
    tools = given if isinstance(given, list) else []
    check_names(tools)
    return [
        NewTool(str(tool["type"]), str(function_of(tool)["name"]), function_of(tool))
        for tool in tools
        if isinstance(tool, dict)
    ]

"""Fields of request bodies that several resources read alike."""

from __future__ import annotations

from julep_server.chat.functions import function_of
from julep_server.contract.violations import too_many_keys
from julep_server.errors import invalid_field
from julep_server.json_text import JSON, JSONObject, merge_patch
from julep_server.store.docs import NewDoc
from julep_server.store.tools import NewTool

_MAX_INTEGER = 2**63 - 1


def metadata_of(body: JSONObject) -> JSONObject:
    """Return the metadata in a body; an empty object when it has none."""
    given = body.get("metadata")
    return given if isinstance(given, dict) else {}


def merged_metadata(stored: JSONObject, body: JSONObject, max_keys: int) -> JSONObject | None:
    """Return the metadata after a PATCH (RFC 7396); None when the body does not name it.

    Raises:
        ApiError: 422 when they have more keys than that.
    """
    if "metadata" not in body:
        return None
    merged = merge_patch(stored, body["metadata"])
    if not isinstance(merged, dict):
        return {}
    if len(merged) > max_keys:
        raise invalid_field("metadata", too_many_keys(max_keys))
    return merged


def named_fields(body: JSONObject, *names: str) -> dict[str, JSON]:
    """Return those of the fields that the body names."""
    return {name: body[name] for name in names if name in body}


def stored_integer(body: JSONObject, name: str) -> int | None:
    """Return an integer that a database can hold; None when the body does not name it.

    Raises:
        ApiError: 422 when it has more than 64 bits.
    """
    value = body.get(name)
    if not isinstance(value, (int, float)):
        return None
    if abs(value) > _MAX_INTEGER:
        raise invalid_field(name, "must fit in 64 bits")
    return int(value)


def docs_of(body: JSONObject) -> list[NewDoc]:
    """Return the documents in the body of an agent or a user."""
    given = body.get("docs")
    return [
        NewDoc(str(doc["title"]), doc["content"], metadata_of(doc))
        for doc in (given if isinstance(given, list) else [])
        if isinstance(doc, dict)
    ]


def tools_of(body: JSONObject) -> list[NewTool]:
    """Return the tools in the body of an agent."""
    given = body.get("tools")
    return [
        NewTool(str(tool["type"]), str(function_of(tool)["name"]), function_of(tool))
        for tool in (given if isinstance(given, list) else [])
        if isinstance(tool, dict)
    ]

"""Violations of schemas, as messages of this API with paths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import jsonschema_rs

from julep_server.contract.pieces import Piece, pieces_of
from julep_server.errors import Violation
from julep_server.json_text import JSON, JSONObject, dumps, objects_in

MAX_VIOLATIONS = 50
"""The maximum number of violations in a response, which keeps it readable."""

_MAX_SHOWN = 60


def violations(
    validator: jsonschema_rs.Draft202012Validator, value: JSON, root: str = ""
) -> list[Violation]:
    """List a value's violations of a schema.

    Args:
        validator: The schema's validator.
        value: The value to validate.
        root: A prefix for each path, such as a parameter's name.

    Returns:
        The violations in the order found, at most ``MAX_VIOLATIONS``; empty for a valid value.
    """
    if validator.is_valid(value):
        return []
    found: dict[Violation, None] = {}
    for piece in pieces_of(value):
        if validator.is_valid(piece.value):
            continue
        for error in _innermost(validator.iter_errors(piece.value)):
            if _is_there(value, error, piece):
                continue
            found[_violation(error, piece.original_path(error.instance_path), root)] = None
            if len(found) >= MAX_VIOLATIONS:
                return list(found)
    if not found:
        # What only the whole violates, such as a bound of a list's length, is little.
        for error in _innermost(validator.iter_errors(value)):
            found[_violation(error, list(error.instance_path), root)] = None
    return list(found)[:MAX_VIOLATIONS]


def _is_there(value: JSON, error: jsonschema_rs.ValidationError, piece: Piece) -> bool:
    """Check whether what a piece lacks is in the whole value."""
    if not isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required):
        return False
    found: Any = value
    for step in piece.original_path(error.instance_path):
        found = found[step]
    return isinstance(found, dict) and str(error.kind.property) in found


def metadata_violations(body: JSONObject, max_keys: int) -> list[Violation]:
    """List the metadata in a body that have too many keys, each of which is indexed."""
    docs = objects_in(body.get("docs"))
    parts = {"metadata": body.get("metadata")}
    parts |= {f"docs[{index}].metadata": doc.get("metadata") for index, doc in enumerate(docs)}
    return [
        Violation(path, too_many_keys(max_keys))
        for path, metadata in parts.items()
        if isinstance(metadata, dict) and len(metadata) > max_keys
    ][:MAX_VIOLATIONS]


def too_many_keys(limit: int) -> str:
    """Return the message of metadata with more keys than the limit."""
    return f"must have at most {limit} keys"


def path_text(path: Iterable[str | int], root: str = "") -> str:
    """Format a path as ``messages[0].role``."""
    text = root
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


def _innermost(
    errors: Iterable[jsonschema_rs.ValidationError],
) -> Iterable[jsonschema_rs.ValidationError]:
    """Replace the error of an ``anyOf`` by the errors of the closest alternative."""
    for error in errors:
        kind = error.kind
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.AnyOf):
            closest = _closest(error, kind.context)
            if closest:
                yield from _innermost(closest)
                continue
        yield error


def _closest(
    error: jsonschema_rs.ValidationError,
    alternatives: Sequence[Sequence[jsonschema_rs.ValidationError]],
) -> Sequence[jsonschema_rs.ValidationError]:
    """Return the errors of the alternative of the value's own type that has the fewest."""
    here = len(error.instance_path)
    same_type = [
        branch
        for branch in alternatives
        if not any(
            isinstance(problem.kind, jsonschema_rs.ValidationErrorKind.Type)
            and len(problem.instance_path) == here
            for problem in branch
        )
    ]
    return min(same_type, key=len) if same_type else ()


def _violation(error: jsonschema_rs.ValidationError, path: list[str | int], root: str) -> Violation:
    details = error.kind.as_dict()
    match error.kind.name:
        case "required":
            path.append(str(details["property"]))
            message = "is required"
        case "format" if details["format"] == "uuid":
            message = f"must be a UUID v4; got {_shown(error.instance)}"
        case "format":
            message = f"must be a {details['format']} (RFC 3339); got {_shown(error.instance)}"
        case "type":
            names = " or ".join(str(name) for name in details["types"])
            message = f"must be of type {names}; got {_shown(error.instance)}"
        case "enum":
            options = ", ".join(_shown(option) for option in details["options"])
            message = f"must be one of {options}; got {_shown(error.instance)}"
        case "anyOf":
            kinds = " or ".join(sorted(_types(error)))
            message = f"must be of type {kinds}; got {_shown(error.instance)}"
        case "minItems":
            message = f"must have at least {details['limit']} item(s)"
        case "maxItems":
            message = f"must have at most {details['limit']} items"
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" as bound:
            message = f"must be {_BOUNDS[bound]} {details['limit']}; got {_shown(error.instance)}"
        case other:
            message = f"violates {other} {_shown(error.kind.value)}"
    return Violation(path_text(path, root), message)


_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "greater than",
    "exclusiveMaximum": "less than",
}


def _types(error: jsonschema_rs.ValidationError) -> set[str]:
    names: set[str] = set()
    kind = error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.AnyOf):
        for problem in (problem for branch in kind.context for problem in branch):
            if isinstance(problem.kind, jsonschema_rs.ValidationErrorKind.Type):
                names.update(str(name) for name in problem.kind.as_dict()["types"])
            else:
                names.update(_types(problem))
    return names


def _shown(value: object) -> str:
    text = dumps(value)
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"

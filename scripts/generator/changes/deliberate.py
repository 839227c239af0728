"""What is not followed on purpose, by the exceptions of the gate: its reason is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from .checkout import CALLS, DELIBERATE, TO_DO, Checkout, Place, methods_named, python_names
from .facets import BOUNDS, enum_values
from .items import Contract, mapping, referred, sequence
from .subject import Subject
from .syntax import Function

_DEPTH = 8


def without_exceptions(
    place: Place, subject: Subject, contract: Contract, checkout: Checkout
) -> Place:
    """Return a place that is to do; as not followed, if the gate's exceptions have all it means."""
    if place.state != TO_DO or not checkout.exceptions:
        return place
    reasons = {_reason(name, checkout) for name in _names(place, subject, contract, checkout)}
    if not reasons or "" in reasons:
        return place
    return place._replace(state=DELIBERATE, note="; ".join(sorted(reasons)))


def _reason(name: str, checkout: Checkout) -> str:
    for pattern, reason in checkout.exceptions.items():
        # In brackets, fnmatch expects characters to choose from; paths have empty ones.
        if fnmatchcase(name, pattern.replace("[", "[[]")):
            return reason
    return ""


def _names(place: Place, subject: Subject, contract: Contract, checkout: Checkout) -> Iterator[str]:
    """Yield what the gate would print for a place."""
    if place.area == "SDK" and subject.change.item.kind == "response":
        yield f"status {subject.change.item.name}"
    elif place.area == "SDK":
        yield from _of_methods(place, subject, contract, checkout)
    elif place.area == "tests" and place.path == CALLS:
        method = place.name.strip('"')
        yield from (
            f"sent {operation} {path} by {method}"
            for operation in subject.methods
            for path in _requested(subject, operation, contract)
            if method in methods_named(checkout.sdk, checkout.sdk.methods(operation).public)
        )
    elif place.area == "server" and subject.change.facet == "enum":
        added = enum_values(subject.change.new)
        owners = [subject.schema] if subject.schema else subject.requests
        yield from (
            f"named {owner}.{subject.name} {value}"
            for owner in owners
            for value in added
            if value not in enum_values(subject.change.old)
        )
    elif place.area == "server" and re.match("produce |responds without ", place.note):
        yield from (
            f"produced {operation} {path}"
            for operation in subject.responses
            for path in _in_responses(subject, operation, contract)
        )
    elif place.area == "server" and re.search(r"\b(reads|names beside) ", place.note):
        own = [one for one in subject.requests if one == place.name]
        yield from (
            f"read {operation} {path}"
            for operation in own or subject.requests
            for path in _requested(subject, operation, contract)
        )


def _of_methods(
    place: Place, subject: Subject, contract: Contract, checkout: Checkout
) -> Iterator[str]:
    facet = subject.change.facet
    name = subject.name
    for operation in subject.methods:
        for method in _methods(place, operation, checkout, python_names(name)):
            if not facet:
                for path in _requested(subject, operation, contract):
                    yield f"sent {operation} {path} by {method}"
            elif facet not in (*BOUNDS, "default"):
                # Sentences that have the number are named by other rules than the gate's.
                yield f"typed {method} {name}"


def _methods(place: Place, operation: str, checkout: Checkout, names: set[str]) -> set[str]:
    """Return the public methods that a place in a manager belongs to, or is used by.

    Those that send a constant by the names have nothing to do.
    """
    methods = checkout.sdk.methods(operation)
    own = [
        one
        for one in (*methods.private, *methods.public)
        if one.module.path == place.path
        and one.title == place.name
        and one.line <= place.line <= one.end
    ]
    found: list[Function] = []
    seen: list[Function] = []
    while own:
        one = own.pop()
        if any(one is each for each in seen):
            continue
        seen.append(one)
        if any(one is each for each in methods.public):
            found.append(one)
        else:
            own += [
                user
                for user in (*methods.private, *methods.public)
                if user is not one
                and any(used.rpartition(".")[2] == one.name for used in user.uses)
            ]
    to_do = [one for one in found if not checkout.sdk.sends_itself(one, names)]
    return set(methods_named(checkout.sdk, to_do))


def _requested(subject: Subject, operation: str, contract: Contract) -> list[str]:
    """Return how the gate calls a parameter, or a property of an operation's body."""
    node = _operation(contract, operation)
    if subject.is_parameter:
        paths = mapping(contract.document.get("paths")).values()
        shared = [mapping(item) for item in paths if node in mapping(item).values()]
        listed = [each for one in (*shared, node) for each in sequence(one.get("parameters"))]
        return [
            f"{one.get('in')} {one['name']}"
            for one in map(contract.resolve, listed)
            if one.get("name") == subject.name
        ]
    content = mapping(contract.resolve(node.get("requestBody")).get("content"))
    return [f"body {path}" for path in _in_content(subject, content, contract)]


def _in_responses(subject: Subject, operation: str, contract: Contract) -> list[str]:
    """Return how the gate calls a property of an operation's successful responses."""
    found: list[str] = []
    for status, response in mapping(_operation(contract, operation).get("responses")).items():
        if str(status).startswith("2"):
            content = mapping(contract.resolve(response).get("content"))
            found += _in_content(subject, content, contract)
    return found


def _in_content(subject: Subject, content: dict[str, object], contract: Contract) -> list[str]:
    return [
        f"{'event ' if media_type == 'text/event-stream' else ''}{path}"
        for media_type, media in content.items()
        for path in sorted(_paths_in(subject, mapping(media).get("schema"), contract, "", "", 0))
    ]


def _paths_in(
    subject: Subject, node: object, contract: Contract, at: str, owner: str, depth: int
) -> set[str]:
    """Return the paths of the subject's property in a schema: ``messages[].role``."""
    if depth > _DEPTH:
        return set()
    owner = referred(node) or owner
    schema = contract.resolve(node)
    found: set[str] = set()
    for keyword in ("allOf", "oneOf", "anyOf"):
        for part in sequence(schema.get(keyword)):
            found |= _paths_in(subject, part, contract, at, owner, depth + 1)
    if "items" in schema:
        found |= _paths_in(subject, schema["items"], contract, f"{at}[]", "", depth + 1)
    for name, child in mapping(schema.get("properties")).items():
        path = f"{at}.{name}" if at else name
        if name == subject.name and owner == subject.schema:
            found.add(path)
        found |= _paths_in(subject, child, contract, path, "", depth + 1)
    return found


def _operation(contract: Contract, name: str) -> dict[str, object]:
    return mapping(next((node for one, _, _, node in contract.operations() if one == name), None))

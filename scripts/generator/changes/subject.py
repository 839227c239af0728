"""What a change is about, for the search of hand-written places: names, and operations."""

from __future__ import annotations

from dataclasses import dataclass

from .compare import Change
from .items import REQUESTS, RESPONSES, Contract, Item, Key, mapping, pointer_of, referred, sequence

ADD, DROP, RENAME, TOUCH = "add", "drop", "rename", "touch"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a change is about.

    Attributes:
        mode: Whether a name came, went, got another name, or stayed.
        name: The name of the parameter or property; empty for anything else.
        former: Its old name; the same if it is not renamed.
        siblings: The other names beside it.
        schema: The named schema that it is in; empty outside of schemas.
        methods: The operations whose methods may have it as an argument.
        requests: All operations whose requests may have it.
        responses: All operations whose responses may have it.
        is_parameter: Whether it is a parameter, not a property.
        in_path: Whether it is a part of the path.
        path: The path of the first of its operations.
        keepers: Other operations that have a parameter of the old name still.
    """

    change: Change
    mode: str
    name: str
    former: str
    siblings: frozenset[str]
    schema: str
    methods: tuple[str, ...]
    requests: tuple[str, ...]
    responses: tuple[str, ...]
    is_parameter: bool
    in_path: bool
    path: str
    keepers: tuple[str, ...]


def subject_of(change: Change, old: Contract, new: Contract) -> Subject:
    """Find out what a change is about."""
    gone = change.kind.endswith(" removed") and not change.facet
    contract = old if gone else new
    item = change.item
    named = _named_item(item, contract)
    name, former = ("", "") if named is None else (named.name, named.name)
    if named is not None and named.kind == "parameter":
        name = former = str(contract.resolve(named.node).get("name", named.name))
    if change.kind.endswith(" renamed") and named is item:
        former = str(change.old)
    schema = item.key[2] if item.key[:2] == ("components", "schemas") else ""
    reference = "#/" + "/".join(item.key[:3]) if item.key[0] == "components" else ""
    if reference:
        requests = contract.operations_of(reference, REQUESTS)
        responses = contract.operations_of(reference, RESPONSES)
    else:
        own = [item.key[1]] if item.key[0] == "operation" else []
        requests = own if REQUESTS in item.directions else []
        responses = own if RESPONSES in item.directions else []
    is_parameter = named is not None and named.kind == "parameter"
    methods = requests if is_parameter else _direct(named or item, requests, contract)
    users = methods or requests or responses
    return Subject(
        change,
        _mode(change, named is item),
        name,
        former,
        frozenset(_siblings(named, contract) - {name, former}),
        schema,
        tuple(methods),
        tuple(requests),
        tuple(responses),
        is_parameter,
        is_parameter and named is not None and contract.resolve(named.node).get("in") == "path",
        next((path for one, path, _, _ in contract.operations() if one in users), ""),
        _with_parameter(former, new) if is_parameter else (),
    )


def _with_parameter(name: str, contract: Contract) -> tuple[str, ...]:
    return tuple(
        operation
        for operation, _, _, node in contract.operations()
        if any(contract.resolve(one).get("name") == name for one in node.get("parameters", ()))
    )


def _mode(change: Change, itself: bool) -> str:
    if itself and change.kind.endswith("renamed"):
        return RENAME
    if itself and not change.facet:
        return ADD if change.kind.endswith(" added") else DROP
    return TOUCH


def _named_item(item: Item, contract: Contract) -> Item | None:
    """Return the nearest parameter or property that an item is, or is a part of."""
    key: Key = item.key
    if item.kind in ("parameter", "property"):
        return item
    while len(key) > 2:
        key = key[:-1]
        found = contract.items.get(key)
        if found is not None and found.kind in ("parameter", "property"):
            return found
    return None


def _siblings(named: Item | None, contract: Contract) -> set[str]:
    if named is None:
        return set()
    if named.kind == "parameter":
        return {
            one.name
            for key, one in contract.items.items()
            if key[:3] == (*named.key[:2], "parameter") and one.kind == "parameter"
            and key[3:4] != ("path",)
        }  # fmt: skip
    parent = contract.items.get(named.key[:-2])
    names = set(mapping(mapping(parent.node).get("properties"))) if parent else set[str]()
    schema = mapping(parent.node).get("schema") if parent else None
    return names | set(mapping(mapping(schema).get("properties")))


def _direct(item: Item, operations: list[str], contract: Contract) -> list[str]:
    """Return the operations whose body is the schema that a property is in, itself."""
    if not operations:
        return []
    top = [part for part in item.key if part in ("property", "items", "values", "oneOf", "anyOf")]
    if len(top) > 1:
        return []
    if item.key[0] == "operation":
        return operations
    if item.key[0] != "components":
        return []
    wanted = item.key[2]
    return [
        name
        for name, _, _, node in contract.operations()
        if name in operations and wanted in _body_schemas(contract, node.get("requestBody"))
    ]


def _body_schemas(contract: Contract, body: object) -> set[str]:
    """Return the named schemas that a body is, with the parts of compositions."""
    found: set[str] = set()
    content = mapping(contract.resolve(body).get("content"))
    todo = [mapping(media).get("schema") for media in content.values()]
    while todo:
        node = todo.pop()
        name = referred(node)
        if name and name not in found:
            found.add(name)
            todo.append(contract.find(f"#/components/schemas/{name}"))
        for keyword in ("allOf", "oneOf", "anyOf"):
            todo += sequence(mapping(node).get(keyword))
    return found


__all__ = ["ADD", "DROP", "RENAME", "TOUCH", "Subject", "pointer_of", "subject_of"]

"""Leave out of a contract what cannot be generated, with everything that needs it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple, cast
from urllib.parse import unquote

from contract import Contract, Node, Pointer, as_node
from findings import Finding, owner


class Rest(NamedTuple):
    """What is left of a contract.

    Attributes:
        contract: The contract without what cannot be generated.
        operations: The names of the operations that were left out, with the reason of each.
    """

    contract: Contract
    operations: dict[str, str]


def without(contract: Contract, problems: list[Finding]) -> Rest | None:
    """Return a contract without the operations and components that problems are in.

    An operation is left out if it has a problem, or needs a component that has one.

    Returns:
        None if a problem is the document's own, so that nothing would be left.
    """
    if any(not owner(one.pointer) for one in problems):
        return None
    reasons: dict[Pointer, str] = {owner(one.pointer): one.text for one in reversed(problems)}
    needs = {at: set(_references(node)) for at, node in _owners(contract)}
    while more := {
        at: reasons[broken]
        for at, references in needs.items()
        if at not in reasons
        for broken in references & reasons.keys()
    }:
        reasons.update(more)
    document: Node = copy.deepcopy(contract.document)
    left: dict[str, str] = {}
    for source in contract.operations():
        path = source.pointer[:2]
        reason = reasons.get(source.pointer) or reasons.get(path)
        if reason is not None:
            left[source.name] = reason
            document["paths"][source.path].pop(source.method, None)
    for at in reasons:
        if at[0] == "components":
            document["components"][at[1]].pop(at[2], None)
        elif len(at) == 2:
            document["paths"].pop(at[1], None)
    return Rest(Contract(document, contract.path), left)


def _owners(contract: Contract) -> Iterator[tuple[Pointer, Any]]:
    for kind, found in as_node(contract.document.get("components")).items():
        for name, node in as_node(found).items():
            yield ("components", kind, name), node
    for source in contract.operations():
        shared = {"parameters": source.path_item.get("parameters", [])}
        reference = contract.document["paths"][source.path].get("$ref")
        yield source.pointer, [source.data, shared, {"$ref": reference or ""}]


def _references(node: Any) -> Iterator[Pointer]:
    """Yield the components that a node refers to."""
    todo: list[Any] = [node]
    while todo:
        found = todo.pop()
        if isinstance(found, list):
            todo += cast("list[object]", found)
        elif isinstance(found, dict):
            fields = cast("Node", found)
            reference = fields.get("$ref")
            if isinstance(reference, str) and reference.startswith("#/"):
                steps = [
                    unquote(step).replace("~1", "/").replace("~0", "~")
                    for step in reference[2:].split("/")
                ]
                yield tuple(steps[:3]) if steps[0] == "components" else tuple(steps[:2])
            todo += fields.values()

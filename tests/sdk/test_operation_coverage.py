"""Every operation of the contract has a method of a sync and of an async manager."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from julep import JulepError
from tests.sdk.helpers.calls import GOOD
from tests.sdk.helpers.methods import SIDES, Caller, Side
from tests.sdk.helpers.stub import Stub

CONTRACT = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8"))
OPERATIONS: Mapping[str, tuple[str, str]] = {
    operation["operationId"]: (method.upper(), path)
    for path, methods in CONTRACT["paths"].items()
    for method, operation in methods.items()
    if "operationId" in operation
}

ID = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"


def calls() -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield valid calls of every method, and those whose arguments select another operation."""
    for method, given in GOOD.items():
        updates = method.endswith(".update")
        for variant in [given, {**given, "overwrite": True}] if updates else [given]:
            yield method, variant
            if method.startswith("docs."):
                yield method, {**variant, "agent_id": None, "user_id": ID}
                yield method, {**variant, "agent_id": ID, "user_id": None}
    function: dict[str, object] = {"name": "add", "parameters": {}}
    whole = {"agent_id": ID, "tool_id": ID, "function": function, "overwrite": True}
    yield "tools.update", whole


def reached(side: Side) -> set[str]:
    """Make all these calls, and return their operations."""
    with Stub() as stub, contextlib.closing(Caller(stub.url)) as caller:
        for method, given in calls():
            # Most methods cannot read the stub's response, which does not matter.
            with contextlib.suppress(JulepError):
                caller.public(side, method, given)
    requests = {(each.method, each.target.split("?")[0]) for each in stub.requests}
    return {
        name
        for name, operation in OPERATIONS.items()
        if any(is_of(operation, request) for request in requests)
    }


def is_of(operation: tuple[str, str], request: tuple[str, str]) -> bool:
    method, template = operation
    path = "/api" + re.sub(r"\\{\w+\\}", "[0-9a-f-]+", re.escape(template))
    return method == request[0] and re.fullmatch(path, request[1]) is not None


@pytest.mark.parametrize("side", SIDES)
def test_every_operation_is_reached_by_a_method(side: Side) -> None:
    assert set(OPERATIONS) - reached(side) == set()


def test_operations_are_distinguished() -> None:
    assert is_of(OPERATIONS["GetAgent"], ("GET", f"/api/agents/{ID}"))
    assert not is_of(OPERATIONS["GetAgent"], ("GET", f"/api/agents/{ID}/docs"))
    assert not is_of(OPERATIONS["GetAgent"], ("DELETE", f"/api/agents/{ID}"))

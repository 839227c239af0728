"""Deprecations of the contract: in docstrings, as PEP 702 has it, and as warnings."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from julep_api.deprecation import deprecated
from tests.generated.helpers.running import Generate

MARKED: dict[str, Any] = {"deprecated": True, "x-sunset": "2027-03-01"}
THING: dict[str, Any] = {
    "type": "object",
    "description": "A thing.",
    "properties": {
        "id": {"type": "string", "description": "Its id."},
        "old": {"type": "string", "description": "Its old name.", **MARKED},
    },
    **MARKED,
}
RESPONSE = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
SPEC: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Small", "version": "1"},
    "paths": {
        "/things": {
            "get": {
                "operationId": "GetThing",
                "summary": "Get a thing",
                "tags": ["things"],
                "parameters": [
                    {
                        "name": "sort",
                        "in": "query",
                        "description": "The order.",
                        "deprecated": True,
                        "schema": {"type": "string"},
                    }
                ],
                "responses": {"200": {"description": "It.", "content": RESPONSE}},
                **MARKED,
            }
        }
    },
    "components": {"schemas": {"Thing": THING}},
}
USE = """
import warnings
from julep_api.api import things
from julep_api.models import Thing

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    call = things.get_thing.call(sort="up")
    Thing("a")
    assert call.answers[200]({"id": "a"}).id == "a"  # reading one is no use of it
print([str(one.message) for one in caught], [one.filename for one in caught])
print(things.get_thing.call.__deprecated__, "|", Thing.__deprecated__)
print(things.get_thing.call.__doc__)
print(Thing.__doc__)
"""
WARNING = "is deprecated by the API, and may be gone from 2027-03-01 on"


@pytest.mark.once
def test_everything_deprecated_is_marked(generate: Generate, tmp_path: Path) -> None:
    spec, package = tmp_path / "spec.yaml", tmp_path / "out" / "julep_api"
    spec.write_text(json.dumps(SPEC))
    done = generate("--spec", spec, "--out", package)
    assert done.returncode == 0, done.stderr
    environment = {**os.environ, "PYTHONPATH": str(package.parent)}
    used = subprocess.run(
        [sys.executable, "-c", USE], env=environment, capture_output=True, text=True, check=False
    )
    assert used.returncode == 0, used.stderr
    messages, marks, *documentation = used.stdout.splitlines()
    assert messages == (f"['GetThing {WARNING}', 'Thing {WARNING}'] ['<string>', '<string>']")
    assert marks == f"GetThing {WARNING} | Thing {WARNING}"
    lines = {line.strip() for line in documentation}
    assert {f"GetThing {WARNING}.", f"Thing {WARNING}."} <= lines
    assert "sort: Deprecated. The order." in lines
    assert "old: Deprecated, and may be gone from 2027-03-01 on. Its old name." in lines


@pytest.mark.once
@pytest.mark.parametrize(
    ("marks", "problem"),
    [
        ({"x-sunset": "2027-03-01"}, "expected deprecated: true beside it"),
        ({"deprecated": True, "x-sunset": "soon"}, "expected one such as 2027-12-31"),
    ],
)
def test_a_date_of_nothing_and_no_date_are_refused(
    generate: Generate, tmp_path: Path, marks: dict[str, object], problem: str
) -> None:
    schema = {**THING, "deprecated": False, **marks}
    spec = tmp_path / "spec.yaml"
    spec.write_text(json.dumps({**SPEC, "components": {"schemas": {"Thing": schema}}}))
    done = generate("--spec", spec, "--out", tmp_path / "julep_api")
    assert done.returncode == 1
    assert "schema Thing: " in done.stderr
    assert problem in done.stderr


class Old:
    """A class with methods that are marked."""

    @deprecated("run is deprecated")
    def run(self, *, speed: int = 1) -> int:
        """Run."""
        return speed

    @deprecated("walk is deprecated")
    async def walk(self) -> int:
        """Walk."""
        return 3


def warned(call: Callable[[], int]) -> int:
    with pytest.warns(DeprecationWarning, match="^(run|walk) is deprecated$") as caught:
        result = call()
    assert [one.filename for one in caught] == [__file__]
    return result


def test_a_marked_function_warns_about_its_caller_and_works() -> None:
    assert warned(lambda: Old().run(speed=2)) == 2
    assert vars(Old.run)["__deprecated__"] == "run is deprecated"
    assert Old.run.__doc__ == "Run."


def test_a_marked_coroutine_function_is_still_one() -> None:
    async def walk() -> int:
        return await Old().walk()

    assert warned(lambda: asyncio.run(walk())) == 3
    assert asyncio.iscoroutinefunction(Old.walk)


@pytest.mark.parametrize("module", ["julep.managers.user", "julep_api.api.users"])
def test_calls_from_within_the_packages_do_not_warn(module: str) -> None:
    inside: dict[str, Any] = {"__name__": module, "old": Old()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec("result = old.run()", inside)  # noqa: S102  # a caller of that module
    assert inside["result"] == 1

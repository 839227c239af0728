"""Importing the package is cheap: expensive modules are imported by the first call."""

from __future__ import annotations

import pytest

from tests.helpers.ports import closed_port
from tests.sdk.helpers.programs import run_program

EXPENSIVE = ("httpx", "beartype", "anyio", "attrs", "attr", "julep_api.models", "asyncio", "ssl")

STEPS = """
import sys

def report(step):
    print(step, *sorted(name for name in sys.argv[2:] if name in sys.modules))

report("start")
import julep
import julep.errors
report("import")
client, other = julep.Client(base_url=sys.argv[1], max_retries=0), julep.AsyncClient()
repr(client)
try:
    julep.Client(timeout=-1)
except julep.ConfigurationError:
    report("clients")
sessions = client.sessions
report("manager")
try:
    sessions.get("no id")
except ValueError:
    report("refused")
try:
    sessions.get("4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a")
except julep.NetworkError:
    report("called")
try:
    sessions.get(3)
except TypeError:
    report("typechecked")
"""


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    """Return the expensive modules that are loaded after each step of a program."""
    with closed_port() as port:
        done = run_program(STEPS, f"http://127.0.0.1:{port}/api", *EXPENSIVE)
    assert done.stderr == ""
    steps = [line.split() for line in done.stdout.splitlines()]
    assert [step for step, *_ in steps] == [
        "start",
        "import",
        "clients",
        "manager",
        "refused",
        "called",
        "typechecked",
    ]
    # A .pth file, for example, may load modules at the start.
    return {step: set(names) - set(steps[0][1:]) for step, *names in steps}


def test_importing_loads_no_expensive_module(loaded: dict[str, set[str]]) -> None:
    assert loaded["import"] == set()


def test_making_clients_loads_neither_models_nor_the_http_library(
    loaded: dict[str, set[str]],
) -> None:
    assert loaded["clients"] == set()


def test_a_manager_loads_models_and_no_http_library(loaded: dict[str, set[str]]) -> None:
    assert "julep_api.models" in loaded["manager"]
    assert loaded["manager"].isdisjoint({"httpx", "beartype", "anyio"})


def test_an_invalid_call_does_not_load_the_http_library(loaded: dict[str, set[str]]) -> None:
    assert "httpx" not in loaded["refused"]


def test_plain_arguments_are_checked_without_beartype(loaded: dict[str, set[str]]) -> None:
    assert "beartype" not in loaded["called"]
    assert "beartype" in loaded["typechecked"]


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("from julep import ChatStream, UNSET", "httpx"),
        ("import julep.types", "julep_api.models.session"),
        ("from julep.types import User", "julep_api.models.session"),
        ("from julep.errors import NotFoundError", "beartype"),
        ("import julep_server", "sqlalchemy"),
    ],
)
def test_a_name_loads_only_its_module(statement: str, name: str) -> None:
    program = f"import sys; {statement}; raise SystemExit({name!r} in sys.modules)"
    done = run_program(program)
    assert (done.returncode, done.stderr) == (0, "")

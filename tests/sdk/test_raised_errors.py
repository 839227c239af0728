"""Every documented error is raised: by sync, async and base classes, and under ``-O``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias
from uuid import uuid1, uuid4

import pytest
from beartype.roar import BeartypeCallHintParamViolation, BeartypeException

from julep import JulepError, NetworkError
from julep_server import LocalServer
from tests.helpers.ports import closed_port
from tests.sdk.helpers.calls import GOOD
from tests.sdk.helpers.invalid_arguments import ID
from tests.sdk.helpers.methods import SIDES, Caller, Side, private_name
from tests.sdk.helpers.programs import run_program

Given: TypeAlias = Mapping[str, object]

each_side = pytest.mark.parametrize("side", SIDES)

NO_V4 = str(uuid1())

WRONG_TYPES: list[tuple[str, Given]] = [
    ("get", {"id": 3}),
    ("get", {"id": None}),
    ("create", {"agent_id": 3}),
    ("create", {"agent_id": ID, "user_id": 3}),
    ("create", {"agent_id": ID, "situation": 3}),
    ("list", {"limit": "10"}),
    ("list", {"offset": "10"}),
    ("list", {"metadata_filter": "{}"}),
    ("update", {"session_id": 3, "situation": "A quiet library"}),
    ("update", {"session_id": ID, "situation": 3}),
    ("update", {"session_id": ID, "overwrite": 1}),
    ("delete", {"session_id": 3}),
    ("delete_history", {"session_id": 3}),
    ("history", {"session_id": 3}),
    ("history", {"session_id": ID, "limit": "10"}),
    ("suggestions", {"session_id": 3}),
    ("chat", {"session_id": 3, "messages": []}),
    ("chat", {"session_id": ID, "messages": {"role": "user", "content": "Hello!"}}),
    ("chat", {"session_id": ID, "messages": ["Hello!"]}),
]

WRONG_IDS: list[tuple[str, Given]] = [
    ("get", {"id": NO_V4}),
    ("create", {"agent_id": NO_V4}),
    ("create", {"agent_id": ID, "user_id": NO_V4}),
    ("delete", {"session_id": NO_V4}),
    ("update", {"session_id": NO_V4, "situation": "A quiet library"}),
    ("delete_history", {"session_id": NO_V4}),
    ("history", {"session_id": NO_V4}),
    ("suggestions", {"session_id": NO_V4}),
    ("chat", {"session_id": NO_V4, "messages": [{"role": "user", "content": "Hello!"}]}),
]

UNKNOWN: list[tuple[str, Given]] = [
    ("sessions.get", {"id": ID}),
    ("sessions.create", {"agent_id": ID}),
    ("sessions.delete", {"session_id": ID}),
    ("sessions.update", {"session_id": ID, "situation": "A quiet library"}),
    ("sessions.delete_history", {"session_id": ID}),
    ("sessions.history", {"session_id": ID}),
    ("sessions.suggestions", {"session_id": ID}),
    ("sessions.chat", {"session_id": ID, "messages": [{"role": "user", "content": "Hello!"}]}),
    ("agents.get", {"id": ID}),
    ("agents.delete", {"agent_id": ID}),
    ("agents.update", {"agent_id": ID, "name": "Ada"}),
    ("users.get", {"id": ID}),
    ("users.delete", {"user_id": ID}),
    ("users.update", {"user_id": ID, "name": "Grace"}),
]


@pytest.fixture(scope="module")
def unreachable() -> Iterator[Caller]:
    """A caller of a port at which nothing listens."""
    with closed_port() as port:
        caller = Caller(f"http://127.0.0.1:{port}/api")
        yield caller
        caller.close()


@pytest.fixture(scope="module")
def caller(server: LocalServer) -> Iterator[Caller]:
    caller = Caller(server.url)
    yield caller
    caller.close()


@each_side
@pytest.mark.parametrize(("method", "given"), WRONG_TYPES)
def test_a_wrong_type_raises_a_violation_and_a_type_error(
    side: Side, method: str, given: Given, unreachable: Caller
) -> None:
    for promised in (BeartypeException, BeartypeCallHintParamViolation, TypeError, JulepError):
        with pytest.raises(promised):
            unreachable.public(side, f"sessions.{method}", given)


@each_side
@pytest.mark.parametrize(("method", "given"), WRONG_IDS)
def test_another_uuid_version_raises_value_and_assertion_error(
    side: Side, method: str, given: Given, unreachable: Caller
) -> None:
    for promised in (ValueError, AssertionError, JulepError):
        with pytest.raises(promised):
            unreachable.public(side, f"sessions.{method}", given)
        with pytest.raises(promised):
            unreachable.private(side, f"sessions._{method}", given)


@each_side
@pytest.mark.parametrize("given", [{"id": "not an id"}, {"id": ""}, {"id": uuid4().hex[:-1]}])
def test_an_invalid_uuid_raises_value_error(side: Side, given: Given, unreachable: Caller) -> None:
    for resource in ("sessions", "agents", "users"):
        with pytest.raises(ValueError, match="expected a UUID v4"):
            unreachable.public(side, f"{resource}.get", given)
        with pytest.raises(AssertionError, match="expected a UUID v4"):
            unreachable.private(side, f"{resource}._get", given)


@each_side
@pytest.mark.parametrize(("method", "given"), UNKNOWN)
def test_a_missing_resource_raises_key_error(
    side: Side, method: str, given: Given, caller: Caller
) -> None:
    resource, name = method.split(".")
    for promised in (KeyError, JulepError):
        with pytest.raises(promised, match="404"):
            caller.public(side, method, given)
        with pytest.raises(promised, match="404"):
            caller.private(side, f"{resource}._{name}", given)


@each_side
@pytest.mark.parametrize("method", GOOD)
def test_a_failed_connection_raises_network_error(
    side: Side, method: str, unreachable: Caller
) -> None:
    for promised in (NetworkError, ConnectionError, OSError, JulepError):
        with pytest.raises(promised):
            unreachable.public(side, method, GOOD[method])
        with pytest.raises(promised):
            unreachable.private(side, private_name(method), GOOD[method])


OPTIMIZED = """
import asyncio
import sys

import julep
from julep.managers.session import BaseSessionsManager

assert False, "this is meant to run without assertions"

url, id, wrong = sys.argv[1:]
sync_client = julep.Client(base_url=url, max_retries=0)
async_client = julep.AsyncClient(base_url=url, max_retries=0)
private = BaseSessionsManager(sync_client.api)

CALLS = [
    (AssertionError, "delete_history", {"session_id": wrong}),
    (AssertionError, "delete", {"session_id": wrong}),
    (AssertionError, "create", {"agent_id": wrong}),
    (ValueError, "get", {"id": wrong}),
    (TypeError, "get", {"id": 3}),
    (TypeError, "update", {"session_id": id, "situation": 3}),
    (ValueError, "chat", {"session_id": id, "messages": []}),
    (ValueError, "history", {"session_id": id, "limit": 0}),
    (ConnectionError, "get", {"id": id}),
]


def check(promised, call):
    try:
        call()
    except promised as error:
        print(promised.__name__, isinstance(error, julep.JulepError))


for promised, name, given in CALLS:
    check(promised, lambda: getattr(sync_client.sessions, name)(**given))
    check(promised, lambda: asyncio.run(getattr(async_client.sessions, name)(**given)))
    if promised is not TypeError:
        check(promised, lambda: getattr(private, "_" + name)(**given))
"""


def test_the_same_errors_without_asserts() -> None:
    with closed_port() as port:
        done = run_program(OPTIMIZED, f"http://127.0.0.1:{port}/api", ID, NO_V4, options=["-O"])
    assert done.stderr == ""
    names = [
        *["AssertionError"] * 9,
        *["ValueError"] * 3,
        *["TypeError"] * 4,
        *["ValueError"] * 6,
        *["ConnectionError"] * 3,
    ]
    assert done.stdout.splitlines() == [f"{name} True" for name in names]

"""Keys: entered by settings and commands, with scopes and ends; what each may do."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, insert, select, text

from julep_server import LocalServer
from julep_server.cli import command_line
from julep_server.db import tables
from julep_server.db.engine import Database
from julep_server.db.migrate import configuration
from julep_server.store.times import now
from julep_server.tenancy import directory, records
from julep_server.tenancy.keys import LOCAL_TENANT, Key, key_hash, split_name
from tests.server.helpers.api import (
    CONTRACT,
    DOCUMENT,
    UNKNOWN_ID,
    Api,
    error_of,
    resolved,
)
from tests.server.helpers.commands import run_command

SECOND = 1_000_000


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


@pytest.fixture
def command(
    database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Runs a command over the database, and returns its output."""
    monkeypatch.setenv("JULEP_SERVER_DATABASE", database_url)

    def run(*arguments: str) -> str:
        capsys.readouterr()
        command_line(arguments, exit_on_error=False, result_action="return_none")
        return capsys.readouterr().out.strip()

    return run


@pytest.fixture
def refused(
    command: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[Any, str]]:
    """Runs a command that fails, and returns its status and its only line."""

    def run(*arguments: str) -> tuple[Any, str]:
        with pytest.raises(SystemExit) as stopped:
            command(*arguments)
        [line] = capsys.readouterr().err.splitlines()
        return stopped.value.code, line

    return run


def status_of(server: LocalServer, key: str | None, method: str = "GET") -> int:
    with Api(server.url, key) as api:
        return api.request(method, "/users", json={} if method == "POST" else None).status_code


# What a key may do.


def add_key(database: Database, tenant: str, key: str, **values: Any) -> None:
    """Enter a key of a tenant, which is created if it is missing."""
    revoked = values.pop("revoked_at", None)

    def work(connection: Connection) -> None:
        owner = records.find_tenant(connection, tenant)
        owner = owner or records.add_tenant(connection, tenant, now())
        made = records.add_key(connection, owner.id, key, key_hash(key), now(), **values)
        records.change_key(connection, made.id, revoked_at=revoked)

    database.write_sync(work)


@pytest.fixture(scope="module")
def keyed(
    postgres_url: Callable[[], str] | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalServer]:
    file = tmp_path_factory.mktemp("keys") / "x.db"
    url = f"sqlite:///{file}" if postgres_url is None else postgres_url()
    with opened(url) as database:
        add_key(database, "ours", "ours-all")
        add_key(database, "ours", "ours-read", scope="read")
        add_key(database, "ours", "ours-expired", expires_at=now() - 1)
        add_key(database, "ours", "ours-revoked", revoked_at=now())
        add_key(database, "theirs", "theirs-all")
    with LocalServer(database=url) as server:
        yield server


@pytest.fixture(scope="module")
def ids(keyed: LocalServer) -> dict[str, str]:
    """A resource of each kind, of the first tenant, by the name of its parameter."""
    with Api(keyed.url, "ours-all") as api:
        agent, user = api.make("agents")["id"], api.make("users")["id"]
        session = api.make("sessions", agent_id=agent, user_id=user)["id"]
        doc = api.post(f"/agents/{agent}/docs", {"title": "x", "content": "y"}).json()
        users_doc = api.post(f"/users/{user}/docs", {"title": "x", "content": "y"}).json()
        tool = api.post(
            f"/agents/{agent}/tools",
            {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}},
        ).json()
        memory = api.post(
            f"/agents/{agent}/memories", {"type": "belief", "content": "y", "user_id": user}
        ).json()
        jobs = api.reply(session, "I live in Bern.")["jobs"]
        for job in jobs:
            api.wait_ended(job)
    made = {
        "doc_id": doc["id"],
        "users_doc_id": users_doc["id"],
        "tool_id": tool["id"],
        "memory_id": memory["id"],
    }
    return {"agent_id": agent, "user_id": user, "session_id": session, "job_id": jobs[0], **made}


def send(api: Api, operation_id: str, ids: dict[str, str]) -> httpx.Response:
    """Make the call of an operation with an example of its body."""
    operation = CONTRACT.operations[operation_id]
    template = "/" + "/".join(operation.segments)
    if template.startswith("/users"):
        ids = {**ids, "doc_id": ids["users_doc_id"]}
    details = DOCUMENT["paths"][template][operation.method.lower()]
    content = details.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = list(content.get("examples", {}).values())
    body: dict[str, Any] | None = {} if content else None
    if examples:
        body = resolved(examples[0])["value"]
    if body is not None:
        body = {name: ids.get(name, value) for name, value in body.items()}
    params: dict[str, str] = {}
    for parameter in operation.parameters:
        if parameter.location == "query" and parameter.required:
            params[parameter.name] = "x"
    if operation_id == "SearchDocs":
        params["agent_id"] = ids["agent_id"]
    return api.http.request(operation.method, template.format(**ids), json=body, params=params)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (None, "an API key is required"),
        ("unknown", "not accepted"),
        ("ours-expired", "the API key ours-expired is expired"),
        ("ours-revoked", "the API key ours-revoked is revoked"),
    ],
)
def test_every_operation_refuses_a_key_that_is_none(
    keyed: LocalServer, ids: dict[str, str], key: str | None, message: str
) -> None:
    with Api(keyed.url, key) as api:
        for operation in CONTRACT.operations:
            response = send(api, operation, ids)
            error = error_of(response, 401)
            assert (operation, error["code"]) == (operation, "unauthorized")
            assert message in error["message"]
            assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_key_for_reading_only_reads(keyed: LocalServer, ids: dict[str, str]) -> None:
    with Api(keyed.url, "ours-read") as api:
        for identifier, operation in CONTRACT.operations.items():
            response = send(api, identifier, ids)
            if operation.method == "GET" or identifier == "RenderChat":
                assert (identifier, response.status_code) == (identifier, 200)
            else:
                error = error_of(response, 403)
                assert (identifier, error["code"]) == (identifier, "forbidden")
                assert error["message"] == "the key ours-read may only read"
        root = keyed.root
        assert api.http.get(f"{root}/v1/models").status_code == 200
        for path in ("chat/completions", "completions", "embeddings"):
            assert api.http.post(f"{root}/v1/{path}", json={}).status_code == 403


def test_every_operation_of_another_tenant_finds_nothing(
    keyed: LocalServer, ids: dict[str, str]
) -> None:
    absent = dict.fromkeys(ids, UNKNOWN_ID)

    def seen(api: Api, operation: str, given: dict[str, str]) -> tuple[int, str]:
        response = send(api, operation, given)
        shown = response.text
        for identifier in given.values():
            shown = shown.replace(identifier, "ID")
        return response.status_code, shown

    with Api(keyed.url, "theirs-all") as theirs:
        for identifier, operation in CONTRACT.operations.items():
            named = any("{" in part for part in operation.segments)
            if named or identifier in ("CreateSession", "SearchDocs"):
                found = seen(theirs, identifier, ids)
                assert (identifier, found) == (identifier, seen(theirs, identifier, absent))
                assert (identifier, found[0]) == (identifier, 404)
            elif operation.method == "GET":
                items = send(theirs, identifier, ids).json()["items"]
                assert not {item["id"] for item in items} & set(ids.values())


# Settings.


def test_a_key_alone_and_a_key_with_a_name() -> None:
    assert split_name("acme:a:b") == ("acme", "a:b")
    for whole in ("secret", ":secret", "acme:", "a b:c", "é:c"):
        assert split_name(whole) == (None, whole)


def test_a_changed_key_with_a_name_keeps_the_data(database_url: str) -> None:
    start = partial(LocalServer, database=database_url)
    with start(api_keys=["acme:one", "other"]) as server, Api(server.url, "one") as api:
        user = api.make("users")["id"]
        assert status_of(server, "acme:one") == 401
    with start(api_keys=["acme:one", "acme:two"]) as server, Api(server.url, "two") as api:
        assert api.get(f"/users/{user}").status_code == 200
        assert status_of(server, "one") == 200
    with start(api_keys=["acme:two"]) as server, Api(server.url, "two") as api:
        assert api.get(f"/users/{user}").status_code == 200
        # The key of the name was replaced; one without a name stays until it is revoked.
        assert [status_of(server, key) for key in ("one", "other")] == [401, 200]
    with start() as server:
        assert [status_of(server, key) for key in ("two", None)] == [200, 401]


def test_a_key_that_gets_a_name_keeps_its_tenant(database_url: str) -> None:
    start = partial(LocalServer, database=database_url)
    with start(api_keys=["one"]) as server, Api(server.url, "one") as api:
        user = api.make("users")["id"]
    with start(api_keys=["acme:one", "acme:two"]) as server, Api(server.url, "two") as api:
        assert api.get(f"/users/{user}").status_code == 200
    with pytest.raises(ValueError, match="the key named other is a key of the tenant acme"):
        start(api_keys=["other:one"]).start()


def test_a_revoked_key_stays_revoked(database_url: str, command: Callable[..., str]) -> None:
    start = partial(LocalServer, database=database_url, api_keys=["acme:one"])
    with start() as server:
        assert status_of(server, "one") == 200
    command("keys", "revoke", "acme")
    with start() as server:
        assert status_of(server, "one") == 401


# Databases of the first version.


@pytest.fixture
def old_database(database_url: str) -> str:
    """A database of version 10, with a user of each of two keys and of a server without keys."""
    with opened(database_url) as database:

        def work(connection: Connection) -> None:
            from alembic import command

            for tenant in (key_hash("one"), key_hash("a:b"), LOCAL_TENANT):
                connection.execute(
                    insert(tables.users).values(
                        id=f"7d0c2f5e-93b1-4a6d-8f24-{key_hash(tenant)[:12]}",
                        tenant=tenant,
                        name=tenant,
                        about="",
                        metadata={},
                        created_at=now(),
                        updated_at=now(),
                    )
                )
            command.downgrade(configuration(connection), "0010")

        database.write_sync(work)
    return database_url


def names(server: LocalServer, key: str | None) -> list[str]:
    with Api(server.url, key) as api:
        return [item["name"] for item in api.get("/users").json()["items"]]


def test_an_old_databases_tenants_keep_their_data_and_keys(old_database: str) -> None:
    with LocalServer(database=old_database) as server:
        # The keys are accepted, and the server goes on without keys.
        assert names(server, "one") == [key_hash("one")]
        assert names(server, "a:b") == [key_hash("a:b")]
        assert names(server, None) == names(server, "unknown") == [LOCAL_TENANT]
    with LocalServer(database=old_database, api_keys=["a:b", "acme:two"]) as server:
        assert names(server, "a:b") == [key_hash("a:b")]
        assert names(server, "two") == []
        # It was not in the settings: whoever removed it there wanted it to end.
        assert [status_of(server, key) for key in ("one", None)] == [401, 401]


# Commands, beside a running server.


def test_keys_are_created_rotated_and_revoked_while_a_server_runs(
    database_url: str, command: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "MAX_AGE", 0.0)
    with LocalServer(database=database_url) as server:
        with Api(server.url) as api:
            user = api.make("users")["id"]
        first = command("keys", "create")
        # A key closes the server, and has the data from before.
        assert [status_of(server, key) for key in (first, None)] == [200, 401]
        second = command("keys", "rotate", "local")
        with Api(server.url, second) as api:
            assert api.get(f"/users/{user}").status_code == 200
        assert status_of(server, first) == 401
        third = command("keys", "rotate", "local", "--grace", "1h")
        assert [status_of(server, key) for key in (second, third)] == [200, 200]
        command("tenants", "create", "acme")
        reader = command("keys", "create", "--tenant", "acme", "--name", "web", "--scope", "read")
        assert [status_of(server, reader, method) for method in ("GET", "POST")] == [200, 403]
        command("keys", "revoke", "web")
        assert status_of(server, reader) == 401
        listed = json.loads(command("keys", "list", "--json"))
        states = ["revoked", "active", "active", "revoked"]
        assert [key["state"] for key in listed] == states
        for key in listed:
            if key["state"] == "active":
                command("keys", "revoke", key["id"][:13])
        # Without an active key, the server is closed and not open.
        assert [status_of(server, key) for key in (third, None)] == [401, 401]
    listed = json.loads(command("keys", "list", "--json"))
    assert {key["state"] for key in listed} == {"revoked"}
    # When keys were used is written at the latest when the server stops.
    assert all(key["last_used"] for key in listed)


def test_a_new_key_is_accepted_at_once_and_a_revoked_one_refused_within_a_second(
    database_url: str, command: Callable[..., str]
) -> None:
    with LocalServer(database=database_url, api_keys=["acme:one"]) as server:
        assert status_of(server, "one") == 200
        assert status_of(server, command("keys", "create", "--tenant", "acme")) == 200
        with opened(database_url) as database:
            [key] = [
                key for key in database.write_sync(records.all_keys) if key.origin == "settings"
            ]
            database.write_sync(partial(revoke, key=key))
        limit = time.monotonic() + 60
        while status_of(server, "one") == 200:
            assert time.monotonic() < limit
            time.sleep(0.05)


def revoke(connection: Connection, key: Key) -> None:
    records.change_key(connection, key.id, revoked_at=now())


def test_the_first_key_says_that_it_closes_the_server(
    old_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    noted: list[bool] = []
    for _ in range(2):
        assert run_command("keys", "create", "--database", old_database) == 0
        noted.append("from now on, the server requires one" in capsys.readouterr().err)
    assert noted == [True, False]


def test_no_key_is_stored(database_url: str, command: Callable[..., str]) -> None:
    key = command("keys", "create")
    with opened(database_url) as database:
        [row] = database.write_sync(lambda c: c.execute(select(tables.keys)).all())
        assert database.write_sync(lambda c: c.execute(text("SELECT 1")).scalar()) == 1
    assert key.startswith("jk_")
    assert key not in str(row)
    assert key_hash(key) in str(row)


def test_an_expiry_is_a_time_from_now_or_a_date(command: Callable[..., str]) -> None:
    command("keys", "create", "--name", "a", "--expires", "2h")
    command("keys", "create", "--name", "b", "--expires", "2099-12-31")
    relative, date = json.loads(command("keys", "list", "--json"))
    assert relative["expires"][:4] < "2099"
    assert date["expires"] == "2099-12-31T00:00:00Z"
    table = command("keys", "list").splitlines()
    assert [line.split()[2] for line in table] == ["NAME", "a", "b"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["keys", "create", "--tenant", "nobody"], "no tenant is named nobody"),
        (["keys", "create", "--name", "a b"], "a name has up to 64 letters"),
        (["keys", "create", "--expires", "soon"], "a time is like 12h, 90d or 2030-12-31"),
        (["keys", "create", "--expires", "tomorrow"], "a time is like 12h, 90d or 2030-12-31"),
        (["keys", "create", "--expires", "2001-01-01"], "2001-01-01 is over"),
        (["keys", "revoke", "nothing"], "there is no key nothing"),
        (["keys", "rotate", "nothing"], "there is no key nothing"),
        (["tenants", "create", "local"], "there is a tenant named local already"),
        (["tenants", "rename", "local", "x:y"], "a name has up to 64 letters"),
        (["tenants", "set", "local"], "nothing to set"),
        (["tenants", "set", "nobody", "--rate", "1"], "no tenant is named nobody"),
        (["tenants", "set", "local", "--rate", "-1"], "--rate is a number greater than zero"),
        (["tenants", "set", "local", "--chats", "1.5"], "--chats is a whole number"),
    ],
)
def test_mistakes_are_reported_in_one_line(
    refused: Callable[..., tuple[Any, str]], arguments: list[str], message: str
) -> None:
    status, line = refused(*arguments)
    assert status == 1
    assert line.startswith("julep: ")
    assert message in line


def test_several_keys_of_a_name_need_an_id(
    command: Callable[..., str], refused: Callable[..., tuple[Any, str]]
) -> None:
    for _ in range(2):
        command("keys", "create")
    assert "several keys local" in refused("keys", "revoke", "local")[1]
    first, second = json.loads(command("keys", "list", "--json"))
    command("keys", "revoke", first["id"])
    assert "is revoked" in refused("keys", "rotate", first["id"])[1]
    # The one that is active is meant.
    command("keys", "revoke", "local")
    states = {key["id"]: key["state"] for key in json.loads(command("keys", "list", "--json"))}
    assert states == {first["id"]: "revoked", second["id"]: "revoked"}


def test_a_key_is_rotated_again_while_the_one_before_it_may_still_be_used(
    command: Callable[..., str], refused: Callable[..., tuple[Any, str]]
) -> None:
    command("keys", "create")
    for _ in range(2):
        command("keys", "rotate", "local", "--grace", "1h")
    listed = json.loads(command("keys", "list", "--json"))
    assert [(key["state"], key["expires"] == "") for key in listed] == [
        ("active", False),
        ("active", False),
        ("active", True),
    ]
    assert "several keys local" in refused("keys", "revoke", "local")[1]
    # Of keys that nothing tells apart, none is the newest.
    command("keys", "create")
    assert "several keys local" in refused("keys", "rotate", "local")[1]


def test_tenants_are_listed_renamed_and_limited(command: Callable[..., str]) -> None:
    identifier = command("tenants", "create", "acme")
    command("tenants", "set", "acme", "--rate", "2.5", "--tokens", "none", "--models", "a, b")
    command("tenants", "set", "acme", "--rate", "default", "--chats", "3")
    command("tenants", "rename", "acme", "bcme")
    tenant, local = json.loads(command("tenants", "list", "--json"))
    assert (tenant["id"], tenant["name"], tenant["keys"]) == (identifier, "bcme", 0)
    assert tenant["limits"] == {"tokens": None, "models": ["a", "b"], "chats": 3}
    assert (local["name"], local["limits"]) == ("local", {})
    assert "tokens=none models=a,b chats=3" in command("tenants", "list")

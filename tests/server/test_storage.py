"""Storage: migrations, concurrency, durability of acknowledged writes, any text."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.engine import make_url

from julep_server import LocalServer
from julep_server.db.engine import Database, postgres_url
from julep_server.db.tables import metadata
from julep_server.db.text_type import Text
from julep_server.errors import ApiError
from tests.server.helpers.api import DOCUMENT, UNKNOWN_ID, Api, resolved
from tests.server.helpers.process import serving


def _is_a_plain_name(name: str | None, *_: object) -> bool:
    return not str(name).startswith("passages_index")


def test_the_migrations_create_exactly_the_tables(database_url: str) -> None:
    for _ in range(2):
        Database(database_url).close()
    engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        options: dict[str, Any] = {
            "version_table": "julep_schema",
            # The word index is specific to the database: in SQLite a virtual table and its parts.
            "include_name": _is_a_plain_name,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        assert "julep_schema" in inspect(connection).get_table_names()
    engine.dispose()


def test_the_path_may_contain_a_percent_sign_and_a_space(tmp_path: Path) -> None:
    folder = tmp_path / "100% sure"
    folder.mkdir()
    with LocalServer(database=f"sqlite:///{folder / 'x.db'}") as server, Api(server.url) as api:
        api.make("users")
    assert (folder / "x.db").exists()


def test_acknowledged_writes_survive_a_kill(database_url: str) -> None:
    """Writers record acknowledged ids while the process is killed; all must be stored."""
    acknowledged: list[str] = []
    with serving("--database", database_url) as (process, url):
        with Api(url) as api:
            agent = api.make("agents")["id"]
            session = api.make("sessions", agent_id=agent)["id"]

        def write() -> None:
            with httpx.Client(base_url=url, trust_env=False) as client:
                try:
                    while True:
                        made = client.post("/users", json={"metadata": {"n": 1}}).json()
                        acknowledged.append(made["id"])
                        body = {"messages": [{"role": "user", "content": made["id"]}]}
                        client.post(f"/sessions/{session}/chat", json=body).raise_for_status()
                        acknowledged.append(f"said {made['id']}")
                except httpx.HTTPError:
                    return

        writers = [threading.Thread(target=write) for _ in range(4)]
        for writer in writers:
            writer.start()
        while len(acknowledged) < 60:
            assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
        for writer in writers:
            writer.join()
    with LocalServer(database=database_url) as server, Api(server.url) as api:
        users = {item["id"] for item in api.get("/users", params={"limit": 1000}).json()["items"]}
        said = {
            f"said {message['content']}"
            for message in api.history(session, limit=1000)
            if message["role"] == "user"
        }
    assert set(acknowledged) <= users | said


@pytest.mark.parametrize("memory", [True, False])
def test_concurrent_writers_and_readers_lose_nothing(database_url: str, memory: bool) -> None:
    database = "sqlite://" if memory else database_url
    with LocalServer(database=database) as server, Api(server.url) as api:
        user = api.make("users")["id"]

        def work(number: int) -> int:
            made = api.http.post("/users", json={"name": str(number)})
            changed = api.http.patch(f"/users/{user}", json={"metadata": {str(number): number}})
            read = api.http.get("/users", params={"limit": 5})
            return made.status_code + changed.status_code + read.status_code

        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(work, range(100))) == {201 + 200 + 200}
        # No change was overwritten by a concurrent one.
        assert api.get(f"/users/{user}").json()["metadata"] == {str(n): n for n in range(100)}


def test_two_processes_share_one_database(database_url: str) -> None:
    with (
        serving("--database", database_url) as (_, one),
        serving("--database", database_url) as (_, two),
        Api(one) as first,
        Api(two) as second,
    ):
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(Api.make, [first, second] * 20, ["users"] * 40))
        for user in made:
            assert (
                first.get(f"/users/{user['id']}").json()
                == second.get(f"/users/{user['id']}").json()
            )


def test_a_key_repeated_at_two_processes_is_performed_once(database_url: str) -> None:
    with (
        serving("--database", database_url) as (_, one),
        serving("--database", database_url) as (_, two),
        Api(one) as first,
        Api(two) as second,
    ):
        session = first.make("sessions")["id"]
        chat = {"messages": [{"role": "user", "content": "Hello"}]}
        for number in range(10):
            key = {"Idempotency-Key": f"race-{number}"}
            for path, body in (("/users", {}), (f"/sessions/{session}/chat", chat)):
                responses = _at_once([first, second], path, body, key)
                assert responses[0] == responses[1]
        assert len(first.get("/users").json()["items"]) == 10
        assert len(first.history(session)) == 20


def _at_once(apis: list[Api], path: str, body: Any, headers: dict[str, str]) -> list[Any]:
    """Send a request to several servers at the same time; return the responses' bodies."""
    together = threading.Barrier(len(apis))

    def send(api: Api) -> Any:
        together.wait(60)
        response = api.post(path, body, headers=headers)
        assert response.is_success, response.text
        return response.json()

    with ThreadPoolExecutor(len(apis)) as pool:
        return list(pool.map(send, apis))


def test_servers_that_start_at_once_migrate_once(database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for opened in pool.map(Database, [database_url] * 4):
            opened.close()


@pytest.mark.parametrize("text", ["a\0b", "\x01", "\x010\0\x01", "\\0", "é𝄞\u2028", "\x7f"])
def test_any_text_is_stored_unchanged(api: Api, text: str) -> None:
    made = api.make("agents", name=text, metadata={text: text}, instructions=[text])
    assert (made["name"], made["metadata"], made["instructions"]) == (text, {text: text}, [text])
    session = api.make("sessions", agent_id=made["id"], situation=text)
    assert session["situation"] == text
    api.post(f"/agents/{made['id']}/docs", {"title": text, "content": f"word {text}"})
    response = api.reply(session["id"], f"word {text}")
    assert len(response["doc_ids"]["agent_doc_ids"]) == 1
    assert api.history(session["id"])[0]["content"] == f"word {text}"
    tool: dict[str, Any] = {"type": "function", "function": {"name": text, "parameters": {}}}
    for status in (201, 409):
        assert api.post(f"/agents/{made['id']}/tools", tool).status_code == status
    (stored,) = api.get(f"/agents/{made['id']}/tools").json()["items"]
    assert stored["function"]["name"] == text


def test_a_value_that_the_database_refuses_is_an_error_of_the_request(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    statements = {"sqlite": "SELECT zeroblob(2147483647)", "postgresql": "SELECT CAST('a' AS int)"}

    def work(connection: Connection) -> None:
        connection.exec_driver_sql(statements[connection.dialect.name])

    async def main() -> None:
        database = Database(database_url)
        for call in (database.read, database.write):
            with pytest.raises(ApiError, match="can't be stored") as raised:
                await call(work)
            assert raised.value.status == 422
        database.close()

    asyncio.run(main())
    refused = [
        record.message.startswith("the database refuses a value: ") for record in caplog.records
    ]
    assert refused == [True, True]


@pytest.mark.parametrize("text", ["a\0b", "\0", "\x010\x01", "\ufffe\uffff", "é𝄞\u2028"])
def test_any_text_of_a_query_gets_a_response(api: Api, text: str) -> None:
    """Of each parameter of each GET: PostgreSQL refuses some texts, which it can't compare with."""
    ids = {kind: api.make(f"{kind}s")["id"] for kind in ("agent", "session")}
    ids["user"] = api.make("users", name="Grace")["id"]
    filter_ = json.dumps({text: text, "list": [text]})
    tried = 0
    for path, item in DOCUMENT["paths"].items():
        if "get" not in item:
            continue
        place = path.format_map(
            {f"{kind}_id": found for kind, found in ids.items()}
            | dict.fromkeys(("doc_id", "tool_id", "memory_id", "job_id"), UNKNOWN_ID)
        )
        known = {f"{kind}_id": found for kind, found in ids.items()} | {"query": "tea"}
        for parameter in map(resolved, [*item.get("parameters", ()), *item["get"]["parameters"]]):
            if parameter["in"] == "query":
                value = filter_ if parameter["name"] == "metadata_filter" else text
                params = {name: found for name, found in known.items() if f"{{{name}}}" not in path}
                params[parameter["name"]] = value
                assert api.get(place, params=params).status_code < 500, (path, parameter["name"])
                tried += 1
        for name in re.findall(r"\{(\w+)\}", path):
            wrong = place.replace(ids.get(name.removesuffix("_id"), UNKNOWN_ID), quote(text), 1)
            assert api.get(wrong).status_code == 422, (path, name)
    assert tried > 30


POSTGRES = create_engine("postgresql+psycopg://").dialect


@given(st.text())
def test_text_for_postgres_survives_the_round_trip(text: str) -> None:
    write, read = Text().bind_processor(POSTGRES), Text().result_processor(POSTGRES, None)
    assert write is not None
    assert read is not None
    written = write(text)
    assert written is not None
    assert "\0" not in written
    assert read(written) == text
    assert (write(None), read(None)) == (None, None)


@pytest.mark.parametrize("url", ["postgresql://u:p@h/d?a=b", "postgres://u:p@h/d?a=b"])
def test_a_url_without_a_driver_gets_the_extras_driver(url: str) -> None:
    parsed = postgres_url(make_url(url))
    assert parsed.render_as_string(hide_password=False) == "postgresql+psycopg://u:p@h/d?a=b"


def test_a_driver_in_the_url_is_kept() -> None:
    assert postgres_url(make_url("postgresql+other://h/d")).drivername == "postgresql+other"

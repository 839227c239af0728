"""Documents of agents and users: created, listed, deleted, and split into chunks."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic.command import downgrade
from hypothesis import given
from hypothesis import strategies as st

from julep_server import LocalServer
from julep_server.db.engine import Database
from julep_server.db.migrate import configuration
from julep_server.text.chunks import MAX_CHUNK_LENGTH, split_chunks
from julep_server.text.words import query_words
from tests.server.helpers.api import REPRESENTATION, UNKNOWN_ID, Api, error_of, paths_of

NEW: dict[str, Any] = {"title": "Hours", "content": "We open at 9.", "metadata": {"a": 1}}


@pytest.fixture(params=["agents", "users"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def path(api: Api, kind: str) -> str:
    return f"/{kind}/{api.make(kind)['id']}/docs"


def add(api: Api, path: str, **fields: Any) -> str:
    response = api.post(path, {**NEW, **fields})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def ids(api: Api, path: str, **params: Any) -> list[str]:
    return [item["id"] for item in api.get(path, params=params).json()["items"]]


@pytest.mark.parametrize("content", ["One text.", ["One.", "Two."], ["One."], "", ["", "x"]])
def test_a_created_document_is_listed_unchanged(
    api: Api, kind: str, path: str, content: Any
) -> None:
    new = {**NEW, "content": content}
    made = api.post(path, new, headers=REPRESENTATION).json()
    owner = {f"{kind[:-1]}_id": path.split("/")[2]}
    times = dict.fromkeys(("created_at", "updated_at"), made["created_at"])
    assert api.get(path).json()["items"] == [{"id": made["id"], **owner, **new, **times}]
    assert api.get(f"{path}/{made['id']}").json() == {"id": made["id"], **owner, **new, **times}
    assert made == {
        "id": made["id"],
        **owner,
        **new,
        **times,
        "jobs": [],
    }


def test_documents_created_with_their_owner_are_listed(api: Api, kind: str) -> None:
    owner = api.make(kind, docs=[{"title": "t", "content": "c"}])["id"]
    (doc,) = api.get(f"/{kind}/{owner}/docs").json()["items"]
    assert (doc["title"], doc["content"], doc["metadata"]) == ("t", "c", {})


def test_lists_have_order_pages_and_filter(api: Api, path: str) -> None:
    made = [add(api, path, metadata={"n": number % 2}) for number in range(4)]
    assert ids(api, path) == made[::-1]
    assert ids(api, path, order="asc") == made
    assert ids(api, path, order="asc", sort_by="updated_at") == made
    assert ids(api, path, order="asc", limit=2, offset=1) == made[1:3]
    assert ids(api, path, order="asc", metadata_filter='{"n": 1}') == made[1::2]
    assert error_of(api.get(path, params={"metadata_filter": "[]"}), 400)["code"] == "bad_filter"


def test_a_repeated_deletion_has_the_first_response(api: Api, path: str) -> None:
    doc, kept = add(api, path), add(api, path)
    first, again = (api.delete(f"{path}/{doc}") for _ in range(2))
    assert (first.status_code, first.json()) == (202, again.json())
    assert ids(api, path) == [kept]
    assert error_of(api.delete(f"{path}/{UNKNOWN_ID}"), 404)["message"] == (
        f"doc {UNKNOWN_ID} was not found"
    )


def test_a_document_deleted_with_its_owner_can_be_deleted_again(api: Api, path: str) -> None:
    doc = add(api, path)
    assert api.delete(path.removesuffix("/docs")).status_code == 202
    first, again = (api.delete(f"{path}/{doc}") for _ in range(2))
    assert (first.status_code, first.json()) == (202, again.json())
    assert error_of(api.delete(f"{path}/{UNKNOWN_ID}"), 404)
    assert error_of(api.get(path), 404)


def test_a_document_of_another_owner_is_404_and_stays(api: Api, path: str) -> None:
    doc = add(api, path)
    for kind in ("agents", "users"):
        other = f"/{kind}/{api.make(kind)['id']}/docs"
        assert "doc" in error_of(api.delete(f"{other}/{doc}"), 404)["message"]
        assert ids(api, other) == []
    assert ids(api, path) == [doc]
    api.delete(f"{path}/{doc}")
    another = f"/users/{api.make('users')['id']}/docs"
    assert api.delete(f"{another}/{doc}").status_code == 404


def test_documents_of_an_unknown_owner_are_404(api: Api, kind: str) -> None:
    path = f"/{kind}/{UNKNOWN_ID}/docs"
    for response in (api.get(path), api.post(path, NEW), api.delete(f"{path}/{UNKNOWN_ID}")):
        assert error_of(response, 404)["message"] == f"{kind[:-1]} {UNKNOWN_ID} was not found"


def test_a_repetition_creates_one_document(api: Api, path: str) -> None:
    headers = {"Idempotency-Key": path}
    responses = [api.post(path, NEW, headers=headers).json() for _ in range(2)]
    assert responses[0] == responses[1]
    assert len(ids(api, path)) == 1


def test_documents_of_another_tenant_look_absent(kind: str) -> None:
    with (
        LocalServer(api_keys=("ours", "theirs")) as server,
        Api(server.url, "ours") as ours,
        Api(server.url, "theirs") as theirs,
    ):
        path = f"/{kind}/{ours.make(kind)['id']}/docs"
        doc = add(ours, path)
        for response in (theirs.get(path), theirs.post(path, NEW), theirs.delete(f"{path}/{doc}")):
            assert response.status_code == 404
        assert ids(ours, path) == [doc]


def test_deleting_leaves_nothing_in_the_index(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "x.db"
    with LocalServer(database=f"sqlite:///{file}") as server, Api(server.url) as api:
        owner = api.make(kind, docs=[NEW])["id"]
        path = f"/{kind}/{owner}/docs"
        doc = add(api, path, content=["one", "two"])
        assert _indexed(file) == (3, 3)
        api.delete(f"{path}/{doc}")
        assert _indexed(file) == (1, 1)
        api.delete(f"/{kind}/{owner}")
        assert _indexed(file) == (0, 0)


def test_documents_of_an_older_database_are_indexed_when_it_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    with LocalServer(database=f"sqlite:///{file}") as server, Api(server.url) as api:
        agent = api.make("agents", docs=[{"title": "Keeper", "content": "Her cat is Tove."}])["id"]
    database = Database(f"sqlite:///{file}")
    try:
        asyncio.run(database.write(lambda connection: downgrade(configuration(connection), "0002")))
    finally:
        database.close()
    with LocalServer(database=f"sqlite:///{file}") as server, Api(server.url) as api:
        assert _indexed(file) == (1, 1)
        session = api.make("sessions", agent_id=agent)["id"]
        assert "Tove" in str(api.reply(session, "What is the cat called?")["response"])


def _indexed(file: Path) -> tuple[int, int]:
    connection = sqlite3.connect(file)
    try:
        plain, virtual = (
            int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - names of this test
            for table in ("passages", "passages_index")
        )
        return plain, virtual
    finally:
        connection.close()


# --- chunks and words ---


@given(st.one_of(st.text(), st.lists(st.text(alphabet="ab .\n", max_size=3000), max_size=3)))
def test_chunks_keep_every_word_in_order(content: Any) -> None:
    found = split_chunks(content)
    whole = "".join([content] if isinstance(content, str) else content)
    assert "".join("".join(found).split()) == "".join(whole.split())
    assert all(0 < len(chunk) <= MAX_CHUNK_LENGTH for chunk in found)


def test_long_texts_are_cut_at_paragraphs_then_sentences_then_words() -> None:
    sentence = "word " * 20 + "end."
    assert all(chunk.endswith("end.") for chunk in split_chunks(" ".join([sentence] * 40)))
    paragraph = " ".join([sentence] * 3)
    assert set(split_chunks("\n\n".join([paragraph] * 9))) <= {
        paragraph,
        f"{paragraph}\n\n{paragraph}",
    }
    assert all(len(chunk) == MAX_CHUNK_LENGTH for chunk in split_chunks("x" * MAX_CHUNK_LENGTH * 3))


def test_a_query_is_searched_by_its_distinctive_words() -> None:
    assert query_words("What is the NAME of her cat, the cat?") == ["name", "cat"]
    assert query_words("東京") == ["東", "京"]
    assert query_words(json.dumps("hello you")) == []
    assert query_words('a AND b NEAR "c" \' * ( \0')[0] == "b"


def test_a_document_is_replaced_and_patched(api: Api, path: str) -> None:
    doc = add(api, path, content=["One.", "Two."])
    minimal = api.patch(f"{path}/{doc}", {"metadata": {"b": 2}}).json()
    assert set(minimal) == {"id", "updated_at", "jobs"}
    patched = api.get(f"{path}/{doc}").json()
    assert patched["updated_at"] == minimal["updated_at"]
    assert (patched["content"], patched["metadata"]) == (["One.", "Two."], {"a": 1, "b": 2})
    put = api.put(f"{path}/{doc}", {"title": "T", "content": "C"}, headers=REPRESENTATION).json()
    assert (put["title"], put["content"], put["metadata"]) == ("T", "C", {})
    assert put["updated_at"] > patched["updated_at"]
    assert ids(api, path, metadata_filter='{"b": 2}') == []
    assert error_of(api.put(f"{path}/{doc}", {"title": "T"}), 422)
    assert error_of(api.patch(f"{path}/{doc}", {"content": []}), 422)


def test_a_document_of_another_owner_is_not_changed(api: Api, kind: str, path: str) -> None:
    doc, other = add(api, path), f"/{kind}/{api.make(kind)['id']}/docs"
    for wrong in (f"{other}/{doc}", f"{path}/{UNKNOWN_ID}"):
        error_of(api.get(wrong), 404)
        error_of(api.patch(wrong, {"title": "x"}), 404)
        error_of(api.put(wrong, {"title": "x", "content": "x"}), 404)
    assert api.get(f"{path}/{doc}").json()["title"] == NEW["title"]


def test_a_search_finds_the_documents_of_the_given_owners(api: Api) -> None:
    docs = {"docs": [{"title": "Bells", "content": ["A bell rings.", "The bell tower."]}]}
    agent, user = api.make("agents", **docs)["id"], api.make("users", **docs)["id"]
    api.make("agents", **docs)

    def found(**params: Any) -> list[tuple[str | None, str | None]]:
        response = api.get("/docs/search", params={"query": "bell", **params})
        return [(item.get("agent_id"), item.get("user_id")) for item in response.json()["items"]]

    assert found(agent_id=agent) == [(agent, None)] * 2
    assert found(user_id=user.upper(), limit=1) == [(None, user)]
    both = found(agent_id=agent, user_id=user)
    assert (both.count((agent, None)), both.count((None, user)), len(both)) == (2, 2, 4)
    assert paths_of(api.get("/docs/search?query=bell")) == ["agent_id"]
    assert paths_of(api.get(f"/docs/search?agent_id={agent}")) == ["query"]
    assert (
        "user"
        in error_of(api.get(f"/docs/search?query=a&agent_id={agent}&user_id={UNKNOWN_ID}"), 404)[
            "message"
        ]
    )


def test_a_change_of_the_text_moves_the_document_in_searches(api: Api) -> None:
    agent = api.make("agents")["id"]
    doc = add(api, f"/agents/{agent}/docs", title="Bells", content="A bell rings.")

    def by_words(query: str) -> list[str]:
        response = api.get("/docs/search", params={"query": query, "agent_id": agent})
        return [item["text"] for item in response.json()["items"] if "rank_by_words" in item]

    api.patch(f"/agents/{agent}/docs/{doc}", {"content": ["A lamp.", "A lantern."]})
    assert by_words("rings") == []
    assert by_words("lantern")[0] == "A lantern."
    assert len(by_words("bells")) == 2
    api.patch(f"/agents/{agent}/docs/{doc}", {"title": "Lights"})
    assert by_words("bells") == []
    assert len(by_words("lights")) == 2

"""docs.add: a folder's files as docs; what did not change stays, what changed is replaced."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from julep import AddedFile, AsyncClient, Client, InvalidArgumentError, NotFoundError
from julep._documents import folder
from julep_server import LocalServer
from tests.sdk.helpers.resources import UNKNOWN_ID, new_agent

pytestmark = pytest.mark.anyio

HOURS = "# Handbook\n\nWelcome.\n\n## Hours\n\nIt opens at ten.\n"


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    path = tmp_path / "handbook"
    (path / "more").mkdir(parents=True)
    (path / ".hidden").mkdir()
    for name, text in {
        "hours.md": HOURS,
        "more/prices.txt": "All is free.",
        "page.html": "<title>Page</title><h1>Top</h1><p>Text</p>",
        ".hidden/secret.md": "Hidden.",
        ".secret.md": "Hidden.",
        "picture.png": "Of another kind.",
    }.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def statuses(added: Any) -> dict[str, str]:
    return {file.source.removeprefix("handbook/"): file.status for file in added.files}


@pytest.mark.parametrize("owner", ["agent_id", "user_id"])
async def test_a_folder_is_added_once_and_then_followed(
    client: AsyncClient, handbook: Path, owner: str
) -> None:
    made = await (client.users.create() if owner == "user_id" else new_agent(client))
    arguments: dict[str, Any] = {owner: made.id}
    aside = await client.docs.create(**arguments, doc={"title": "Aside", "content": "Stays."})

    planned = await client.docs.add(handbook, dry_run=True, **arguments)
    assert {file.doc_id for file in planned.created} == {None}
    assert [doc.id for doc in await client.docs.list(**arguments)] == [aside.id]

    added = await client.docs.add(handbook, **arguments)
    assert statuses(added) == dict.fromkeys(["hours.md", "page.html", "more/prices.txt"], "created")
    assert [file._replace(doc_id=None) for file in planned.files] == [
        file._replace(doc_id=None) for file in added.files
    ]
    doc = await client.docs.get(added.files[0].doc_id or "", **arguments)
    assert (doc.title, doc.content) == (
        "Handbook",
        ["Handbook\n\nWelcome.", "Handbook > Hours\n\nIt opens at ten."],
    )
    assert doc.metadata is not None
    assert (doc.metadata["source"], doc.metadata["folder"]) == ("handbook/hours.md", "handbook")
    found = await client.docs.search("opens", **arguments)
    assert found[0].text == "Handbook > Hours\n\nIt opens at ten."

    again = await client.docs.add(str(handbook), **arguments)
    assert [file.doc_id for file in again.unchanged] == [file.doc_id for file in added.created]

    (handbook / "hours.md").write_text("It opens at nine.", encoding="utf-8")
    (handbook / "page.html").unlink()
    (handbook / "broken.txt").write_bytes(b"\xff\xfe\xff")
    seen: list[tuple[AddedFile, int]] = []
    changed = await client.docs.add(
        handbook, on_file=lambda file, total: seen.append((file, total)), **arguments
    )
    assert statuses(changed) == {
        "broken.txt": "failed",
        "hours.md": "replaced",
        "more/prices.txt": "unchanged",
    }
    assert seen == [(file, 3) for file in changed.files]
    assert changed.replaced[0].doc_id == doc.id
    assert changed.failed[0].reason == "it is not text in utf-16"
    assert (await client.docs.get(doc.id, **arguments)).content == ["It opens at nine."]

    pruned = await client.docs.add(handbook, prune=True, **arguments)
    assert [file.source for file in pruned.removed] == ["handbook/page.html"]
    titles = {doc.title for doc in await client.docs.list(**arguments)}
    assert titles == {"Aside", "hours", "prices"}


async def test_one_file_of_a_folder(client: AsyncClient, handbook: Path) -> None:
    agent = await new_agent(client)
    (first,) = (await client.docs.add(handbook / "hours.md", agent_id=agent.id)).files
    assert first == AddedFile("handbook/hours.md", "created", first.doc_id)
    added = await client.docs.add(handbook, agent_id=agent.id)
    assert [file.doc_id for file in added.unchanged] == [first.doc_id]


async def test_files_that_are_or_become_empty(client: AsyncClient, handbook: Path) -> None:
    agent = await new_agent(client)
    await client.docs.add(handbook, agent_id=agent.id)
    (handbook / "empty.md").write_text("\n", encoding="utf-8")
    (handbook / "hours.md").write_text("---\ntitle: Later\n---\n", encoding="utf-8")
    added = await client.docs.add(handbook, agent_id=agent.id)
    hours = next(file.doc_id for file in added.skipped if file.doc_id)
    assert [(file.source, file.doc_id, file.reason) for file in added.skipped] == [
        ("handbook/empty.md", None, "it has no text"),
        ("handbook/hours.md", hours, "it has no text; its document stays"),
    ]
    planned = await client.docs.add(handbook, agent_id=agent.id, prune=True, dry_run=True)
    pruned = await client.docs.add(handbook, agent_id=agent.id, prune=True)
    assert planned.removed == pruned.removed == [AddedFile("handbook/hours.md", "removed", hours)]
    assert len(await client.docs.list(agent_id=agent.id)) == 2


def notes_in(parent: Path, **texts: str) -> Path:
    """Return a folder `notes` with files."""
    path = parent / "notes"
    path.mkdir(parents=True)
    for name, text in texts.items():
        (path / f"{name}.md").write_text(text, encoding="utf-8")
    return path


async def test_a_folder_is_known_by_its_name_on_every_machine(
    client: AsyncClient, tmp_path: Path
) -> None:
    agent = await new_agent(client)
    there = notes_in(tmp_path / "there", a="A", b="B", c="C", d="D")
    made = (await client.docs.add(there, agent_id=agent.id)).created
    for doc in await client.docs.list(agent_id=agent.id):
        assert set(doc.metadata or {}) == {"source", "folder", "origin", "sha256"}
        assert str(tmp_path) not in str(doc)
    here = notes_in(tmp_path / "here", a="A", b="Changed", c="")
    planned = await client.docs.add(here, agent_id=agent.id, prune=True, dry_run=True)
    assert len(await client.docs.list(agent_id=agent.id)) == 4
    added = await client.docs.add(here, agent_id=agent.id, prune=True)
    for found in (planned, added):
        assert [(file.status, file.doc_id) for file in found.files] == [
            ("unchanged", made[0].doc_id),
            ("replaced", made[1].doc_id),
            ("removed", made[2].doc_id),
            ("removed", made[3].doc_id),
        ]
    left = await client.docs.list(agent_id=agent.id)
    assert {doc.id for doc in left} == {file.doc_id for file in made[:2]}


async def test_a_name_of_its_own_keeps_a_folder_apart(client: AsyncClient, tmp_path: Path) -> None:
    agent = await new_agent(client)
    first, second = notes_in(tmp_path / "1", x="One."), notes_in(tmp_path / "2", x="Two.")
    (of_first,) = (await client.docs.add(first, agent_id=agent.id)).created
    for prune, dry_run in ((False, False), (True, False), (True, True)):
        with pytest.raises(InvalidArgumentError, match="name: 'notes' has documents already, of"):
            await client.docs.add(second, agent_id=agent.id, prune=prune, dry_run=dry_run)
    (of_second,) = (await client.docs.add(second, agent_id=agent.id, name="more")).created
    assert (of_first.source, of_second.source) == ("notes/x.md", "more/x.md")
    (second / "x.md").unlink()
    pruned = await client.docs.add(second, agent_id=agent.id, prune=True, name="more")
    assert pruned.files == [of_second._replace(status="removed")]
    (second / "x.md").write_text("Other.", encoding="utf-8")
    (same,) = (await client.docs.add(second, agent_id=agent.id, name="notes")).files
    assert same == of_first._replace(status="replaced")


async def test_an_empty_folder_deletes_nothing_unless_it_is_named(
    client: AsyncClient, tmp_path: Path
) -> None:
    agent = await new_agent(client)
    notes = notes_in(tmp_path, x="One.")
    await client.docs.add(notes, agent_id=agent.id)
    (notes / "x.md").unlink()
    with pytest.raises(InvalidArgumentError, match="name: there are no files, so that all docum"):
        await client.docs.add(notes, agent_id=agent.id, prune=True)
    assert (await client.docs.add(notes, agent_id=agent.id)).files == []
    assert len(await client.docs.list(agent_id=agent.id)) == 1
    pruned = await client.docs.add(notes, agent_id=agent.id, prune=True, name="notes")
    assert [file.status for file in pruned.files] == ["removed"]


@pytest.mark.parametrize("has_path", [True, False])
async def test_documents_of_an_earlier_version(
    client: AsyncClient, tmp_path: Path, has_path: bool
) -> None:
    agent = await new_agent(client)
    first = notes_in(tmp_path / "a", x="The same.")
    (made,) = (await client.docs.add(first, agent_id=agent.id)).created
    new = (await client.docs.get(str(made.doc_id), agent_id=agent.id)).metadata or {}
    old = {key: value for key, value in new.items() if key != "origin"} | {"own": 1}
    if has_path:
        old["folder_path"] = str(first)
    changes: dict[str, Any] = {"title": "x", "content": ["The same."], "metadata": old}
    await client.docs.update(str(made.doc_id), agent_id=agent.id, overwrite=True, **changes)

    second = notes_in(tmp_path / "b", x="The same.")
    if has_path:
        with pytest.raises(InvalidArgumentError, match="name: 'notes' has documents of '"):
            await client.docs.add(second, agent_id=agent.id)
    planned = await client.docs.add(first, agent_id=agent.id, dry_run=True)
    found = await client.docs.add(first, agent_id=agent.id)
    assert planned.unchanged == found.unchanged == [made._replace(status="unchanged")]
    doc = await client.docs.get(str(made.doc_id), agent_id=agent.id)
    assert (doc.title, doc.content) == ("x", ["The same."])
    assert doc.metadata == ({**new, "own": 1} if has_path else old)
    # Its path is gone, and any folder of this name that has something of it goes on with it.
    assert len((await client.docs.add(second, agent_id=agent.id)).unchanged) == 1


def test_jobs_that_index_documents(handbook: Path) -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"items": []})
        made = {"id": UNKNOWN_ID, "created_at": "2026-11-26T09:30:00Z", "jobs": [UNKNOWN_ID]}
        return httpx.Response(201, json=made)

    with (
        httpx.Client(transport=httpx.MockTransport(respond)) as library_client,
        Client(base_url="http://other/api", http_client=library_client) as client,
    ):
        added = client.docs.add(handbook / "hours.md", agent_id=UNKNOWN_ID)
    assert added.files == [
        AddedFile("handbook/hours.md", "created", UNKNOWN_ID, jobs=(UNKNOWN_ID,))
    ]


async def test_what_cannot_be_added(client: AsyncClient, handbook: Path) -> None:
    agent = await new_agent(client)
    (handbook / "\udcff").mkdir()
    for path, prune, problem in (
        ("", True, "path: expected a folder or a file; got ''"),
        (handbook / "\udcff", False, "path: expected a folder with a name in UTF-8; got "),
        (handbook / "nowhere", False, "path: expected a folder or a file; there is no "),
        (handbook / "picture.png", False, "path: expected a .htm, .html, .markdown, .md, .pdf"),
        (handbook / "hours.md", True, "prune: expected a folder; "),
    ):
        with pytest.raises(InvalidArgumentError) as refused:
            await client.docs.add(path, agent_id=agent.id, prune=prune)
        assert str(refused.value).startswith(problem)
    with pytest.raises(NotFoundError):
        await client.docs.add(handbook, agent_id=UNKNOWN_ID)


async def test_files_that_cannot_be_sent_or_never_end(client: AsyncClient, handbook: Path) -> None:
    agent = await new_agent(client)
    os.mkfifo(handbook / "a.txt")
    (handbook / "\udcff").mkdir()
    (handbook / "\udcff" / "b.txt").write_text("Its folder's name is one byte.", encoding="utf-8")
    added = await client.docs.add(handbook, agent_id=agent.id)
    assert [(file.source, file.reason) for file in added.failed] == [
        ("handbook/a.txt", "it is no regular file"),
        ("handbook/\udcff/b.txt", "its name is no UTF-8"),
    ]
    assert len(added.created) == 3


async def test_files_that_are_too_large(
    client: AsyncClient, handbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = await new_agent(client)
    monkeypatch.setattr(folder, "MAX_FILE_BYTES", 20)
    added = await client.docs.add(handbook, agent_id=agent.id)
    assert [file.source for file in added.created] == ["handbook/more/prices.txt"]
    assert "it has more than" in str(added.failed[0].reason)


def test_a_file_whose_text_the_server_refuses(handbook: Path) -> None:
    with LocalServer(max_body_bytes=2000) as server, Client(base_url=server.url) as client:
        agent = client.agents.create(name="Ada")
        (handbook / "large.txt").write_text("word " * 1000, encoding="utf-8")
        added = client.docs.add(handbook, agent_id=agent.id)
    (failed,) = added.failed
    assert failed.source == "handbook/large.txt"
    assert "2000" in str(failed.reason)
    assert len(added.created) == 3

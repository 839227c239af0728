"""docs.add: a folder's files as docs; what did not change stays, what changed is replaced."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

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

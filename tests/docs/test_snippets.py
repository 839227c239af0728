"""Programs of the documentation: both forms of each run, and print the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from julep_server import LocalServer
from scripts.site.async_form import async_form
from scripts.site.outline import DOCS
from scripts.site.pictures import PICTURES
from scripts.site.programs import run
from scripts.site.snippets import LINK, Snippet, blocks, files, of_file

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
OF_FILES = [of_file(file) for file in files()]


@pytest.mark.parametrize("one", OF_FILES, ids=lambda one: one.name)
def test_both_forms_of_a_file_print_the_same(one: Snippet) -> None:
    assert one.other
    printed = [run(program, one.name, one.script) for program in (one.sync, one.other)]
    assert printed[0] == printed[1] != ""


def test_the_programs_of_a_page_run_one_after_the_other_on_one_server() -> None:
    text = TEXTS[DOCS / "tutorials/support-bot.md"]
    with LocalServer(embedding_model="none") as server:
        for name in LINK.findall(text):
            done = subprocess.run(
                [sys.executable, DOCS / "snippets" / f"{name}.py"],
                env={**os.environ, "JULEP_API_URL": server.url},
                capture_output=True,
                check=False,
            )
            assert (done.returncode, done.stderr) == (0, b""), name


def test_most_blocks_of_pages_have_both_forms() -> None:
    """test_readme runs them."""
    found = [one for text in TEXTS.values() for one in blocks(text)]
    assert sum(bool(one.other) for one in found) > 20


def test_every_file_is_shown_and_prints_something() -> None:
    shown = {name for text in TEXTS.values() for name in LINK.findall(text)}
    assert shown == {file.stem for file in files()}
    scripts = {file.stem for file in (DOCS / "snippets").glob("*.toml")}
    assert scripts <= shown


def test_names_of_programs_are_unique() -> None:
    names = [one.name for one in OF_FILES] + [b.name for t in TEXTS.values() for b in blocks(t)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_as_it_is_drawn(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PICTURES[name]()


CLIENT = "import julep\n\nwith julep.Client() as client:\n    "
ASYNC = (
    "import anyio\n\nimport julep\n\n\nasync def main() -> None:\n"
    "    async with julep.AsyncClient() as client:\n        "
)
END = "\n\n\nanyio.run(main)\n"


@pytest.mark.parametrize(
    ("sync", "expected"),
    [
        ("client.agents.list()", "await client.agents.list()"),
        ("print(client.agents.get(id).name)", "print((await client.agents.get(id)).name)"),
        ("for a in client.agents.iterate(): ...", "async for a in client.agents.iterate(): ..."),
        ("[a for a in client.agents.iterate()]", "[a async for a in client.agents.iterate()]"),
        (
            "client.with_options(timeout=1).agents.list()",
            "await client.with_options(timeout=1).agents.list()",
        ),
        ("client.sessions.iterate_run", "client.sessions.iterate_run"),
        ('a = """\n1\n"""; client.agents.get(a)', 'a = """\n1\n"""; await client.agents.get(a)'),
        (
            "with client.sessions.stream(id, 'é') as s: s.get_final_response()",
            "async with client.sessions.stream(id, 'é') as s: await s.get_final_response()",
        ),
    ],
)
def test_the_rule(sync: str, expected: str) -> None:
    assert async_form(f"{CLIENT}{sync}\n") == f"{ASYNC}{expected}{END}"


def test_a_function_that_awaits_becomes_async_and_is_awaited() -> None:
    found = async_form(
        "import julep\n\n\ndef one(client: julep.Client) -> str:\n"
        "    return client.agents.list()[0].name\n\n\n"
        "with julep.Client() as client:\n    print(one(client).upper())\n"
    )
    assert "async def one(client: julep.AsyncClient) -> str:" in found
    assert "return (await client.agents.list())[0].name" in found
    assert "print((await one(client)).upper())" in found


def test_a_program_without_a_client_stays_as_it_is() -> None:
    program = "import julep\n\nprint(julep.__version__)\n"
    assert async_form(program) == program


def test_one_with_for_both_kinds_is_refused() -> None:
    with pytest.raises(ValueError, match="line 3: some items of this `with` become `async with`"):
        async_form("import julep\n\nwith open('x') as x, julep.Client() as client:\n    pass\n")

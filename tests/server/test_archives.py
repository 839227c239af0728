"""``julep export``, ``import`` and ``apply``: agents as text, between databases and tenants."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from julep_server import LocalServer
from julep_server.archive.agents_file import export_lines, import_lines
from julep_server.archive.kinds import KINDS
from julep_server.archive.lines import ArchiveError, read_lines
from julep_server.commands import operations
from julep_server.db.engine import Database
from julep_server.tenancy.records import find_tenant
from tests.server.helpers.api import Api
from tests.server.helpers.commands import run_command
from tests.server.helpers.filled import TOOL, everything, fill

pytestmark = pytest.mark.once


def serving(url: str) -> LocalServer:
    """Without an embedder: vectors are no part of an export, and are computed later."""
    return LocalServer(database=url, embedding_model="none")


@pytest.fixture(scope="module")
def filled_text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The export of a database with data of every kind."""
    folder = tmp_path_factory.mktemp("filled")
    url = f"sqlite:///{folder / 'x.db'}"
    with serving(url) as server, Api(server.url) as api:
        fill(api)
    return exported(url, folder / "x.jsonl")


def exported(url: str, file: Path, *arguments: str) -> str:
    assert run_command("export", *arguments, "--output", str(file), "--database", url) == 0
    return file.read_text("utf-8")


def test_an_import_has_the_same_responses_and_the_same_export(
    database_url: str, tmp_path: Path
) -> None:
    file, again = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    with (
        serving(database_url) as server,
        Api(server.url) as api,
    ):
        agent = fill(api)["id"]
        before = everything(api, agent)
        text = exported(database_url, file)
    other = f"sqlite:///{tmp_path / 'other.db'}"
    assert run_command("import", str(file), "--database", other) == 0
    with serving(other) as server, Api(server.url) as api:
        assert everything(api, agent) == before
        # While the server runs.
        assert exported(other, again) == text


def test_the_lines_are_grouped_by_kind_and_have_the_fields_of_the_page(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    with serving(url) as server, Api(server.url) as api:
        fill(api)
    lines = [json.loads(line) for line in exported(url, tmp_path / "x").splitlines()]
    kinds = [line["kind"] for line in lines[1:]]
    assert list(dict.fromkeys(kinds)) == [*(kind for kind in KINDS if kind in kinds), "end"]
    assert lines[-1] == {"kind": "end", "lines": len(lines) - 2}
    page = (Path(__file__).parents[2] / "docs/server/export.md").read_text("utf-8")
    documented = {
        cells[0].strip("` "): set(cells[1].replace("`", "").replace(",", " ").split())
        for line in page.splitlines()
        if line.startswith("| `")
        for cells in [line.strip("|").split("|")]
    }
    assert documented.keys() == KINDS.keys()
    for line in lines[1:-1]:
        assert line.keys() - {"kind"} <= documented[line["kind"]], line


def test_an_agent_comes_with_its_users_alone(database_url: str, tmp_path: Path) -> None:
    with (
        serving(database_url) as server,
        Api(server.url) as api,
    ):
        fill(api)
        other = api.make("agents", name="Other")["id"]
        session = api.make("sessions", agent_id=other)["id"]
        api.reply(session)
        for name in ("Other", other):
            text = exported(database_url, tmp_path / "x.jsonl", name)
            lines = [json.loads(line) for line in text.splitlines()]
            kinds = [line["kind"] for line in lines[1:]]
            assert kinds == ["agent", "session", "message", "message", "end"]


def test_ids_that_are_taken_become_new_ones_everywhere(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.jsonl"
    with (
        serving(database_url) as server,
        Api(server.url) as api,
    ):
        agent = fill(api)["id"]
        before = everything(api, agent)
        exported(database_url, file)
        capsys.readouterr()
        arguments = ["--database", database_url]
        assert run_command("import", str(file), *arguments) == 0
        found = (line.split() for line in capsys.readouterr().out.splitlines()[1:])
        new_ids = {old: new for _, _, old, _, new in found}
        # Users of this tenant stay, and are not copied.
        assert everything(api, agent) == before
        copied = json.dumps(everything(api, new_ids[agent]))
        assert not [old for old in new_ids if old in copied]
        assert run_command("import", str(file), "--tenant", "other", *arguments) == 1
        assert "there is no tenant other" in capsys.readouterr().err
        assert run_command("tenants", "create", "other", *arguments) == 0
        assert run_command("import", str(file), "--tenant", "other", *arguments) == 0
        assert everything(api, agent) == before
    with operations.reading(database_url) as connection:
        other = find_tenant(connection, "other")
        assert other is not None
        of_other = [*export_lines(connection, other.id, None)]
    text = file.read_text("utf-8")
    assert len(of_other) == len(text.splitlines())


def test_what_was_deleted_comes_back(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    with (
        serving(database_url) as server,
        Api(server.url) as api,
    ):
        agent = api.make("agents", docs=[{"title": "x", "content": "Some text."}])["id"]
        exported(database_url, file)
        assert api.delete(f"/agents/{agent}").status_code == 202
        assert (
            run_command("import", str(file), "--tenant", "local", "--database", database_url) == 0
        )
        assert api.get(f"/agents/{agent}").status_code == 200
        assert api.delete(f"/agents/{agent}").status_code == 202
        assert api.get(f"/agents/{agent}").status_code == 404


def _line(**fields: Any) -> Callable[[list[Any]], None]:
    """Return a change of the first line of a kind in a file."""

    def change(lines: list[Any]) -> None:
        found = next(line for line in lines if line.get("kind") == fields["kind"])
        found.update(fields)
        for name in [name for name, value in fields.items() if value is None]:
            del found[name]

    return change


WRONG_FILES: list[tuple[Callable[[list[Any]], object], str]] = [
    (lambda lines: lines.pop(), "cut off"),
    (lambda lines: lines.pop(2), "lines expected"),
    (lambda lines: lines.pop(0), "line 1: expected"),
    (lambda lines: lines.insert(1, {"kind": "x"}), "line 2: kind must be one of"),
    (_line(kind="agent", id="x"), "must be a UUID v4"),
    (_line(kind="agent", name=None), "agent"),
    (_line(kind="agent", nmae="x"), "agent has no field nmae"),
    (_line(kind="agent", created_at="yesterday"), "created_at"),
    (_line(kind="doc", owner_id="7d0c2f5e-93b1-4a6d-8f24-1b5e7c9a0d36"), "no owner"),
    (_line(kind="message", session_id="7d0c2f5e-93b1-4a6d-8f24-1b5e7c9a0d36"), "no session"),
    (_line(kind="message", role="x"), "message.role"),
]


@pytest.mark.parametrize(
    ("change", "message"),
    WRONG_FILES,
)
def test_a_file_that_is_wrong_names_its_line_and_changes_nothing(
    filled_text: str, tmp_path: Path, change: Callable[[list[Any]], object], message: str
) -> None:
    file = tmp_path / "a.jsonl"
    lines = [json.loads(line) for line in filled_text.splitlines()]
    change(lines)
    file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    target = f"sqlite:///{tmp_path / 'y.db'}"
    Database(target).close()
    with (
        pytest.raises(ArchiveError, match=message) as raised,
        operations.transaction(target) as connection,
    ):
        import_lines(connection, "local", lambda: read_lines(file))
    assert "line" in str(raised.value)
    with operations.reading(target) as connection:
        assert len([*export_lines(connection, "local", None)]) == 2


TEXT = st.text(min_size=1, max_size=8)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
METADATA = st.dictionaries(TEXT, VALUE, max_size=3)
AGENT = st.fixed_dictionaries(
    {"name": TEXT, "about": TEXT, "metadata": METADATA, "instructions": st.lists(TEXT, max_size=2)}
)
DOC = st.fixed_dictionaries({"title": TEXT, "content": TEXT, "metadata": METADATA})
SAID = st.lists(TEXT, max_size=2)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(agents=st.lists(st.tuples(AGENT, st.lists(DOC, max_size=2), SAID), max_size=2))
def test_an_export_of_an_import_is_the_same(
    api: Api, server: LocalServer, tmp_path: Path, agents: list[Any]
) -> None:
    url = f"sqlite:///{tmp_path / 'source.db'}"
    lines: list[dict[str, Any]] = []
    with serving(url) as source, Api(source.url) as filled:
        for fields, docs, said in agents:
            agent = filled.make("agents", **fields, docs=docs)["id"]
            session = filled.make("sessions", agent_id=agent)["id"]
            for text in said:
                filled.reply(session, text)
    with operations.reading(url) as connection:
        lines = [*export_lines(connection, "local", None)]
    target = f"sqlite:///{tmp_path / f'{id(lines)}.db'}"
    Database(target).close()
    with operations.transaction(target) as connection:
        import_lines(connection, "x", lambda: enumerate(lines, start=1))
    with operations.reading(target) as connection:
        assert [*export_lines(connection, "x", None)] == lines


APPLIED: list[dict[str, Any]] = [
    {"kind": "agent", "name": "Pip", "about": "A baker.", "metadata": {"v": 1}},
    {"kind": "tool", **TOOL},
    {"kind": "doc", "title": "Hours", "content": "We open at nine."},
    {"kind": "doc", "title": "Prices", "content": "Bread costs three."},
    {"kind": "user", "name": "Ada"},
    {"kind": "doc", "title": "Diet", "content": "No nuts."},
]


def apply(url: str, file: Path, lines: list[Any], *arguments: str) -> int:
    file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return run_command("apply", str(file), "--tenant", "local", "--database", url, *arguments)


def test_apply_makes_what_is_missing_changes_what_differs_and_leaves_the_rest(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pip.jsonl"
    with (
        serving(database_url) as server,
        Api(server.url) as api,
    ):
        assert apply(database_url, file, APPLIED) == 0
        made = [f"created {kind}" for kind in ("agent Pip", "tool look", "doc Hours", "doc Prices")]
        made += ["created user Ada", "created doc Diet"]
        assert capsys.readouterr().out.splitlines() == made
        (agent,) = api.get("/agents").json()["items"]
        assert (agent["name"], agent["model"], agent["metadata"]) == ("Pip", "offline", {"v": 1})
        before = api.get(f"/agents/{agent['id']}/docs").text
        assert apply(database_url, file, APPLIED) == 0
        assert capsys.readouterr().out == "nothing to change\n"
        assert api.get(f"/agents/{agent['id']}/docs").text == before
        changed = [APPLIED[0] | {"about": "A cook."}, APPLIED[2] | {"content": "At ten."}]
        assert apply(database_url, file, changed, "--prune") == 0
        assert capsys.readouterr().out.splitlines() == [
            "changed agent Pip",
            "changed doc Hours",
            "deleted doc Prices",
            "deleted tool look",
        ]
        assert api.reply(api.make("sessions", agent_id=agent["id"])["id"], "ten")["doc_ids"]
        assert api.get(f"/agents/{agent['id']}").json()["about"] == "A cook."


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([{"format": "julep-agents", "version": 1}], "a file of julep export, which julep import"),
        ([{"kind": "session"}], "line 1: kind must be one of agent, user, tool, doc"),
        (
            [{"kind": "doc", "title": "x", "content": "y"}],
            "line 1: a doc needs a line of its agent",
        ),
        ([{"kind": "agent"}], "line 1: agent"),
        ([{"kind": "agent", "name": "x", "docs": [{"title": "a", "content": "b"}]}], "docs have"),
        ([{"kind": "user"}, {"kind": "tool", **TOOL}], "line 2: a tool needs"),
    ],
)
def test_apply_names_the_line_that_is_wrong_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[Any], message: str
) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    assert apply(url, tmp_path / "x.jsonl", [{"kind": "user", "name": "x"}, *lines][1:]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1

"""scripts/new-operation and scripts/new-resource, in a copy of the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.packaging.helpers.wheel import ROOT

pytestmark = pytest.mark.once

ID: dict[str, Any] = {
    "name": "note_id",
    "in": "path",
    "required": True,
    "description": "The note's id.",
    "schema": {"type": "string", "format": "uuid"},
}
FIELDS: dict[str, Any] = {
    "text": {"type": "string", "description": "The text."},
    "size": {"type": "integer", "minimum": 1, "maximum": 9, "description": "The size."},
    "labels": {"type": "array", "items": {"type": "string"}, "description": "Labels."},
}
# What the server would need to be complete; the SDK's side is whole.
PROBLEMS = """
from pathlib import Path
from tests.gate.helpers import document, sdk_checks, sent
from tests.gate.helpers.problems import load_exceptions
from julep_server.app import HANDLERS

contract = document.load()
assert set(contract.operations) == set(HANDLERS), set(contract.operations) ^ set(HANDLERS)
assert Path(sent.__file__).is_relative_to(Path.cwd())
record = sent.record(contract)
exceptions = load_exceptions()
for problems in (
    sdk_checks.called(record),
    sdk_checks.sent(contract, record),
    sdk_checks.typed(contract),
):
    for problem in exceptions.without(problems):
        print(problem)
"""


def described(operation: str, summary: str, response: str, **more: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{response}"}}}
    return {
        "operationId": operation,
        "tags": ["notes"],
        "summary": summary,
        "responses": {"200": {"description": "It.", "content": content}},
        **more,
    }


def with_notes(root: dict[str, Any]) -> None:
    """Add a resource to a contract."""
    schemas, pages = root["components"]["schemas"], root["components"]["parameters"]
    stored = {"type": "object", "required": ["id"]}
    schemas["Note"] = {
        **stored,
        "properties": {"id": ID["schema"], **FIELDS},
    }
    schemas["CreateNoteRequest"] = {"type": "object", "required": ["text"], "properties": FIELDS}
    items = {"type": "array", "items": {"$ref": "#/components/schemas/Note"}}
    schemas["ListNotesResponse"] = {
        "type": "object",
        "required": ["items"],
        "properties": {"items": items},
    }
    body = {"$ref": "#/components/schemas/CreateNoteRequest"}
    assert {"Limit", "Offset"} <= pages.keys()
    page = [{"$ref": f"#/components/parameters/{name}"} for name in ("Limit", "Offset")]
    root["paths"]["/notes"] = {
        "get": described("ListNotes", "List notes", "ListNotesResponse", parameters=page),
        "post": described(
            "CreateNote",
            "Create a note",
            "ResourceCreatedResponse",
            parameters=[{"$ref": "#/components/parameters/Prefer"}],
            requestBody={"required": True, "content": {"application/json": {"schema": body}}},
        ),
    }
    root["paths"]["/notes/{note_id}"] = {
        "get": described("GetNote", "Get a note", "Note", parameters=[ID]),
        "delete": described(
            "DeleteNote", "Delete a note", "ResourceDeletedResponse", parameters=[ID]
        ),
    }


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, whose contract has a further resource and a further operation."""
    copy = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if name.partition("/")[0] in ("openapi.yaml", "scripts", "src", "tests", "pyproject.toml"):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    root: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    with_notes(root)
    user = {"$ref": "#/components/parameters/UserId"}
    exported = described("ExportUser", "Export a user", "User", parameters=[user], tags=["users"])
    root["paths"]["/users/{user_id}/export"] = {"get": exported}
    (copy / "openapi.yaml").write_text(yaml.safe_dump(root, sort_keys=False), encoding="utf-8")
    done = subprocess.run(
        [
            ROOT / "scripts/generate",
            "--spec",
            copy / "openapi.yaml",
            "--out",
            copy / "generated/julep_api",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return copy


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = [checkout, checkout / "src", checkout / "generated"]
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_resource_and_an_operation_are_sent_whole(checkout: Path) -> None:
    refused = run(checkout, "-m", "scripts.skeletons", "operation", "GetNote", "get")
    assert refused.returncode == 1
    assert "scripts/new-resource notes" in refused.stderr

    made = run(checkout, "-m", "scripts.skeletons", "resource", "notes")
    assert made.returncode == 0, made.stderr
    assert "src/julep/managers/note.py: _list_items, and list in both classes" in made.stdout
    assert "src/julep_server/db/tables.py: the table notes" in made.stdout
    further = run(checkout, "-m", "scripts.skeletons", "operation", "ExportUser", "export")
    assert further.returncode == 0, further.stderr
    assert "src/julep_server/resources/users.py: the handler export" in further.stdout
    assert "corrections.yaml: /operations/ExportUser, with the reason" in further.stdout
    again = run(checkout, "-m", "scripts.skeletons", "operation", "GetNote", "get")
    assert again.returncode == 1
    assert "has a method get already" in again.stderr
    twice = run(checkout, "-m", "scripts.skeletons", "resource", "notes")
    assert twice.returncode == 1
    assert "nothing was written: src/julep/managers/note.py, " in twice.stderr

    shown = run(checkout, "-m", "julep", "notes", "--help")
    assert shown.returncode == 0, shown.stderr
    assert {"list:", "get:", "create:", "delete:"} <= {*shown.stdout.split()}
    found = run(checkout, "-c", PROBLEMS)
    assert (found.returncode, found.stdout) == (0, ""), found.stdout + found.stderr
    lint = run(checkout, "-m", "ruff", "check", "--select", "F,E,I", "src", "tests/sdk/helpers")
    assert lint.returncode == 0, lint.stdout


def test_an_operation_that_does_not_exist_is_refused(checkout: Path) -> None:
    done = run(checkout, "-m", "scripts.skeletons", "operation", "FlyAway", "fly")
    assert done.returncode == 1
    assert "openapi.yaml has no operation FlyAway" in done.stderr
    meant = run(checkout, "-m", "scripts.skeletons", "operation", "exportuser", "export")
    assert "no operation exportuser; did you mean ExportUser?" in meant.stderr
    tag = run(checkout, "-m", "scripts.skeletons", "resource", "Users")
    assert "no operation with the tag Users; tags: agents, docs, jobs, " in tag.stderr

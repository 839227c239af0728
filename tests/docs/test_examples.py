"""The larger examples of the documentation run against a real server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient

import julep
from docs.examples import fastapi_app, terminal_chat, workers
from julep_server import LocalServer

pytestmark = pytest.mark.once

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
NOTEBOOKS = (EXAMPLES / "notebook.ipynb", EXAMPLES / "gallery.ipynb")
OFFLINE = "This is Julep's offline model, not a language model."


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Run the FastAPI app against a server of its own."""
    with LocalServer() as server:
        monkeypatch.setenv("JULEP_API_URL", server.url)
        with TestClient(fastapi_app.app) as client:
            yield client


def created(app: TestClient, path: str, **fields: object) -> str:
    """Create a resource; return its id."""
    response = app.post(path, json=fields)
    assert response.status_code == 201, response.text
    assert fields.items() <= response.json().items()
    return str(response.json()["id"])


def test_the_fastapi_app_returns_models_and_streams_an_answer(app: TestClient) -> None:
    agent = created(app, "/agents", name="Ada", about="a librarian", instructions=["Be kind."])
    user = created(app, "/users", name="Grace", about="likes short answers")
    session = created(app, "/sessions", agent_id=agent, user_id=user)
    assert [item["id"] for item in app.get("/sessions").json()] == [session]

    question = {"text": "Where are the books?"}
    reply = app.post(f"/sessions/{session}/chat", json=question).json()
    assert reply["response"][0][0]["content"].startswith(OFFLINE)
    with app.stream("POST", f"/sessions/{session}/stream", json=question) as response:
        assert response.headers["content-type"].startswith("text/plain")
        assert response.read().decode().startswith(OFFLINE)


def test_the_fastapi_app_has_the_statuses_of_errors(app: TestClient) -> None:
    unknown = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"
    for kind in ("chat", "stream"):
        response = app.post(f"/sessions/{unknown}/{kind}", json={"text": "Hello!"})
        assert response.status_code == 404
        assert "session" in response.json()["detail"].lower()


def test_the_fastapi_app_documents_the_models(app: TestClient) -> None:
    page = app.get("/openapi.json").text
    for field in ("default_settings", "doc_ids", "instructions", "render_templates"):
        assert f'"{field}":' in page


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Execute the notebooks, in one process, and return the outputs of each."""
    folder = tmp_path_factory.mktemp("notebooks")
    folders = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "nbconvert", "--execute", "--to", "notebook"),
            *("--output-dir", str(folder)),
            *map(str, NOTEBOOKS),
        ],
        env={**os.environ, **{name: str(folder / name.lower()) for name in folders}},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[dict[str, Any]]] = {}
    for notebook in NOTEBOOKS:
        cells = json.loads((folder / notebook.name).read_text(encoding="utf-8"))["cells"]
        found[notebook.stem] = [output for cell in cells for output in cell.get("outputs", ())]
    return found


def texts_of(outputs: list[dict[str, Any]]) -> list[str]:
    return ["".join(output["text"]) for output in outputs if output["output_type"] == "stream"]


def values_of(outputs: list[dict[str, Any]]) -> list[str]:
    """Return what is displayed: the caption of a table, or else the text."""
    found: list[str] = []
    for output in outputs:
        data = output.get("data", {})
        table = re.search("<caption>(.*?)<", "".join(data.get("text/html", ())))
        if data:
            found.append(table[1] if table else "".join(data["text/plain"]))
    return found


def test_the_notebook_runs(executed: dict[str, list[dict[str, Any]]]) -> None:
    outputs = executed["notebook"]
    assert [text.startswith(OFFLINE) for text in texts_of(outputs)] == [True, True]
    assert values_of(outputs) == ["Agent", "Session", "CompletionUsage", *["ChatMlMessage"] * 4]


def test_the_gallery_runs(executed: dict[str, list[dict[str, Any]]]) -> None:
    remembered, steps = texts_of(executed["gallery"])
    assert (
        "Remembered of the user Grace: I live in Bergen, and I read only crime novels."
        in remembered
    )
    assert "ToolResult A 1\n" in steps
    assert values_of(executed["gallery"]) == [
        *("Agent", "DocMatch", "['agent', 'user', 'document', 'message']", "Memory"),
        *("Book(title='', year=0)", "[True, True, True]", "ChatMlMessage", "ChatMlMessage"),
    ]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_committed_without_outputs(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) > 4
    assert [(cell["outputs"], cell["execution_count"]) for cell in code] == [([], None)] * len(code)


def test_the_trio_program_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / "trio_program.py")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    for name in ("Grace", "Edsger", "Barbara"):
        assert f"Ada to {name}: {OFFLINE}" in done.stdout
    assert "[the end]" in done.stdout
    assert done.stdout.endswith("4 conversations took place.\n")


def test_the_chat_in_the_terminal_answers_and_resumes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def chat(*arguments: str, lines: list[str]) -> str:
        rest = iter(lines)

        def typed(_prompt: str) -> str:
            return next(rest)

        monkeypatch.setattr("builtins.input", typed)
        terminal_chat.main([*arguments])
        return capsys.readouterr().out

    with LocalServer() as server:
        monkeypatch.setenv("JULEP_API_URL", server.url)
        first = chat(lines=["Hello!", "", "/help", "/new", "/quit"])
        assert first.count("/history shows the conversation") == 3
        assert OFFLINE in first
        begun, _ = re.findall(r"Session (\S+)\.", first)
        second = chat(begun, lines=["/history", "/quit"])
    assert f"user: Hello!\nassistant: {OFFLINE}" in second
    assert second.endswith("Goodbye.\n")


def test_the_workers_answer_each_task_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = [f"What is {number} + 1?" for number in range(5)]
    file = str(tmp_path / "queue.db")
    with LocalServer() as server:
        for added in (questions, []):
            anyio.run(workers.main, server.url, file, added)
            printed = capsys.readouterr().out.splitlines()
            assert printed == [f"{question} {OFFLINE}" for question in questions]
        with julep.Client(base_url=server.url) as client:
            assert client.sessions.count() == len(questions)


def test_a_task_whose_worker_is_gone_is_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = workers.Queue(str(tmp_path / "queue.db"))
    queue.add("Who?")
    task = queue.take()
    assert task is not None
    assert queue.take() is None
    # The next worker is gone as soon as it has taken a task.
    monkeypatch.setattr(workers, "LEASE_SECONDS", -1.0)
    queue.add("What?")
    other = queue.take()
    assert other == queue.take() != task
    queue.close()

"""The larger examples of the documentation run against a real server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from docs.examples import fastapi_app
from julep_server import LocalServer

pytestmark = pytest.mark.once

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
NOTEBOOK = EXAMPLES / "notebook.ipynb"
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


def test_the_notebook_runs(tmp_path: Path) -> None:
    folders = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "nbconvert", "--execute", "--to", "notebook", "--stdout"),
            str(NOTEBOOK),
        ],
        env={**os.environ, **{name: str(tmp_path / name.lower()) for name in folders}},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    cells = json.loads(done.stdout)["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    texts = ["".join(output["text"]) for output in outputs if output["output_type"] == "stream"]
    tables = ["".join(output["data"]["text/html"]) for output in outputs if "data" in output]
    assert [text.startswith(OFFLINE) for text in texts] == [True, True]
    captions = [match[1] for table in tables if (match := re.search("<caption>(.*?)<", table))]
    assert captions == ["Agent", "Session", "CompletionUsage", *["ChatMlMessage"] * 4]


def test_the_notebook_is_committed_without_outputs() -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
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

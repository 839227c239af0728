"""The command line: options, variables, exit statuses and messages."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from julep_server import cli
from julep_server.cli import command_line
from julep_server.commands.opened import database_url
from tests.server.helpers.api import Api
from tests.server.helpers.embedding_endpoint import EmbeddingEndpoint
from tests.server.helpers.endpoint import Endpoint
from tests.server.helpers.process import serving


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "julep_server", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


def test_help_names_every_option_and_variable() -> None:
    shown = run("serve", "--help", COLUMNS="200").stdout
    names = ["host", "port", "database", "api-key", "model-url", "model-key", "model"]
    names += [
        "embedding-url",
        "embedding-key",
        "embedding-model",
        "suggestions",
        "workers",
        "drain",
        "tls-cert",
    ]
    names += ["tls-key", "root-path", "forwarded-allow-ips", "metrics", "log-level", "log-format"]
    for name in names:
        assert f"--{name}" in shown
        assert f"JULEP_SERVER_{name.upper().replace('-', '_')}" in shown


def test_options_configure_the_server(tmp_path: Path, endpoint: Endpoint) -> None:
    file = tmp_path / "chosen.db"
    arguments = ["--database", str(file), "--api-key", "a", "--api-key", "b"]
    arguments += ["--model-url", endpoint.url, "--model-key", "m", "--model", "small"]
    with serving(*arguments) as (process, url):
        for key in ("a", "b"):
            with Api(url, key) as api:
                session = api.make("sessions")["id"]
                assert api.chat(session).headers["x-julep-model"] == "small"
        with Api(url, "c") as api:
            assert api.get("/agents").status_code == 401
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert endpoint.headers[-1]["authorization"] == "Bearer m"
    assert file.exists()


def test_variables_configure_the_server(tmp_path: Path, endpoint: Endpoint) -> None:
    file = tmp_path / "chosen.db"
    environment = {
        "JULEP_SERVER_HOST": "localhost",
        "JULEP_SERVER_DATABASE": f"sqlite:///{file}",
        "JULEP_SERVER_API_KEY": "a, b",
        "JULEP_SERVER_MODEL_URL": endpoint.url,
        "JULEP_SERVER_MODEL_KEY": "m",
        "JULEP_SERVER_MODEL": "small",
    }
    with serving(environment=environment) as (_, url):
        assert url.startswith("http://localhost:")
        for key, status in (("a", 200), ("b", 200), ("a, b", 401)):
            with Api(url, key) as api:
                assert api.get("/agents").status_code == status
        with Api(url, "a") as api:
            api.reply(api.make("sessions")["id"])
    assert endpoint.headers[-1]["authorization"] == "Bearer m"
    assert file.exists()


def test_an_option_takes_precedence_over_its_variable(tmp_path: Path) -> None:
    environment = {"JULEP_SERVER_API_KEY": "variable", "XDG_DATA_HOME": str(tmp_path)}
    with serving("--api-key", "option", environment=environment) as (_, url), Api(url) as api:
        for key, status in (("option", 200), ("variable", 401)):
            headers = {"Authorization": key}
            assert api.get("/agents", headers=headers).status_code == status


def test_the_port_variable_and_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        failed = run(
            "serve", JULEP_SERVER_PORT=str(port), JULEP_SERVER_DATABASE=str(tmp_path / "x.db")
        )
    assert failed.returncode == 1
    assert f"can't serve on 127.0.0.1:{port}" in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--model", "x"], 2, "needs the URL"),
        (["--model-url", "http://x"], 2, "name of a model"),
        (["--embedding-model", "x"], 2, "needs the URL"),
        (["--embedding-url", "http://x"], 2, "name of a model"),
        (["--api-key", " "], 2, "must not be empty"),
        (["--api-key", "acme:"], 2, "the API key of acme is empty"),
        (
            ["--database", "postgresql://nobody@localhost:1/x", "--database-wait", "0"],
            1,
            "can't open the database",
        ),
        (["--database-wait", "-1"], 2, "a number of seconds, 0 or more; got -1"),
        (["--database", "nothing://x"], 1, "can't open the database"),
        (["--database", "sqlite:////nowhere/at/all/x.db"], 1, "can't open the database"),
        (["--database", "://"], 2, "can't be read"),
        (["--port", "70000"], 1, "can't serve on"),
        (["--workers", "0"], 2, "at least 1"),
        (["--workers", "2", "--database", "sqlite://"], 2, "in memory"),
    ],
)
def test_mistakes_are_reported_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    message: str,
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("JULEP_SERVER_PORT", "0")
    with pytest.raises(SystemExit) as stopped:
        command_line(["serve", *arguments])
    shown = capsys.readouterr().err
    assert (stopped.value.code, len(shown.splitlines())) == (status, 1)
    assert message in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["serve", "--prot", "1"], "Did you mean --port? (julep serve --help)"),
        (["keys", "create", "--scope", "write"], '"all", "read" (julep keys create --help)'),
    ],
)
def test_wrong_options_are_reported_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.setattr(sys, "argv", ["julep", *arguments])
    # A terminal's help is left as it is: it belongs to the process.
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(SystemExit) as stopped:
        cli.run()
    (shown,) = capsys.readouterr().err.splitlines()
    assert stopped.value.code == cli.USAGE_ERROR
    assert shown.endswith(message)


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {"XDG_DATA_HOME": "chosen"}, "chosen/julep"),
        ("linux", {}, ".local/share/julep"),
        ("darwin", {}, "Library/Application Support/julep"),
        ("win32", {"LOCALAPPDATA": "local"}, "local/julep"),
        ("win32", {}, "AppData/Local/julep"),
    ],
)
def test_the_default_database_is_in_the_users_data_directory(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    variables: dict[str, str],
    folder: str,
) -> None:
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, str(tmp_path / value))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(sys, "platform", platform)
    assert database_url(None) == f"sqlite:///{tmp_path / folder / 'julep.db'}"
    assert (tmp_path / folder).stat().st_mode & 0o777 == 0o700


def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    """A module that can't be found stands in for an environment without the extra."""
    code = (
        "import sys; sys.modules['starlette'] = None\n"
        "import julep_server, julep_server.__main__ as m\n"
        "sys.argv = ['julep', 'serve']; m.main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 2
    assert 'pip install "julep[server]"' in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_a_terminated_server_stops_cleanly(tmp_path: Path) -> None:
    with serving("--database", str(tmp_path / "x.db")) as (process, url):
        with Api(url) as api:
            api.make("users")
        process.terminate()
        assert process.wait(60) in (0, -signal.SIGTERM)
    assert [path.name for path in tmp_path.iterdir()] == ["x.db"]


def test_a_missing_driver_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SystemExit):
        command_line(["serve", "--port", "0", "--database", "postgresql://localhost/x"])
    assert 'pip install "julep[postgres]"' in capsys.readouterr().err


def test_the_embedding_options_and_variables(tmp_path: Path) -> None:
    database = ["--database", str(tmp_path / "x.db")]
    with EmbeddingEndpoint() as meanings:
        chosen = {"url": meanings.url, "key": "e", "model": "meanings"}
        options = [
            part for name, value in chosen.items() for part in (f"--embedding-{name}", value)
        ]
        variables = {f"JULEP_SERVER_EMBEDDING_{name.upper()}": v for name, v in chosen.items()}
        for arguments, environment in ((options, {}), ([], variables)):
            with (
                serving(*database, *arguments, environment=environment) as (_, url),
                Api(url) as api,
            ):
                api.make("users", docs=[{"title": "x", "content": "A kitten."}])
        assert {request["model"] for request in meanings.requests} == {"meanings"}
        assert "x\nA kitten." in meanings.texts
        assert set(meanings.keys) == {"Bearer e"}


def test_workers_share_a_socket_and_one_that_dies_is_replaced(tmp_path: Path) -> None:
    file = str(tmp_path / "x.db")
    with serving("--database", file, "--workers", "2", "--metrics") as (process, url):
        with Api(url) as api:
            user = api.make("users")["id"]
        first = children_of(process.pid, 2)
        os.kill(min(first), signal.SIGKILL)
        while children_of(process.pid, 2) == first:
            time.sleep(0.02)
        with Api(url) as api:
            assert api.get(f"/users/{user}").status_code == 200
        # Whichever process responds, the one that was killed included; each is a new connection.
        metrics = url.replace("/api", "/metrics")
        for _ in range(8):
            lines = httpx.get(metrics, trust_env=False).text.splitlines()
            for operation, status in (("CreateUser", 201), ("GetUser", 200)):
                (line,) = [
                    one
                    for one in lines
                    if one.startswith("julep_requests_total{") and f'"{operation}"' in one
                ]
                assert f'status="{status}"' in line
                assert line.endswith(" 1.0")
            assert "julep_requests_running 1.0" in lines
            assert "julep_database_failing 0.0" in lines
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    failed = run(
        "serve", "--port", "0", "--workers", "2", "--database", "sqlite:////nowhere/at/all/x.db"
    )
    assert failed.returncode == 1
    assert failed.stderr.count("can't open the database") == 1


_STOPPED_WHILE_IT_REPLACES = """
import logging, os, signal, time
from julep_server import workers

class Stopping(logging.Handler):
    def emit(self, record):
        signal.setitimer(signal.ITIMER_REAL, 0.05)

def serve(ready):
    if ready():
        os._exit(1)
    time.sleep(60)

signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
logging.getLogger("julep_server").addHandler(Stopping())
workers._RESTART_DELAY = 0.3
raise SystemExit(workers.Workers(2, serve).run())
"""


def test_a_stop_while_a_worker_is_replaced_starts_no_other() -> None:
    program = [sys.executable, "-c", _STOPPED_WHILE_IT_REPLACES]
    assert subprocess.run(program, timeout=100, check=False).returncode == 0


def children_of(pid: int, count: int) -> set[int]:
    """Wait until a process has this number of children, and return their ids."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        shown = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True)
        pairs = [line.split() for line in shown.stdout.decode().splitlines()]
        if len(found := {int(child) for child, parent in pairs if int(parent) == pid}) == count:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{pid} has other children")

"""Versions of client and server, the user agent, and requests beside the managers."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import httpx
import pytest

import julep
from julep import ServerInfo
from julep_server import LocalServer
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.helpers.programs import run_program
from tests.sdk.helpers.stub import Stub


@pytest.mark.anyio
async def test_the_server_reports_itself(mode: Mode) -> None:
    # A server of its own: the contract, which others may be held to, does not describe this.
    with LocalServer() as server:
        async with make_client(mode, server.url) as client:
            found = await client.server()
            assert found == ServerInfo(name="julep", version=julep.__version__, contract="0.3.0")
            raw = await client.with_raw_response(unwrapped(client).users.list, limit=1)
            assert raw.headers["julep-version"] == julep.__version__


def test_every_response_has_the_servers_version() -> None:
    with LocalServer(api_keys=["key"]) as server, httpx.Client() as client:
        for url in (f"{server.url}/agents", f"{server.root}/healthz", f"{server.root}/nothing"):
            assert client.get(url).headers["julep-version"] == julep.__version__
        assert client.post(f"{server.url}/server").status_code == 404


@pytest.mark.anyio
@pytest.mark.parametrize("response", [{}, [], {"name": "a", "version": 1}, "x"])
async def test_another_server_is_an_invalid_response(
    mode: Mode, stub: Stub, response: object
) -> None:
    stub.response = response
    async with make_client(mode, stub.url) as client:
        with pytest.raises(julep.InvalidResponseError, match="expected a string"):
            await client.server()
    assert stub.requests[0].target == "/api/server"


@pytest.mark.anyio
async def test_a_request_names_the_client_and_the_program(mode: Mode, stub: Stub) -> None:
    stub.response = {"items": []}
    async with make_client(mode, stub.url, application="my-app/1.2 team") as client:
        await client.users.list(limit=1)
    async with make_client(mode, stub.url) as client:
        await client.users.list(limit=1)
    named, plain = (request.headers for request in stub.requests)
    assert re.fullmatch(
        rf"julep-python/{re.escape(julep.__version__)} \(\w+ 3\.\d+; \w+\)", plain["user-agent"]
    )
    assert named["user-agent"] == f"my-app/1.2 team {plain['user-agent']}"
    assert {one["julep-version"] for one in (named, plain)} == {julep.__version__}


@pytest.mark.anyio
async def test_put_patch_and_delete(mode: Mode, stub: Stub) -> None:
    stub.response = {"ok": True}
    body: Any = {"name": "Grace"}
    async with make_client(mode, stub.url) as client:
        assert await client.put("/a", body, query={"x": "1"}) == {"ok": True}
        assert await client.patch("/a", body) == {"ok": True}
        assert await client.patch("/a") == {"ok": True}
        assert await client.delete("/a", query={"x": "1"}) == {"ok": True}
        with pytest.raises(julep.InvalidArgumentError, match="path: expected"):
            await client.delete("a")
    assert [(one.method, one.target, one.body) for one in stub.requests] == [
        ("PUT", "/api/a?x=1", body),
        ("PATCH", "/api/a", body),
        ("PATCH", "/api/a", None),
        ("DELETE", "/api/a?x=1", None),
    ]


AT_THE_END = """
import sys
import julep

class AtTheEnd:
    is_finalizing = staticmethod(sys.is_finalizing)
    failure = julep.NetworkError
    client = julep.Client(base_url="http://127.0.0.1:1", max_retries=0)

    def __del__(self):
        calls = (
            self.client.server,
            lambda: self.client.get("/agents"),
            lambda: self.client.agents.list(),
        )
        for call in calls:
            try:
                call()
            except self.failure as error:
                print(self.is_finalizing(), error)

last = AtTheEnd()
"""


@pytest.mark.once
def test_a_call_when_the_interpreter_ends_is_a_network_error() -> None:
    done = run_program(AT_THE_END)
    message = "True no request can be sent: the interpreter is ending"
    assert (done.stdout.splitlines(), done.stderr) == ([message] * 3, "")


def run(*arguments: str, missing: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command in a process that lacks some modules."""
    hide = "".join(f"sys.modules[{name!r}] = None; " for name in missing.split())
    program = f"import sys; {hide}sys.argv[1:] = {list(arguments)!r}; "
    program += (
        "from julep.__main__ import main; main(); print(*sorted(sys.modules), file=sys.stderr)"
    )
    return subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60
    )


def test_the_version_needs_no_server() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"{julep.__version__}\n")
    assert {"julep_server", "cyclopts"}.isdisjoint(done.stderr.split())
    module = [sys.executable, "-m", "julep", "--version"]
    assert subprocess.check_output(module, text=True) == done.stdout


@pytest.mark.parametrize("name", ["cyclopts", "uvicorn", "sqlalchemy"])
def test_the_command_names_the_missing_extra(name: str) -> None:
    done = run("serve", missing=name)
    assert done.returncode == 2
    assert done.stderr == (
        f'julep: the server is not installed ({name} is missing): pip install "julep[server]"\n'
    )
    shown = run(missing=name)
    assert shown.returncode == 0
    assert "julep serve" in shown.stdout
    assert 'pip install "julep[server]"' in shown.stdout


def test_a_command_that_does_not_exist_is_not_the_servers() -> None:
    done = run("agnts", missing="uvicorn")
    assert done.returncode == 2
    assert (
        done.stderr == "julep: there is no command 'agnts'; did you mean agents? (julep --help)\n"
    )


@pytest.mark.parametrize(
    "names", ["julep_server import LocalServer", "julep.testing import ScriptedServer"]
)
def test_the_local_server_names_the_missing_extra(names: str) -> None:
    program = f"import sys; sys.modules['sqlalchemy'] = None; from {names}"
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60
    )
    expected = 'the server is not installed (sqlalchemy is missing): pip install "julep[server]"'
    assert done.stderr.splitlines()[-1] == f"ModuleNotFoundError: {expected}"


@pytest.mark.parametrize("missing", ["", "cyclopts"])
@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("agent", "there is no command 'agent'; did you mean agents? (julep --help)"),
        ("xyzzy", "there is no command 'xyzzy' (julep --help)"),
        ("--profile", "'--profile' needs a command: julep --help lists them"),
    ],
)
def test_an_unknown_command_is_reported_in_one_line(word: str, message: str, missing: str) -> None:
    done = run(word, missing=missing)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"julep: {message}\n")

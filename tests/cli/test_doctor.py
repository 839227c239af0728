"""julep doctor: each of over ten broken set-ups is named by the check that fails."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

import julep
from julep._cli import doctor, exits
from julep._http.tls import shared_tls
from julep.testing import ScriptedServer
from julep_server import LocalServer, ModelEndpoint
from tests.helpers.ports import closed_port
from tests.sdk.helpers.stub import Stub

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JULEP_API_KEY", "JULEP_API_URL", "JULEP_BASE_URL", "JULEP_TRANSPORT", *_PROXIES):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as stub:
        yield stub


@pytest.fixture
def closed_url() -> Iterator[str]:
    with closed_port() as port:
        yield f"http://127.0.0.1:{port}/api"


def failure(url: str | None = None) -> tuple[str, int, str]:
    """Return the check that fails, the exit status and the text."""
    *before, last = doctor.diagnose(url)
    assert last.status == "failed"
    assert all(finding.status != "failed" for finding in before)
    return last.check, last.exit_status, last.text


def test_a_url_without_a_scheme() -> None:
    check, status, text = failure("127.0.0.1:8080/api")
    assert (check, status) == ("settings", exits.INVALID)
    assert "127.0.0.1:8080/api" in text
    assert text.endswith("; it is from --url")


def test_a_key_that_no_header_can_carry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JULEP_API_KEY", "sk-of\ngrace")
    check, status, text = failure()
    assert (check, status) == ("settings", exits.INVALID)
    assert "sk-of" not in text
    assert text.endswith("; it is from JULEP_API_KEY")


@pytest.mark.parametrize("variable", ["JULEP_TRANSPORT", "SSL_CERT_FILE"])
def test_a_variable_of_the_transport(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "/nothing")
    # An earlier test of this process may have built the context that all clients share.
    shared_tls.cache_clear()
    check, status, text = failure("https://127.0.0.1:9/api")
    assert (check, status) == ("settings", exits.INVALID)
    assert variable in text


def test_no_server_listens(closed_url: str) -> None:
    assert failure(closed_url)[:2] == ("server", exits.UNREACHABLE)


def test_a_proxy_that_is_not_there(closed_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", closed_url)
    with ScriptedServer() as server:
        findings = {finding.check: finding for finding in doctor.diagnose(server.url)}
    assert "proxy of HTTP_PROXY" in findings["proxy"].text
    assert findings["server"].exit_status == exits.UNREACHABLE


def test_https_at_a_server_without() -> None:
    with ScriptedServer() as server:
        url = server.url.replace("http://", "https://")
        assert failure(url)[:2] == ("server", exits.UNREACHABLE)


@pytest.mark.parametrize("key", [None, "wrong"])
def test_a_key_that_is_missing_or_wrong(key: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if key is not None:
        monkeypatch.setenv("JULEP_API_KEY", key)
    with ScriptedServer(api_keys=["right"]) as server:
        check, status, text = failure(server.url)
    assert (check, status) == ("access", exits.REFUSED)
    hint = "set JULEP_API_KEY" if key is None else "the key is from JULEP_API_KEY"
    assert text.endswith(f"; {hint}")


def test_a_url_without_the_path_of_the_api() -> None:
    with ScriptedServer() as server:
        check, status, text = failure(server.root)
    assert (check, status) == ("server", exits.FAILED)
    assert text.endswith("the path of the API is /api")


@pytest.mark.parametrize("status", [200, 404])
def test_another_server(stub: Stub, status: int) -> None:
    stub.status = status
    check, exit_status, text = failure(stub.url)
    assert (check, exit_status) == ("server", exits.FAILED)
    assert "is no server of Julep" in text


def test_a_server_that_fails(stub: Stub) -> None:
    stub.status = 503
    check, exit_status, text = failure(stub.url)
    assert (check, exit_status) == ("server", exits.FAILED)
    assert "503" in text


def test_a_server_that_stays_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/api"
        check, exit_status, text = failure(url)
    assert (check, exit_status) == ("server", exits.UNREACHABLE)
    assert "0.2" in text


def test_a_model_whose_endpoint_is_away(closed_url: str) -> None:
    with LocalServer(model_url=closed_url, model="m", embedding_model="none") as server:
        findings = {finding.check: finding for finding in doctor.diagnose(server.url)}
    assert findings["model"].exit_status == exits.FAILED
    assert findings["model"].text == "m: its endpoint can't be reached"
    assert findings["embedder"].status == "note"
    assert "julep[embeddings]" in findings["embedder"].text


@pytest.mark.parametrize(
    ("key", "problem"),
    [(None, "its endpoint requires a key"), ("wrong", "its endpoint does not accept the key")],
)
def test_a_key_of_the_model_that_is_missing_or_wrong(
    stub: Stub, key: str | None, problem: str
) -> None:
    stub.status = 401
    with LocalServer(model_url=stub.url, model="m", model_key=key) as server:
        assert failure(server.url) == ("model", exits.FAILED, f"m: {problem} (status 401)")


_LIST = {"object": "list", "data": [{"id": "llama3.2:latest"}, {"id": "qwen3:4b"}]}
_MISSING = "its endpoint does not list this model"
_UNCHECKED = "the name could not be checked: its endpoint does not list all that it accepts"


@pytest.mark.parametrize(
    ("model", "listed", "problem"),
    [
        ("lama3.2", _LIST, f"{_MISSING}; did you mean llama3.2:latest?"),
        ("gpt-5", _LIST, f"{_MISSING}; it has llama3.2:latest, qwen3:4b"),
        ("m", {"object": "list", "data": None}, f"{_MISSING}; it has none"),
    ],
)
def test_a_model_that_its_endpoint_does_not_have(
    stub: Stub, model: str, listed: object, problem: str
) -> None:
    stub.response = listed
    with LocalServer(model_url=stub.url, model=model) as server:
        assert failure(server.url) == ("model", exits.FAILED, f"{model}: {problem}")


@pytest.mark.parametrize(
    ("status", "listed", "text"),
    [
        (200, _LIST, "llama3.2"),
        (200, {"models": [{"name": "llama3.2"}]}, "llama3.2"),
        (200, {"data": [], "has_more": True}, f"llama3.2: {_UNCHECKED}"),
        (200, {"data": [{"id": "a.gguf", "owned_by": "llamacpp"}]}, f"llama3.2: {_UNCHECKED}"),
        (200, "welcome", f"llama3.2: {_UNCHECKED}"),
        (404, {"error": "no such path"}, f"llama3.2: {_UNCHECKED} (status 404)"),
        (429, {}, f"llama3.2: {_UNCHECKED} (status 429)"),
    ],
)
def test_a_model_that_its_endpoint_has_or_whose_name_cannot_be_checked(
    stub: Stub, status: int, listed: object, text: str
) -> None:
    stub.status, stub.response = status, listed
    with LocalServer(model_url=stub.url, model="llama3.2") as server:
        *_, last = doctor.diagnose(server.url)
    assert (last.check, last.text) == ("model", text)
    assert last.status == ("ok" if text == "llama3.2" else "note")


def test_one_of_several_models_that_its_endpoint_does_not_have(stub: Stub) -> None:
    stub.response = _LIST
    fast = ModelEndpoint("fast", stub.url, model="qwen3:4")
    good = ModelEndpoint("good", stub.url, model="llama3.2")
    with LocalServer(models=[fast, good], model="good") as server:
        *_, last = doctor.diagnose(server.url)
    text = f"good: fast: {_MISSING}; did you mean qwen3:4b?"
    assert last == doctor.Finding("model", "note", text)


def test_the_names_of_models_are_for_callers_with_a_key(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.response = _LIST
    with LocalServer(model_url=stub.url, model="lama3.2", api_keys=["right"]) as server:
        found = httpx.get(f"{server.root}/readyz", trust_env=False)
        assert found.status_code == 200
        assert found.json()["model"] == _MISSING
        assert "llama3.2" not in found.text
        monkeypatch.setenv("JULEP_API_KEY", "right")
        assert failure(server.url)[2].endswith("did you mean llama3.2:latest?")


def test_a_gateway_that_keeps_the_states_of_parts_to_itself(stub: Stub) -> None:
    stub.response = {"name": "julep", "version": "3.0.0", "contract": "0.3.0", "items": []}
    assert [finding.check for finding in doctor.diagnose(stub.url)][-1] == "access"


def test_a_clock_that_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer() as server:
        monkeypatch.setattr(doctor, "_now", lambda: time.time() + 3600)
        findings = {finding.check: finding for finding in doctor.diagnose(server.url)}
    assert findings["clock"].text.endswith("seconds ahead of the server")
    assert findings["clock"].status == "note"


def test_a_server_of_another_generation(stub: Stub) -> None:
    stub.response = {"name": "julep", "version": "9.1.0", "contract": "2.0", "items": []}
    findings = {finding.check: finding for finding in doctor.diagnose(stub.url)}
    assert "of another generation" in findings["server"].text


def test_the_offline_model_and_a_set_up_that_works(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with LocalServer(api_keys=["right"]) as server:
        url = server.url
        monkeypatch.setenv("JULEP_API_URL", url)
        monkeypatch.setenv("JULEP_API_KEY", "right")
        assert doctor.main(["--json"]) == 0
    found = {each["check"]: each for each in json.loads(capsys.readouterr().out)}
    assert [*found] == ["version", "url", "key", "server", "access", "model"]
    assert found["url"]["text"] == f"{url} (from JULEP_API_URL)"
    assert found["key"]["text"] == "from JULEP_API_KEY"
    assert "offline" in found["model"]["text"]


def test_the_command_prints_lines_and_its_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with ScriptedServer() as server:
        assert doctor.main(["--url", server.url]) == 0
        last = capsys.readouterr().out.splitlines()[-1]
        assert last.split() == ["ok", "model", "scripted"]
    assert doctor.main(["--help"]) == 0
    assert "Exit status" in capsys.readouterr().out
    assert doctor.main(["--nothing"]) == exits.INVALID
    assert "doctor has no option '--nothing'" in capsys.readouterr().err


def test_the_command_line_has_it() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "julep", "doctor", "--url", "nothing"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == exits.INVALID
    assert done.stdout.startswith(f"ok      version   julep {julep.__version__}")
    assert done.stderr == ""


def test_the_help_lists_the_commands_of_clients_too() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "julep", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    for command in ("agents", "chat", "doctor", "serve"):
        assert re.search(rf"^  {command}: \w", done.stdout, re.MULTILINE)

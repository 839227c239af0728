"""Several models: chosen by name, with a default, a fallback, and the tenants that may use them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from julep_server import LocalServer, ModelEndpoint
from julep_server.app import App
from julep_server.cli import command_line
from julep_server.model_endpoints import parse_endpoint, read_models
from julep_server.models.discovery import LocalModels, find_local_models, log_local_models
from julep_server.settings import Settings
from tests.server.helpers.api import Api, error_of
from tests.server.helpers.endpoint import DONE, Endpoint, EndpointServer, piece
from tests.server.helpers.process import serving
from tests.server.test_cli import run


@pytest.fixture(scope="module")
def second_server() -> Iterator[EndpointServer]:
    with EndpointServer() as running:
        yield running


@pytest.fixture
def second(second_server: EndpointServer) -> Endpoint:
    second = second_server.new()
    second.knows_all = True
    second.message = {"content": "From the second."}
    return second


def models_of(endpoint: Endpoint, second: Endpoint) -> list[Any]:
    return [f"fast={endpoint.url},key=one,model=small", ModelEndpoint("deep", second.url, "two")]


def models_in(listed: Any) -> list[str]:
    """Return the names of the models in a list that has agents too."""
    return [m["id"] for m in listed["data"] if not m["id"].startswith("agent:")]


def session_with(api: Api, model: str | None = None) -> str:
    fields = {} if model is None else {"model": model}
    return str(api.make("sessions", agent_id=api.make("agents", **fields)["id"])["id"])


@pytest.mark.parametrize("stream", [False, True])
def test_agents_choose_by_name(endpoint: Endpoint, second: Endpoint, stream: bool) -> None:
    with LocalServer(models=models_of(endpoint, second)) as server, Api(server.url) as api:
        for wanted, answered in (
            (None, "fast"),
            ("fast", "fast"),
            ("deep", "deep"),
            ("gpt", "fast"),
        ):
            response = api.chat(session_with(api, wanted), stream=stream)
            assert response.headers["x-julep-model"] == answered
        assert api.make("agents")["model"] == "fast"
        listed = api.http.get(f"{server.root}/v1/models").json()
        assert models_in(listed) == ["fast", "deep"]
        body = {"model": "deep", "messages": [{"role": "user", "content": "Hi"}]}
        through = api.http.post(f"{server.root}/v1/chat/completions", json=body)
        assert through.headers["x-julep-model"] == "deep"
    assert [request["model"] for request in endpoint.requests] == ["small"] * 3
    assert [request["model"] for request in second.requests] == ["deep"] * 2
    assert {headers["authorization"] for headers in endpoint.headers} == {"Bearer one"}
    assert {headers["authorization"] for headers in second.headers} == {"Bearer two"}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [429, 500, 503, 401])
def test_another_model_answers_when_one_fails(
    endpoint: Endpoint, second: Endpoint, status: int, stream: bool
) -> None:
    endpoint.status = status
    settings: dict[str, Any] = {
        "models": models_of(endpoint, second),
        "model_fallback": ["deep", "fast"],
    }
    with LocalServer(**settings) as server, Api(server.url) as api:
        response = api.chat(session_with(api), stream=stream)
        assert response.headers["x-julep-model"] == "deep"
        body = {"messages": [{"role": "user", "content": "Hi"}]}
        through = api.http.post(f"{server.root}/v1/chat/completions", json=body)
        assert through.headers["x-julep-model"] == "deep"
        # What the caller did wrong is no reason to ask another one.
        endpoint.status = 422
        assert api.chat(session_with(api)).status_code == 422
        endpoint.status = second.status = 503
        assert api.chat(session_with(api)).status_code == 503


def test_words_that_were_sent_are_not_begun_again(endpoint: Endpoint, second: Endpoint) -> None:
    endpoint.pieces = [piece({"content": "One "}), 'data: {"error": "over"}\n\n', DONE]
    models = models_of(endpoint, second)
    with LocalServer(models=models, model_fallback=["deep"]) as server, Api(server.url) as api:
        *_, last = api.events(session_with(api))
        assert (last.kind, last.data["error"]["code"]) == ("error", "model_unavailable")
        assert second.requests == []


TOML = """
default = "deep"
fallback = ["fast"]

[models.fast]
url = "{fast}"
key_env = "KEY_OF_THE_FAST_ONE"
model = "small"

[models.deep]
url = "{deep}"

[tenants]
a = ["fast"]
c = []
"""


def test_a_file_of_models_and_what_tenants_may_use(
    endpoint: Endpoint, second: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY_OF_THE_FAST_ONE", "one")
    file = tmp_path / "models.toml"
    file.write_text(TOML.format(fast=endpoint.url, deep=second.url))
    body = {"model": "deep", "messages": [{"role": "user", "content": "Hi"}]}
    with (
        LocalServer(models_file=str(file), api_keys=["a", "b", "c"]) as server,
        Api(server.url, "a") as a,
        Api(server.url, "b") as b,
        Api(server.url, "c") as c,
    ):
        url = f"{server.root}/v1"
        assert b.make("agents")["model"] == "deep"
        assert b.chat(session_with(b, "deep")).headers["x-julep-model"] == "deep"
        assert a.make("agents")["model"] == "fast"
        assert a.chat(session_with(a)).headers["x-julep-model"] == "fast"
        assert a.chat(session_with(a, "gpt")).headers["x-julep-model"] == "fast"
        error = error_of(a.chat(session_with(a, "deep")), 403)
        assert (error["code"], error["message"]) == (
            "model_not_allowed",
            "the model deep may not be used",
        )
        assert models_in(a.http.get(f"{url}/models").json()) == ["fast"]
        assert a.http.post(f"{url}/chat/completions", json=body).status_code == 403
        assert b.http.post(f"{url}/chat/completions", json=body).status_code == 200
        assert c.http.post(f"{url}/chat/completions", json=body).status_code == 403
        second.status = 503
        assert b.chat(session_with(b)).headers["x-julep-model"] == "fast"
    assert {headers["authorization"] for headers in endpoint.headers} == {"Bearer one"}


def test_a_tenants_list_may_name_models_that_are_gone(
    endpoint: Endpoint, second: Endpoint, tmp_path: Path
) -> None:
    """Its requests go to another model of the list, and never to the default one beside it."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    body = {"model": "gone", "messages": [{"role": "user", "content": "Hi"}]}
    for listed, answered in (("gone,deep", "deep"), ("gone", None)):
        with LocalServer(database=url, api_keys=["a:a"]):
            given = ["tenants", "set", "a", "--models", listed, "--database", url]
            command_line(given, exit_on_error=False, result_action="return_none")
        models = models_of(endpoint, second)
        with (
            LocalServer(database=url, models=models, api_keys=["a:a"]) as server,
            Api(server.url, "a") as api,
        ):
            for response in (
                api.chat(session_with(api)),
                api.chat(session_with(api, "gone")),
                api.http.post(f"{server.root}/v1/chat/completions", json=body),
            ):
                if answered is None:
                    assert error_of(response, 403)["code"] == "model_not_allowed"
                else:
                    assert response.headers["x-julep-model"] == answered
    assert endpoint.requests == []


def test_jobs_keep_to_the_models_of_their_tenant(
    endpoint: Endpoint, second: Endpoint, tmp_path: Path
) -> None:
    file = tmp_path / "models.toml"
    file.write_text(
        f"default = 'deep'\nfallback = ['fast', 'deep']\n[models.fast]\nurl = '{endpoint.url}'\n"
        f"model = 'small'\n[models.deep]\nurl = '{second.url}'\n[tenants]\na = ['fast']"
    )
    # The other model would answer in its place.
    endpoint.answers_to_jobs = ["[]", "503"]
    with (
        LocalServer(models_file=str(file), api_keys=["a"]) as server,
        Api(server.url, "a") as api,
    ):
        agent, user = api.make("agents", model="unknown")["id"], api.make("users")["id"]
        session = api.make("sessions", agent_id=agent, user_id=user)["id"]
        api.wait_done(api.reply(session, "I like tea."))
        (job,) = api.reply(session, "I like bread.")["jobs"]
        while len(endpoint.job_requests) < 2:
            time.sleep(0.005)
        api.patch(f"/agents/{agent}", {"model": "deep"})
        ended = api.wait_ended(job)
    assert (ended["state"], ended["reason"]) == (
        "failed",
        "the tenant may not use the agent's model",
    )
    assert {request["model"] for request in endpoint.job_requests} == {"small"}
    assert (len(endpoint.job_requests), second.job_requests) == (2, [])


def test_the_command_takes_several_models(
    endpoint: Endpoint, second: Endpoint, tmp_path: Path
) -> None:
    arguments = [
        "--database",
        str(tmp_path / "x.db"),
        "--model",
        f"fast={endpoint.url},model=small",
    ]
    arguments += ["--model", f"deep={second.url}"]
    arguments += ["--model", "deep", "--model-fallback", "fast"]
    with serving(*arguments) as (_, url), Api(url) as api:
        assert api.chat(session_with(api)).headers["x-julep-model"] == "deep"
        second.status = 500
        assert api.chat(session_with(api)).headers["x-julep-model"] == "fast"


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("a=http://x/v1", ModelEndpoint("a", "http://x/v1", None, "a")),
        ("a=http://x/v1?b=1,2,key=k,model=m", ModelEndpoint("a", "http://x/v1?b=1,2", "k", "m")),
        (" a = http://x , key=k=", ModelEndpoint("a", "http://x", "k=", "a")),
    ],
)
def test_models_of_the_command_are_parsed(text: str, endpoint: ModelEndpoint) -> None:
    assert parse_endpoint(text) == endpoint


@pytest.mark.once
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"models": ["a=ftp://x"]}, "the URL of the model a must begin with http:// or https://"),
        ({"models": ["=http://x"]}, "a model needs a name"),
        ({"models": ["a=http://x,key_env=NOT_SET_ANYWHERE"]}, "no environment variable"),
        ({"models": ["a=http://x", "a=http://y"]}, "two models have the same name"),
        ({"models": ["a=http://x"], "model": "b"}, "no model is named b; there are: a"),
        ({"models": ["a=http://x"], "model_fallback": ["b"]}, "no model is named b"),
        ({"model_fallback": ["b"]}, "a fallback needs several models"),
        (
            {"models_file": "/nowhere/models.toml"},
            "in /nowhere/models.toml can't be read",
        ),
        ({"models": ["a=http://x"], "model_script": "x"}, "takes the place of every other model"),
        (
            {"models": ["a=http://x,key=sk-\u00fc1"]},
            "the key of the model a can't be sent in a header: character 4 of 5 is not ASCII",
        ),
        (
            {"model_url": "http://x", "model": "m", "model_key": "sk-1\n"},
            "the model's key can't be sent in a header: character 5 of 5 is a space or a control",
        ),
        (
            {"embedding_url": "http://x", "embedding_model": "m", "embedding_key": "\u20ac"},
            "the embedding's key can't be sent in a header: character 1 of 1 is not ASCII",
        ),
    ],
)
def test_models_that_contradict_each_other_are_refused(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Settings(**settings)


@pytest.mark.once
def test_a_file_of_models_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    file.write_text("[models.a]\nurl = 'http://127.0.0.1:9/v1'")
    settings = Settings(models_file=str(file))
    file.unlink()
    app = App(settings)
    assert app.model == "a"
    app.close()


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "unknown: x; known: models, default, fallback, tenants"),
        ("[models]", "expected at least one table"),
        ("models = 5", "models: expected a table; got 5"),
        ("[models.a]\nurl = 5", "models.a.url: expected a text; got 5"),
        ("[models.a]\nurl = 'http://x'\nkye = 'a'", "models.a: unknown: kye; known: url, key"),
        ("default = 5\n[models.a]\nurl = 'http://x'", "default: expected the name of a model"),
        ("fallback = 'a'\n[models.a]\nurl = 'http://x'", "fallback: expected a list of names"),
        (
            "[models.a]\nurl = 'http://x'\n[tenants]\nsecret-key = 'a'",
            "tenants.secr…: expected",
        ),
        ("[models.a]\nurl = 'http://x'\n[tenants]\nk = ['b']", "no model is named b"),
    ],
)
def test_wrong_files_of_models_are_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "models.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=message) as refused:
        read_models(str(file))
    assert str(file) in str(refused.value)
    assert "secret-key" not in str(refused.value)


@pytest.mark.once
def test_no_key_is_shown() -> None:
    endpoint = ModelEndpoint("a", "http://x", "the-key")
    assert "the-key" not in repr(endpoint)
    assert "the-key" not in repr(Settings(models=[endpoint]))
    done = run("serve", "--port", "0", "--model", "a=ftp://x,key=the-key")
    assert (done.returncode, "the-key" in done.stderr) == (2, False)


JULEP = b'{"data": [{"id": "offline", "owned_by": "julep"}, {"id": "agent:Ada"}]}'


class Listing(BaseHTTPRequestHandler):
    body: bytes = b""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/v1/models" else 404)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def listing() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listing)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_local_servers_are_found_and_logged(
    listing: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(
        Listing, "body", b'{"data": [{"id": "llama3.2"}, {"id": "b\\n"}, {"id": 5}]}'
    )
    url = f"http://127.0.0.1:{listing}/v1"
    ports = {"Ollama": listing, "vLLM": 1}
    assert find_local_models(None, ports) == [LocalModels("Ollama", url, ("llama3.2",))]
    assert find_local_models(listing, ports) == []
    monkeypatch.setattr(find_local_models, "__defaults__", (None, ports))
    with caplog.at_level("INFO", "julep_server"):
        log_local_models(8080)
    assert f"Ollama seems to be at {url} (llama3.2)" in caplog.text
    assert f"julep serve --model-url {url} --model llama3.2" in caplog.text
    for body in (b"<html>", b"[]", b'{"data": {}}', b'{"data": []}', JULEP, b"a" * (2 << 20)):
        monkeypatch.setattr(Listing, "body", body)
        assert find_local_models(None, ports) == []

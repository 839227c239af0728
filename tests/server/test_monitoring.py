"""What an operator sees: readiness, logs, metrics, traces, and a database that fails."""

from __future__ import annotations

import json
import logging
import sqlite3
import ssl
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from julep_server import LocalServer
from julep_server.db.files import parse_url, sqlite_url
from julep_server.db.outage import DatabaseUnavailableError, Outage, log_failure
from julep_server.monitoring.logs import JSONFormatter
from tests.server.helpers.api import Api, error_of
from tests.server.helpers.commands import run_command
from tests.server.helpers.endpoint import Endpoint

pytestmark = pytest.mark.once


def get(url: str, **arguments: Any) -> httpx.Response:
    return httpx.get(url, trust_env=False, **arguments)


# --- readiness ---


def test_readiness_names_each_part(server: LocalServer) -> None:
    response = get(f"{server.root}/readyz")
    assert response.status_code == 200
    parts = {"database": "ok", "model": "ok", "embedder": "ok"}
    assert response.json() == {"status": "ready", **parts}


def test_an_endpoint_that_is_away_is_named_and_can_be_left_out(endpoint: Endpoint) -> None:
    with LocalServer(model_url="http://127.0.0.1:9/v1", model="m", embedding_model="none") as away:
        response = get(f"{away.root}/readyz")
        assert response.status_code == 503
        assert response.json()["status"] == "not ready"
        assert response.json()["model"] == "its endpoint can't be reached"
        assert response.json()["database"] == "ok"
        assert get(f"{away.root}/readyz", params={"exclude": "model"}).status_code == 200
        # Alive, whatever it needs.
        alive = get(f"{away.root}/healthz")
        assert alive.status_code == 200
        assert alive.json() == {"status": "ok", "model": "m", "embedder": None}
    with LocalServer(model_url=endpoint.url, model="m", embedding_model="none") as ready:
        assert get(f"{ready.root}/readyz").json()["model"] == "ok"


# --- a database that fails ---


def test_a_locked_database_is_a_503_and_one_line_of_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("julep_server.db.engine._LOCK_SECONDS", 0.05)
    file = tmp_path / "x.db"
    with (
        LocalServer(database=f"sqlite:///{file}", embedding_model="none") as server,
        Api(server.url) as api,
        closing(sqlite3.connect(file, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            response = api.post("/users", {"name": "x"})
            assert error_of(response, 503)["code"] == "database_busy"
            assert response.headers["retry-after"] == "1"
        other.execute("ROLLBACK")
        api.make("users")
    assert sum("requests fail" in line for line in caplog.messages) == 1
    assert sum("works again; 3 operations failed" in line for line in caplog.messages) == 1


def test_what_is_read_ends_no_burst_of_writes_that_fail(caplog: pytest.LogCaptureFixture) -> None:
    """As on a full disk: reads succeed in between, and now and then a small write."""
    outage, error = Outage(), OperationalError("SELECT 1", {}, Exception("x"))
    for _ in range(3):
        outage.failure(error, writing=True)
        outage.succeeded(writing=False)
        assert outage.failing
    assert [line.partition(",")[0] for line in caplog.messages] == ["the database can't be reached"]
    for _ in range(3):
        outage.succeeded(writing=True)
        outage.failure(error, writing=True)
    assert caplog.messages[1:] == ["the database works again; 3 operations failed"]
    outage.failure(error, writing=False)
    outage.succeeded(writing=True)
    outage.failure(error, writing=False)
    outage.succeeded(writing=False)
    assert not outage.failing
    assert len(caplog.messages) == 2


def test_failures_of_the_database_are_not_logged_in_the_background_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = logging.getLogger("julep_server")
    log_failure(log, DatabaseUnavailableError(503, "x", "away"), "looking for %s failed", "x")
    assert caplog.messages == []
    log_failure(log, ValueError("x"), "looking for %s failed", "x")
    assert caplog.messages == ["looking for x failed"]
    assert "ValueError" in caplog.text


def test_a_full_disk_is_a_507(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE x (y)"))
        connection.execute(text("PRAGMA max_page_count = 2"))
        with pytest.raises(DBAPIError) as raised:
            connection.execute(text("INSERT INTO x VALUES (zeroblob(100000))"))
    engine.dispose()
    failure = Outage().failure(raised.value)
    assert failure is not None
    assert (failure.status, failure.headers) == (507, {"Retry-After": "60"})


@pytest.mark.parametrize(
    ("state", "status"),
    [("53100", 507), ("53300", 503), ("57P01", 503), ("08006", 503), ("23505", None), (None, 503)],
)
def test_failures_of_postgresql_are_told_apart(state: str | None, status: int | None) -> None:
    class DriverError(Exception):
        sqlstate = state

    failure = Outage().failure(OperationalError("SELECT 1", {}, DriverError("x")))
    assert (None if failure is None else failure.status) == status


# --- files ---


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    with LocalServer(database=f"sqlite:///{file}") as server, Api(server.url) as api:
        api.make("users")
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert len(modes) == 3
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize("name", ["a?b.db", "100%25.db", "a b#c.db"])
def test_the_path_may_have_any_character(tmp_path: Path, name: str) -> None:
    url = sqlite_url(tmp_path / name)
    assert parse_url(url).database == str(tmp_path / name)
    with LocalServer(database=url, embedding_model="none"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_newer_database_is_refused_by_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.db"
    with LocalServer(database=f"sqlite:///{file}", embedding_model="none"):
        pass
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute("UPDATE julep_schema SET version_num = '9999'")
    assert run_command("serve", "--port", "0", "--database", str(file)) == 1
    error = capsys.readouterr().err
    assert "newer version" in error
    assert len(error.splitlines()) == 1


# --- logs ---


def test_a_request_has_one_line_with_what_it_cost(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "julep_server")
    with (
        LocalServer(model_url=endpoint.url, model="small", embedding_model="none") as server,
        Api(server.url) as api,
    ):
        session = api.make("sessions")["id"]
        caplog.clear()
        for streamed in (False, True):
            api.chat(session, stream=streamed, headers={"X-Request-Id": f"r-{streamed}"})
    for streamed in (False, True):
        (record,) = [one for one in caplog.records if f"(r-{streamed})" in one.getMessage()]
        line = json.loads(JSONFormatter().format(record))
        assert line["operation"] == "Chat"
        assert (line["status"], line["tenant"], line["model"]) == (200, "local", "small")
        assert (line["prompt_tokens"], line["completion_tokens"]) == (7, 3)
        assert line["bytes_in"] > 50
        assert line["bytes_out"] > 100
        assert line["duration"] > 0
        assert "7+3 tokens, tenant local" in record.getMessage()


def test_exceptions_are_one_line_of_json() -> None:
    try:
        raise KeyError("x")
    except KeyError:
        record = logging.LogRecord("a", logging.ERROR, "f", 1, "it %s", ("fails",), sys.exc_info())
    line = JSONFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == "it fails"
    assert "KeyError" in json.loads(line)["exception"]


@pytest.mark.parametrize("option", ["--log-level", "--log-format"])
def test_an_unknown_level_or_format_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert run_command("serve", option, "x", "--database", str(tmp_path / "x.db")) == 2
    assert "must be one of" in capsys.readouterr().err


# --- metrics and traces ---


def test_metrics_count_requests_and_tokens(endpoint: Endpoint) -> None:
    with (
        LocalServer(model_url=endpoint.url, model="small", metrics=True) as server,
        Api(server.url) as api,
    ):
        api.reply(api.make("sessions")["id"])
        assert api.http.get("/nowhere").status_code == 404
        response = get(f"{server.root}/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    lines = response.text.splitlines()
    assert 'julep_requests_total{method="POST",operation="Chat",status="200"} 1.0' in lines
    assert 'julep_requests_total{method="other",operation="other",status="404"} 1.0' in lines
    assert 'julep_model_tokens_total{kind="prompt",model="small"} 7.0' in lines
    assert 'julep_model_tokens_total{kind="completion",model="small"} 3.0' in lines
    assert 'julep_model_duration_seconds_count{model="small",outcome="ok"} 1.0' in lines
    assert "julep_answers_running 0.0" in lines


def test_metrics_are_off_by_default(server: LocalServer) -> None:
    assert get(f"{server.root}/metrics").status_code == 404


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("tests")
    monkeypatch.setattr("julep_server.monitoring.spans._tracer", lambda: tracer)
    # As if the program had loaded it, whatever other tests have done with it.
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", trace)
    yield exporter
    provider.shutdown()


def test_a_chat_has_a_span_and_its_model_another(
    endpoint: Endpoint, spans: InMemorySpanExporter
) -> None:
    identifier = "4bf92f3577b34da6a3ce929d0e0e4736"
    with (
        LocalServer(model_url=endpoint.url, model="small", embedding_model="none") as server,
        Api(server.url) as api,
    ):
        session = api.make("sessions")["id"]
        spans.clear()
        headers = {"traceparent": f"00-{identifier}-00f067aa0ba902b7-01"}
        api.chat(session, temperature=0.5, headers=headers)
    model, request = spans.get_finished_spans()
    assert request.name == "POST Chat"
    assert request.attributes is not None
    assert request.attributes["http.response.status_code"] == 200
    assert request.context is not None
    assert model.context is not None
    assert format(request.context.trace_id, "032x") == identifier
    assert model.parent is not None
    assert model.parent.span_id == request.context.span_id
    assert model.name == "chat small"
    expected = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "small",
        "gen_ai.response.model": "small",
        "gen_ai.conversation.id": session,
        "gen_ai.agent.name": "Ada",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 3,
    }
    assert model.attributes is not None
    assert expected.items() <= dict(model.attributes).items()


def test_a_failure_of_the_model_is_an_error_of_its_span(
    endpoint: Endpoint, spans: InMemorySpanExporter
) -> None:
    endpoint.status = 500
    with (
        LocalServer(model_url=endpoint.url, model="small", embedding_model="none") as server,
        Api(server.url) as api,
    ):
        session = api.make("sessions")["id"]
        spans.clear()
        assert api.chat(session).status_code == 503
    model, request = spans.get_finished_spans()
    assert model.attributes is not None
    assert request.attributes is not None
    assert model.attributes["error.type"] == "model_unavailable"
    assert request.attributes["error.type"] == "503"


# --- TLS, paths of proxies, the API's description ---


def test_tls_and_a_root_path(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    pem = tmp_path / "server.pem"
    certificate.private_key_and_cert_chain_pem.write_to_path(str(pem))
    with LocalServer(tls_cert=str(pem), root_path="/julep", embedding_model="none") as server:
        assert server.url.startswith("https://127.0.0.1:")
        assert server.url.endswith("/julep/api")
        trusted = ssl.create_default_context()
        trusted.load_verify_locations(cadata=authority.cert_pem.bytes().decode())
        with httpx.Client(verify=trusted, trust_env=False) as client:
            # Whether a proxy has removed the path or not.
            for root in (server.root, f"{server.root}/julep"):
                assert client.get(f"{root}/api/agents").status_code == 200
                document = client.get(f"{root}/openapi.json").json()
                assert document["servers"] == [{"url": "/julep/api"}]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tls_key": "x"}, "needs its certificate"),
        ({"root_path": "julep"}, "begins with a slash"),
        ({"root_path": "/julep/"}, "doesn't end with one"),
        ({"drain": -1.0}, "drain must be"),
    ],
)
def test_settings_that_are_wrong_are_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LocalServer(**arguments)


def test_a_certificate_that_cannot_be_used_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pem = tmp_path / "x.pem"
    arguments = ["--port", "0", "--database", str(tmp_path / "x.db"), "--tls-cert", str(pem)]
    assert run_command("serve", *arguments) == 1
    pem.write_text("nonsense")
    assert run_command("serve", *arguments) == 1
    for line in capsys.readouterr().err.splitlines():
        assert str(pem) in line

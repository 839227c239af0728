"""An OpenAI-compatible endpoint as the model: its errors, fallbacks, and ``/v1``."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from julep_server import LocalServer
from tests.helpers.ports import closed_port
from tests.server.helpers.api import DOCUMENT, Api, check, error_of
from tests.server.helpers.endpoint import DONE, Endpoint, piece

CHAT = {"model": "small", "messages": [{"role": "user", "content": "Hi"}]}
TEXT = {"model": "small", "prompt": "Hi"}


def test_an_endpoint_that_is_down_is_503() -> None:
    with (
        closed_port() as port,
        LocalServer(model_url=f"http://127.0.0.1:{port}/v1", model="small") as server,
        Api(server.url) as api,
    ):
        session = api.make("sessions")["id"]
        for stream in (False, True):
            error = error_of(api.chat(session, stream=stream), 503)
            assert error["code"] == "model_unavailable"
        assert api.history(session) == []


def test_an_endpoint_that_is_slow_is_504(endpoint: Endpoint) -> None:
    endpoint.answering.clear()
    server = LocalServer(model_url=endpoint.url, model="small", model_timeout=0.5)
    with server, Api(server.url) as api:
        session = api.make("sessions")["id"]
        assert error_of(api.chat(session), 504)["code"] == "model_timeout"


@pytest.mark.parametrize(
    ("status", "passed"),
    [(400, 400), (413, 413), (422, 422), (429, 429), (404, 400), (418, 400)],
)
@pytest.mark.parametrize("stream", [False, True])
def test_an_endpoints_refusal_is_passed_on_with_its_message(
    model_api: Api, endpoint: Endpoint, status: int, passed: int, stream: bool
) -> None:
    endpoint.status = status
    session = model_api.make("sessions")["id"]
    error = error_of(model_api.chat(session, stream=stream), passed)
    assert "this is wrong" in error["message"]
    assert model_api.history(session) == []


@pytest.mark.parametrize(
    ("status", "passed", "message"),
    [
        (401, 400, "the model's endpoint refused the server's own access to it (401)"),
        (403, 400, "the model's endpoint refused the server's own access to it (403)"),
        (500, 503, "the model's endpoint failed (500)"),
        (502, 503, "the model's endpoint failed (502)"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_concerns_the_operator_is_only_in_the_log(
    model_api: Api,
    endpoint: Endpoint,
    caplog: pytest.LogCaptureFixture,
    status: int,
    passed: int,
    message: str,
    stream: bool,
) -> None:
    endpoint.status = status
    endpoint.error = {"error": {"message": "http://10.1.2.3: the key endpoint-key is wrong"}}
    session = model_api.make("sessions")["id"]
    assert error_of(model_api.chat(session, stream=stream), passed)["message"] == message
    assert f"reported {status} for 'small': http://10.1.2.3: the key [redacted] is" in caplog.text
    assert model_api.history(session) == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": "plain text"}, "plain text"),
        ({"detail": "in detail"}, "in detail"),
        ({"message": "on top"}, "on top"),
        (["a list"], "a list"),
        ({"error": {"message": "long " * 1000}}, "long long"),
    ],
)
def test_errors_in_other_formats_are_parsed(
    model_api: Api, endpoint: Endpoint, body: Any, message: str
) -> None:
    endpoint.status, endpoint.error = 400, body
    session = model_api.make("sessions")["id"]
    error = error_of(model_api.chat(session), 400)
    assert message in error["message"]
    assert len(error["message"]) < 700


@pytest.mark.parametrize(
    ("status", "passed", "code"),
    [
        (429, 429, "rate_limited"),
        (503, 503, "model_unavailable"),
        (529, 503, "model_unavailable"),
    ],
)
@pytest.mark.parametrize("value", ["7", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_retry_after_is_passed_on(
    model_api: Api, endpoint: Endpoint, status: int, passed: int, code: str, value: str
) -> None:
    endpoint.status, endpoint.error_headers = status, {"Retry-After": value}
    session = model_api.make("sessions")["id"]
    response = model_api.chat(session)
    assert error_of(response, passed)["code"] == code
    assert response.headers["retry-after"] == value


@pytest.mark.parametrize("value", ["soon", "-1", "1.5", "9" * 40])
def test_a_retry_after_that_is_none_is_not_passed_on(
    model_api: Api, endpoint: Endpoint, value: str
) -> None:
    endpoint.status, endpoint.error_headers = 503, {"Retry-After": value}
    assert "retry-after" not in model_api.chat(model_api.make("sessions")["id"]).headers


@pytest.mark.parametrize("stream", [False, True])
def test_a_model_the_endpoint_does_not_know_falls_back(
    model_api: Api, endpoint: Endpoint, stream: bool
) -> None:
    name = f"gpt-{uuid.uuid4()}"
    agent = model_api.make("agents", model=name)
    session = model_api.make("sessions", agent_id=agent["id"])["id"]
    responses = [model_api.chat(session, stream=stream) for _ in range(2)]
    assert [response.headers["x-julep-model"] for response in responses] == ["small", "small"]
    # The second chat doesn't request it again.
    assert [request["model"] for request in endpoint.requests] == [name, "small", "small"]


def test_a_model_the_endpoint_knows_is_used(model_api: Api, endpoint: Endpoint) -> None:
    endpoint.knows_all = True
    agent = model_api.make("agents", model="large")
    session = model_api.make("sessions", agent_id=agent["id"])["id"]
    assert model_api.chat(session).headers["x-julep-model"] == "large"


@pytest.mark.parametrize(
    ("name", "header"),
    [("模型", "%E6%A8%A1%E5%9E%8B"), (" a\nb ", "%0Ab"), ("Größe 1", "Gr%C3%B6%C3%9Fe 1")],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_model_of_any_name_is_in_a_valid_header(
    model_api: Api, endpoint: Endpoint, name: str, header: str, stream: bool
) -> None:
    endpoint.knows_all = True
    agent = model_api.make("agents", model=name)
    session = model_api.make("sessions", agent_id=agent["id"])["id"]
    response = model_api.chat(session, stream=stream)
    assert response.status_code == 200
    assert header in response.headers["x-julep-model"]


def test_a_default_model_the_endpoint_does_not_know_is_400(endpoint: Endpoint) -> None:
    server = LocalServer(model_url=endpoint.url, model="missing")
    with server, Api(server.url) as api:
        session = api.make("sessions")["id"]
        assert error_of(api.chat(session), 400)["code"] == "unknown_model"


@pytest.mark.parametrize("message", [{"content": None}, {}, {"content": ""}])
def test_an_answer_without_text_is_an_empty_message(
    model_api: Api, endpoint: Endpoint, message: dict[str, Any]
) -> None:
    endpoint.message = message
    session = model_api.make("sessions")["id"]
    assert model_api.reply(session)["response"][0][0]["content"] == ""


@pytest.mark.parametrize(
    ("reason", "seen"),
    [("length", "length"), ("content_filter", "content_filter"), ("end_turn", "stop")],
)
def test_finish_reasons_are_mapped(
    model_api: Api, endpoint: Endpoint, reason: str, seen: str
) -> None:
    endpoint.reason = reason
    session = model_api.make("sessions")["id"]
    assert model_api.reply(session)["finish_reason"] == seen


def test_usage_is_counted_if_the_endpoint_does_not_report_it(
    model_api: Api, endpoint: Endpoint
) -> None:
    endpoint.pieces = [piece({"content": "one two three"}), piece({}, "stop"), DONE]
    session = model_api.make("sessions")["id"]
    usage = model_api.events(session)[-2].data["usage"]
    assert usage["completion_tokens"] == 3
    assert usage["total_tokens"] == usage["prompt_tokens"] + 3


# --- /v1 ---


def root_of(api: Api) -> str:
    return str(api.http.base_url).removesuffix("api/") + "v1"


@pytest.mark.parametrize(("path", "body"), [("chat/completions", CHAT), ("completions", TEXT)])
def test_v1_requests_are_forwarded(
    model_api: Api, endpoint: Endpoint, path: str, body: dict[str, Any]
) -> None:
    sent = {**body, "anything": {"goes": 1}}
    response = model_api.http.post(f"{root_of(model_api)}/{path}", json=sent)
    assert response.status_code == 200
    assert response.headers["x-julep-model"] == "small"
    assert endpoint.requests == [sent]
    assert endpoint.paths == [f"/v1/{path}"]
    assert "A fine day." in response.text


def test_v1_streams_are_forwarded_byte_by_byte(model_api: Api, endpoint: Endpoint) -> None:
    response = model_api.http.post(
        f"{root_of(model_api)}/chat/completions", json={**CHAT, "stream": True}
    )
    assert response.text == "".join(endpoint.pieces)
    assert response.headers["content-type"].startswith("text/event-stream")


def test_v1_falls_back_to_the_default_model(model_api: Api, endpoint: Endpoint) -> None:
    name = f"gpt-{uuid.uuid4()}"
    url = f"{root_of(model_api)}/chat/completions"
    response = model_api.http.post(url, json={**CHAT, "model": name})
    assert response.headers["x-julep-model"] == "small"
    model_api.http.post(url, json={"messages": CHAT["messages"]})
    assert [request["model"] for request in endpoint.requests] == [name, "small", "small"]


def test_v1_errors_have_the_servers_format(model_api: Api, endpoint: Endpoint) -> None:
    endpoint.status = 422
    url = f"{root_of(model_api)}/chat/completions"
    response = model_api.http.post(url, json=CHAT)
    assert response.status_code == 422
    check(DOCUMENT["components"]["schemas"]["Error"], response.json())
    assert response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "responses", CHAT, 404),
        ("POST", "models", CHAT, 405),
        ("GET", "chat/completions", None, 405),
        ("POST", "chat/completions", [1], 422),
        ("POST", "chat/completions", {}, 422),
        ("POST", "completions", {"prompt": [1, 2]}, 422),
        ("POST", "completions", {}, 422),
    ],
)
def test_v1_refuses_other_paths_and_methods(
    api: Api, method: str, path: str, body: Any, status: int
) -> None:
    response = api.http.request(method, f"{root_of(api)}/{path}", json=body)
    assert response.status_code == status
    check(DOCUMENT["components"]["schemas"]["Error"], response.json())


def test_v1_needs_a_key() -> None:
    with LocalServer(api_keys=["k"]) as server, Api(server.url) as api:
        assert api.http.post(f"{server.root}/v1/chat/completions", json=CHAT).status_code == 401


@pytest.mark.parametrize("path", ["chat/completions", "completions"])
@pytest.mark.parametrize("streamed", [False, True])
def test_v1_returns_as_many_choices_offline_as_are_wanted(
    api: Api, path: str, streamed: bool
) -> None:
    body = {**CHAT, "prompt": "Hello", "n": 3, "stream": streamed}
    response = api.http.post(f"{root_of(api)}/{path}", json=body)
    texts = response.text.split("\n\n")[:-2] if streamed else [response.text]
    parts = [json.loads(text.removeprefix("data: ")) for text in texts]
    indexes = [choice["index"] for part in parts for choice in part["choices"]]
    assert sorted({*indexes}) == [0, 1, 2]
    for wrong in (0, 129, "2", True):
        refused = api.http.post(f"{root_of(api)}/{path}", json={**body, "n": wrong})
        assert refused.status_code == 422, wrong
        assert refused.json()["error"]["details"][0]["path"] == "n"


@pytest.mark.parametrize("path", ["chat/completions", "completions"])
def test_v1_responds_offline_in_openais_format(api: Api, path: str) -> None:
    body = CHAT if path.startswith("chat") else {"prompt": ["Hi", "Ho"]}
    url = f"{root_of(api)}/{path}"
    whole = api.http.post(url, json=body).json()
    streamed = api.http.post(
        url, json={**body, "stream": True, "stream_options": {"include_usage": True}}
    )
    chunks = [
        json.loads(line[6:]) for line in streamed.text.splitlines() if line.startswith("data: {")
    ]
    assert streamed.text.endswith("data: [DONE]\n\n")
    assert whole["model"] == "offline"
    assert whole["usage"] == chunks[-1]["usage"]
    assert chunks[-1]["choices"] == []
    texts = [""] * len(whole["choices"])
    for chunk in chunks[:-1]:
        choice = chunk["choices"][0]
        delta = choice.get("delta", choice)
        texts[choice["index"]] += delta.get("content", delta.get("text", ""))
    assert texts == [
        choice.get("message", {}).get("content", choice.get("text")) for choice in whole["choices"]
    ]
    assert all("You said: H" in text for text in texts)


def test_v1_makes_a_forced_call_offline(api: Api) -> None:
    function = {"name": "f", "parameters": {"type": "object", "required": ["a"]}}
    body = {
        **CHAT,
        "tools": [{"type": "function", "function": function}],
        "tool_choice": "required",
    }
    url = f"{root_of(api)}/chat/completions"
    choice = api.http.post(url, json=body).json()["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    call = choice["message"]["tool_calls"][0]
    assert call["function"] == {"name": "f", "arguments": '{"a":null}'}
    text = api.http.post(url, json={**body, "stream": True}).text
    assert '"arguments":"{\\"a\\":null}"' in text

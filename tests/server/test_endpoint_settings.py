"""What endpoints accept and refuse, and where they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from julep_server.models import endpoint_sender
from julep_server.models.endpoint_urls import endpoint_url, redirect_target
from julep_server.models.redaction import without_places, without_secrets
from julep_server.models.refused_settings import refused_settings
from tests.server.helpers.api import Api
from tests.server.helpers.endpoint import Endpoint
from tests.server.helpers.raw_endpoint import (
    DONE,
    HELLO,
    KEY,
    Outcome,
    Parts,
    Received,
    ask,
    delta,
    message,
    response,
    stream,
)

pytestmark = pytest.mark.once

BAD = "400 Bad Request"
UNPROCESSABLE = "422 Unprocessable Entity"


def good(received: Received) -> Parts:
    if received.body.get("stream"):
        return stream(delta({"content": "ok"}), delta({}, "stop"), DONE)
    return response(message({"content": "ok"}))


def refusing(*names: str, said: str = "", status: str = BAD) -> Any:
    """An endpoint that refuses these settings one by one, as OpenAI does."""

    def respond(received: Received) -> Parts:
        for name in names:
            if name in received.body:
                text = said.format(name) or f"Unrecognized request argument supplied: {name}"
                return response({"error": {"message": text}}, status)
        return good(received)

    return respond


def sent(outcome: Outcome, name: str) -> list[Any]:
    return [received.body.get(name) for received in outcome.received]


# --- what is left out ---

WORDINGS = (
    "Unrecognized request argument supplied: {}",
    "Unsupported parameter: '{}' is not supported with this model.",
    "{}: Extra inputs are not permitted",
    "Unknown parameter: '{}'.",
    "'{}' isn't supported by this model",
    "property '{}' is unsupported",
    'Unknown name "{}": Cannot find field.',
    "body -> {} extra fields not permitted",
    '[{{"type": "extra_forbidden", "loc": ["body", "{}"], "msg": "Extra inputs"}}]',
    "`{}` is deprecated for this model.",
    "Argument not supported on this model: {}",
)


@pytest.mark.parametrize("name", ["min_p", "seed", "stop", "temperature", "logit_bias"])
@pytest.mark.parametrize("said", WORDINGS)
def test_a_setting_that_is_refused_is_left_out_in_any_wording(name: str, said: str) -> None:
    body: dict[str, Any] = {"model": "m", "messages": HELLO, "top_p": 0.5, name: 0.5}
    assert refused_settings(body, said.format(name)) == {name}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("status", [BAD, UNPROCESSABLE])
def test_refused_settings_are_left_out_and_remembered(status: str, streamed: bool) -> None:
    settings = {"min_p": 0.01, "seed": 7, "temperature": 0.7, "length_penalty": 1.5}
    respond = refusing("min_p", "length_penalty", "seed", status=status)
    outcome = ask(respond, streamed=streamed, settings=settings, times=2)
    assert [answer.text for answer in outcome.answers] == ["ok", "ok"]
    assert outcome.answer.ignored == ("length_penalty", "min_p", "seed")
    assert sent(outcome, "seed") == [7, 7, 7, None, None]
    assert sent(outcome, "temperature") == [0.7] * 5


def test_settings_are_remembered_for_each_model() -> None:
    def respond(received: Received) -> Parts:
        if received.body["model"] == "m":
            refused: Parts = refusing("seed")(received)
            return refused
        return good(received)

    assert sent(ask(respond, settings={"seed": 7}, times=2), "seed") == [7, None, None]
    assert sent(ask(respond, settings={"seed": 7}, times=2, model="other"), "seed") == [7, 7]


def test_all_settings_that_an_error_names_are_left_out_at_once() -> None:
    def respond(received: Received) -> Parts:
        names = [name for name in ("min_p", "seed") if name in received.body]
        detail = [
            {"loc": ["body", name], "msg": "Extra inputs are not permitted"} for name in names
        ]
        return response({"detail": detail}, UNPROCESSABLE) if names else good(received)

    outcome = ask(respond, settings={"min_p": 0.01, "seed": 7})
    assert (outcome.answer.text, len(outcome.received)) == ("ok", 2)


@pytest.mark.parametrize("name", ["stream_options", "stream"])
def test_streams_work_where_their_options_are_refused(name: str) -> None:
    outcome = ask(refusing(name), times=2)
    assert [answer.text for answer in outcome.answers] == ["ok", "ok"]
    assert outcome.texts == ["ok", "ok"]
    assert len(outcome.received) == 3
    # The caller's settings were all used.
    assert outcome.answer.ignored == ()


def test_a_refusal_inside_a_success_counts() -> None:
    def respond(received: Received) -> Parts:
        if "stream_options" in received.body:
            text = "Unrecognized request argument supplied: stream_options"
            return response({"error": {"message": text, "code": 400}})
        return good(received)

    assert ask(respond).answer.text == "ok"


def test_max_tokens_is_translated_then_left_out() -> None:
    said = "Unsupported parameter: '{}'. Use 'max_completion_tokens' instead."
    outcome = ask(refusing("max_tokens", said=said), settings={"max_tokens": 9}, times=2)
    assert sent(outcome, "max_completion_tokens") == [None, 9, 9]
    assert outcome.answer.ignored == ()
    outcome = ask(refusing("max_tokens", "max_completion_tokens"), settings={"max_tokens": 9})
    assert len(outcome.received) == 3
    assert outcome.answer.ignored == ("max_tokens",)


def test_settings_that_exclude_each_other_lose_one() -> None:
    def respond(received: Received) -> Parts:
        if "temperature" in received.body and "top_p" in received.body:
            text = "`temperature` and `top_p` cannot both be specified for this model."
            return response({"error": {"message": text}}, BAD)
        return good(received)

    outcome = ask(respond, settings={"temperature": 0.5, "top_p": 0.9})
    assert outcome.answer.ignored == ("top_p",)


def test_values_without_an_effect_are_never_sent() -> None:
    neutral = {
        "length_penalty": 1.0,
        "repetition_penalty": 1,
        "min_p": 0,
        "frequency_penalty": 0.0,
        "presence_penalty": 0,
    }
    outcome = ask(good, settings={**neutral, "temperature": 0})
    assert outcome.received[0].body.keys() == {
        "model", "messages", "temperature", "stream", "stream_options",
    }  # fmt: skip
    assert outcome.answer.ignored == ()


@pytest.mark.parametrize(
    "said",
    [
        "max_tokens is too large: 9000. This model supports at most 4096 completion tokens.",
        "temperature must be between 0 and 2",
        "Please stop. You asked for a seed of a plant.",
        "The conversation is too long",
        "logit_bias: token 99999999 is out of range",
        "Invalid schema for response_format 'answer': unsupported keyword",
    ],
)
def test_other_refusals_are_passed_on(said: str) -> None:
    settings: dict[str, Any] = {
        "max_tokens": 9000,
        "temperature": 3,
        "seed": 1,
        "stop": ["x"],
        "logit_bias": {},
        "response_format": {"type": "json_schema", "json_schema": {"schema": {}}},
    }
    outcome = ask(lambda _: response({"error": {"message": said}}, BAD), settings=settings)
    assert len(outcome.received) == 1
    assert (outcome.error.status, said in outcome.error.message) == (400, True)


def test_an_endpoint_that_refuses_everything_is_not_asked_for_ever() -> None:
    def respond(received: Received) -> Parts:
        text = f"Unrecognized request argument supplied: {', '.join(received.body)}"
        return response({"error": {"message": text}}, BAD)

    settings: dict[str, Any] = dict.fromkeys(["seed", "min_p", "temperature", "top_p"], 0.5)
    assert len(ask(respond, settings=settings).received) < 5


def test_ignored_settings_are_told_in_a_header(model_api: Api, endpoint: Endpoint) -> None:
    agent = model_api.make("agents", default_settings={"repetition_penalty": 1.05})
    session = model_api.make("sessions", agent_id=agent["id"])["id"]
    assert "x-julep-ignored-settings" not in model_api.chat(session).headers
    endpoint.refuses = ["repetition_penalty", "seed"]
    for streamed in (False, True):
        headers = model_api.chat(session, seed=1, stream=streamed).headers
        assert headers["x-julep-ignored-settings"] == "repetition_penalty, seed"


# --- formats of answers ---

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
FORMAT = {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}}


def refusing_formats(*kinds: str, said: str) -> Any:
    def respond(received: Received) -> Parts:
        wanted = received.body.get("response_format")
        if wanted and wanted["type"] in kinds:
            return response({"error": {"message": said}}, BAD)
        return good(received)

    return respond


@pytest.mark.parametrize(
    "said",
    [
        "This response_format type is unavailable now",
        "Invalid parameter: 'response_format' of type 'json_schema' is not supported.",
        "This model does not support response format `json_schema`.",
        "'response_format.type' must be 'json_object' or 'text': json_schema is not supported",
    ],
)
def test_a_schema_that_is_refused_goes_into_the_prompt(said: str) -> None:
    system = {"role": "system", "content": "Be brief."}
    outcome = ask(
        refusing_formats("json_schema", said=said),
        settings={"response_format": FORMAT},
        messages=[system, *HELLO],
        times=2,
    )
    assert len(outcome.received) == 3
    body = outcome.received[-1].body
    assert body["response_format"] == {"type": "json_object"}
    assert body["messages"][0]["content"].startswith("Be brief.\n\nAnswer with one JSON object")
    assert json.dumps(SCHEMA, separators=(",", ":")) in body["messages"][0]["content"]
    assert body["messages"][1:] == HELLO
    assert outcome.answer.ignored == ()


def test_formats_that_are_all_refused_are_left_out() -> None:
    said = "'response_format.type' must be 'text'"
    respond = refusing_formats("json_schema", "json_object", said=said)
    outcome = ask(respond, settings={"response_format": FORMAT})
    body = outcome.received[-1].body
    assert "response_format" not in body
    assert body["messages"][0]["role"] == "system"
    assert outcome.answer.ignored == ("response_format",)


def test_the_word_that_openai_requires_is_added() -> None:
    def respond(received: Received) -> Parts:
        if "json" not in json.dumps(received.body["messages"]).lower():
            text = "'messages' must contain the word 'json' in some form, to use 'response_format'"
            return response({"error": {"message": text}}, BAD)
        return good(received)

    outcome = ask(respond, settings={"response_format": {"type": "json_object"}})
    assert outcome.answer.ignored == ()
    assert outcome.received[-1].body["response_format"] == {"type": "json_object"}


def test_a_regex_is_never_left_out() -> None:
    said = "This response_format type is unavailable now"
    wanted = {"type": "regex", "pattern": "a"}
    outcome = ask(refusing_formats("regex", said=said), settings={"response_format": wanted})
    assert (outcome.error.status, len(outcome.received)) == (400, 1)


# --- where endpoints are ---


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1", "/v1/chat/completions"),
        ("/v1/", "/v1/chat/completions"),
        ("", "/chat/completions"),
        ("/v1/chat/completions", "/v1/chat/completions"),
        ("/v1/chat/completions/", "/v1/chat/completions"),
        (
            "/openai/deployments/m?api-version=1",
            "/openai/deployments/m/chat/completions?api-version=1",
        ),
        ("/m/chat/completions?api-version=1", "/m/chat/completions?api-version=1"),
        ("/v1beta/openai/", "/v1beta/openai/chat/completions"),
    ],
)
def test_the_path_is_added_once_and_before_the_query(path: str, expected: str) -> None:
    assert [received.path for received in ask(good, path=path).received] == [expected]


HOSTED = {
    "https://api.anthropic.com/v1/": "https://api.anthropic.com/v1/chat/completions",
    "https://api.mistral.ai/v1": "https://api.mistral.ai/v1/chat/completions",
    "https://generativelanguage.googleapis.com/v1beta/openai/": (
        "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions"
    ),
    "https://api.groq.com/openai/v1": "https://api.groq.com/openai/v1/chat/completions",
    "https://openrouter.ai/api/v1": "https://openrouter.ai/api/v1/chat/completions",
    "https://NAME.openai.azure.com/openai/v1": (
        "https://NAME.openai.azure.com/openai/v1/chat/completions"
    ),
    "https://NAME.openai.azure.com/openai/deployments/D?api-version=2024-10-21": (
        "https://NAME.openai.azure.com/openai/deployments/D/chat/completions?api-version=2024-10-21"
    ),
    "http://localhost:11434/v1": "http://localhost:11434/v1/chat/completions",
    "http://localhost:8000/v1": "http://localhost:8000/v1/chat/completions",
    "http://localhost:1234/v1": "http://localhost:1234/v1/chat/completions",
}


@pytest.mark.parametrize("base", HOSTED)
def test_the_urls_of_the_documentation_lead_to_chat_completions(base: str) -> None:
    assert endpoint_url(base, "chat/completions") == HOSTED[base]
    page = Path(__file__).parents[2] / "docs/server/models.md"
    assert f"`{base}`" in page.read_text("utf-8")


def test_azure_gets_the_key_in_its_own_header(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "api-key" not in ask(good).received[0].headers
    monkeypatch.setattr(endpoint_sender, "_AZURE", "127.0.0.1")
    assert ask(good).received[0].headers["api-key"] == KEY


def test_paths_of_other_requests_replace_the_first() -> None:
    assert (
        endpoint_url("http://x/v1/chat/completions?a=1", "embeddings")
        == "http://x/v1/embeddings?a=1"
    )
    assert endpoint_url("http://x/v1/embeddings", "embeddings") == "http://x/v1/embeddings"


@pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_redirect_on_the_same_host_is_followed(status: str) -> None:
    def respond(received: Received) -> Parts:
        if received.path.startswith("/v2/"):
            return good(received)
        return response(b"", status, headers="location: /v2/chat/completions\r\n")

    outcome = ask(respond)
    assert outcome.answer.text == "ok"
    assert outcome.received[0].body == outcome.received[1].body


def test_other_redirects_are_errors() -> None:
    other = response(b"", "308 Moved", headers="location: http://elsewhere.test/\r\n")
    error = ask(other).error
    assert error.message == "the model's endpoint redirects to another host"
    error = ask(response(b"", "308 Moved", headers="location: /v1/chat/completions\r\n")).error
    assert error.message == "the model's endpoint redirects without end"
    error = ask(response(b"", "302 Found", headers="location: /v2\r\n")).error
    assert (error.status, error.message) == (503, "the model's endpoint failed (302)")


@pytest.mark.parametrize(
    ("url", "location", "target"),
    [
        ("http://a/v1", "https://a/v1", "https://a/v1"),
        ("https://a/v1", "http://a/v1", None),
        ("http://a/v1", "//a/v2", "http://a/v2"),
        ("http://a/v1", "http://a:80/v2", "http://a:80/v2"),
        ("http://a/v1", "http://a:81/v2", None),
        ("http://a/v1", "http://a:wrong/v2", None),
        ("http://a/v1", "http://b/v1", None),
        ("http://a/v1", "http://a@b/v1", None),
    ],
)
def test_redirects_stay_on_their_host(url: str, location: str, target: str | None) -> None:
    assert redirect_target(url, location) == target


# --- secrets ---

SECRETS = [
    "sk-proj-abc123DEF456ghi789",
    "sk-ant-api03-abcdefgh",
    "sk-abcd********************wxyz",
    "gsk_abcdefgh12345678",
    "AIzaSyA1234567890abcdefghijk",
    "hf_abcdefghijklmnop",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-123",
    "0123456789abcdef0123456789abcdef",
    "my-own-key",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "text",
    ["Incorrect API key provided: {}.", "Bearer {} is wrong", "key={}", '{{"api_key": "{}"}}'],
)
def test_nothing_that_looks_like_a_key_passes(secret: str, text: str) -> None:
    shown = without_secrets(text.format(secret), "my-own-key")
    assert secret not in shown
    assert secret[-4:] not in shown


def test_messages_without_secrets_stay_as_they_are() -> None:
    for text in (
        "The model `claude-3-5-sonnet-20241022` does not exist",
        "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.",
        "max_tokens must be at most 4096",
    ):
        assert without_places(without_secrets(text)) == text


def test_places_inside_a_network_are_hidden() -> None:
    text = "upstream http://10.0.0.5:8000/v1 at gpu-3.cluster.local or vllm:8000, 10.1.2.3"
    assert without_places(text) == "upstream [redacted] at [redacted] or [redacted], [redacted]"

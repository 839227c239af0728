"""Errors below ``/v1`` in OpenAI's form, as its package raises them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest

from julep_server import LocalServer, ScriptedModel
from tests.server.helpers.api import Api

MESSAGES: Any = [{"role": "user", "content": "Hi"}]
UNKNOWN_ROLE: Any = [{"role": "nurse", "content": "Hi"}]


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
def client(model: ScriptedModel) -> Iterator[openai.OpenAI]:
    with (
        LocalServer(model=model, embedding_model="none") as server,
        Api(server.url) as api,
        openai.OpenAI(base_url=f"{server.root}/v1", api_key="none", max_retries=0) as client,
    ):
        api.make("agents", name="Ada")
        yield client


CALLS: dict[str, tuple[Callable[[openai.OpenAI], Any], type[openai.APIStatusError], Any]] = {
    "an unknown agent": (
        lambda client: client.chat.completions.create(model="agent:Eve", messages=MESSAGES),
        openai.NotFoundError,
        ("invalid_request_error", "model_not_found", None),
    ),
    "an unknown path": (
        lambda client: client.files.list(),
        openai.NotFoundError,
        ("invalid_request_error", "not_found", None),
    ),
    "an unknown role": (
        lambda client: client.chat.completions.create(
            model="agent:Ada",
            messages=UNKNOWN_ROLE,
        ),
        openai.UnprocessableEntityError,
        ("invalid_request_error", "validation_failed", "messages[0].role"),
    ),
    "no embedder": (
        lambda client: client.embeddings.create(model="any", input="a"),
        openai.BadRequestError,
        ("invalid_request_error", "no_embedder", None),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_mistake_is_the_packages_own_error(client: openai.OpenAI, name: str) -> None:
    call, kind, expected = CALLS[name]
    with pytest.raises(kind) as raised:
        call(client)
    error = raised.value
    assert (error.type, error.code, error.param) == expected


@pytest.mark.parametrize("model_name", ["agent:Ada", "any"])
@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (400, openai.BadRequestError, ("invalid_request_error", "model_refused")),
        (429, openai.RateLimitError, ("rate_limit_error", "rate_limited")),
        (500, openai.InternalServerError, ("server_error", "model_unavailable")),
    ],
)
def test_a_failure_of_the_model(
    client: openai.OpenAI,
    model: ScriptedModel,
    model_name: str,
    status: int,
    kind: type[openai.APIStatusError],
    expected: tuple[str, str],
) -> None:
    for streamed in (False, True):
        model.fails(status)
        with pytest.raises(kind) as raised:
            client.chat.completions.create(model=model_name, messages=MESSAGES, stream=streamed)
        assert (raised.value.type, raised.value.code) == expected


def test_a_failure_after_the_first_words_is_an_event(
    client: openai.OpenAI, model: ScriptedModel
) -> None:
    model.breaks_off("One two three", after=2)
    words: list[str] = []
    chunks = client.chat.completions.create(model="agent:Ada", messages=MESSAGES, stream=True)
    with pytest.raises(openai.APIError, match="broke off") as raised:
        words.extend(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert "".join(words) == "One two"
    assert (raised.value.type, raised.value.code) == ("server_error", "model_interrupted")

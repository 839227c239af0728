"""Errors below ``/v1`` in OpenAI's form, as its package raises them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest

from julep_server import LocalServer, ScriptedModel
from tests.server.helpers.api import Api
from tests.server.helpers.raw_endpoint import RawEndpoint, event

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


def status_of(error: openai.APIError) -> Any:
    """Return the status in an error that is an event."""
    body: Any = error.body
    return body["status"]


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


@pytest.mark.parametrize("key", [None, "once"])
def test_a_failure_after_the_first_words_is_an_event(
    client: openai.OpenAI, model: ScriptedModel, key: str | None
) -> None:
    model.breaks_off("One two three", after=2)
    words: list[str] = []
    chunks = client.chat.completions.create(
        model="agent:Ada",
        messages=MESSAGES,
        stream=True,
        extra_headers={} if key is None else {"Idempotency-Key": key},
    )
    with pytest.raises(openai.APIError, match="broke off") as raised:
        words.extend(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert "".join(words) == "One two"
    assert (raised.value.type, raised.value.code) == ("server_error", "model_interrupted")
    # The response's own status was 200.
    assert status_of(raised.value) == 503


CHUNK = {
    "id": "c",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "small",
    "choices": [{"index": 0, "delta": {"content": "One"}, "finish_reason": None}],
}


@pytest.mark.parametrize("key", [None, "cut"])
def test_a_connection_to_the_endpoint_that_is_lost_is_an_event(key: str | None) -> None:
    """Of a stream that is passed on, the last line is not whole, and neither are its chunks."""
    line = event(CHUNK)
    cut = b"%x\r\n%b\r\n" % (len(line) + 10, line + b'data: {"ch')
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"

    words: list[str] = []

    async def read(chunks: openai.AsyncStream[Any]) -> None:
        async for chunk in chunks:
            words.append(chunk.choices[0].delta.content)  # noqa: PERF401 - those before an error count

    async def main() -> None:
        async with RawEndpoint(lambda _: [head + b"\r\n", cut]) as endpoint:
            with LocalServer(model_url=endpoint.url, model="small") as server:
                client = openai.AsyncOpenAI(
                    api_key="k", base_url=f"{server.root}/v1", max_retries=0
                )
                async with client:
                    chunks = await client.chat.completions.create(
                        model="small",
                        messages=MESSAGES,
                        stream=True,
                        extra_headers={} if key is None else {"Idempotency-Key": key},
                    )
                    with pytest.raises(openai.APIError, match="broke off") as raised:
                        await read(chunks)
        assert words == ["One"]
        assert raised.value.code == "model_interrupted"
        assert status_of(raised.value) == 503

    asyncio.run(main())

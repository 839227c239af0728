"""OpenAI's own API through the clients: `chat` and `completions`, by the openai package."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import trio

from julep import AsyncClient, Client, ConfigurationError
from julep._settings.config import USER_AGENT
from julep_server import LocalServer
from tests.sdk.helpers.modes import Mode
from tests.sdk.helpers.programs import run_program
from tests.sdk.helpers.stub import Stub

SAID: list[Any] = [{"role": "system", "content": "Hello!"}]
ANSWER = "This is Julep's offline model, not a language model."
CHAT: dict[str, Any] = {
    "id": "a",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [],
}

# Variables that the openai package would read and send.
AMBIENT = {
    "OPENAI_API_KEY": "canary-key",
    "OPENAI_ADMIN_KEY": "canary-admin",
    "OPENAI_ORG_ID": "canary-organization",
    "OPENAI_PROJECT_ID": "canary-project",
    "OPENAI_BASE_URL": "http://canary.test/v1",
    "OPENAI_CUSTOM_HEADERS": "x-canary: canary\nAuthorization: Bearer canary",
}


class Talk:
    """One interface for clients of all modes."""

    def __init__(self, mode: Mode, url: str, **settings: Any) -> None:
        make: Any = Client if mode == "sync" else AsyncClient
        self.client: Any = make(base_url=url, **settings)

    async def chat(self, **arguments: Any) -> Any:
        return await _now(self.client.chat.completions.create(**arguments))

    async def complete(self, **arguments: Any) -> Any:
        return await _now(self.client.completions.create(**arguments))

    async def close(self) -> None:
        await _now(self.client.aclose() if hasattr(self.client, "aclose") else self.client.close())


async def _now(value: Any) -> Any:
    return await value if hasattr(value, "__await__") else value


@pytest.fixture
async def talk(mode: Mode, server: LocalServer) -> AsyncIterator[Talk]:
    talk = Talk(mode, server.url)
    yield talk
    await talk.close()


@pytest.fixture
async def stub_talk(mode: Mode, stub: Stub) -> AsyncIterator[Talk]:
    stub.response = CHAT
    talk = Talk(mode, stub.url, api_key="key", headers={"x-team": "tests"}, timeout=7)
    yield talk
    await talk.close()


@pytest.mark.anyio
async def test_the_model_of_the_server(talk: Talk) -> None:
    completion = await talk.complete(model="any", prompt="Once", min_p=0.1, temperature=0.7)
    assert completion.choices[0].text == f"{ANSWER}\nYou said: Once"
    chat = await talk.chat(model="any", messages=SAID, min_p=0.1, temperature=0.7)
    assert chat.choices[0].message.content == f"{ANSWER}\nI was told: Hello!"


@pytest.mark.anyio
async def test_the_server_selects_the_default_model(talk: Talk) -> None:
    assert (await talk.complete(prompt="Once")).model == "offline"
    assert (await talk.chat(messages=SAID)).model == "offline"
    raw = talk.client.chat.completions.with_raw_response
    assert (await _now(raw.create(messages=SAID, min_p=0.5))).status_code == 200


@pytest.mark.anyio
async def test_unknown_arguments_are_sent_in_the_body(stub: Stub, stub_talk: Talk) -> None:
    await stub_talk.chat(messages=SAID, min_p=0.1, preset="fun", extra_body={"a": 1}, seed=2)
    await stub_talk.complete(model="m", prompt="Once", min_p=0.2)
    assert [(request.target, request.body) for request in stub.requests] == [
        (
            "/v1/chat/completions",
            {"messages": SAID, "min_p": 0.1, "preset": "fun", "a": 1, "seed": 2},
        ),
        ("/v1/completions", {"model": "m", "prompt": "Once", "min_p": 0.2}),
    ]


@pytest.mark.anyio
async def test_requests_have_the_clients_key_and_no_openai_headers(
    mode: Mode, stub: Stub, stub_talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in AMBIENT.items():
        monkeypatch.setenv(name, value)
    await stub_talk.chat(messages=SAID)
    monkeypatch.delenv("JULEP_API_KEY", raising=False)
    without_key = Talk(mode, stub.url)
    await without_key.chat(messages=SAID)
    await without_key.close()
    with_key, without = stub.requests
    assert with_key.headers["authorization"] == "Bearer key"
    assert with_key.headers["x-team"] == "tests"
    assert with_key.headers["user-agent"] == USER_AGENT
    assert "authorization" not in without.headers
    for request in stub.requests:
        assert "canary" not in str(request)
        assert "openai-organization" not in request.headers


@pytest.mark.parametrize(
    ("base_url", "root"),
    [
        ("http://a.test:8080/api", "http://a.test:8080/v1/"),
        ("https://a.test/julep/api", "https://a.test/julep/v1/"),
        ("https://a.test", "https://a.test/v1/"),
        ("https://a.test/other", "https://a.test/v1/"),
    ],
)
def test_the_root_is_beside_the_api(base_url: str, root: str) -> None:
    with Client(base_url=base_url, timeout=None, max_retries=0) as client:
        library = _library(client)
        assert str(library.base_url) == root
        assert library.timeout is None
        assert library.max_retries == 0


@pytest.mark.parametrize("make", [Client, AsyncClient])
def test_the_timeout_and_the_retries_are_the_client_s(make: type[Client | AsyncClient]) -> None:
    library = _library(make(timeout=7, max_retries=5))
    assert (library.timeout, library.max_retries) == (7, 5)


@pytest.mark.anyio
async def test_the_openai_client_is_closed_with_the_client(talk: Talk) -> None:
    resource = talk.client.chat.completions
    await talk.chat(messages=SAID)
    await talk.close()
    await talk.close()
    with pytest.raises(ConfigurationError, match="closed"):
        _ = talk.client.completions
    with pytest.raises(ConfigurationError, match="closed"):
        await _now(resource.create(messages=SAID))


@pytest.mark.anyio
async def test_closing_without_an_openai_client(mode: Mode, server: LocalServer) -> None:
    talk = Talk(mode, server.url)
    await talk.close()
    with pytest.raises(ConfigurationError, match="closed"):
        _ = talk.client.chat


def test_one_client_is_used_from_several_event_loops(server: LocalServer) -> None:
    client = AsyncClient(base_url=server.url)
    completions: Any = client.chat.completions  # accessed where no loop runs

    async def talk() -> Any:
        first, second = [await completions.create(messages=SAID) for _ in range(2)]
        assert first.choices == second.choices
        return first.choices[0].message.content

    said = [asyncio.run(talk()), asyncio.run(talk()), trio.run(talk), asyncio.run(talk())]
    assert len(set(said)) == 1


def test_sync_streams(server: LocalServer) -> None:
    with Client(base_url=server.url) as client:
        stream = client.chat.completions.create(model="any", messages=SAID, stream=True)
        text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    assert text == f"{ANSWER}\nI was told: Hello!"


def test_async_streams(server: LocalServer) -> None:
    async def talk() -> str:
        async with AsyncClient(base_url=server.url) as client:
            stream = await client.chat.completions.create(model="any", messages=SAID, stream=True)
            found = [chunk.choices[0].delta.content async for chunk in stream if chunk.choices]
        return "".join(part or "" for part in found)

    assert asyncio.run(talk()) == f"{ANSWER}\nI was told: Hello!"


@pytest.mark.parametrize("make", ["Client", "AsyncClient"])
def test_without_the_openai_package(make: str) -> None:
    program = f"""
import sys
sys.modules["openai"] = None  # as if it were not there
import julep
client = julep.{make}()
for name in ("chat", "completions"):
    try:
        getattr(client, name)
    except julep.ConfigurationError as error:
        print(error)
"""
    done = run_program(program)
    expected = 'chat and completions need the openai package: pip install "julep[openai]"'
    assert done.stdout.splitlines() == [expected] * 2
    assert done.stderr == ""


def _library(client: Any) -> Any:
    return client._openai.client

"""Clients of OpenAI's API talk to an agent: the openai package, and LangChain's ChatOpenAI.

Each holds a conversation with memory, streamed and with a call of a tool. LangChain has an
environment of its own, because it brings over thirty packages.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionToolParam

from julep_server import LocalServer
from tests.server.helpers.api import Api
from tests.server.helpers.embedding_endpoint import DIMENSIONS, EmbeddingEndpoint
from tests.server.helpers.endpoint import KNOWN, Endpoint, EndpointServer
from tests.server.helpers.openai_api import wait_for_memories

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
LIVES = "I live in Bergen."
WHEN = "What time is it at my place?"
CALL = {
    "id": "x",
    "type": "function",
    "function": {"name": "get_time", "arguments": '{"zone":"CET"}'},
}
SCRIPT: list[dict[str, Any]] = [
    {"content": "A fine town."},
    {"content": None, "tool_calls": [CALL]},
    {"content": "It is noon."},
]
TOOL: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "get_time",
        "description": "Return the time in a zone.",
        "parameters": {"type": "object", "properties": {"zone": {"type": "string"}}},
    },
}


@pytest.fixture(scope="module")
def complete_server(endpoint_server: EndpointServer) -> Iterator[LocalServer]:
    """A server with a model and an embedder, which are endpoints."""
    with (
        EmbeddingEndpoint() as embedder,
        LocalServer(
            model_url=endpoint_server.lasting_url,
            model=KNOWN,
            embedding_url=embedder.url,
            embedding_model="meanings",
        ) as server,
    ):
        yield server


@pytest.fixture
def own_api(complete_server: LocalServer, endpoint: Endpoint) -> Iterator[Api]:
    endpoint.script = [*SCRIPT]
    endpoint.answers_to_jobs = ['[{"content": "The user lives in Bergen.", "type": "belief"}]']
    with Api(complete_server.url) as api:
        yield api


def check_conversation(api: Api, endpoint: Endpoint, agent_id: str, user: str) -> None:
    """Check that the model has seen the conversation once, and a later one has its memory."""
    (session,) = [
        item
        for item in api.get("/sessions", params={"limit": 1000}).json()["items"]
        if item["agent_id"] == agent_id
    ]
    assert session["metadata"] == {"openai_user": user}
    roles = [(message["role"], message["content"]) for message in api.history(session["id"])]
    assert roles == [
        ("user", LIVES),
        ("assistant", "A fine town."),
        ("user", WHEN),
        ("function_call", '{"name":"get_time","arguments":"{\\"zone\\":\\"CET\\"}"}'),
        ("function", "noon in CET"),
        ("assistant", "It is noon."),
    ]
    assert [message["role"] for message in endpoint.requests[-1]["messages"]] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
        "tool",
    ]
    assert endpoint.requests[-1]["messages"][0]["content"].startswith("Be brief.")
    (memory,) = wait_for_memories(api, agent_id, session["user_id"])
    assert memory["content"] == "The user lives in Bergen."
    another = api.make("sessions", agent_id=agent_id, user_id=session["user_id"])
    api.reply(another["id"], "Where do I live?")
    assert "lives in Bergen" in endpoint.requests[-1]["messages"][0]["content"]


def test_the_openai_package(own_api: Api, endpoint: Endpoint, complete_server: LocalServer) -> None:
    agent_id = own_api.make("agents", name="Olga")["id"]
    with openai.OpenAI(base_url=f"{complete_server.root}/v1", api_key="key") as client:
        assert "agent:Olga" in [model.id for model in client.models.list()]
        assert client.models.retrieve("agent:Olga").created > 0
        messages: list[Any] = [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": LIVES},
        ]
        pieces = client.chat.completions.create(
            model="agent:Olga", messages=messages, user="olga's", stream=True
        )
        first = "".join(piece.choices[0].delta.content or "" for piece in pieces)
        assert first == "A fine town."
        messages += [{"role": "assistant", "content": first}, {"role": "user", "content": WHEN}]
        with client.chat.completions.stream(
            model="agent:Olga", messages=messages, user="olga's", tools=[TOOL]
        ) as stream:
            message = stream.get_final_completion().choices[0].message
        (call,) = message.tool_calls or []
        assert json.loads(call.function.arguments) == {"zone": "CET"}
        messages += [
            {
                "role": "assistant",
                "tool_calls": [
                    {
                        "id": call.id,
                        "type": "function",
                        "function": {"name": "get_time", "arguments": call.function.arguments},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": call.id, "content": "noon in CET"},
        ]
        raw = client.chat.completions.with_raw_response.create(
            model="agent:Olga", messages=messages, user="olga's", tools=[TOOL]
        )
        assert raw.parse().choices[0].message.content == "It is noon."
        assert own_api.get(f"/sessions/{raw.headers['x-julep-session']}").status_code == 200
        # The package requests base64 unless a caller states another format.
        vectors = client.embeddings.create(model="any", input=["A boat.", "A ship."]).data
        assert [len(item.embedding) for item in vectors] == [DIMENSIONS] * 2
        with pytest.raises(openai.NotFoundError, match="no agent has the name"):
            client.chat.completions.create(model="agent:Nobody", messages=messages)
    check_conversation(own_api, endpoint, agent_id, "olga's")


@pytest.fixture(scope="session")
def langchain_python() -> str:
    """The Python of an environment with LangChain, which is made once."""
    lock = "scripts/requirements/langchain.txt"
    made = subprocess.run(
        ["bash", "-c", f'source scripts/_uv.sh && bare_python langchain "$PWD/{lock}" 3.11'],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return made.stdout.strip()


def test_langchain(
    own_api: Api, endpoint: Endpoint, complete_server: LocalServer, langchain_python: str
) -> None:
    agent_id = own_api.make("agents", name="Lana")["id"]
    program = ROOT / "tests/server/helpers/langchain_program.txt"
    run = subprocess.run(
        [
            langchain_python,
            program,
            f"{complete_server.root}/v1",
            "agent:Lana",
            "lana",
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {
        "first": "A fine town.",
        "calls": [["get_time", {"zone": "CET"}]],
        "last": "It is noon.",
        "total_tokens": 10,
        "dimensions": DIMENSIONS,
    }
    check_conversation(own_api, endpoint, agent_id, "lana")

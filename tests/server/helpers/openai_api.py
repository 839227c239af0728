"""The server's OpenAI API in tests: addresses, and requests to agents."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx

from tests.server.helpers.api import Api

SESSION = "X-Julep-Session"


def root_of(api: Api) -> str:
    return str(api.http.base_url).removesuffix("api/") + "v1"


def post(api: Api, path: str, body: Any, **headers: str) -> httpx.Response:
    return api.http.post(f"{root_of(api)}/{path}", json=body, headers=headers)


def said(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def ask(
    api: Api, agent: str, *messages: Any, session: str | None = None, **fields: Any
) -> httpx.Response:
    """Send a transcript to an agent; texts are messages of the user."""
    given = [said(item) if isinstance(item, str) else item for item in messages]
    headers = {} if session is None else {SESSION: session}
    body = {"model": f"agent:{agent}", "messages": given, **fields}
    return post(api, "chat/completions", body, **headers)


def answer_of(response: httpx.Response) -> dict[str, Any]:
    """Return the message of a completion, which must be a success."""
    assert response.status_code == 200, response.text
    message: dict[str, Any] = response.json()["choices"][0]["message"]
    return message


def chunks_of(response: httpx.Response) -> list[dict[str, Any]]:
    """Return the chunks of a stream, which must be complete."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/event-stream")
    *events, done, end = response.text.split("\n\n")
    assert (done, end) == ("data: [DONE]", "")
    return [json.loads(event.removeprefix("data: ")) for event in events]


def wait_for_memories(api: Api, agent_id: str, user_id: str) -> list[dict[str, Any]]:
    """Wait for memories, which a job forms after the answer."""
    limit = time.monotonic() + 60
    while not (found := api.memories(agent_id, user_id=user_id)):
        assert time.monotonic() < limit, "no memory was formed"
        time.sleep(0.005)
    return found

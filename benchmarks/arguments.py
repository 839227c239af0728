"""The cost of a call before it is sent: checking and encoding its arguments.

Run it by ``.venv/bin/python -m benchmarks.arguments``.
"""

from __future__ import annotations

import json
from typing import Any, Final

import httpx

from benchmarks._bodies import CONVERSATION
from benchmarks._side_by_side import Row, compare, show
from julep._json import text as _json
from julep.managers.session import SessionsManager
from julep_api.client import Call
from julep_api.models import ChatResponse, ListSessionsResponse, Session
from julep_api.types import UNSET

ID: Final = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"
MESSAGES: Final[Any] = [{"role": "user", "content": "Where is my order?"}] * 10
METADATA: Final = {"plan": "pro", "region": "eu-west-1"}


class Known:
    """A driver that returns a fixed result."""

    is_async = False

    def __init__(self, answer: object) -> None:
        self._answer = answer

    def send(self, call: Call[object]) -> object:
        """Encode the call's body; return the result."""
        if call.body is not UNSET:
            _json.dumps(call.body).encode()
        return self._answer


def manager(answer: object) -> SessionsManager:
    """Build a manager whose calls return at once."""
    driver: Any = Known(answer)
    return SessionsManager(driver)


def long_chat(rounds: int = 25, seconds: float = 0.02) -> list[Row]:
    """Compare checking and encoding a chat of 200 messages with encoding it alone."""
    reply = manager(ChatResponse.from_dict({}, partial=True))
    body = {"messages": CONVERSATION}
    return compare(
        {
            "json.dumps": lambda: json.dumps(body, ensure_ascii=False).encode(),
            "a chat of 200 messages, checked and written": lambda: reply.chat(ID, CONVERSATION),
        },
        rounds=rounds,
        seconds=seconds,
    )


def main() -> None:
    """Print the tables."""
    client = httpx.Client(base_url="http://127.0.0.1:8080/api")
    one = manager(Session(ID, ID))
    page = manager(ListSessionsResponse(items=[]))
    reply = manager(ChatResponse.from_dict({}, partial=True))
    chat: Any = {"messages": MESSAGES, "max_tokens": 100}
    rows = compare(
        {
            "httpx: building a GET": lambda: client.build_request("GET", f"/sessions/{ID}"),
            "httpx: building a POST of 10 messages": lambda: client.build_request(
                "POST", f"/sessions/{ID}/chat", json=chat
            ),
            "sessions.get": lambda: one.get(ID),
            "sessions.list": lambda: page.list(limit=100),
            "sessions.chat, 10 messages": lambda: reply.chat(ID, MESSAGES, max_tokens=100),
        }
    )
    show("Checking a call's arguments and writing it down", rows)
    rows = compare(
        {
            "json.dumps, short form": lambda: json.dumps(
                chat, ensure_ascii=False, separators=(",", ":")
            ),
            "ours": lambda: _json.dumps(chat),
        }
    )
    show("Writing a chat of 10 messages as JSON", rows)
    show("A long chat", long_chat())


if __name__ == "__main__":
    main()

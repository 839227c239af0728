"""Request and response bodies of the benchmarks, of usual sizes, built once."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

ITEMS: Final = 1_000
EVENTS: Final = 2_000


def number_id(number: int) -> str:
    """Return a UUID v4, the same in every run."""
    return str(UUID(int=number << 64 | 0x4C39_9A55_0F6B_8E1D, version=4))


SESSION, AGENT, USER, REPLY = (number_id(number) for number in (1, 2, 3, 4))
PIECES: Final = ("Your", " order", " left", " the", " warehouse", " this", " morning", ".")


def dump(value: object) -> bytes:
    """Encode JSON as servers do."""
    return json.dumps(value, separators=(",", ":")).encode()


def session(number: int) -> dict[str, Any]:
    """Return a session, as the API has it."""
    return {
        "id": number_id(number),
        "agent_id": AGENT,
        "user_id": USER,
        "situation": "You are talking to a customer about an order that arrived late.",
        "summary": "The customer asked about a late order.",
        "metadata": {"plan": "pro", "region": "eu-west-1"},
        "render_templates": False,
        "created_at": "2026-05-31T12:34:56.789012Z",
        "updated_at": "2026-06-01T08:00:00.000001Z",
    }


def page(count: int) -> bytes:
    """Return a page of `count` sessions."""
    return dump({"items": [session(number) for number in range(1, count + 1)]})


def chunk(number: int) -> dict[str, Any]:
    """Return the data of one event of a stream."""
    delta = {"role": "assistant", "content": PIECES[number % len(PIECES)]}
    return {"id": REPLY, "delta": delta, "finish_reason": None}


def events(count: int, *, ids: bool = False) -> list[bytes]:
    """Return `count` events of a stream, the last of which marks the end."""
    named = (f"id: {number}\n".encode() if ids else b"" for number in range(count - 1))
    encoded = (
        name + b"data: " + dump(chunk(number)) + b"\n\n" for number, name in enumerate(named)
    )
    return [*encoded, b"data: [DONE]\n\n"]


MESSAGES: Final[Any] = [{"role": "user", "content": "Hello, where is my order?"}]
CONVERSATION: Final[Any] = [
    {"role": role, "content": f"{number}: where is my order, and when does it come?"}
    for number in range(100)
    for role in ("user", "assistant")
]
"""200 messages."""

NEW: Final[Any] = {
    "agent_id": AGENT,
    "user_id": USER,
    "situation": "You are talking to a customer about an order that arrived late.",
    "metadata": {"plan": "pro"},
}
REPLIED: Final[dict[str, Any]] = {
    "id": REPLY,
    "finish_reason": "stop",
    "usage": {"prompt_tokens": 12, "completion_tokens": 15, "total_tokens": 27},
    "jobs": [],
    "doc_ids": {"agent_doc_ids": [], "user_doc_ids": []},
    "response": [
        [
            {
                "id": number_id(5),
                "role": "assistant",
                "content": "".join(PIECES),
                "created_at": "2026-05-31T12:34:56.789012Z",
            }
        ]
    ],
}

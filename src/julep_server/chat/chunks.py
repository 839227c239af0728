"""The data of a streamed chat's events: chunks of the reply."""

from __future__ import annotations

from julep_server.json_text import JSONObject, dumps
from julep_server.store.messages import Message


def chunk(completion_id: str, delta: JSONObject) -> str:
    """Return the data of an event with a part of the reply; a role begins a new message."""
    return dumps({"id": completion_id, "delta": delta, "finish_reason": None})


def message_chunk(completion_id: str, message: Message) -> str:
    """Return the data of an event with a whole message."""
    return chunk(completion_id, {"role": message.role, "content": message.content})


def last_chunk(response: JSONObject) -> str:
    """Return the data of the last event: all of the response but its messages."""
    kept = {name: value for name, value in response.items() if name != "response"}
    return dumps({"delta": {}, **kept})
